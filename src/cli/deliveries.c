#include "cli/entries.h"

#include "cli/print.h"
#include "state/posts.h"

#include <limits.h>

enum { SHOWN_MAX = 200 }; /* to people; programs get all */

static int run(struct shell *shell)
{
    static const char *const states[] = {"due", "sending", "sent", "failed", "unknown", "dropped"};
    struct delivery_query query = {.state = shell_flag(shell, "state"),
        .channel = shell_flag(shell, "channel"),
        .answers = shell_flag(shell, "answers") != NULL,
        .limit = shell->json ? INT_MAX : SHOWN_MAX};
    bool known = !query.state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        known = known || !strcmp(query.state, states[i]);
    if (shell_setup(shell))
        return -1;
    if (!known)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "%s is no state; there are: due, sending, sent, failed, unknown, dropped",
                "没有 %s "
                "这种状态；有：due（在等）、sending（在发）、sent（已发）、failed（没发成）、unknown（不确定"
                "）、dropped（不发了）"),
            query.state);
    struct rows_view found = {0};
    if (shell_state(shell, STATE_READ) ||
        state_deliveries(shell->state, &shell->arena, &query, &found, &shell->err))
        return -1;
    struct table table = {0};
    for (size_t i = 0; i < found.count; i++) {
        const struct delivery_view *view = &found.rows[i];
        const struct delivery_row *row = &view->delivery;
        if (shell->json) {
            if (print_json(
                    shell, json_pack("{s:o s:o s:s s:s s:s s:s s:i s:s s:i s:o s:o s:o}", "id",
                               json_id(row->id), "post", json_id(row->post), "channel",
                               setup_shown(shell->setup, view->channel), "kind", view->kind, "act", view->act,
                               "subject", view->subject, "part", row->part, "state", row->state, "attempts",
                               row->attempt, "due_at", json_time(shell, row->due_at), "remote_id",
                               json_text(row->remote_id), "error", json_text(row->error))))
                return -1;
            continue;
        }
        const char *cells[] = {arena_printf(&shell->arena, "%lld", (long long)row->id),
            shell_time(shell, shell->setup->zone, row->due_at), setup_shown(shell->setup, view->channel),
            strcmp(view->act, "tell") ? arena_printf(&shell->arena, "%s %s", shell_word(shell, view->act),
                                            shell_word(shell, view->kind))
                                      : shell_word(shell, view->kind),
            shell_word(shell, row->state), arena_printf(&shell->arena, "%d/%d", row->part + 1, row->parts),
            view->subject, row->error};
        table_row(&table, 8, cells);
    }
    table_print(&table);
    if (!found.count && !shell->json)
        puts(shell_says(shell, "No deliveries.", "什么都没发过，也没有要发的。"));
    if (found.count == SHOWN_MAX && !shell->json)
        printf(shell_says(
                   shell, "The newest %d; --json lists all.\n", "只列了最新的 %d 条；--json 列出全部。\n"),
            SHOWN_MAX);
    return 0;
}

const struct subcommand cli_deliveries = {.name = "deliveries",
    .words = "",
    .summary = "list what was or will be sent, newest first",
    .details = "",
    .flags = {{"state", "S", "only these: due, sending, sent, failed, unknown, dropped"},
        {"channel", "C", "only of this channel"}, {"answers", NULL, "answers to commands too"}},
    .json = true,
    .run = run};
