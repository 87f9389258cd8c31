/* What is over without anybody saying so: looked at once a turn while a trouble is open. */
#include "core/buf.h"
#include "desk/trouble.h"

struct ending {
    struct turn *turn;
    const struct trouble_row *row;
    const char *whose; /* behind the kind */
    bool over;
    const char *text; /* NULL = nothing need be said */
};

static const char *goes_on(struct turn *turn, const char *name)
{
    name = setup_shown(turn->setup, name);
    return in_chinese(turn) ? arena_printf(turn->arena, "%s 继续。", name)
                            : arena_printf(turn->arena, "%s goes on.", name);
}

static int channel_end(struct ending *ending)
{
    const struct place *place = place_named(ending->turn, ending->whose);
    ending->over = !place || strcmp(place->row.state, "paused") != 0;
    if (place && ending->over)
        ending->text = goes_on(ending->turn, ending->whose);
    return 0;
}

static int fuse_end(struct ending *ending)
{
    const struct place *place = place_named(ending->turn, ending->whose);
    /* Somebody who holds it himself knows. */
    bool by_hand = place && !*place->row.why;
    ending->over = !place || by_hand || strcmp(place->row.state, "held") != 0;
    if (place && !strcmp(place->row.state, "on"))
        ending->text = goes_on(ending->turn, ending->whose);
    return 0;
}

static int bot_end(struct ending *ending)
{
    const struct setup *setup = ending->turn->setup;
    ending->over = true; /* not configured any more */
    for (size_t i = 0; i < setup->bot_count; i++)
        ending->over &= strcmp(setup->bots[i].name, ending->whose) != 0;
    return 0;
}

/* Nothing is left that could show that the platform takes posts again. */
static int queue_end(struct ending *ending)
{
    struct turn *turn = ending->turn;
    const struct place *place = place_named(turn, ending->whose);
    int count = 0;
    if (place && waiting_posts(turn, place->row.id, &count))
        return -1;
    ending->over = !place || !count;
    if (place && ending->over)
        ending->text = in_chinese(turn)
                           ? arena_printf(turn->arena, "%s：没有在等的了。", ending->whose)
                           : arena_printf(turn->arena, "%s: nothing waits any more.", ending->whose);
    return 0;
}

/* The alert said until when. */
static int blocked_end(struct ending *ending)
{
    int result = queue_end(ending);
    ending->text = NULL;
    return result;
}

static int event_end(struct ending *ending)
{
    ending->over = !place_named(ending->turn, ending->whose);
    return 0;
}

/* It is no state either, and no channel's: without an operator nobody is reminded. */
static int machine_end(struct ending *ending)
{
    int64_t at = ending->row->since + DAY;
    ending->over = !has_operator(ending->turn) && at <= ending->turn->now.wall_ms;
    return 0;
}

/* Somebody who settled it by hand knows. */
static int settled_by_itself(struct turn *turn, int64_t post, bool *by_itself)
{
    struct rows_history rows;
    if (state_history_of_post(turn->state, turn->arena, post, &rows, turn->err))
        return -1;
    const char *who = "digestd";
    for (size_t i = 0; i < rows.count; i++)
        if (!strcmp(rows.rows[i].was, "unknown") && strcmp(rows.rows[i].became, "unknown") != 0)
            who = rows.rows[i].who;
    *by_itself = !strcmp(who, "digestd") || !strcmp(who, "rule");
    return 0;
}

static int one_unsure_end(struct ending *ending)
{
    struct turn *turn = ending->turn;
    struct delivery_row row;
    struct post_row post;
    bool found, by_itself;
    if (state_delivery(turn->state, turn->arena, strtoll(ending->whose, NULL, 10), &row, &found, turn->err))
        return -1;
    ending->over = !found || strcmp(row.state, "unknown") != 0;
    if (!ending->over || !found)
        return 0;
    if (settled_by_itself(turn, row.post, &by_itself) ||
        state_post(turn->state, turn->arena, row.post, &post, &found, turn->err))
        return -1;
    if (!by_itself || !found)
        return 0;
    const struct place *place = place_of(turn, post.channel);
    const char *name = place ? place->row.name : "", *label = post_label(turn, &post);
    ending->text =
        !strcmp(row.state, "sent")
            ? in_chinese(turn) ? arena_printf(turn->arena, "%s：%s 发到了。", name, label)
                               : arena_printf(turn->arena, "%s: %s is there after all.", name, label)
        : in_chinese(turn) ? arena_printf(turn->arena, "%s：%s 清楚了：没发到。", name, label)
                           : arena_printf(turn->arena, "%s: %s is settled: it did not arrive.", name, label);
    return 0;
}

