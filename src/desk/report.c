/* The weekly report: Mondays at nine in the operator's zone, once. */
#include "core/buf.h"
#include "desk/ahead.h"
#include "desk/subject.h"
#include "desk/trouble.h"
#include "state/lateness.h"

enum { REPORT_HOUR = 9, WEEK_DAYS = 7, FILES_SHOWN = 5 };

static const char report_rule[] = "weekly report";

static struct place *first_operator(struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && turn->places[i].conf->kind == CHANNEL_OPERATOR)
            return &turn->places[i];
    return NULL;
}

/* Nine o'clock of this week's Monday. */
static int64_t monday(const struct turn *turn, const struct zone *zone, struct civil *day)
{
    struct civil now = zone_civil(zone, turn->now.wall_ms / 1000);
    *day = civil_from_days(
        civil_days(now.year, now.month, now.day) - civil_weekday(now.year, now.month, now.day));
    day->hour = REPORT_HOUR;
    return zone_moment(zone, *day) * 1000;
}

/* Items of the newest edition that will not be told before the next one is to be expected, a week after it:
 * what `plan` would say. Nothing is said where that would be too long a look. */
static int will_not_fit(struct turn *turn, const struct place *place, size_t *left)
{
    struct edition_query query = channel_query(turn->arena, turn->setup, place->conf, 1);
    struct rows_edition found;
    struct ahead ahead;
    *left = 0;
    if (state_editions(turn->state, turn->arena, &query, &found, turn->err))
        return -1;
    if (!found.count)
        return 0;
    struct ahead_wish wish = {.channel = place->row.name,
        .until_ms = found.rows[0].published_at + WEEK_DAYS * (int64_t)DAY,
        .turns = AHEAD_TURNS,
        .whole = true};
    if (wish.until_ms <= turn->now.wall_ms)
        return 0;
    if (desk_ahead(turn->state, turn->setup, &wish, turn->now, turn->arena, &ahead, turn->err))
        return -1;
    *left = ahead.cut ? 0 : ahead.unfit_count;
    return 0;
}

static void add_line(struct turn *turn, struct node *list, const char *text)
{
    struct node *item = node_add(turn->arena, list, NODE_ITEM);
    node_add_text(turn->arena, node_add(turn->arena, item, NODE_PARAGRAPH), text);
}

/* "weekly: 12 posted, 1 failed; 2 wait; 3 items will not fit" */
static int add_channel(struct turn *turn, const struct place *place, int64_t since, struct node *list)
{
    bool chinese = in_chinese(turn);
    struct went_row went;
    size_t left;
    if (state_went(turn->state, place->row.id, since, turn->now.wall_ms, &went, turn->err) ||
        will_not_fit(turn, place, &left))
        return -1;
    struct buf line = BUF_INIT(1024);
    buf_addf(&line, chinese ? "%s：发了 %d 条" : "%s: %d posted", place->row.name, went.sent);
    if (went.failed)
        buf_addf(&line, chinese ? "，失败 %d 条" : ", %d failed", went.failed);
    if (went.unsure)
        buf_addf(&line, chinese ? "，不确定 %d 条" : ", %d unsure", went.unsure);
    if (went.waiting)
        buf_addf(&line, chinese ? "，欠 %d 条" : ", %d wait%s", went.waiting, went.waiting == 1 ? "s" : "");
    if (left)
        buf_addf(&line,
            chinese ? "，这一期有 %zu 条排不下" : ", %zu item%s of the newest edition will not fit", left,
            left == 1 ? "" : "s");
    if (strcmp(place->row.state, "on"))
        buf_addf(&line, chinese ? "（%s）" : " (%s)",
            !strcmp(place->row.state, "held") ? chinese ? "停着" : "held"
            : chinese                         ? "平台不让发"
                                              : "paused by the platform");
    if (setup_rehearses(turn->setup, place->conf))
        buf_adds(&line, chinese ? "（排练）" : " (rehearsal)");
    add_line(turn, list, buf_keep(&line, turn->arena));
    buf_free(&line);
    return 0;
}

static int add_files(struct turn *turn, struct message *message)
{
    struct rows_unread files;
    if (state_unread_files(turn->state, turn->arena, &files, turn->err))
        return -1;
    if (!files.count)
        return 0;
    node_add_text(turn->arena, node_add(turn->arena, message->root, NODE_PARAGRAPH),
        in_chinese(turn) ? "读不了的文件：" : "Files that cannot be read:");
    struct node *list = node_add(turn->arena, message->root, NODE_LIST);
    for (size_t i = 0; i < files.count && i < FILES_SHOWN; i++)
        add_line(turn, list, files.rows[i].error);
    if (files.count > FILES_SHOWN)
        add_line(turn, list,
            arena_printf(
                turn->arena, in_chinese(turn) ? "还有 %zu 个" : "and %zu more", files.count - FILES_SHOWN));
    return 0;
}

static int compose_report(struct turn *turn, int64_t since, struct message *message)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    struct civil from = zone_civil(zone, since / 1000);
    *message = (struct message){.root = node_new(turn->arena, NODE_DOCUMENT)};
    node_add_text(turn->arena, node_add(turn->arena, message->root, NODE_PARAGRAPH),
        arena_printf(turn->arena,
            in_chinese(turn) ? "%02d-%02d 以来这一周：" : "The week since %02d-%02d:", from.month, from.day));
    struct node *list = node_add(turn->arena, message->root, NODE_LIST);
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && turn->places[i].conf->kind == CHANNEL_GROUP &&
            add_channel(turn, &turn->places[i], since, list))
            return -1;
    return add_files(turn, message);
}

/* On the Monday itself, also later in the day when nobody was here at nine. */
static int report_due(struct turn *turn, const struct place *place, const char *nominal, int64_t at)
{
    bool known, fresh;
    int64_t id;
    struct message message;
    if (state_run_known(turn->state, place->row.id, report_rule, nominal, &known, turn->err))
        return -1;
    if (known)
        return 0;
    if (compose_report(turn, at - WEEK_DAYS * (int64_t)DAY, &message) ||
        tell_operator(turn, "", NULL, arena_printf(turn->arena, "report:%s", nominal), "", &message, &id))
        return -1;
    if (!id) {
        wake_in(turn, 5 * MINUTE); /* no chat works now */
        return 0;
    }
    return state_run_add(
        turn->state, place->row.id, report_rule, nominal, id, "", turn->now.wall_ms, &fresh, turn->err);
}

int report_weekly(struct turn *turn)
{
    const struct zone *zone = turn->setup->zone ? turn->setup->zone : zone_utc();
    const struct place *place = first_operator(turn);
    struct civil day;
    if (!place || turn->desk->tools.ahead || !turn->setup->channel_count || turn->memory->hold_until)
        return 0;
    int64_t at = monday(turn, zone, &day), now = turn->now.wall_ms;
    struct civil today = zone_civil(zone, now / 1000);
    wake_at(
        turn, now < at ? at : at + WEEK_DAYS * (int64_t)DAY); /* at most a day ahead: looked at again then */
    if (now >= at && today.day == day.day && place->row.seen_at < at - DAY)
        return report_due(turn, place,
            arena_printf(turn->arena, "%04d-%02d-%02dT%02d:00", day.year, day.month, day.day, REPORT_HOUR),
            at);
    return 0;
}
