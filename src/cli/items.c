#include "cli/entries.h"
#include "core/section.h"

#include "cli/chosen.h"
#include "cli/print.h"

static int print_item(
    struct shell *shell, const struct chosen *chosen, const struct section *section, const struct item *item)
{
    if (!shell->json) {
        printf("%4d  %s\n", item->number,
            item->title ? item->title : shell_says(shell, "(no title)", "（没有标题）"));
        return 0;
    }
    json_t *links = json_array();
    for (size_t i = 0; i < item->link_count; i++)
        json_array_append_new(links, json_string(item->links[i].url));
    return print_json(
        shell, json_pack("{s:o s:s s:s s:o s:o s:i s:o s:i}", "id",
                   json_string(arena_printf(&shell->arena, "%s.%d", chosen->row.slug, item->number)),
                   "edition", chosen->row.slug, "source", chosen->row.source, "section",
                   json_text(section->title), "title", json_text(item->title), "number", item->number,
                   "links", links, "questions", (int)item->question_count));
}

static int run(struct shell *shell)
{
    struct chosen chosen;
    if (choose_edition(shell, &chosen))
        return -1;
    if (!shell->json)
        printf("%s  %s\n", chosen.row.slug, chosen.row.title);
    for (size_t i = 0; i < chosen.edition->section_count; i++) {
        const struct section *section = &chosen.edition->sections[i];
        if (!shell->json && section->item_count && section->title)
            printf("%s\n", section_path(&shell->arena, section));
        for (size_t j = 0; j < section->item_count; j++)
            if (print_item(shell, &chosen, section, &section->items[j]))
                return -1;
    }
    return 0;
}

const struct subcommand cli_items = {.name = "items",
    .words = "[EDITION]",
    .summary = "list the items of an edition (the newest one)",
    .details = "EDITION: its name as digestd editions shows it, a part of it, or its date.",
    .words_max = 1,
    .json = true,
    .run = run};
