#include "desk/ahead.h"
#include "core/buf.h"
#include "desk/filter.h"
#include "desk/inner.h"
#include "desk/parcel.h"
#include "desk/spoken.h"
#include "desk/subject.h"
#include "state/editions.h"

enum { TURNS_MAX = 200000, ROWS_MAX = 100000, WORDS_SHOWN = 60, NOTICED = 2 * MINUTE };

/* --- a rehearsal --- */

static void sent_at_once(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    (void)errand;
    (void)last;
    (void)arena;
    *out = (struct step){.kind = STEP_SENT, .remote_id = "", .why = ""};
}

static void render_nothing(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)message;
    (void)options;
    *form = (struct form){.parts = arena_array(arena, 1, sizeof *form->parts), .count = 1};
    form->parts[0] = (struct part){.bytes = ""};
}

/* The platform with its pace and abilities, but nothing is rendered, sent or heard. */
static const struct adapter *rehearsal_of(struct arena *arena, const struct adapter *adapter)
{
    struct adapter *copy = arena_alloc(arena, sizeof *copy);
    *copy = *adapter;
    copy->render = render_nothing;
    copy->step = sent_at_once;
    copy->by_hand = false;
    copy->listen = NULL;
    return copy;
}

static const struct setup *rehearsal_setup(
    struct arena *arena, const struct setup *setup, const struct ahead_wish *wish)
{
    struct setup *copy = arena_alloc(arena, sizeof *copy);
    *copy = *setup;
    copy->bots = arena_array(arena, setup->bot_count + 1, sizeof *copy->bots);
    for (size_t i = 0; i < setup->bot_count; i++) {
        copy->bots[i] = setup->bots[i];
        copy->bots[i].settings.adapter = rehearsal_of(arena, setup->bots[i].settings.adapter);
    }
    copy->channels = arena_array(arena, setup->channel_count + 1, sizeof *copy->channels);
    copy->channel_count = copy->aside_count = 0;
    for (size_t i = 0; i < setup->channel_count; i++) {
        if (wish->channel && strcmp(wish->channel, setup->channels[i].name))
            continue;
        struct channel *channel = &copy->channels[copy->channel_count++];
        *channel = setup->channels[i];
        channel->settings.adapter = copy->bots[channel->bot].settings.adapter;
    }
    return copy;
}

/* What was there when it began. */
struct look {
    struct state *state;
    const struct setup *setup; /* the rehearsal's */
    const struct ahead_wish *wish;
    struct now began;
    struct rows_channel rows;
    struct rows_post texts; /* by hand, with their words */
    struct arena *arena;
    struct ahead *out;
    struct error *err;
};

static bool is_enough(struct look *look, bool *enough)
{
    struct delivery_query query = {
        .state = "sent", .channel = look->wish->channel, .limit = look->wish->posts + 8};
    struct arena arena = {0};
    struct rows_view found = {0};
    int count = 0;
    int result = state_deliveries(look->state, &arena, &query, &found, look->err);
    for (size_t i = 0; i < found.count; i++)
        count += found.rows[i].delivery.changed_at >= look->began.wall_ms;
    *enough = count >= look->wish->posts;
    arena_free(&arena);
    return result == 0;
}

/* Lets the desk's clock run to the end, from one waking to the next. */
static int run_ahead(struct look *look)
{
    static const struct command *const no_commands[] = {NULL};
    struct desk_tools tools = {.commands = no_commands, .seed = 1, .ahead = true};
    struct desk *desk = desk_new(look->state, look->setup, &tools);
    struct now now = look->began;
    struct event event = {.kind = EVENT_START};
    int64_t end = look->wish->until_ms;
    int result = 0, most = look->wish->turns ? look->wish->turns : TURNS_MAX;
    bool enough = false;
    for (int turns = 0; now.wall_ms <= end && !result && !enough; turns++) {
        struct arena arena = {0};
        struct actions actions = {0};
        if (turns == most) {
            look->out->cut = true;
            break;
        }
        result = desk_turn(desk, &event, 1, now, &arena, &actions, look->err);
        int64_t step = actions.wake_boot_ms == INT64_MAX ? DAY : actions.wake_boot_ms - now.boot_ms;
        step = step < 1 ? 1 : step > DAY ? DAY : step;
        /* The last turn is at the end itself. */
        if (now.wall_ms < end && now.wall_ms + step > end)
            step = end - now.wall_ms;
        now.wall_ms += step;
        now.boot_ms += step;
        event = (struct event){.kind = EVENT_TIME};
        arena_free(&arena);
        if (!result && look->wish->posts && !is_enough(look, &enough))
            result = -1;
    }
    desk_free(desk);
    return result;
}

/* --- what came of it --- */

