#include "cli/entries.h"

#include "cli/print.h"
#include "daemon/clock.h"
#include "desk/desk.h"
#include "state/posts.h"

#include <unistd.h>

enum { WAIT_MS = 90000, LOOK_US = 100000 };

/* Waits until every post has come to its end, or the time is over. -1: err; else the exit code. */
static int wait_for(struct shell *shell, const int64_t *posts, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count; i++) {
        struct post_row row = {0};
        for (;;) {
            bool found;
            if (state_post(shell->state, &shell->arena, posts[i], &row, &found, &shell->err))
                return -1;
            bool unknown = false;
            struct rows_delivery parts = {0};
            if (state_post_deliveries(shell->state, &shell->arena, posts[i], &parts, &shell->err))
                return -1;
            for (size_t k = 0; k < parts.count; k++)
                unknown = unknown || !strcmp(parts.rows[k].state, "unknown");
            if (!found || (strcmp(row.state, "planned") && strcmp(row.state, "released"))) {
                printf("post %lld: %s%s%s\n", (long long)posts[i], row.state, *row.why ? ": " : "", row.why);
                if (strcmp(row.state, "sent"))
                    code = code ? code : 1;
                break;
            }
            if (unknown || clock_now().boot_ms - shell->now.boot_ms > WAIT_MS) {
                printf("post %lld: %s\n", (long long)posts[i],
                    unknown ? "it is not known whether it arrived; see digestd status"
                            : "still waiting; see digestd status");
                code = 3;
                break;
            }
            usleep(LOOK_US);
        }
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
    printf("%s would be told:\n\n%s\n", channel->name, text.data);
    buf_free(&text);
    return 0;
}

static int run(struct shell *shell)
{
    struct wish wish;
    const char *to = shell_flag(shell, "to"), *at = shell_flag(shell, "at"), *key = shell_flag(shell, "key");
    size_t count;
    if (!to)
        return error_set_kind(&shell->err, ERROR_USAGE, "to whom? --to CHANNEL[,…] or --to all");
    bool dry = shell_flag(shell, "dry-run") != NULL;
    if (shell_wish(shell, &wish) || shell_setup(shell))
        return -1;
    const struct channel **channels = shell_channels(shell, to, &count);
    if (!channels || shell_state(shell, dry ? STATE_READ : STATE_SHELL))
        return -1;
    if (at && time_parse(at, shell->setup->zone, shell->now.wall_ms, &wish.at_ms, &shell->err)) {
        shell->err.kind = ERROR_USAGE;
        return -1;
    }
    wish.again = shell_flag(shell, "again") != NULL;
    wish.key = key ? key : "";
    int code = 0;
    size_t queued = 0;
    int64_t *posts = arena_array(&shell->arena, count, sizeof *posts);
    for (size_t i = 0; i < count; i++) {
        if (dry) {
            int said = dry_run(shell, channels[i], &wish);
            if (said < 0)
                return -1;
            code = code ? code : said;
        } else if (wish_for(shell, channels[i], &wish, &posts[queued], &code)) {
            return -1;
        } else {
            queued += posts[queued] != 0;
        }
    }
    if (!queued)
        return code;
    shell_ring(shell, "it is sent when one runs");
    if (!shell_flag(shell, "wait") || !state_daemon_runs(shell->setup->state))
        return code;
    int waited = wait_for(shell, posts, queued);
    return waited ? waited : code;
}

const struct subcommand cli_post = {.name = "post",
    .words = "WHAT… --to CHANNEL[,…]|all",
    .summary = "post by hand; the daemon sends it within two seconds",
    .details = "WHAT: item N | contents | edition | section NAME | question | text STRING\n"
               "An item, section, edition or contents is told once in a channel; --again tells it again.",
    .flags = {{"to", "CHANNEL[,…]", "to these channels, or all"},
        {"at", "TIME", "not before: 09:00, 2026-05-01T09:00"}, {"again", NULL, "even if it was told before"},
        {"wait", NULL, "until it is known what became of it (exit 3: unknown)"},
        {"key", "K", "the same key is posted once, however often this is called"},
        {"dry-run", NULL, "only print what would be told"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
