/* One error on its way up.
 *
 * Functions that can fail return 0 or -1 and fill a `struct error`. The message is written by the place that
 * knows what went wrong; each layer above adds its context once; the edge prints or logs it once. The first
 * error wins: setting a second one changes nothing, so clean-up code may fail freely. Expected outcomes ("no
 * such item") are values, not errors. Out of memory is not an error but the end of the process. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <stdbool.h>

/* What the exit code of the command line will be. */
enum error_kind {
    ERROR_NONE = 0,
    ERROR_FAILED = 1, /* tried and did not work */
    ERROR_USAGE = 2,  /* the words or the configuration are wrong; nothing was tried */
    ERROR_UNSURE = 3, /* may or may not have happened */
};

struct error {
    enum error_kind kind;
    bool chinese;    /* whom it is for; said by who asks, and kept by all of these */
    char text[1024]; /* UTF-8, one line, no trailing newline, no secret; cut at a character when too long */
};

/* Sets the error unless one is set. Always returns -1, so `return error_set(err, …);` reads well. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with another kind than ERROR_FAILED. */
int error_set_kind(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The words in the language of whom the error is for; both take the same arguments. */
const char *error_says(const struct error *err, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));

/* Puts "context: " before the text of an error that is set. Always returns -1. */
int error_context(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes the structure empty again. */
void error_clear(struct error *err);

/* Ends the process at once, with an exit status of its own so that whoever started it can say why. */
enum { OUT_OF_MEMORY = 12 };
_Noreturn void out_of_memory(void);

#endif
