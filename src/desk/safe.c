/* Safe mode: a daemon that is started again and again posts nothing. Something kills it, and it might be a
 * post; whoever starts it three times in a minute would post to people three times a minute. */
#include "desk/trouble.h"

enum { STARTS = 3, STARTS_WITHIN = MINUTE, SAFE_FOR = 10 * MINUTE };

/* In the table about: "starts", moments of the last ones, newest first; "safe_until". */
static int read_stamps(struct turn *turn, int64_t stamps[STARTS])
{
    const char *text;
    if (state_about(turn->state, "starts", turn->arena, &text, turn->err))
        return -1;
    for (int i = 0; i < STARTS; i++) {
        char *end = NULL;
        stamps[i] = text && *text ? strtoll(text, &end, 10) : 0;
        text = end;
    }
    return 0;
}

static int safe_until(struct turn *turn, int64_t *until)
{
    const char *text;
    if (state_about(turn->state, "safe_until", turn->arena, &text, turn->err))
        return -1;
    *until = text ? strtoll(text, NULL, 10) : 0;
    return 0;
}

static int set_number(struct turn *turn, const char *key, int64_t number)
{
    return state_set_about(
        turn->state, key, number ? arena_printf(turn->arena, "%lld", (long long)number) : "", turn->err);
}

static int begin_safe(struct turn *turn)
{
    turn->memory->safe_until = turn->now.boot_ms + SAFE_FOR;
    const char *text =
        in_chinese(turn)
            ? "安全模式：一分钟内启动了三次，先什么都不发，命令照答。看一下日志里为什么停；"
              "安静十分钟后自动继续，或者 digestd resume --all。"
            : "Safe mode: three starts within a minute. Nothing is posted, commands are answered. "
              "Look in the log why it stopped; after ten quiet minutes it goes on by itself, or "
              "at once with digestd resume --all.";
    return set_number(turn, "safe_until", turn->now.wall_ms + SAFE_FOR) ||
                   trouble_is(turn, &(struct trouble_note){.key = "safe", .level = TELL_ALERT, .log = text})
               ? -1
               : 0;
}

int safe_start(struct turn *turn)
{
    int64_t stamps[STARTS], until, now = turn->now.wall_ms;
    if (!turn->desk->tools.count_starts || turn->desk->tools.drain || turn->setup->demo)
        return 0;
    if (read_stamps(turn, stamps) || safe_until(turn, &until) ||
        state_set_about(turn->state, "starts",
            arena_printf(
                turn->arena, "%lld %lld %lld", (long long)now, (long long)stamps[0], (long long)stamps[1]),
            turn->err))
        return -1;
    /* The third start, or one more before it was quiet for ten minutes. A clock that jumped proves nothing.
     */
    bool third = stamps[1] > 0 && stamps[1] <= now && now - stamps[1] <= STARTS_WITHIN;
    bool still = until > now && until <= now + SAFE_FOR;
    return third || still ? begin_safe(turn) : 0;
}

int safe_tend(struct turn *turn)
{
    struct memory *m = turn->memory;
    int64_t until;
    if (!m->safe_until)
        return 0;
    if (safe_until(turn, &until))
        return -1;
    if (until && turn->now.boot_ms < m->safe_until) {
        wake_in(turn, m->safe_until - turn->now.boot_ms);
        return 0;
    }
    m->safe_until = 0;
    return set_number(turn, "safe_until", 0);
}

bool safe_stops(const struct turn *turn, const struct place *place)
{
    return turn->memory->safe_until && !(place->conf && place->conf->kind == CHANNEL_OPERATOR);
}

bool desk_safe(const struct desk *desk)
{
    return desk->now.safe_until != 0;
}
