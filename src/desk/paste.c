#include "desk/paste.h"

#include "core/buf.h"
#include "desk/hand.h"
#include "desk/moves.h"
#include "desk/parcel.h"
#include "desk/subject.h"

enum { REMIND = 2 * HOUR, RETRY = 5 * MINUTE, BODY_MAX = 4 << 20, BUTTONS_BYTES = 1024 };

/* What the group is called, as the editor knows it. */
static const char *group_of(const struct channel *channel)
{
    const char *group = setting(&channel->settings, "group");
    return group ? group : channel->name;
}

/* "第 3 条", "item 3" */
static const char *label_of(struct turn *turn, const struct post_row *post, bool zh)
{
    static const struct {
        const char *kind, *zh, *en;
    } words[] = {{"contents", "目录", "contents"}, {"edition", "整期", "the edition"},
        {"section", "一个栏目", "a section"}, {"question", "今日一问", "question of the day"},
        {"text", "一段文字", "a text"}};
    struct subject subject;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].kind, post->kind))
            return zh ? words[i].zh : words[i].en;
    if (!subject_read(turn->arena, post->subject, &subject) || !subject.item)
        return zh ? "一条" : "a post";
    return arena_printf(turn->arena, zh ? "第 %d 条" : "item %d", subject.item);
}

static void add_line(struct turn *turn, struct message *message, const char *text)
{
    node_add_text(turn->arena, node_add(turn->arena, message->root, NODE_PARAGRAPH), text);
}

static void add_buttons(struct turn *turn, struct message *message, int64_t delivery, bool zh)
{
    message_add_button(turn->arena, message, 0, zh ? "发好了" : "Done",
        arena_printf(turn->arena, "/done %lld", (long long)delivery), NULL);
    message_add_button(turn->arena, message, 0, zh ? "不发" : "Skip",
        arena_printf(turn->arena, "/skip %lld", (long long)delivery), NULL);
}

/* A post in the editor's own chat. The same occasion comes once. */
static int write_to(struct turn *turn, const struct place *editor, const struct message *message,
    int64_t delivery, const char *occasion, int64_t expires_at)
{
    struct buf body = BUF_INIT(BODY_MAX), buttons = BUF_INIT(BUTTONS_BYTES);
    message_pack(&body, message->root);
    parcel_buttons(&buttons, message);
    struct post_row post = {.channel = editor->row.id,
        .kind = "text",
        .subject = arena_printf(turn->arena, "hand:%lld", (long long)delivery),
        .occasion = occasion,
        .due_at = turn->now.wall_ms,
        .expires_at = expires_at,
        .who = "digestd",
        .rule = "",
        .chat = "",
        .topic = "",
        .reply_to = "",
        .edit = "",
        .body = body.data,
        .body_len = body.len,
        .buttons = buttons.data,
        .buttons_len = buttons.len,
        .created_at = turn->now.wall_ms};
    int64_t id, before;
    int result = state_post_add(turn->state, &post, &id, &before, turn->err);
    buf_free(&body);
    buf_free(&buttons);
    return result;
}

static int rest(struct turn *turn, struct job *job, enum ledger_event event, const char *why)
{
    struct change change = {.event = event,
        .why = why,
        .chinese = in_chinese(turn),
        .facts = {.newest = true, .when_unknown = UNKNOWN_ASK},
        .due_at = turn->now.wall_ms + RETRY,
        .now_ms = turn->now.wall_ms};
    struct ledger_move did;
    return moves_apply(turn->state, turn->arena, &change, &job->delivery, &did, turn->err);
}

