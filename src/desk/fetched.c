/* Addresses of sources: what came of asking them, remembered and, where it lasts, told. */
#include "desk/import.h"
#include "desk/inner.h"
#include "desk/trouble.h"
#include "state/fetches.h"

enum { FETCH_PATIENCE = 3 * HOUR }; /* a server that worked may be away for so long */

int begin_fetches(struct turn *turn)
{
    for (size_t i = 0; i < turn->setup->source_count; i++)
        if (turn->setup->sources[i].url &&
            state_fetch_begin(turn->state, turn->setup->sources[i].name, turn->now.wall_ms, turn->err))
            return -1;
    return 0;
}

static bool listens(const struct turn *turn, const struct place *place, const char *source)
{
    for (size_t i = 0; place->conf && i < place->conf->from_count; i++)
        if (!strcmp(turn->setup->sources[place->conf->from[i]].name, source))
            return true;
    return false;
}

/* A channel that begins with the newest edition and came with the source: this is the one. */
static int begin_newest(struct turn *turn, struct place *place, int64_t at, int64_t since)
{
    if (place->conf->start != START_NEWEST || place->row.since != at || place->row.seen_at < since)
        return 0;
    place->row.since = at - 1;
    return state_channel_since(turn->state, place->row.id, place->row.since, turn->err);
}

/* A start does not wait for the network, so channels may be there before what was out long ago. It counts as
 * published before any of them listened: only who begins with the newest edition is told that one. */
int publish_first(struct turn *turn, const char *source)
{
    struct fetch_row row;
    bool found;
    if (state_fetch(turn->state, turn->arena, source, &row, &found, turn->err))
        return -1;
    int64_t since = found ? row.since : turn->now.wall_ms, at = since;
    for (size_t i = 0; i < turn->place_count; i++)
        if (listens(turn, &turn->places[i], source) && turn->places[i].row.since < at)
            at = turn->places[i].row.since;
    at = at > 1 ? at : 1;
    for (size_t i = 0; i < turn->place_count; i++)
        if (listens(turn, &turn->places[i], source) && begin_newest(turn, &turn->places[i], at, since))
            return -1;
    return state_publish_as_of(turn->state, source, at, turn->now.wall_ms,
        import_today(turn->arena, turn->setup, turn->now), turn->err);
}

/* Told at once where it never worked, for somebody has just set it up; and when it will not be asked again.
 */
static int tell_failed(struct turn *turn, const char *key, const struct fetch_row *row)
{
    bool chinese = in_chinese(turn);
    const char *text =
        row->gone
            ? arena_printf(turn->arena, chinese ? "来源 %s：%s。" : "Source %s: %s.", row->source, row->error)
            : arena_printf(turn->arena,
                  chinese ? "来源 %s：%s。新的一期暂时进不来；%s 再取。"
                          : "Source %s: %s. Nothing new comes from it; it is asked again at %s.",
                  row->source, row->error, moment_text(turn, row->next_at));
    return trouble_is(turn, &(struct trouble_note){.key = key,
                                .level = row->gone ? TELL_ALERT : TELL_WARNING,
                                .log = text,
                                .renews = row->gone,
                                .after_ms = row->gone || !row->fetched_at ? 0 : FETCH_PATIENCE});
}

/* What passed before anybody was told of it is no news either. */
static int tell_good(struct turn *turn, const char *key, const struct fetch_row *row)
{
    struct rows_trouble rows;
    const char *text = arena_printf(turn->arena,
        in_chinese(turn) ? "来源 %s 又能取了。" : "Source %s can be fetched again.", row->source);
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++)
        if (!strcmp(rows.rows[i].key, key) && !rows.rows[i].told &&
            rows.rows[i].next_at > turn->now.wall_ms) {
            tell(turn, TELL_INFO, "", text);
            text = NULL;
        }
    return trouble_over(turn, &key, 1, "", text);
}

int heed_fetched(struct turn *turn, const struct event *event)
{
    struct fetch_row row = *event->fetched;
    const char *key = trouble_key(turn, "fetch", row.source);
    row.since = turn->now.wall_ms;
    if (state_fetch_write(turn->state, &row, turn->err))
        return -1;
    if (*row.error)
        return tell_failed(turn, key, &row);
    return tell_good(turn, key, &row);
}
