/* From a subject to the message that tells it. */
#include "adapters/adapter.h"
#include "compose/compose.h"
#include "core/buf.h"
#include "core/section.h"
#include "desk/filter.h"
#include "desk/links.h"
#include "desk/page.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "state/editions.h"
#include "state/posts.h"

struct composition {
    struct state *state;
    const struct setup *setup;
    const struct channel *channel;
    int64_t channel_id;
    struct arena *arena;
    struct composer composer;
    struct subject subject;
    struct edition *edition;
    const struct post_row *copy; /* NULL = it is told for the first time */
    struct composed *out;
};

static void add_told(struct composition *composition, const char *subject)
{
    composition->out->told[composition->out->told_count++] = subject;
}

static const char *item_subject(struct composition *composition, int number)
{
    struct subject subject = {.source = composition->subject.source,
        .slug = composition->subject.slug,
        .section = "",
        .item = number};
    return subject_make(composition->arena, &subject);
}

static void tell_section(struct composition *composition, const struct section *section)
{
    if (section->item_count && section->title && section->title[0]) {
        struct subject subject = {.source = composition->subject.source,
            .slug = composition->subject.slug,
            .section = section_path(composition->arena, section)};
        add_told(composition, subject_make(composition->arena, &subject));
    }
    for (size_t i = 0; i < section->item_count; i++)
        add_told(composition, item_subject(composition, section->items[i].number));
}

static void compose_whole(struct composition *composition)
{
    struct subject edition = composition->subject;
    composition->out->message = compose_edition(&composition->composer, composition->edition);
    add_told(composition, subject_make(composition->arena, &edition));
    add_told(composition, subject_contents(composition->arena, &edition));
    for (size_t s = 0; s < composition->edition->section_count; s++)
        tell_section(composition, &composition->edition->sections[s]);
}

static void compose_one_section(struct composition *composition)
{
    const struct edition *edition = composition->edition;
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (strcmp(section_path(composition->arena, section), composition->subject.section) != 0)
            continue;
        composition->out->message = compose_section(&composition->composer, edition, s);
        tell_section(composition, section);
        return;
    }
}

/* A section of which the channel wants nothing was asked for by hand: it is told whole. */
static void compose_passing_section(struct composition *composition)
{
    struct edition *whole = composition->edition;
    composition->edition = filter_edition(composition->channel, whole, composition->arena);
    if (composition->edition)
        compose_one_section(composition);
    composition->edition = whole;
    if (!composition->out->message)
        compose_one_section(composition);
}

/* Contents and edition list what the channel wants of it. */
static bool keep_passing(struct composition *composition)
{
    struct edition *kept = filter_edition(composition->channel, composition->edition, composition->arena);
    if (kept)
        composition->edition = kept;
    else
        composition->out->why = channel_chinese(composition->channel)
                                    ? "这一期没有这个群要的内容（only、not）。"
                                    : "Nothing in it is for this channel (only:, not:).";
    return kept != NULL;
}

bool channel_asks_daily(const struct channel *channel)
{
    for (size_t i = 0; i < channel->rule_count; i++)
        if (channel->rules[i].what == WHAT_QUESTION)
            return true;
    return false;
}

static void compose_one_item(struct composition *composition)
{
    const struct item *item = edition_item(composition->edition, composition->subject.item, NULL);
    if (!item)
        return;
    composition->out->message = compose_item(
        &composition->composer, composition->edition, item, !channel_asks_daily(composition->channel));
    add_told(composition, item_subject(composition, item->number));
}

