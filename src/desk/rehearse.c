/* mode: rehearse. Everything is done but the last request. */
#include "core/buf.h"
#include "desk/subject.h"
#include "desk/trouble.h"
#include "state/rehearsal.h"

void tell_rehearsed(struct turn *turn, const struct job *job, const struct request *request)
{
    struct buf url = BUF_INIT(4096);
    url_redact(&url, request->url);
    int part = job->delivery.part + 1, parts = job->delivery.parts;
    const char *label = strcmp(job->post.kind, "answer") ? post_label(turn, &job->post) : job->post.subject;
    tell(turn, TELL_INFO, job->place->row.name,
        in_chinese(turn) ? arena_printf(turn->arena, "排练：会发 %s %s（%s，第 %d/%d 段）", request->method,
                               url.data, label, part, parts)
                         : arena_printf(turn->arena, "rehearsal: would send %s %s (%s, part %d of %d)",
                               request->method, url.data, label, part, parts));
    buf_free(&url);
}

static int newest_edition(struct turn *turn, const struct place *place, int64_t *published_at)
{
    struct edition_query query = channel_query(turn->arena, turn->setup, place->conf, 1);
    struct rows_edition rows;
    *published_at = 0;
    if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
        return -1;
    if (rows.count)
        *published_at = rows.rows[0].published_at;
    return 0;
}

/* What was only rehearsed counts as not told; it goes on with the newest edition, not with a flood of old
 * ones.
 */
static int leave_rehearsal(struct turn *turn, struct place *place)
{
    int64_t newest;
    int count;
    if (state_rehearsal_end(turn->state, place->row.id, &count, turn->err))
        return -1;
    if (!count || place->conf->kind != CHANNEL_GROUP)
        return 0;
    if (newest_edition(turn, place, &newest))
        return -1;
    if (newest > place->row.since) {
        place->row.since = newest - 1;
        if (state_channel_since(turn->state, place->row.id, newest - 1, turn->err))
            return -1;
    }
    const char *name = place->row.name;
    tell(turn, TELL_INFO, name,
        in_chinese(turn)
            ? arena_printf(
                  turn->arena, "%s 的排练结束：排练过的 %d 条算没发过，从最新一期继续。", name, count)
            : arena_printf(turn->arena,
                  "%s: the rehearsal is over; %d rehearsed post%s count%s as not told. It goes on with the "
                  "newest edition.",
                  name, count, count == 1 ? "" : "s", count == 1 ? "s" : ""));
    return 0;
}

static void tell_rehearsing(struct turn *turn)
{
    struct buf names = BUF_INIT(400);
    for (size_t i = 0; i < turn->setup->channel_count; i++)
        if (turn->setup->channels[i].rehearse)
            buf_addf(&names, "%s%s", names.len ? in_chinese(turn) ? "、" : ", " : "",
                turn->setup->channels[i].name);
    if (names.len)
        tell(turn, TELL_INFO, "",
            arena_printf(turn->arena,
                in_chinese(turn) ? "排练：%s 什么都不会真的发出去。"
                                 : "Rehearsal (mode: rehearse): nothing is really sent to %s.",
                names.data));
    buf_free(&names);
}

int take_up_rehearsals(struct turn *turn)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && !setup_rehearses(turn->setup, turn->places[i].conf) &&
            leave_rehearsal(turn, &turn->places[i]))
            return -1;
    tell_rehearsing(turn);
    return 0;
}
