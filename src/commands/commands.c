#include "commands/commands.h"

extern const struct command command_week, command_item, command_question, command_search, command_next,
    command_help, command_where, command_post, command_hold, command_resume, command_status, command_undo,
    command_resolve, command_done, command_skip;

const struct command *const commands[] = {
    &command_week,
    &command_item,
    &command_question,
    &command_search,
    &command_next,
    &command_help,
    &command_where,
    &command_post,
    &command_hold,
    &command_resume,
    &command_undo,
    &command_status,
    &command_resolve,
    &command_done,
    &command_skip,
    NULL,
};
