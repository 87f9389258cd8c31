#include "desk/trouble.h"
#include "core/buf.h"
#include "desk/moves.h"
#include "desk/parcel.h"

enum { MORNING_HOUR = 9, UNTOLD_MIN = 15 * MINUTE };

const char *trouble_key(struct turn *turn, const char *kind, const char *whose)
{
    return arena_printf(turn->arena, "%s %s", kind, whose);
}

static const char *behind(const char *key, const char *kind)
{
    size_t len = strlen(kind);
    return !strncmp(key, kind, len) && key[len] == ' ' ? key + len + 1 : NULL;
}

static struct trouble_row *row_keyed(const struct rows_trouble *rows, const char *key)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(rows->rows[i].key, key))
            return &rows->rows[i];
    return NULL;
}

int64_t next_morning(const struct turn *turn)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    struct civil now = zone_civil(zone, turn->now.wall_ms / 1000);
    int64_t day = civil_days(now.year, now.month, now.day);
    for (int64_t ahead = 0;; ahead++) {
        struct civil morning = civil_from_days(day + ahead);
        morning.hour = MORNING_HOUR;
        int64_t at = zone_moment(zone, morning) * 1000;
        if (at >= turn->now.wall_ms + HOUR)
            return at;
    }
}

/* --- which chat --- */

static bool works(struct turn *turn, const struct place *place, const struct rows_trouble *rows)
{
    const char *bot = turn->bots[place->bot].name;
    if (strcmp(place->row.state, "on") || strcmp(turn->bots[place->bot].state, "on"))
        return false;
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(rows->rows[i].bot, bot))
            return false;
    return true;
}

static struct place *working_chat(struct turn *turn, const char *bot, const struct rows_trouble *rows)
{
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (place->conf && place->conf->kind == CHANNEL_OPERATOR &&
            (!*bot || strcmp(turn->bots[place->bot].name, bot) != 0) && works(turn, place, rows))
            return place;
    }
    return NULL;
}

bool has_operator(const struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && turn->places[i].conf->kind == CHANNEL_OPERATOR)
            return true;
    return false;
}

/* --- the post --- */

/* What the operator may do about it at once: buttons where there are buttons. */
static bool add_buttons(
    struct turn *turn, const struct place *place, const char *key, struct message *message)
{
    static const struct {
        const char *kind, *en, *zh, *command, *rest;
    } choices[] = {
        {"unsure", "it is there", "在", "resolve", " sent"},
        {"unsure", "send again", "再发一次", "resolve", " resend"},
        {"unsure", "leave it", "算了", "resolve", " drop"},
        {"fuse", "go on", "继续发", "resume", ""},
        {"fuse", "hold", "先停着", "hold", ""},
    };
    if (!place->adapter->buttons || !place->adapter->listen)
        return false;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const char *whose = behind(key, choices[i].kind);
        if (!whose || !strcmp(whose, "all"))
            continue;
        message_add_button(turn->arena, message, 0, in_chinese(turn) ? choices[i].zh : choices[i].en,
            arena_printf(turn->arena, "/%s %s%s", choices[i].command, whose, choices[i].rest), NULL);
    }
    return true;
}

/* The same as what to type, for the text: where there are no buttons, and in reminders. */
static const char *to_type(struct turn *turn, const char *key)
{
    bool chinese = in_chinese(turn);
    const char *unsure = behind(key, "unsure"), *fuse = behind(key, "fuse");
    if (unsure && strcmp(unsure, "all") != 0)
        return arena_printf(turn->arena,
            chinese ? "digestd resolve %s sent（在）/ resend（再发一次）/ drop（算了）"
                    : " digestd resolve %s sent | resend | drop",
            unsure);
    if (fuse)
        return arena_printf(turn->arena,
            chinese ? "没问题的话：digestd resume %s" : " If that is meant: digestd resume %s", fuse);
    return "";
}

