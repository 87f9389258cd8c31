#include "cli/entries.h"

#include "adapters/adapter.h"
#include "cli/print.h"
#include "commands/commands.h"
#include "desk/desk.h"
#include "state/backup.h"
#include "state/posts.h"

enum { LISTED_MAX = 40 };

struct doubt {
    int64_t since, until;
};

/* A time of the past; "14:00" is the last 14:00, not the next one. */
static int past_time(struct shell *shell, const char *flag, const char *text, int64_t *at)
{
    int64_t now = shell->now.wall_ms;
    if (shell_moment(shell, flag, text, at))
        return -1;
    if (*at > now && strlen(text) <= strlen("00：00"))
        *at -= (int64_t)24 * 60 * 60 * 1000;
    if (*at > now)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "--%s %s lies in the future; it is the time %s", "--%s %s 还没到；要写的是%s"),
            flag, text,
            !strcmp(flag, "since")
                ? shell_says(shell, "from which the old daemon may have sent what the copy does not know",
                      "从什么时候起，旧的 digestd 可能发过副本不知道的东西")
                : shell_says(shell, "when the old daemon stopped", "旧的 digestd 什么时候停的"));
    return 0;
}

/* From when to when things may have been sent that the copy does not know. */
static int read_window(struct shell *shell, const struct mark *mark, struct doubt *out)
{
    const char *since = shell_flag(shell, "since"), *until = shell_flag(shell, "until");
    *out = (struct doubt){.since = mark->at, .until = shell->now.wall_ms};
    if (!since && !mark->at)
        return error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "%s does not say when it was made; say it: --since TIME",
                "%s 没记是什么时候做的；请写上：--since 时间"),
            shell->words[0]);
    if ((since && past_time(shell, "since", since, &out->since)) ||
        (until && past_time(shell, "until", until, &out->until)))
        return -1;
    if (out->since < mark->at) {
        fprintf(stderr,
            shell_says(shell,
                "The copy was made %s and knows what was sent before; what came after that is unsure, not "
                "what "
                "came since %s.\n",
                "副本做于 %s，在那以前发过的它都知道；不确定的从那时算起，而不是从 %s 算起。\n"),
            shell_stamp(shell, mark->at), shell_stamp(shell, out->since));
        out->since = mark->at;
    }
    return 0;
}

static int settle(struct shell *shell, struct state *state, const struct doubt *window)
{
    struct desk_tools tools = {.commands = commands, .seed = 1};
    struct desk *desk = desk_new(state, shell->setup, &tools);
    struct event event = {
        .kind = EVENT_RESTORED, .restored = {.since_ms = window->since, .until_ms = window->until}};
    struct actions actions = {0};
    int result = desk_turn(desk, &event, 1, shell->now, &shell->arena, &actions, &shell->err);
    desk_free(desk);
    return result;
}

static json_t *row_json(struct shell *shell, const struct delivery_view *view)
{
    return json_pack("{s:o s:o s:s s:s s:s s:i s:o}", "id", json_id(view->delivery.id), "post",
        json_id(view->delivery.post), "channel", view->channel, "kind", view->kind, "subject", view->subject,
        "part", view->delivery.part + 1, "due_at", json_time(shell, view->post_due_at));
}

static int say_json(
    struct shell *shell, const struct doubt *window, const char *aside, const struct rows_view *unsure)
{
    json_t *list = json_array();
    for (size_t i = unsure->count; i-- > 0;)
        json_array_append_new(list, row_json(shell, &unsure->rows[i]));
    return print_json(
        shell, json_pack("{s:s s:s s:o s:o s:o s:o}", "state", shell->setup->state, "file", shell->words[0],
                   "since", json_time(shell, window->since), "until", json_time(shell, window->until),
                   "kept_aside", json_text(aside), "unsure", list));
}

static void list_unsure(struct shell *shell, const struct rows_view *unsure)
{
    struct table table = {0};
    for (size_t i = unsure->count; i-- > 0 && unsure->count - i <= LISTED_MAX;) {
        const struct delivery_view *view = &unsure->rows[i];
        const char *cells[] = {arena_printf(&shell->arena, "  %lld", (long long)view->delivery.id),
            shell_time(shell, shell->setup->zone, view->post_due_at), view->channel,
            shell_word(shell, view->kind), view->subject};
        table_row(&table, 5, cells);
    }
    table_print(&table);
    if (unsure->count > LISTED_MAX)
        printf(shell_says(shell, "  … and %zu more: digestd deliveries --state unknown\n",
                   "  …还有 %zu 条：digestd deliveries --state unknown\n"),
            unsure->count - LISTED_MAX);
}

