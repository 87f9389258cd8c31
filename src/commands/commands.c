#include "commands/commands.h"

const struct command *const commands[] = {
    NULL,
};