static int post_message(struct turn *turn, const struct place *place, const char *subject,
    const char *occasion, const struct message *message, int64_t *id)
{
    int64_t now = turn->now.wall_ms, before;
    struct buf body = BUF_INIT(1 << 20), buttons = BUF_INIT(1 << 16);
    message_pack(&body, message->root);
    parcel_buttons(&buttons, message);
    struct post_row post = {.channel = place->row.id,
        .kind = "text",
        .subject = subject,
        .occasion = occasion,
        .due_at = now,
        .expires_at = plan_expiry(WHAT_TEXT, place->conf->zone, now),
        .who = "digestd",
        .body = body.data,
        .body_len = body.len,
        .buttons = buttons.len ? buttons.data : NULL,
        .buttons_len = buttons.len,
        .created_at = now};
    int result = state_post_add(turn->state, &post, id, &before, turn->err);
    buf_free(&body);
    buf_free(&buttons);
    if (result || !*id)
        return result;
    wake_in(turn, 0); /* it may be too late for this turn's releases */
    return state_history_add(turn->state,
        &(struct history_row){.at = now,
            .channel = place->row.id,
            .post = *id,
            .who = "digestd",
            .was = "",
            .became = "planned",
            .why = subject},
        turn->err);
}

static int post_to_operator(struct turn *turn, const struct rows_trouble *rows, const char *bot,
    const char *key, const char *subject, const char *occasion, const struct message *message, int64_t *id)
{
    *id = 0;
    struct place *place = working_chat(turn, bot, rows);
    if (!place)
        return 0;
    struct message copy = *message;
    if (key && !add_buttons(turn, place, key, &copy) && copy.root->last &&
        copy.root->last->type == NODE_PARAGRAPH && *to_type(turn, key))
        node_add_text(turn->arena, copy.root->last, to_type(turn, key));
    return post_message(turn, place, subject, occasion, &copy, id);
}

int tell_operator(struct turn *turn, const char *bot, const char *key, const char *subject,
    const char *occasion, const struct message *message, int64_t *id)
{
    struct rows_trouble rows;
    *id = 0;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    return post_to_operator(turn, &rows, bot, key, subject, occasion, message, id);
}

static struct message plain_message(struct turn *turn, const char *text)
{
    struct message message = {.root = node_new(turn->arena, NODE_DOCUMENT)};
    node_add_text(turn->arena, node_add(turn->arena, message.root, NODE_PARAGRAPH), text);
    return message;
}

/* --- it begins --- */

static int alert(struct turn *turn, const struct rows_trouble *rows, struct trouble_row *row)
{
    struct message message = plain_message(turn, row->text);
    int64_t id;
    if (post_to_operator(turn, rows, row->bot, row->key, arena_printf(turn->arena, "alert:%s", row->key),
            arena_printf(turn->arena, "%lld.%d", (long long)row->since, row->told), &message, &id))
        return -1;
    if (!id)
        return 0;
    row->told++;
    row->post = id;
    row->next_at = next_morning(turn);
    return 0;
}

static int take_back(struct turn *turn, int64_t id, bool *taken);

/* An alert of the cause before that has not left says nothing any more. */
static int alert_anew(struct turn *turn, const struct rows_trouble *rows, struct trouble_row *row)
{
    bool taken;
    return take_back(turn, row->post, &taken) || alert(turn, rows, row) ? -1 : 0;
}

int trouble_is(struct turn *turn, const struct trouble_note *note)
{
    struct rows_trouble rows;
    if (note->log)
        tell(turn, note->level, note->channel ? note->channel : "", note->log);
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    struct trouble_row *known = row_keyed(&rows, note->key);
    struct trouble_row row = {.key = note->key,
        .bot = note->bot ? note->bot : "",
        .since = turn->now.wall_ms,
        .next_at = turn->now.wall_ms + note->after_ms};
    if (known)
        row = *known;
    const char *text = note->text ? note->text : note->log;
    bool anew = known && known->told && note->renews && strcmp(known->text, text) != 0;
    row.text = text;
    if (anew && alert_anew(turn, &rows, &row))
        return -1;
    if (!known && !note->after_ms && alert(turn, &rows, &row))
        return -1;
    wake_at(turn, row.next_at);
    return state_trouble_write(turn->state, &row, turn->err);
}

/* --- it is over --- */

/* An alert that never left is taken back, and nothing more need be said. */
static int take_back(struct turn *turn, int64_t id, bool *taken)
{
    struct post_row post;
    bool found;
    *taken = false;
    if (!id)
        return 0;
    if (state_post(turn->state, turn->arena, id, &post, &found, turn->err))
        return -1;
    if (!found || strcmp(post.state, "planned"))
        return 0;
    *taken = true;
    return moves_end_post(turn->state, post.id, post.channel, "planned", "dropped", NULL,
        in_chinese(turn) ? "已经好了" : "it is over", turn->now.wall_ms, turn->err);
}

