/* The entries that src/cli/subcommands.c lists. */
#ifndef CLI_ENTRIES_H
#define CLI_ENTRIES_H

#include "cli/words.h"

extern const struct subcommand cli_run, cli_demo, cli_read, cli_import, cli_editions, cli_items,
    cli_questions, cli_post, cli_preview, cli_plan, cli_ask, cli_status, cli_deliveries, cli_why, cli_resolve,
    cli_hold, cli_resume, cli_check, cli_backup, cli_restore, cli_init, cli_version, cli_undo;

#endif
