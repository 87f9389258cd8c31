/* What waits for its time by the operator's word: windows, pauses, holds with an end. */
#include "desk/inner.h"

bool rule_waits(struct turn *turn, const struct place *place, const char *who)
{
    int64_t until;
    if (strcmp(who, "rule") || !place || !place->conf ||
        !channel_quiet(place->conf, turn->now.wall_ms, &until))
        return false;
    wake_at(turn, until);
    return true;
}

static int end_hold(struct turn *turn, struct place *place)
{
    const char *name = place->row.name;
    if (state_channel_set(turn->state, place->row.id, "on", "digestd",
            in_chinese(turn) ? "到点了，自己继续" : "held until now", turn->now.wall_ms, turn->err))
        return -1;
    place->row.state = "on";
    place->row.why = "";
    place->row.held_until = 0;
    int count;
    if (waiting_posts(turn, place->row.id, &count))
        return -1;
    tell(turn, TELL_INFO, name,
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s 到点了，继续发；欠 %d 条。", name, count)
            : arena_printf(turn->arena, "%s goes on, as it was held until now; %d wait.", name, count));
    return 0;
}

int end_holds(struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (strcmp(place->row.state, "held") || !place->row.held_until)
            continue;
        if (place->row.held_until > turn->now.wall_ms)
            wake_at(turn, place->row.held_until);
        else if (!turn->memory->hold_until && end_hold(turn, place)) /* a wrong clock ends nothing */
            return -1;
    }
    return 0;
}