/* Said when an alert went out, or when none could and it lasted. */
static int say_over(
    struct turn *turn, const struct rows_trouble *rows, const struct trouble_row *row, const char *text)
{
    const char *since = moment_text(turn, row->since);
    if (!row->told)
        text = in_chinese(turn)
                   ? arena_printf(turn->arena, "%s从 %s 起：%s", text, since, row->text)
                   : arena_printf(turn->arena, "%s It was, since %s: %s", text, since, row->text);
    struct message message = plain_message(turn, text);
    int64_t id;
    return post_to_operator(turn, rows, "", NULL, arena_printf(turn->arena, "over:%s", row->key),
        arena_printf(turn->arena, "%lld", (long long)row->since), &message, &id);
}

static int end_all(struct turn *turn, struct rows_trouble *rows, const char *const *keys, size_t count,
    const char *channel, const char *text)
{
    const struct trouble_row *told = NULL;
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        struct trouble_row *row = row_keyed(rows, keys[i]);
        bool taken = false;
        if (!row)
            continue;
        any = true;
        if (take_back(turn, row->post, &taken) || state_trouble_end(turn->state, row->key, turn->err))
            return -1;
        row->bot = ""; /* what is over keeps nobody from being told */
        bool lasted = turn->now.wall_ms - row->since >= UNTOLD_MIN;
        if (!taken && (row->told || lasted) && (!told || !told->told))
            told = row;
    }
    if (!any || !text)
        return 0;
    tell(turn, TELL_INFO, channel ? channel : "", text);
    return told ? say_over(turn, rows, told, text) : 0;
}

int trouble_over(
    struct turn *turn, const char *const *keys, size_t count, const char *channel, const char *text)
{
    struct rows_trouble rows;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    return end_all(turn, &rows, keys, count, channel, text);
}

static const char *goes_on(struct turn *turn, const char *name, const char *groups)
{
    bool chinese = in_chinese(turn);
    return *groups ? arena_printf(turn->arena, chinese ? "%s 又通了：%s。" : "%s goes on: %s.", name, groups)
                   : arena_printf(turn->arena, chinese ? "%s 又通了。" : "%s goes on.", name);
}

enum { TAKEN_KEYS = 7 };

/* What is over then. *whole: a trouble of the bot altogether is among them. A bot that was refused and takes
 * something again may be heard again too. */
static size_t keys_taken(struct turn *turn, const struct rows_trouble *rows, size_t bot,
    const struct place *place, bool answer, const char *keys[TAKEN_KEYS], bool *whole)
{
    static const char *const places[] = {"retry", "blocked", "refused", "expired"};
    const char *name = turn->bots[bot].name;
    size_t count = 0;
    keys[count++] = trouble_key(turn, "bot", name);
    keys[count++] = trouble_key(turn, "reach", name);
    bool refused = row_keyed(rows, keys[0]) != NULL;
    *whole = refused || row_keyed(rows, keys[1]);
    if (!place || refused)
        keys[count++] = trouble_key(turn, "listen", name);
    for (size_t i = 0; place && i < (answer ? 1 : sizeof places / sizeof *places); i++)
        keys[count++] = trouble_key(turn, places[i], place->row.name);
    return count;
}

/* The alert said all: when it is over ("waits until 14:05"), or what is lost and stays so. */
static bool ends_unsaid(const char *key)
{
    return behind(key, "blocked") || behind(key, "expired");
}

int trouble_taken(struct turn *turn, size_t bot, const struct place *place, bool answer)
{
    const char *keys[TAKEN_KEYS], *channel = place ? place->row.name : "";
    const char *name = setup_shown(turn->setup, turn->bots[bot].name);
    const char *text = goes_on(turn, place ? setup_shown(turn->setup, channel) : name, "");
    struct rows_trouble rows;
    bool whole;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    size_t count = keys_taken(turn, &rows, bot, place, answer, keys, &whole);
    bool told = place && table_forget(&turn->memory->retries, channel);
    if (whole) {
        text = goes_on(turn, name, groups_of(turn, bot));
        channel = "";
        /* The groups' own complaints were about the same: they do not come back one by one. */
        for (size_t i = 0; i < turn->place_count; i++)
            if (turn->places[i].bot == bot)
                table_forget(&turn->memory->retries, turn->places[i].row.name);
    }
    bool said = false;
    for (size_t i = 0; i < count; i++)
        said |= row_keyed(&rows, keys[i]) && !ends_unsaid(keys[i]);
    if (told && !said)
        tell(turn, TELL_INFO, channel, text);
    return end_all(turn, &rows, keys, count, channel, said ? text : NULL);
}

