/* What crosses the pipe between the daemon and its child digestd-read.
 *
 * The child is started with no arguments, reads one request from its standard input, writes one answer to its
 * standard output and exits 0. Numbers are 32 bit, little endian.
 *
 *   request   "DRQ3"  lengths of name, link, profile, charset and file; wishes   name  link  profile
 *             charset  file
 *   answer    "DAN2"  status (enum read_status), two lengths            what was read, then its explanation
 *
 * The profile's bytes are those of profile_pack(), none = no profile. A wish is READ_EXPLAIN, READ_CHINESE,
 * both or 0; the charset is what the header of an answer said, mostly nothing. With
 * READ_EDITION what was read is digest_pack() (warnings inside); with READ_ERROR an error text, one line,
 * "name:line:column: …" where a place is known. The explanation is explanation_pack(), also of what failed;
 * empty when nobody wished for it. A child that ends without a whole answer died of
 * what it read: SIGXCPU = READ_CPU_SECONDS were not enough, exit status OUT_OF_MEMORY (core/error.h) =
 * READ_MEMORY_MAX were not enough; the parent then names the file and the limit. READ_WALL_MS bounds what the
 * parent waits. */
#ifndef READ_PROTOCOL_H
#define READ_PROTOCOL_H

#include "core/buf.h"
#include "core/digest.h"
#include "core/explained.h"
#include "core/profile.h"

#include <stdint.h>

#define READ_PROGRAM "digestd-read"
#define READ_REQUEST_MAGIC "DRQ3"
#define READ_ANSWER_MAGIC "DAN2"

enum read_status { READ_EDITION = 0, READ_ERROR = 1 };
enum read_wish { READ_EXPLAIN = 1, READ_CHINESE = 2 };

enum {
    READ_REQUEST_HEAD = 28,
    READ_ANSWER_HEAD = 16,
    READ_NAME_MAX = 4096,
    READ_LINK_MAX = 4096,
    READ_CHARSET_MAX = 40,
    /* Five lists of words as long as they may be. */
    READ_PROFILE_MAX = 5 * PROFILE_WORDS_MAX * (PROFILE_WORD_BYTES_MAX + 2) + 64,
    /* One byte more than an edition may have goes through, so that the child can say "too large" itself. */
    READ_FILE_MAX = DIGEST_BYTES_MAX + 1,
    READ_ANSWER_MAX = 64 << 20,
    READ_EXPLANATION_MAX = EXPLAINED_MAX * (EXPLAINED_TEXT_MAX + 16),
    READ_CPU_SECONDS = 5,
    READ_WALL_MS = 15000,
    READ_MEMORY_MAX = 256 << 20,
};

static inline void read_put_u32(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(unsigned char)(value >> (8 * i));
}

static inline uint32_t read_get_u32(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

/* How long each part of a request is; the lengths are cut to their maximum by the caller. */
struct read_lengths {
    size_t name, link, profile, charset, file;
};

static inline void read_request_head(
    char head[READ_REQUEST_HEAD], const struct read_lengths *lengths, uint32_t wishes)
{
    memcpy(head, READ_REQUEST_MAGIC, 4);
    read_put_u32(head + 4, (uint32_t)lengths->name);
    read_put_u32(head + 8, (uint32_t)lengths->link);
    read_put_u32(head + 12, (uint32_t)lengths->profile);
    read_put_u32(head + 16, (uint32_t)lengths->file);
    read_put_u32(head + 20, wishes);
    read_put_u32(head + 24, (uint32_t)lengths->charset);
}

/* The head of an answer. False when it is not one or its lengths are out of bounds. */
static inline bool read_answer_head(
    const char head[READ_ANSWER_HEAD], enum read_status *status, size_t *len, size_t *explained_len)
{
    uint32_t word = read_get_u32(head + 4);
    *len = read_get_u32(head + 8);
    *explained_len = read_get_u32(head + 12);
    if (memcmp(head, READ_ANSWER_MAGIC, 4) != 0 || word > READ_ERROR || *len > READ_ANSWER_MAX ||
        *explained_len > READ_EXPLANATION_MAX)
        return false;
    *status = (enum read_status)word;
    return true;
}

#endif
