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

static bool has_operator(const struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && turn->places[i].conf->kind == CHANNEL_OPERATOR)
            return true;
    return false;
}

/* --- the post --- */

/* What the operator may do about it at once, as buttons where there are buttons, else as what to type. */
static void add_choices(
    struct turn *turn, const struct place *place, const char *key, struct message *message)
{
    bool chinese = in_chinese(turn), buttons = place->adapter->buttons && place->adapter->listen;
    const char *unsure = behind(key, "unsure"), *fuse = behind(key, "fuse");
    struct node *paragraph = message->root->last;
    if (unsure && buttons && strcmp(unsure, "all") != 0) {
        message_add_button(turn->arena, message, 0, chinese ? "在" : "it is there",
            arena_printf(turn->arena, "/resolve %s sent", unsure), NULL);
        message_add_button(turn->arena, message, 0, chinese ? "再发一次" : "send again",
            arena_printf(turn->arena, "/resolve %s resend", unsure), NULL);
        message_add_button(turn->arena, message, 0, chinese ? "算了" : "leave it",
            arena_printf(turn->arena, "/resolve %s drop", unsure), NULL);
    } else if (unsure && strcmp(unsure, "all") != 0) {
        node_add_text(turn->arena, paragraph,
            arena_printf(turn->arena,
                chinese ? "digestd resolve %s sent（在）/ resend（再发一次）/ drop（算了）"
                        : " digestd resolve %s sent | resend | drop",
                unsure));
    } else if (fuse && buttons) {
        message_add_button(turn->arena, message, 0, chinese ? "继续发" : "go on",
            arena_printf(turn->arena, "/resume %s", fuse), NULL);
        message_add_button(turn->arena, message, 0, chinese ? "先停着" : "hold",
            arena_printf(turn->arena, "/hold %s", fuse), NULL);
    } else if (fuse) {
        node_add_text(turn->arena, paragraph,
            arena_printf(turn->arena,
                chinese ? "没问题的话：digestd resume %s" : " If that is meant: digestd resume %s", fuse));
    }
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
    if (key && copy.root->last && copy.root->last->type == NODE_PARAGRAPH)
        add_choices(turn, place, key, &copy);
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
    row->told = 1;
    row->post = id;
    row->next_at = next_morning(turn);
    return 0;
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
    row.text = note->text ? note->text : note->log;
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
    return moves_end_post(turn->state, post.id, post.channel, "planned", "dropped", NULL, "it is over",
        turn->now.wall_ms, turn->err);
}

/* The day too, where it began on another. */
static const char *since_text(struct turn *turn, int64_t since)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    struct civil then = zone_civil(zone, since / 1000), now = zone_civil(zone, turn->now.wall_ms / 1000);
    if (then.day == now.day && then.month == now.month)
        return arena_printf(turn->arena, "%02d:%02d", then.hour, then.minute);
    return arena_printf(turn->arena, "%02d-%02d %02d:%02d", then.month, then.day, then.hour, then.minute);
}

/* Said when an alert went out, or when none could and it lasted. */
static int say_over(
    struct turn *turn, const struct rows_trouble *rows, const struct trouble_row *row, const char *text)
{
    const char *since = since_text(turn, row->since);
    if (!row->told)
        text = in_chinese(turn)
                   ? arena_printf(turn->arena, "%s从 %s 起：%s", text, since, row->text)
                   : arena_printf(turn->arena, "%s It was, since %s: %s", text, since, row->text);
    struct message message = plain_message(turn, text);
    int64_t id;
    return post_to_operator(turn, rows, "", NULL, arena_printf(turn->arena, "over:%s", row->key),
        arena_printf(turn->arena, "%lld", (long long)row->since), &message, &id);
}

int trouble_over(struct turn *turn, const char *const *keys, size_t count, const char *channel,
    const char *text, bool *was)
{
    struct rows_trouble rows;
    const struct trouble_row *told = NULL;
    bool any = false;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct trouble_row *row = row_keyed(&rows, keys[i]);
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
    if (was)
        *was = any;
    if (!any || !text)
        return 0;
    tell(turn, TELL_INFO, channel ? channel : "", text);
    return told ? say_over(turn, &rows, told, text) : 0;
}

int trouble_sent(struct turn *turn, const struct place *place, bool answer, bool *was)
{
    const char *name = place->row.name, *bot = turn->bots[place->bot].name;
    const char *keys[] = {trouble_key(turn, "bot", bot), trouble_key(turn, "reach", bot),
        trouble_key(turn, "retry", name), trouble_key(turn, "blocked", name),
        trouble_key(turn, "refused", name), trouble_key(turn, "expired", name)};
    return trouble_over(turn, keys, answer ? 3 : 6, name,
        in_chinese(turn) ? arena_printf(turn->arena, "%s 又通了。", name)
                         : arena_printf(turn->arena, "%s goes on.", name),
        was);
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
            arena_printf(turn->arena, in_chinese(turn) ? "%s（%s 起）" : "%s (since %s)", row->text,
                since_text(turn, row->since)));
    }
    return message;
}

/* What happened once and is not a state ends with its reminder. */
static bool is_event(const struct trouble_row *row)
{
    return behind(row->key, "refused") || behind(row->key, "expired");
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