/* --- once a turn --- */

static int tell_late(struct turn *turn, const struct rows_trouble *rows)
{
    bool unheard = false;
    for (size_t i = 0; i < rows->count; i++) {
        struct trouble_row *row = &rows->rows[i];
        if (row->told)
            continue;
        if (row->next_at > turn->now.wall_ms) {
            wake_at(turn, row->next_at);
            continue;
        }
        if (alert(turn, rows, row) || (row->told && state_trouble_write(turn->state, row, turn->err)))
            return -1;
        unheard |= !row->told;
    }
    if (unheard && !turn->memory->unheard && has_operator(turn))
        tell(turn, TELL_WARNING, "",
            in_chinese(turn) ? "没有一个 operator: 聊天是通的，故障暂时只写在日志里；通了之后会补发。"
                             : "No chat of operator: works, so troubles stand only in the log; they are told "
                               "when one works again.");
    turn->memory->unheard = unheard;
    return 0;
}

/* One post for all that is open. */
static struct message reminder(struct turn *turn, const struct rows_trouble *rows, int count)
{
    struct message message =
        plain_message(turn, in_chinese(turn) ? arena_printf(turn->arena, "还没好的有 %d 件：", count)
                                             : arena_printf(turn->arena, "Still open (%d):", count));
    struct node *list = node_add(turn->arena, message.root, NODE_LIST);
    for (size_t i = 0; i < rows->count; i++) {
        const struct trouble_row *row = &rows->rows[i];
        if (!row->told)
            continue;
        struct node *item = node_add(turn->arena, list, NODE_ITEM);
        node_add_text(turn->arena, node_add(turn->arena, item, NODE_PARAGRAPH),
            arena_printf(turn->arena, in_chinese(turn) ? "%s%s（%s 起）" : "%s%s (since %s)", row->text,
                to_type(turn, row->key), moment_text(turn, row->since)));
    }
    return message;
}

/* What happened once and is not a state ends with its reminder. */
static bool is_event(const struct trouble_row *row)
{
    return behind(row->key, "refused") || behind(row->key, "expired") || !strcmp(row->key, "machine");
}

static int remind(struct turn *turn, const struct rows_trouble *rows)
{
    int told = 0;
    bool due = false;
    for (size_t i = 0; i < rows->count; i++) {
        const struct trouble_row *row = &rows->rows[i];
        told += row->told > 0;
        due |= row->told && (row->next_at <= turn->now.wall_ms || row->next_at > turn->now.wall_ms + 3 * DAY);
        if (row->told)
            wake_at(turn, row->next_at);
    }
    if (!due)
        return 0;
    struct message message = reminder(turn, rows, told);
    int64_t id;
    if (post_to_operator(turn, rows, "", NULL, "alert:reminder",
            arena_printf(turn->arena, "%lld", (long long)turn->now.wall_ms), &message, &id))
        return -1;
    for (size_t i = 0; i < rows->count; i++) {
        struct trouble_row *row = &rows->rows[i];
        if (!row->told)
            continue;
        row->told += id != 0;
        row->next_at = next_morning(turn);
        if (id && is_event(row) ? state_trouble_end(turn->state, row->key, turn->err)
                                : state_trouble_write(turn->state, row, turn->err))
            return -1;
    }
    return 0;
}

int tend_troubles(struct turn *turn)
{
    struct rows_trouble rows;
    if (end_troubles(turn) || state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    turn->memory->open_troubles = (int)rows.count;
    if (!rows.count) {
        turn->memory->unheard = false;
        return 0;
    }
    return tell_late(turn, &rows) || remind(turn, &rows) ? -1 : 0;
}

int desk_troubles(const struct desk *desk)
{
    return desk->now.open_troubles;
}