static int load_edition(
    struct look *look, const struct subject *subject, struct edition **edition, struct error *err)
{
    int64_t id;
    *edition = NULL;
    if (state_edition_at(look->state, subject->source, subject->slug, &id, err))
        return -1;
    return id ? state_edition(look->state, look->arena, id, edition, err) : 0;
}

static int title_of(struct look *look, const char *text, const char **title)
{
    struct subject subject;
    struct edition *edition;
    int64_t id;
    *title = "";
    if (!subject_read(look->arena, text, &subject))
        return 0;
    if (load_edition(look, &subject, &edition, look->err))
        return -1;
    if (!edition)
        return 0;
    if (subject.question) {
        if (state_edition_at(look->state, subject.source, subject.slug, &id, look->err))
            return -1;
        return state_question_text(
            look->state, look->arena, id, subject.item, subject.question, title, look->err);
    }
    const char *found = subject.item ? NULL : *subject.section ? subject.section : edition->title;
    for (size_t s = 0; subject.item && s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            if (edition->sections[s].items[i].number == subject.item)
                found = edition->sections[s].items[i].title;
    *title = found ? found : "";
    return 0;
}

/* How a text by hand begins. */
static const char *beginning(struct look *look, const struct post_row *post)
{
    struct error damage = {0};
    const struct message *message =
        parcel_open(look->arena, post->body, post->body_len, post->buttons, post->buttons_len, &damage);
    if (!message)
        return "";
    struct buf plain = BUF_INIT(1 << 20), folded = BUF_INIT(1 << 20);
    message_plain(&plain, message->root, false);
    size_t len = strcspn(plain.data, "\n"), cut = len;
    if (len > WORDS_SHOWN)
        for (cut = WORDS_SHOWN; cut && ((unsigned char)plain.data[cut] & 0xc0) == 0x80;)
            cut--;
    buf_addf(&folded, "%.*s%s", (int)cut, plain.data, cut < strlen(plain.data) ? "…" : "");
    const char *kept = buf_keep(&folded, look->arena);
    buf_free(&plain);
    buf_free(&folded);
    return kept;
}

static const struct post_row *text_of(const struct look *look, int64_t post)
{
    for (size_t i = 0; i < look->texts.count; i++)
        if (look->texts.rows[i].id == post)
            return &look->texts.rows[i];
    return NULL;
}

static const struct channel_row *row_of(const struct look *look, const char *name)
{
    for (size_t i = 0; i < look->rows.count; i++)
        if (!strcmp(look->rows.rows[i].name, name))
            return &look->rows.rows[i];
    return NULL;
}

/* What it waited for. */
static enum coming_why why_late(const struct look *look, const struct delivery_view *view, int64_t at_ms)
{
    const struct channel *channel = setup_channel(look->setup, view->channel);
    const struct channel_row *row = row_of(look, view->channel);
    int64_t until;
    if (at_ms <= view->post_due_at + NOTICED)
        return COMING_ON_TIME;
    if (row && !strcmp(row->state, "held") && row->held_until && view->post_due_at < row->held_until)
        return COMING_HELD;
    if (!channel || strcmp(view->who, "rule"))
        return COMING_LATE;
    if (channel_pauses(channel, view->post_due_at, &until))
        return COMING_PAUSE;
    return window_open(&channel->window, channel->zone, view->post_due_at, &until) ? COMING_LATE
                                                                                   : COMING_WINDOW;
}

static enum what what_named(const char *kind)
{
    for (int what = WHAT_CONTENTS; what <= WHAT_ANSWER; what++)
        if (!strcmp(what_names[what], kind))
            return (enum what)what;
    return WHAT_TEXT;
}

static int by_time(const void *a, const void *b)
{
    const struct coming *x = a, *y = b;
    return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

static int collect(struct look *look)
{
    struct delivery_query query = {
        .state = "sent", .channel = look->wish->channel, .since = look->began.wall_ms, .limit = ROWS_MAX};
    struct rows_view found = {0};
    struct ahead *out = look->out;
    if (state_deliveries(look->state, look->arena, &query, &found, look->err))
        return -1;
    out->coming = arena_array(look->arena, found.count + 1, sizeof *out->coming);
    for (size_t i = found.count; i-- > 0;) {
        const struct delivery_view *view = &found.rows[i];
        if (view->delivery.part || strcmp(view->act, "tell") || !setup_channel(look->setup, view->channel))
            continue;
        struct coming *coming = &out->coming[out->coming_count++];
        *coming = (struct coming){.at_ms = view->delivery.changed_at,
            .due_ms = view->post_due_at,
            .what = what_named(view->kind),
            .channel = view->channel,
            .subject = view->subject,
            .why = why_late(look, view, view->delivery.changed_at)};
        const struct post_row *text = text_of(look, view->delivery.post);
        if (text)
            coming->title = beginning(look, text);
        else if (title_of(look, view->subject, &coming->title))
            return -1;
    }
    qsort(out->coming, out->coming_count, sizeof *out->coming, by_time);
    return 0;
}

/* --- what does not fit --- */

static int add_unfit(struct look *look, const struct channel *channel, const struct edition_row *row,
    const struct edition *edition, int64_t channel_id)
{
    size_t room = look->out->unfit_count + edition_item_count(edition) + 1;
    struct unfit *list = arena_array(look->arena, room, sizeof *list);
    for (size_t i = 0; i < look->out->unfit_count; i++)
        list[i] = look->out->unfit[i];
    look->out->unfit = list;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            struct subject subject = {
                .source = row->source, .slug = row->slug, .section = "", .item = item->number};
            enum spoken spoken;
            if (spoken_for(look->state, look->arena, channel_id, WHAT_ITEM, &subject,
                    (struct now){look->wish->until_ms, 0}, &spoken, look->err))
                return -1;
            if (spoken == SPOKEN_NOT || spoken == SPOKEN_WAITS || spoken == SPOKEN_RESTS)
                list[look->out->unfit_count++] = (struct unfit){
                    channel->name, subject_make(look->arena, &subject), item->title ? item->title : ""};
        }
    return 0;
}

/* Items of each source's newest edition that rules tell one by one and do not come to. */
static int unfit_of(struct look *look, const struct channel *channel)
{
    struct channel_row row;
    bool known, tells_items = false;
    for (size_t i = 0; i < channel->rule_count; i++)
        tells_items |= channel->rules[i].what == WHAT_ITEM;
    if (!tells_items)
        return 0;
    if (state_channel(look->state, look->arena, channel->name, &row, &known, look->err))
        return -1;
    for (size_t i = 0; known && i < channel->from_count; i++) {
        const char *source = look->setup->sources[channel->from[i]].name;
        struct edition_query query = {.sources = &source, .source_count = 1, .published = true, .limit = 1};
        struct rows_edition found;
        struct edition *edition;
        if (state_editions(look->state, look->arena, &query, &found, look->err))
            return -1;
        if (!found.count || (found.rows[0].published_at <= row.since && channel->start != START_NEWEST))
            continue;
        if (state_edition(look->state, look->arena, found.rows[0].id, &edition, look->err))
            return -1;
        edition = edition ? filter_edition(channel, edition, look->arena) : NULL;
        if (edition && add_unfit(look, channel, &found.rows[0], edition, row.id))
            return -1;
    }
    return 0;
}

static int silent_runs(struct look *look)
{
    struct rows_silent rows;
    if (state_runs_silent(look->state, look->arena, look->began.wall_ms, &rows, look->err))
        return -1;
    look->out->silent = arena_array(look->arena, rows.count + 1, sizeof *look->out->silent);
    for (size_t i = 0; i < rows.count; i++)
        if (setup_channel(look->setup, rows.rows[i].channel))
            look->out->silent[look->out->silent_count++] = (struct silent){
                rows.rows[i].channel, rows.rows[i].rule, rows.rows[i].why, rows.rows[i].count};
    return 0;
}

static int look_ahead(struct look *look)
{
    if (state_channels(look->state, look->arena, &look->rows, look->err) ||
        state_posts_planned(look->state, look->arena, 0, &look->texts, look->err))
        return -1;
    size_t kept = 0;
    for (size_t i = 0; i < look->texts.count; i++)
        if (look->texts.rows[i].body)
            look->texts.rows[kept++] = look->texts.rows[i];
    look->texts.count = kept;
    if (run_ahead(look) || collect(look))
        return -1;
    if (!look->wish->whole)
        return 0;
    for (size_t i = 0; i < look->setup->channel_count; i++)
        if (unfit_of(look, &look->setup->channels[i]))
            return -1;
    return silent_runs(look);
}

int desk_ahead(struct state *state, const struct setup *setup, const struct ahead_wish *wish, struct now now,
    struct arena *arena, struct ahead *out, struct error *err)
{
    *out = (struct ahead){0};
    bool inside = state_inside(state);
    struct look look = {.state = inside ? state : state_copy(state, err),
        .setup = rehearsal_setup(arena, setup, wish),
        .wish = wish,
        .began = now,
        .arena = arena,
        .out = out,
        .err = err};
    if (!look.state || (inside && state_ahead_begin(state, err)))
        return -1;
    int result = look_ahead(&look);
    if (!inside)
        state_close(look.state);
    else if (state_ahead_end(state, err))
        result = -1;
    return result;
}

const struct coming *ahead_first(const struct ahead *ahead, const char *channel)
{
    for (size_t i = 0; i < ahead->coming_count; i++)
        if (!strcmp(ahead->coming[i].channel, channel))
            return &ahead->coming[i];
    return NULL;
}
