/* A reason somebody else wrote ("HTTP 403", "The receiver refuses us (401): …?") within our own sentences:
 * neither two full stops nor none. */
#ifndef CORE_SENTENCE_H
#define CORE_SENTENCE_H

#include "core/arena.h"

#include <stdbool.h>

/* For within a sentence, before a bracket or a comma: without a full stop at its end. */
const char *sentence_inner(struct arena *arena, const char *text);
/* To stand alone, with more behind it: ends with a full stop, or another mark that ends one. */
const char *sentence_whole(struct arena *arena, const char *text, bool chinese);

#endif
