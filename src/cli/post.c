#include "cli/entries.h"

#include "cli/print.h"
#include "cli/waits.h"
#include "daemon/clock.h"
#include "desk/desk.h"
#include "desk/hand.h"
#include "state/posts.h"

#include <unistd.h>

enum { WAIT_MS = 90000, LOOK_US = 100000 };

struct queued {
    int64_t post;
    const struct channel *channel;
};

/* What became of a post so far. */
struct waited {
    const char *state; /* as programs read it: sent, failed, dropped, unknown, waiting; NULL = nothing yet */
    const char *text;
};

/* The exit code goes into *code. -1: err. */
static int look_at(struct shell *shell, const struct queued *queued, bool late, struct waited *out, int *code)
{
    struct post_row row = {.state = "", .why = ""};
    struct rows_delivery parts = {0};
    bool found, unknown = false;
    *out = (struct waited){0};
    if (state_post(shell->state, &shell->arena, queued->post, &row, &found, &shell->err) ||
        state_post_deliveries(shell->state, &shell->arena, queued->post, &parts, &shell->err))
        return -1;
    for (size_t i = 0; i < parts.count; i++)
        unknown = unknown || !strcmp(parts.rows[i].state, "unknown");
    bool waits = !strcmp(row.state, "planned");
    if (!found || (!waits && strcmp(row.state, "released"))) {
        out->state = row.state;
        out->text = arena_printf(&shell->arena, "%s%s%s", shell_word(shell, row.state),
            *row.why ? shell_says(shell, ": ", "：") : "", row.why);
        if (strcmp(row.state, "sent") && !*code)
            *code = 1;
        return 0;
    }
    if (unknown)
        out->text = shell_says(shell, "it is not known whether it arrived; see digestd status",
            "不确定发没发出去；看 digestd status");
    else if (waits_why(shell, queued->channel, &row, WAIT_MS, &out->text))
        return -1;
    if (!out->text && late)
        out->text = shell_says(shell, "still waiting; see digestd status", "还在等；看 digestd status");
    if (!out->text)
        return 0;
    out->state = unknown ? "unknown" : "waiting";
    *code = 3;
    return 0;
}

static int say_waited(struct shell *shell, const struct queued *queued, const struct waited *waited)
{
    if (shell->json)
        return print_json(shell, json_pack("{s:s s:o s:s s:s}", "channel", queued->channel->name, "post",
                                     json_id(queued->post), "state", waited->state, "text", waited->text));
    printf(shell_says(shell, "post %lld: %s\n", "第 %lld 号：%s\n"), (long long)queued->post, waited->text);
    return 0;
}

/* Waits until every post has come to its end, or nothing is to be waited for. -1: err; else the exit code. */
static int wait_for(struct shell *shell, const struct queued *posts, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        struct waited waited;
        for (;;) {
            bool late = clock_now().boot_ms - shell->now.boot_ms > WAIT_MS;
            if (look_at(shell, &posts[i], late, &waited, &code))
                return -1;
            if (waited.state)
                break;
            usleep(LOOK_US);
        }
        if (say_waited(shell, &posts[i], &waited))
            return -1;
    }
    return code;
}

static int wish_for(
    struct shell *shell, const struct channel *channel, const struct wish *wish, int64_t *post, int *code)
{
    struct wish_result result = {0};
    if (desk_wish(shell->state, shell->setup, channel, wish, shell->now, false, &shell->arena, &result,
            &shell->err))
        return -1;
    *post = result.outcome == WISH_POSTED ? result.post : 0;
    if (result.outcome != WISH_POSTED)
        *code = 1;
    static const char *const names[] = {
        [WISH_POSTED] = "queued", [WISH_TOLD_BEFORE] = "told_before", [WISH_NOTHING] = "nothing"};
    if (shell->json)
        return print_json(
            shell, json_pack("{s:s s:s s:o s:s}", "channel", channel->name, "outcome", names[result.outcome],
                       "post", result.post ? json_id(result.post) : json_null(), "text", result.text));
    fprintf(result.outcome == WISH_POSTED ? stdout : stderr, "%s\n", result.text);
    return 0;
}

/* --dry-run: what would be said, without a trace. */
static int dry_run(struct shell *shell, const struct channel *channel, const struct wish *wish)
{
    struct message *message = NULL;
    const char *why = "";
    if (desk_preview(shell->state, shell->setup, channel, wish, shell->now, &shell->arena, &message, &why,
            &shell->err))
        return -1;
    if (!message) {
        fprintf(stderr, "%s: %s\n", channel->name, why);
        return 1;
    }
    struct buf text = BUF_INIT(1 << 20);
    message_plain(&text, message->root, true);
    printf(shell_says(shell, "%s would be told:\n\n%s\n", "会发到 %s：\n\n%s\n"), channel->name, text.data);
    buf_free(&text);
    return 0;
}

static int run(struct shell *shell)
{
    struct wish wish;
    const char *to = shell_flag(shell, "to"), *at = shell_flag(shell, "at"), *key = shell_flag(shell, "key");
    size_t count;
    bool dry = shell_flag(shell, "dry-run") != NULL;
    if (shell_setup(shell))
        return -1;
    if (!to)
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(shell, "to whom? --to CHANNEL[,…] or --to all", "发给谁？--to 群[,…] 或 --to all"));
    if (shell_wish(shell, &wish))
        return -1;
    const struct channel **channels = shell_channels(shell, to, &count);
    if (!channels || shell_state(shell, dry ? STATE_READ : STATE_SHELL))
        return -1;
    struct error unread = {0};
    if (at &&
        desk_post_at(at, shell->setup->zone, shell->chinese, shell->now, &shell->arena, &wish.at_ms, &unread))
        return error_set_kind(&shell->err, ERROR_USAGE, "--at: %s", unread.text);
    wish.again = shell_flag(shell, "again") != NULL;
    wish.key = key ? key : "";
    int code = 0;
    size_t queued = 0;
    struct queued *posts = arena_array(&shell->arena, count, sizeof *posts);
    for (size_t i = 0; i < count; i++) {
        if (dry) {
            int said = dry_run(shell, channels[i], &wish);
            if (said < 0)
                return -1;
            code = code ? code : said;
        } else if (wish_for(shell, channels[i], &wish, &posts[queued].post, &code)) {
            return -1;
        } else {
            posts[queued].channel = channels[i];
            queued += posts[queued].post != 0;
        }
    }
    if (!queued)
        return code;
    shell_ring(shell, shell_says(shell, "it is sent when one runs", "它跑起来才会发"));
    if (!shell_flag(shell, "wait"))
        return code;
    if (!state_daemon_runs(shell->setup->state))
        return code ? code : 3; /* asked to wait until it is known: it is not */
    fflush(stdout);
    int waited = wait_for(shell, posts, queued);
    return waited ? waited : code;
}

const struct subcommand cli_post = {.name = "post",
    .words = "WHAT… --to CHANNEL[,…]|all",
    .summary = "post by hand; the daemon sends it within two seconds",
    .details = "WHAT: item N | contents | edition | section NAME | question | text STRING\n"
               "An item, section, edition or contents is told once in a channel; --again tells it again.",
    .flags = {{"to", "CHANNEL[,…]", "to these channels, or all"},
        {"at", "TIME", "not before: 09:00, 2026-12-01, 2026-12-01T09:00"},
        {"again", NULL, "even if it was told before"},
        {"wait", NULL, "until it is known what became of it (exit 3: unknown, or nothing happens yet)"},
        {"key", "K", "the same key is posted once, however often this is called"},
        {"dry-run", NULL, "only print what would be told"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
