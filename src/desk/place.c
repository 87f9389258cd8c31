/* Where the file lies: on which machine, on how full a disk; and whether it is whole. */
#include "desk/trouble.h"

static const char *day_text(struct turn *turn, int64_t ms)
{
    struct civil at = zone_civil(turn->setup->zone ? turn->setup->zone : zone_utc(), ms / 1000);
    return arena_printf(
        turn->arena, "%04d-%02d-%02d %02d:%02d", at.year, at.month, at.day, at.hour, at.minute);
}

static int tell_machine(struct turn *turn, int64_t until, bool taken)
{
    const char *text =
        in_chinese(turn)
            ? arena_printf(turn->arena,
                  "这份数据上次是在另一台机器上用的，到 %s 为止。那边的 digestd "
                  "要是还在运行，请停掉：不然两边都会发。%s",
                  day_text(turn, until),
                  taken ? "它是在那边运行时拷过来的，之后可能发过的都算不确定，不会自动再发。" : "")
            : arena_printf(turn->arena,
                  "This state file was last used on another machine until %s; if digestd still runs there, "
                  "stop "
                  "it: both would post.%s",
                  day_text(turn, until),
                  taken ? " It was taken while a daemon ran on it there: what may have been sent since is "
                          "unsure "
                          "and not sent again by itself."
                        : "");
    return trouble_is(
        turn, &(struct trouble_note){
                  .key = "machine", .level = TELL_ALERT, .channel = "", .text = text, .log = text});
}

/* A file that came from another machine after an orderly end knows all that was sent: a warning is enough.
 * One that a daemon had open there was copied from under it, or saved from a machine that died: what it sent
 * since is not in it, as with a copy made by `backup`, and is settled in the same way. */
int watch_machine(struct turn *turn)
{
    const char *here = turn->desk->tools.machine, *before;
    if (!here || !*here)
        return 0;
    if (state_about(turn->state, "machine", turn->arena, &before, turn->err))
        return -1;
    if (!strcmp(before, here))
        return 0;
    int64_t until = state_newest_stamp(turn->state);
    if (state_set_about(turn->state, "machine", here, turn->err))
        return -1;
    if (!*before || !until)
        return 0;
    bool taken = state_crashed(turn->state);
    if (taken && restore_settle(turn, until, turn->now.wall_ms, until))
        return -1;
    return tell_machine(turn, until, taken);
}

bool has_room(const struct turn *turn, const struct place *place)
{
    return state_has_room(turn->state) || (place->conf && place->conf->kind == CHANNEL_OPERATOR);
}

/* The reserve is given up and made by the edge; here the operator hears of it. What is under way still gets
 * its verdict, and so does a word to the operator. */
int watch_disk(struct turn *turn)
{
    bool was = turn->memory->full;
    turn->memory->full = !state_has_room(turn->state);
    if (was || !turn->memory->full)
        return 0;
    const char *text =
        in_chinese(turn)
            ? "磁盘满了：新的先不发，在发的照常记下。腾出空间后自动继续，一条都不会丢。"
            : "The disk is full: nothing new is posted; what is under way is still recorded. Make "
              "room and it goes on by itself; nothing is lost.";
    return trouble_is(turn,
        &(struct trouble_note){.key = "disk", .level = TELL_ALERT, .channel = "", .text = text, .log = text});
}

/* Found by whatever read it, a page that somebody looked at perhaps: turns may still go through, and then the
 * operator hears of it as of any trouble. Where they do not, see desk/alarm.c. */
int watch_damage(struct turn *turn)
{
    if (!state_damaged(turn->state))
        return 0;
    struct rows_trouble rows;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (!strcmp(rows.rows[i].key, "damaged"))
            return 0;
    return trouble_is(turn,
        &(struct trouble_note){
            .key = "damaged", .level = TELL_ALERT, .channel = "", .text = desk_damage_text(turn->setup)});
}
