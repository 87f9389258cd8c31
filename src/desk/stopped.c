/* What the platform stops: a channel that it refuses, a bot with all its groups. */
#include "core/buf.h"
#include "core/sentence.h"
#include "desk/ahead.h"
#include "desk/trouble.h"

int waiting_posts(struct turn *turn, int64_t channel, int *count)
{
    struct rows_post posts;
    if (state_posts_waiting(turn->state, turn->arena, channel, 1000, &posts, turn->err))
        return -1;
    *count = 0;
    for (size_t i = 0; i < posts.count; i++)
        *count += strcmp(posts.rows[i].kind, "answer") != 0 && posts.rows[i].due_at <= turn->now.wall_ms;
    return 0;
}

static bool is_group_of(const struct place *place, size_t bot)
{
    return place->conf && place->conf->kind == CHANNEL_GROUP && place->bot == bot;
}

const char *groups_of(struct turn *turn, size_t bot)
{
    struct buf names = BUF_INIT(400);
    for (size_t i = 0; i < turn->place_count; i++)
        if (is_group_of(&turn->places[i], bot))
            buf_addf(
                &names, "%s%s", names.len ? in_chinese(turn) ? "、" : ", " : "", turn->places[i].row.name);
    const char *kept = buf_keep(&names, turn->arena);
    buf_free(&names);
    return kept;
}

/* The first post that readers will miss, of this channel or (NULL) of the bot's groups: " Next post 09:00.";
 * "" = none is near. Asked before anything is stopped, for the look ahead does not go past that. */
static int next_text(struct turn *turn, const struct place *only, size_t bot, const char **text)
{
    struct ahead_wish wish = {.channel = only ? only->row.name : NULL,
        .until_ms = turn->now.wall_ms + AHEAD_DAYS * (int64_t)DAY,
        .turns = AHEAD_TURNS};
    struct ahead ahead;
    *text = "";
    if (turn->desk->tools.ahead || (only && only->conf->kind != CHANNEL_GROUP))
        return 0;
    if (desk_ahead(turn->state, turn->setup, &wish, turn->now, turn->arena, &ahead, turn->err))
        return -1;
    for (size_t i = 0; i < ahead.coming_count && !**text; i++) {
        const struct place *place = place_named(turn, ahead.coming[i].channel);
        if (place && is_group_of(place, bot) && ahead.coming[i].due_ms > turn->now.wall_ms)
            *text = arena_printf(turn->arena, in_chinese(turn) ? "下一条 %s。" : " Next post %s.",
                moment_text(turn, ahead.coming[i].at_ms));
    }
    return 0;
}

static const char *waiting_text(struct turn *turn, int count)
{
    if (!count)
        return "";
    return in_chinese(turn) ? arena_printf(turn->arena, "欠 %d 条。", count)
                            : arena_printf(turn->arena, " %d post%s wait%s.", count, count == 1 ? "" : "s",
                                  count == 1 ? "s" : "");
}

int pause_channel(struct turn *turn, struct place *place, const char *why)
{
    const char *next, *name = place->row.name;
    int count;
    if (strcmp(place->row.state, "on"))
        return 0;
    if (next_text(turn, place, place->bot, &next) ||
        state_channel_set(turn->state, place->row.id, "paused", "digestd", why, turn->now.wall_ms, turn->err))
        return -1;
    place->row.state = "paused";
    place->row.why = why;
    if (waiting_posts(turn, place->row.id, &count))
        return -1;
    const char *waiting = waiting_text(turn, count), *said = setup_shown(turn->setup, name);
    const char *whole = sentence_whole(turn->arena, why, in_chinese(turn));
    return trouble_is(turn,
        &(struct trouble_note){.key = trouble_key(turn, "channel", name),
            .level = TELL_ALERT,
            .channel = name,
            .log =
                in_chinese(turn)
                    ? arena_printf(turn->arena, "%s 停了：%s%s%s处理好之后：digestd resume %s", said, whole,
                          waiting, next, said)
                    : arena_printf(turn->arena, "%s stopped: %s%s%s When it is put right: digestd resume %s",
                          said, whole, waiting, next, said)});
}

int pause_bot(struct turn *turn, size_t bot, const char *why)
{
    struct bot_row *row = &turn->bots[bot];
    const char *next, *groups = groups_of(turn, bot);
    int total = 0;
    if (!strcmp(row->state, "paused"))
        return 0;
    if (next_text(turn, NULL, bot, &next) ||
        state_bot_set(turn->state, row->id, "paused", why, turn->now.wall_ms, turn->err))
        return -1;
    row->state = "paused";
    row->why = why;
    for (size_t i = 0; i < turn->place_count; i++) {
        int count;
        if (!is_group_of(&turn->places[i], bot))
            continue;
        if (waiting_posts(turn, turn->places[i].row.id, &count))
            return -1;
        total += count;
    }
    return trouble_is(turn,
        &(struct trouble_note){.key = trouble_key(turn, "bot", row->name),
            .level = TELL_ALERT,
            .bot = row->name,
            .log = arena_printf(turn->arena, in_chinese(turn) ? "%s 停了：%s%s%s" : "%s stopped: %s%s%s",
                *groups ? groups : setup_shown(turn->setup, row->name),
                sentence_whole(turn->arena, why, in_chinese(turn)), waiting_text(turn, total), next)});
}