int hand_over(struct turn *turn, struct job *job)
{
    const struct channel *channel = job->place->conf;
    const char *hand = channel ? hand_of(channel) : "";
    struct place *editor = *hand ? place_named(turn, hand) : NULL;
    if (!editor)
        return rest(turn, job, LEDGER_RETRY, in_chinese(turn) ? "没有人来贴" : "nobody is there to paste it");
    bool zh = !strcmp(place_language(turn, editor), "zh");
    struct message message = {.root = node_new(turn->arena, NODE_DOCUMENT)};
    add_line(turn, &message,
        arena_printf(turn->arena, zh ? "请贴到「%s」：%s" : "To paste into %s: %s", group_of(channel),
            label_of(turn, &job->post, zh)));
    node_add_leaf(turn->arena, message.root, NODE_CODE_BLOCK, job->errand.part->bytes);
    add_buttons(turn, &message, job->delivery.id, zh);
    if (write_to(turn, editor, &message, job->delivery.id,
            arena_printf(turn->arena, "attempt %d", job->delivery.attempt), job->post.expires_at))
        return -1;
    wake_in(turn, GRACE);
    return rest(turn, job, LEDGER_UNSURE,
        arena_printf(
            turn->arena, in_chinese(turn) ? "已交给 %s，还没确认" : "handed to %s, not confirmed", hand));
}

/* --- what nobody confirmed --- */

static int remind(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct delivery_row *delivery)
{
    struct place *editor = place_named(turn, hand_of(place->conf));
    if (!editor)
        return 0;
    bool zh = !strcmp(place_language(turn, editor), "zh");
    struct message message = {.root = node_new(turn->arena, NODE_DOCUMENT)};
    add_line(turn, &message,
        arena_printf(turn->arena,
            zh ? "还没确认：%s，要贴到「%s」（%s 给的）" : "Not confirmed yet: %s for %s, handed over at %s",
            zh ? label_of(turn, post, zh) : label_of(turn, post, zh), group_of(place->conf),
            clock_text(turn, delivery->changed_at)));
    add_buttons(turn, &message, delivery->id, zh);
    return write_to(turn, editor, &message, delivery->id,
        arena_printf(turn->arena, "reminder %d", delivery->attempt), post->expires_at);
}

static int give_up(
    struct turn *turn, const struct place *place, const struct post_row *post, struct delivery_row *delivery)
{
    const char *hand = hand_of(place->conf), *name = place->row.name;
    struct change change = {.event = LEDGER_SAY_DROP,
        .why = arena_printf(turn->arena,
            in_chinese(turn) ? "太久了：%s 没说贴没贴" : "too old: %s did not say whether it was pasted",
            hand),
        .chinese = in_chinese(turn),
        .facts = {.newest = true},
        .now_ms = turn->now.wall_ms};
    struct ledger_move did;
    if (moves_apply(turn->state, turn->arena, &change, delivery, &did, turn->err))
        return -1;
    tell(turn, TELL_WARNING, name,
        arena_printf(turn->arena,
            in_chinese(turn) ? "%s：%s 不算发过：%s" : "%s: %s does not count as told: %s", name,
            label_of(turn, post, in_chinese(turn)), change.why));
    return 0;
}

static int heed_one(struct turn *turn, struct place *place, const struct open_row *row)
{
    struct delivery_row delivery = row->delivery;
    struct post_row post;
    bool found;
    int64_t remind_at = delivery.changed_at + REMIND, now = turn->now.wall_ms;
    bool old = row->expires_at <= now;
    if (!old && remind_at > now) {
        wake_at(turn, remind_at < row->expires_at ? remind_at : row->expires_at);
        return 0;
    }
    if (state_post(turn->state, turn->arena, delivery.post, &post, &found, turn->err))
        return -1;
    if (!found)
        return 0;
    if (old)
        return give_up(turn, place, &post, &delivery);
    wake_at(turn, row->expires_at);
    return remind(turn, place, &post, &delivery);
}

int heed_hands(struct turn *turn)
{
    bool any = false;
    for (size_t i = 0; i < turn->place_count; i++)
        any |= turn->places[i].conf && turn->places[i].adapter->by_hand;
    struct rows_open open = {0};
    if (any && state_open_deliveries(turn->state, turn->arena, &open, turn->err))
        return -1;
    for (size_t i = 0; i < open.count; i++) {
        struct place *place = place_of(turn, open.rows[i].channel);
        if (place && place->conf && place->adapter->by_hand &&
            !strcmp(open.rows[i].delivery.state, "unknown") && heed_one(turn, place, &open.rows[i]))
            return -1;
    }
    return 0;
}
