/* Bytes of packed forms: numbers of 7 bits a byte, strings with their length before them. The reader trusts
 * nothing: after the first thing that is wrong it is `broken` for good and gives zeros and "". */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

void pack_number(struct buf *out, uint64_t number);
/* NULL is kept apart from "". Control characters (&#1; in an edition) are left out and what is not UTF-8
 * replaced, so that what was packed can always be unpacked. */
void pack_string(struct buf *out, const char *text);
void pack_bytes(struct buf *out, const void *bytes, size_t len);

struct unpack {
    const unsigned char *at, *end;
    bool broken;
};

struct unpack unpack_start(const void *bytes, size_t len);
uint64_t unpack_number(struct unpack *in, uint64_t max); /* more than max is broken */
const char *unpack_string(
    struct unpack *in, struct arena *arena); /* valid, clean UTF-8 or broken; may be NULL */
const char *unpack_text(struct unpack *in, struct arena *arena); /* never NULL */
struct unpack unpack_bytes(struct unpack *in);
bool unpack_ended(const struct unpack *in); /* whole, and nothing left over */

#endif
