/* What several subcommands print. The only room of the command line that knows jansson. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "cli/words.h"

#include <jansson.h>

/* Prints one compact line and gives the object back. -1: shell->err. */
int print_json(struct shell *shell, json_t *object);
json_t *json_text(const char *text);                /* NULL and "" become null */
json_t *json_id(int64_t id);                        /* ids are strings */
json_t *json_time(struct shell *shell, int64_t ms); /* RFC 3339; 0 becomes null */

#endif