static int compose_one_question(struct composition *composition, int64_t edition, struct error *err)
{
    const struct item *item = edition_item(composition->edition, composition->subject.item, NULL);
    const char *text = "";
    if (!item || state_question_text(composition->state, composition->arena, edition,
                     composition->subject.item, composition->subject.question, &text, err))
        return item ? -1 : 0;
    if (!text[0])
        return 0;
    const char *reply = item_subject(composition, item->number), *remote = "";
    if (composition->copy) /* what it replies to was settled when it was told */
        remote = composition->copy->reply_to;
    else if (state_told_remote(
                 composition->state, composition->arena, composition->channel_id, reply, &remote, err))
        return -1;
    bool replying = remote[0] && composition->composer.replies;
    composition->out->message =
        compose_question(&composition->composer, composition->edition, item, text, replying);
    composition->out->reply_subject = reply;
    add_told(composition, subject_make(composition->arena, &composition->subject));
    return 0;
}

struct composer channel_composer(const struct channel *channel, const char *slug, struct arena *arena)
{
    const struct adapter *adapter = channel->settings.adapter;
    return (struct composer){.arena = arena,
        .language = channel->language,
        .replies = adapter && adapter->reply && (adapter->listen || adapter->hear),
        .buttons = adapter && adapter->buttons,
        .images = adapter && adapter->images,
        .published = "",
        .today = "",
        .reference = slug};
}

static int compose_what(struct composition *composition, enum what what, int64_t edition, struct error *err)
{
    if ((what == WHAT_CONTENTS || what == WHAT_EDITION) && !keep_passing(composition))
        return 0;
    switch (what) {
    case WHAT_CONTENTS:
        composition->out->message = compose_contents(&composition->composer, composition->edition);
        add_told(composition, subject_contents(composition->arena, &composition->subject));
        return 0;
    case WHAT_EDITION:
        compose_whole(composition);
        return 0;
    case WHAT_SECTION:
        compose_passing_section(composition);
        return 0;
    case WHAT_ITEM:
        compose_one_item(composition);
        return 0;
    case WHAT_QUESTION:
        return compose_one_question(composition, edition, err);
    default:
        return 0;
    }
}

static int compose_it(struct composition *composition, enum what what, const char *text, struct error *err)
{
    struct state *state = composition->state;
    struct arena *arena = composition->arena;
    struct subject *subject = &composition->subject;
    struct composed *out = composition->out;
    *out = (struct composed){.reply_subject = "",
        .why = channel_chinese(composition->channel) ? "它已经不在那一期里了。"
                                                     : "It is not in the edition any more."};
    int64_t id = 0;
    if (!subject_read(arena, text, subject))
        return 0;
    if (state_edition_at(state, subject->source, subject->slug, &id, err))
        return -1;
    if (!id)
        return 0;
    if (state_edition(state, arena, id, &composition->edition, err))
        return -1;
    if (!composition->edition)
        return 0;
    page_link(arena, composition->setup, subject->source, composition->edition);
    composition->composer = channel_composer(composition->channel, subject->slug, arena);
    composition->composer.source = subject->source;
    size_t most = edition_item_count(composition->edition) + composition->edition->section_count + 2;
    out->told = arena_array(arena, most, sizeof *out->told);
    if (told_links(state, composition->channel, composition->channel_id, subject->source, subject->slug,
            arena, &composition->composer, err) ||
        compose_what(composition, what, id, err))
        return -1;
    if (out->message)
        out->why = "";
    else
        out->told_count = 0;
    return 0;
}

int compose_subject(struct state *state, const struct setup *setup, const struct channel *channel,
    int64_t channel_id, enum what what, const char *subject, struct now now, struct arena *arena,
    struct composed *out, struct error *err)
{
    (void)now;
    struct composition composition = {.state = state,
        .setup = setup,
        .channel = channel,
        .channel_id = channel_id,
        .arena = arena,
        .out = out};
    return compose_it(&composition, what, subject, err);
}

int compose_copy(struct state *state, const struct setup *setup, const struct channel *channel,
    const struct post_row *copy, enum what what, struct arena *arena, struct composed *out, struct error *err)
{
    struct composition composition = {.state = state,
        .setup = setup,
        .channel = channel,
        .channel_id = copy->channel,
        .arena = arena,
        .copy = copy,
        .out = out};
    return compose_it(&composition, what, copy->subject, err);
}