static int all_unsure_end(struct ending *ending)
{
    struct rows_open open;
    if (state_open_deliveries(ending->turn->state, ending->turn->arena, &open, ending->turn->err))
        return -1;
    ending->over = true;
    for (size_t i = 0; i < open.count; i++)
        ending->over &= strcmp(open.rows[i].delivery.state, "unknown") != 0;
    if (ending->over)
        ending->text = in_chinese(ending->turn) ? "不确定的都清楚了。" : "Nothing is unsure any more.";
    return 0;
}

static int unsure_end(struct ending *ending)
{
    return strcmp(ending->whose, "all") != 0 ? one_unsure_end(ending) : all_unsure_end(ending);
}

/* "file SOURCE PATH": the source is not read any more. */
static int file_end(struct ending *ending)
{
    const struct setup *setup = ending->turn->setup;
    ending->over = true;
    for (size_t i = 0; i < setup->source_count; i++) {
        size_t len = strlen(setup->sources[i].name);
        ending->over &= strncmp(ending->whose, setup->sources[i].name, len) || ending->whose[len] != ' ';
    }
    return 0;
}

/* The source is not fetched any more. */
static int fetch_end(struct ending *ending)
{
    const struct setup *setup = ending->turn->setup;
    ending->over = true;
    for (size_t i = 0; i < setup->source_count; i++)
        ending->over &= !setup->sources[i].url || strcmp(setup->sources[i].name, ending->whose) != 0;
    return 0;
}

/* A start finds the clock as it is; what it thought before is gone. */
static int clock_end(struct ending *ending)
{
    ending->over = !ending->turn->memory->hold_until;
    if (ending->over)
        ending->text =
            in_chinese(ending->turn) ? "时钟正常了，定时继续。" : "The clock is sane again; schedules go on.";
    return 0;
}

static int disk_end(struct ending *ending)
{
    ending->over = state_has_room(ending->turn->state);
    if (ending->over)
        ending->text = in_chinese(ending->turn) ? "磁盘有空间了，继续发。"
                                                : "There is room on the disk again; it goes on.";
    return 0;
}

static int damaged_end(struct ending *ending)
{
    ending->over = !state_damaged(ending->turn->state);
    if (ending->over)
        ending->text = in_chinese(ending->turn) ? "状态文件查过了，是好的。"
                                                : "The state file was looked through and is whole.";
    return 0;
}

static int safe_end(struct ending *ending)
{
    ending->over = !ending->turn->memory->safe_until;
    if (ending->over)
        ending->text =
            in_chinese(ending->turn) ? "安全模式结束，继续发。" : "Safe mode is over; posting goes on.";
    return 0;
}

/* It went, or something holds it now that is known. */
static int late_end(struct ending *ending)
{
    const struct place *place = place_named(ending->turn, ending->whose);
    ending->over = !table_find(&ending->turn->memory->lates, ending->whose);
    if (ending->over && place && !strcmp(place->row.state, "on"))
        ending->text =
            in_chinese(ending->turn)
                ? arena_printf(ending->turn->arena, "%s：没有晚的了。", ending->whose)
                : arena_printf(ending->turn->arena, "%s: nothing is late any more.", ending->whose);
    return 0;
}

static const struct {
    const char *kind;
    int (*look)(struct ending *ending);
} endings[] = {
    {"channel", channel_end},
    {"fuse", fuse_end},
    {"bot", bot_end},
    {"reach", bot_end},
    {"listen", bot_end},
    {"retry", queue_end},
    {"blocked", blocked_end},
    {"refused", event_end},
    {"expired", event_end},
    {"unsure", unsure_end},
    {"file", file_end},
    {"fetch", fetch_end},
    {"clock", clock_end},
    {"disk", disk_end},
    {"damaged", damaged_end},
    {"machine", machine_end},
    {"safe", safe_end},
    {"late", late_end},
};

static int look_at(struct turn *turn, const struct trouble_row *row)
{
    size_t len = strcspn(row->key, " ");
    struct ending ending = {.turn = turn, .row = row, .whose = row->key + len + (row->key[len] == ' ')};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i].kind) == len && !memcmp(endings[i].kind, row->key, len) &&
            endings[i].look(&ending))
            return -1;
    if (!ending.over)
        return 0;
    return trouble_over(turn, &row->key, 1, "", ending.text);
}

int end_troubles(struct turn *turn)
{
    struct rows_trouble rows;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (look_at(turn, &rows.rows[i]))
            return -1;
    return 0;
}