static int say(
    struct shell *shell, const struct doubt *window, const char *aside, const struct rows_view *unsure)
{
    if (shell->json)
        return say_json(shell, window, aside, unsure);
    printf(shell_says(shell, "%s is the state file now.%s%s%s\n", "%s 现在就是状态文件。%s%s%s\n"),
        shell->words[0], *aside ? shell_says(shell, " What was there is kept as ", "原来的留作 ") : "", aside,
        *aside ? shell_says(shell, ".", "。") : "");
    if (window->until <= window->since)
        puts(shell_says(shell,
            "The old daemon had stopped before the copy was made: it knows all that was sent.",
            "做副本以前旧的 digestd 就停了：发过的它都知道。"));
    else if (!unsure->count)
        puts(shell_says(shell,
            "By the rules nothing is unsure. Editions that came out since are looked at when the daemon "
            "first "
            "starts.",
            "按定时，没有不确定的。之后新出的期，digestd 头一次启动时再看。"));
    if (window->until > window->since)
        puts(shell_says(shell,
            "What people posted by hand or held since is not in the copy: a rule may tell such an item again "
            "(digestd plan shows what comes).",
            "之后手动发的、暂停过的，副本里没有：手动发过的条目，定时可能会再发（用 digestd plan "
            "看接下来发什么）。"));
    if (unsure->count) {
        if (window->until > window->since)
            printf(shell_says(shell,
                       "Between %s and %s these may have been sent; they are not sent again by themselves:\n",
                       "从 %s 到 %s，这些可能已经发过；不会自己再发：\n"),
                shell_stamp(shell, window->since), shell_stamp(shell, window->until));
        else
            puts(shell_says(shell, "These were unsure before:", "这些以前就不确定："));
        list_unsure(shell, unsure);
        puts(shell_says(shell,
            "Look in the groups, then: digestd resolve ID sent|resend|drop, or for all of them: digestd "
            "resolve --all sent.\nEditions that came out since are looked at when the daemon first starts.",
            "去群里看一眼，然后：digestd resolve ID sent|resend|drop；都在的话：digestd resolve --all "
            "sent。\n之后新出的期，digestd 头一次启动时再看。"));
    }
    puts(shell_says(shell,
        "Make sure that no daemon runs on the old machine any more: both would post. Then: digestd run",
        "先确认旧机器上的 digestd 停了，不然两边都会发。然后：digestd run"));
    return 0;
}

static int run(struct shell *shell)
{
    struct mark mark;
    struct doubt window;
    struct rows_view unsure = {0};
    struct delivery_query query = {.state = "unknown", .limit = 10000};
    const char *aside;
    if (shell_setup(shell))
        return -1;
    struct state *state = state_restore_begin(shell->setup->state, shell->words[0],
        shell_flag(shell, "force") != NULL, shell->now.wall_ms, &shell->arena, &mark, &shell->err);
    if (!state)
        return -1;
    int result = read_window(shell, &mark, &window);
    if (!result)
        result = settle(shell, state, &window);
    if (!result)
        result = state_deliveries(state, &shell->arena, &query, &unsure, &shell->err);
    if (result)
        state_restore_drop(state);
    else
        result = state_restore_end(state, &shell->arena, &aside, &shell->err)
                     ? -1
                     : say(shell, &window, aside, &unsure);
    return result;
}

const struct subcommand cli_restore = {.name = "restore",
    .words = "FILE",
    .summary = "make a copy the state file; what may have been sent since is unsure",
    .details =
        "FILE is a copy made by digestd backup, or one of those kept before an upgrade. It stays as it is; "
        "the state\nfile of the configuration is made from it. Whatever the old daemon may have sent after "
        "the copy was made is\nnot sent again by itself: it waits for digestd resolve.",
    .flags = {{"since", "TIME", "from then on things may have been sent (when the copy was made)"},
        {"until", "TIME", "when the old daemon stopped (now)"},
        {"force", NULL, "a state file that is there is kept as STATE.before-restore"}},
    .words_min = 1,
    .words_max = 1,
    .json = true,
    .run = run};
