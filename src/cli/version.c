#include "cli/entries.h"

#include "cli/print.h"

static int run(struct shell *shell)
{
    if (shell->json)
        return print_json(shell, json_pack("{s:s}", "version", DIGESTD_VERSION));
    printf("digestd %s\n", DIGESTD_VERSION);
    return 0;
}

const struct subcommand cli_version = {
    .name = "version", .words = "", .summary = "print the version", .details = "", .json = true, .run = run};
