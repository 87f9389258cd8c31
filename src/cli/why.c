#include "cli/entries.h"

#include "cli/print.h"
#include "state/history.h"
#include "state/posts.h"

/* Somebody took it back: what that means from then on; a text by hand has no rule. */
static void say_undone(struct shell *shell, const struct post_row *post)
{
    if (strncmp(post->occasion, "undone:", 7) != 0)
        return;
    puts(!strcmp(post->kind, "text")
             ? shell_says(shell, "It was taken back.", "它被撤回了。")
             : shell_says(shell,
                   "It was taken back, and no rule tells it again. By hand it may still go: digestd post.",
                   "它被撤回了，定时不会再发；可以手动发：digestd post。"));
}

static int run(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    char *end;
    long long id = strtoll(shell->words[0], &end, 10);
    if (*end || id <= 0)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "%s is no number of a delivery; digestd deliveries lists them",
                "%s 不是投递的号码；看 digestd deliveries"),
            shell->words[0]);
    struct delivery_row delivery;
    struct post_row post;
    struct rows_history history = {0};
    bool found = false;
    if (shell_state(shell, STATE_READ) ||
        state_delivery(shell->state, &shell->arena, id, &delivery, &found, &shell->err))
        return -1;
    int64_t post_id = shell_flag(shell, "post") ? id : found ? delivery.post : 0;
    bool known = false;
    if (post_id && state_post(shell->state, &shell->arena, post_id, &post, &known, &shell->err))
        return -1;
    if (!known)
        return error_set(&shell->err,
            shell_says(shell, "there is no delivery %lld; digestd deliveries lists them",
                "没有第 %lld 号投递；看 digestd deliveries"),
            id);
    if (state_history_of_post(shell->state, &shell->arena, post_id, &history, &shell->err))
        return -1;
    if (!shell->json)
        printf(shell_says(shell, "post %lld: %s %s%s, asked for by %s, %s%s%s\n",
                   "第 %lld 号：%s %s%s，%s 要发的，%s%s%s\n"),
            (long long)post.id, shell_word(shell, post.kind), post.subject,
            !post.about
                ? ""
                : arena_printf(&shell->arena, shell_says(shell, " (%s of post %lld)", "（%s第 %lld 号）"),
                      shell_word(shell, post.act), (long long)post.about),
            shell_word(shell, post.who), shell_word(shell, post.state),
            *post.why ? shell_says(shell, ": ", "：") : "", post.why);
    if (!shell->json)
        say_undone(shell, &post);
    struct table table = {0};
    for (size_t i = 0; i < history.count; i++) {
        const struct history_row *row = &history.rows[i];
        const char *what = row->delivery
                               ? arena_printf(&shell->arena, shell_says(shell, "delivery %lld", "投递 %lld"),
                                     (long long)row->delivery)
                               : shell_says(shell, "post", "整条");
        if (shell->json) {
            if (print_json(
                    shell, json_pack("{s:o s:o s:o s:s s:o s:s s:o}", "at", json_time(shell, row->at), "post",
                               json_id(post_id), "delivery",
                               row->delivery ? json_id(row->delivery) : json_null(), "who", row->who, "from",
                               json_text(row->was), "to", row->became, "why", json_text(row->why))))
                return -1;
            continue;
        }
        const char *cells[] = {shell_time(shell, shell->setup->zone, row->at), what,
            *row->was ? arena_printf(&shell->arena, "%s -> %s", shell_word(shell, row->was),
                            shell_word(shell, row->became))
                      : shell_word(shell, row->became),
            shell_word(shell, row->who), row->why};
        table_row(&table, 5, cells);
    }
    table_print(&table);
    return 0;
}

const struct subcommand cli_why = {.name = "why",
    .words = "ID",
    .summary = "everything that happened to a delivery and its post",
    .details = "ID as digestd deliveries shows it.",
    .flags = {{"post", NULL, "ID is a post's"}},
    .words_min = 1,
    .words_max = 1,
    .json = true,
    .run = run};
