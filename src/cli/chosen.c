#include "cli/chosen.h"

int choose_edition(struct shell *shell, struct chosen *chosen)
{
    struct edition_query newest = {.published = true, .limit = 1};
    struct rows_edition found;
    const char *name = shell->word_count ? shell->words[0] : NULL;
    if (shell_state(shell, STATE_READ))
        return -1;
    if (name ? state_edition_named(shell->state, &shell->arena, name, &found, &shell->err)
             : state_editions(shell->state, &shell->arena, &newest, &found, &shell->err))
        return -1;
    if (!found.count)
        return name ? error_set(&shell->err,
                          shell_says(shell, "there is no edition %s; digestd editions lists them",
                              "没有叫 %s 的一期；digestd editions 列出全部"),
                          name)
                    : error_set(&shell->err, "%s",
                          shell_says(shell, "no edition is published yet; digestd editions lists them",
                              "还没有发布过的一期；digestd editions 列出全部"));
    chosen->row = found.rows[0];
    if (state_edition(shell->state, &shell->arena, chosen->row.id, &chosen->edition, &shell->err))
        return -1;
    return chosen->edition
               ? 0
               : error_set(&shell->err, shell_says(shell, "the edition %s is gone", "%s 这一期没有了"),
                     chosen->row.slug);
}
