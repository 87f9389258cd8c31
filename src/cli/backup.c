#include "cli/entries.h"

#include "cli/print.h"
#include "daemon/machine.h"
#include "state/backup.h"

#include <unistd.h>

enum { LARGE_PAGES = 16384 }; /* 64 MiB: below that nobody waits */

/* A line that grows, on a terminal alone. */
static void progress(void *context, int64_t done, int64_t total)
{
    (void)context;
    if (total > LARGE_PAGES && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%3d %%%s", (int)(done * 100 / total), done >= total ? "\n" : "");
}

static int run(struct shell *shell)
{
    char machine[MACHINE_TEXT];
    machine_id(machine);
    struct backup backup = {.path = shell->words[0],
        .machine = machine,
        .version = DIGESTD_VERSION,
        .force = shell_flag(shell, "force") != NULL,
        .now_ms = shell->now.wall_ms,
        .progress = progress};
    int64_t bytes;
    if (shell_state(shell, STATE_READ) || state_backup(shell->state, &backup, &bytes, &shell->err))
        return -1;
    if (shell->json)
        return print_json(
            shell, json_pack("{s:s s:s s:o s:I}", "file", backup.path, "state", shell->setup->state, "at",
                       json_time(shell, backup.now_ms), "bytes", (json_int_t)bytes));
    printf(
        shell_says(shell,
            "%s: a copy of %s, %lld KiB. Nothing runs on it; should it be needed: digestd restore %s --since "
            "%s\n",
            "%s：%s 的副本，%lld KiB。它不能直接拿来跑；用得着的时候：digestd restore %s --since %s\n"),
        backup.path, shell->setup->state, (long long)(bytes + 1023) / 1024, backup.path,
        shell_stamp(shell, backup.now_ms));
    return 0;
}

const struct subcommand cli_backup = {.name = "backup",
    .words = "FILE",
    .summary = "copy the state file, while a daemon runs or not",
    .details =
        "The copy is one consistent moment, for its owner's eyes alone, and marked: what is sent after "
        "it was\nmade is not in it, so nothing runs on it until digestd restore has settled that. The "
        "configuration,\nthe secrets and the editions are files of yours; copy them as well.",
    .flags = {{"force", NULL, "an older FILE gives way"}},
    .words_min = 1,
    .words_max = 1,
    .json = true,
    .run = run};
