/* Sources by address, as status shows them. */
#include "cli/fetched.h"

#include "cli/print.h"
#include "state/fetches.h"

static int one_source(struct shell *shell, const struct source *source, struct table *table)
{
    struct fetch_row row;
    bool found;
    if (state_fetch(shell->state, &shell->arena, source->name, &row, &found, &shell->err))
        return -1;
    int64_t next_at = row.gone ? 0 : row.next_at;
    if (shell->json)
        return print_json(
            shell, json_pack("{s:s s:o s:o s:o s:i s:b s:o}", "source", source->name, "checked_at",
                       json_time(shell, row.checked_at), "fetched_at", json_time(shell, row.fetched_at),
                       "next_at", json_time(shell, next_at), "failures", row.failures, "gone", row.gone,
                       "error", json_text(row.error)));
    const struct zone *zone = shell->setup->zone;
    const char *cells[] = {source->name,
        row.fetched_at ? arena_printf(&shell->arena, shell_says(shell, "fetched %s", "取到于 %s"),
                             shell_time(shell, zone, row.fetched_at))
                       : shell_says(shell, "never fetched", "还没取到过"),
        row.gone  ? shell_says(shell, "not asked any more", "不再取了")
        : next_at ? arena_printf(&shell->arena, shell_says(shell, "next %s", "下一次 %s"),
                        shell_time(shell, zone, next_at))
                  : "",
        row.error};
    table_row(table, 4, cells);
    return 0;
}

int show_fetched(struct shell *shell)
{
    struct table table = {0};
    for (size_t i = 0; i < shell->setup->source_count; i++)
        if (shell->setup->sources[i].url && one_source(shell, &shell->setup->sources[i], &table))
            return -1;
    if (table.count)
        puts("");
    table_print(&table);
    return 0;
}
