#include "cli/entries.h"

#include "cli/print.h"
#include "state/editions.h"

static json_t *as_json(struct shell *shell, const struct edition_row *row)
{
    return json_pack("{s:o s:s s:s s:s s:o s:o s:o s:o s:i s:b s:o}", "id", json_id(row->id), "name",
        row->slug, "source", row->source, "title", row->title, "date", json_text(row->date), "number",
        json_text(row->number), "period", json_text(row->period), "link", json_text(row->link), "items",
        row->item_count, "draft", row->draft, "published_at", json_time(shell, row->published_at));
}

static int run(struct shell *shell)
{
    struct edition_query query = {.limit = 0};
    struct rows_edition found;
    if (shell_state(shell, STATE_READ) ||
        state_editions(shell->state, &shell->arena, &query, &found, &shell->err))
        return -1;
    struct table table = {0};
    for (size_t i = 0; i < found.count; i++) {
        const struct edition_row *row = &found.rows[i];
        if (shell->json && print_json(shell, as_json(shell, row)))
            return -1;
        const char *cells[] = {row->slug, *row->date ? row->date : "-",
            arena_printf(&shell->arena, shell_says(shell, "%d item%s", "%d 条%.0s"), row->item_count,
                row->item_count == 1 ? "" : "s"),
            shell_word(shell, row->draft          ? "draft"
                              : row->published_at ? "published"
                                                  : "settling"),
            row->title};
        if (!shell->json)
            table_row(&table, 5, cells);
    }
    table_print(&table);
    if (!found.count && !shell->json)
        puts(shell_says(shell,
            "No edition is stored yet. digestd import FILE stores one; digestd run reads the sources.",
            "还没有存过任何一期。digestd import FILE 存一期；digestd run 会读各个来源。"));
    return 0;
}

const struct subcommand cli_editions = {.name = "editions",
    .words = "",
    .summary = "list the editions that are stored, newest first",
    .details = "",
    .json = true,
    .run = run};
