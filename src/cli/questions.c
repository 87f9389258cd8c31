#include "cli/entries.h"

#include "cli/chosen.h"
#include "cli/print.h"

static int print_question(
    struct shell *shell, const struct chosen *chosen, const struct item *item, size_t index)
{
    const char *id = arena_printf(&shell->arena, "%s.%d.q%zu", chosen->row.slug, item->number, index + 1);
    if (!shell->json) {
        printf("%4d.q%zu  %s\n", item->number, index + 1, item->questions[index]);
        return 0;
    }
    return print_json(
        shell, json_pack("{s:s s:s s:i s:o s:s}", "id", id, "edition", chosen->row.slug, "item", item->number,
                   "title", json_text(item->title), "text", item->questions[index]));
}

static int run(struct shell *shell)
{
    struct chosen chosen;
    size_t count = 0;
    if (choose_edition(shell, &chosen))
        return -1;
    for (size_t i = 0; i < chosen.edition->section_count; i++)
        for (size_t j = 0; j < chosen.edition->sections[i].item_count; j++) {
            const struct item *item = &chosen.edition->sections[i].items[j];
            for (size_t k = 0; k < item->question_count; k++, count++)
                if (print_question(shell, &chosen, item, k))
                    return -1;
        }
    if (!count && !shell->json)
        printf(shell_says(shell, "%s has no questions.\n", "%s 没有问题。\n"), chosen.row.slug);
    return 0;
}

const struct subcommand cli_questions = {.name = "questions",
    .words = "[EDITION]",
    .summary = "list the questions of an edition (the newest one)",
    .details = "",
    .words_max = 1,
    .json = true,
    .run = run};
