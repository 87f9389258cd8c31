/* Posts that should have gone and did not. Whatever keeps them, known or not: after a quarter of an hour
 * during which nothing held the channel, the operator is told. */
#include "desk/trouble.h"
#include "state/lateness.h"

enum { LATE = 15 * MINUTE };

/* Nothing that is meant to hold it does. */
static bool may_go(struct turn *turn, const struct place *place)
{
    const struct bot_row *bot = &turn->bots[place->bot];
    int64_t now = turn->now.wall_ms;
    return !strcmp(place->row.state, "on") && !strcmp(bot->state, "on") && place->row.blocked_until <= now &&
           bot->blocked_until <= now && !safe_stops(turn, place) && has_room(turn, place) &&
           !rule_waits(turn, place, "rule");
}

static struct late *late_of(struct turn *turn, const char *channel)
{
    struct table *lates = &turn->memory->lates;
    struct late *late = table_find(lates, channel);
    if (late)
        return late;
    late = table_add(lates);
    snprintf(late->channel, sizeof late->channel, "%s", channel);
    late->since = turn->now.boot_ms;
    late->told = false;
    return late;
}

/* Somebody was told already why nothing goes. */
static int is_explained(struct turn *turn, const struct place *place, bool *explained)
{
    const char *name = place->row.name, *bot = turn->bots[place->bot].name;
    const char *keys[] = {trouble_key(turn, "retry", name), trouble_key(turn, "reach", bot)};
    struct rows_trouble rows;
    *explained = false;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        *explained |= !strcmp(rows.rows[i].key, keys[0]) || !strcmp(rows.rows[i].key, keys[1]);
    return 0;
}

static int tell_late_post(struct turn *turn, const struct place *place, const struct due_row *due)
{
    const char *name = place->row.name, *when = clock_text(turn, due->due_at);
    struct post_row post;
    bool found;
    int count;
    if (state_post(turn->state, turn->arena, due->post, &post, &found, turn->err) ||
        waiting_posts(turn, place->row.id, &count))
        return -1;
    const char *label = found ? post_label(turn, &post) : "";
    return trouble_is(turn,
        &(struct trouble_note){.key = trouble_key(turn, "late", name),
            .level = TELL_WARNING,
            .channel = name,
            .log = in_chinese(turn)
                       ? arena_printf(turn->arena,
                             "%s：%s 该在 %s 发，到现在没发出去，欠 %d 条。看 digestd why %lld", name, label,
                             when, count, (long long)due->post)
                       : arena_printf(turn->arena,
                             "%s: %s was due at %s and has not gone; %d post%s wait%s. See digestd why %lld",
                             name, label, when, count, count == 1 ? "" : "s", count == 1 ? "s" : "",
                             (long long)due->post)});
}

static int look_at_place(struct turn *turn, const struct place *place, const struct due_row *due)
{
    struct memory *m = turn->memory;
    if (!due || !may_go(turn, place)) {
        table_forget(&turn->memory->lates, place->row.name);
        return 0;
    }
    struct late *late = late_of(turn, place->row.name);
    int64_t age = turn->now.wall_ms - due->due_at, able = turn->now.boot_ms - late->since;
    if (age > able)
        age = able;
    if (age > m->late_ms)
        m->late_ms = age;
    if (age < LATE) {
        wake_in(turn, LATE - age);
        return 0;
    }
    bool explained;
    if (late->told)
        return 0;
    if (is_explained(turn, place, &explained))
        return -1;
    if (explained)
        return 0;
    late->told = true;
    return tell_late_post(turn, place, due);
}

int watch_lateness(struct turn *turn)
{
    struct rows_due rows;
    turn->memory->late_ms = 0;
    if (turn->desk->tools.ahead)
        return 0;
    if (state_oldest_due(turn->state, turn->arena, turn->now.wall_ms, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < turn->place_count; i++) {
        const struct place *place = &turn->places[i];
        const struct due_row *due = NULL;
        if (!place->conf || place->conf->kind != CHANNEL_GROUP)
            continue;
        for (size_t r = 0; r < rows.count; r++)
            if (rows.rows[r].channel == place->row.id)
                due = &rows.rows[r];
        if (look_at_place(turn, place, due))
            return -1;
    }
    return 0;
}

int64_t desk_late_ms(const struct desk *desk)
{
    return desk->now.late_ms;
}
