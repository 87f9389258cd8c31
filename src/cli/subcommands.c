#include "cli/entries.h"

const struct subcommand *const subcommands[] = {&cli_demo, &cli_init, &cli_run, &cli_check, &cli_read,
    &cli_import, &cli_editions, &cli_items, &cli_questions, &cli_post, &cli_preview, &cli_plan, &cli_ask,
    &cli_status, &cli_deliveries, &cli_why, &cli_resolve, &cli_hold, &cli_resume, &cli_undo, &cli_backup,
    &cli_restore, &cli_version, NULL};
