#include "cli/entries.h"

static int run(struct shell *shell)
{
    (void)shell;
    printf("digestd %s\n", DIGESTD_VERSION);
    return 0;
}

const struct subcommand cli_version = {
    .name = "version", .words = "", .summary = "print the version", .details = "", .run = run};
