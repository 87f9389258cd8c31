/* All chat commands, in the order of menus and help. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "desk/command.h"

extern const struct command *const commands[]; /* NULL-terminated */

#endif
