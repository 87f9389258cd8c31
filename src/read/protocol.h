/* What crosses the pipe between the daemon and its child digestd-read.
 *
 * The child is started with no arguments, reads one request from its standard input, writes one answer to its
 * standard output and exits 0. Numbers are 32 bit, little endian.
 *
 *   request   "DRQ1"  name length, link length, file length   name  link  file
 *   answer    "DAN1"  status (enum read_status), length       that many bytes
 *
 * With READ_EDITION the bytes are those of digest_pack() (warnings inside); with READ_ERROR an error text,
 * one line, "name:line:column: …" where a place is known. A child that ends without a whole answer died of
 * what it read: SIGXCPU = READ_CPU_SECONDS were not enough, exit status OUT_OF_MEMORY (core/error.h) =
 * READ_MEMORY_MAX were not enough; the parent then names the file and the limit. READ_WALL_MS bounds what the
 * parent waits. */
#ifndef READ_PROTOCOL_H
#define READ_PROTOCOL_H

#include "core/buf.h"
#include "core/digest.h"

#include <stdint.h>

#define READ_PROGRAM "digestd-read"
#define READ_REQUEST_MAGIC "DRQ1"
#define READ_ANSWER_MAGIC "DAN1"

enum read_status { READ_EDITION = 0, READ_ERROR = 1 };

enum {
    READ_REQUEST_HEAD = 16,
    READ_ANSWER_HEAD = 12,
    READ_NAME_MAX = 4096,
    READ_LINK_MAX = 4096,
    /* One byte more than an edition may have goes through, so that the child can say "too large" itself. */
    READ_FILE_MAX = DIGEST_BYTES_MAX + 1,
    READ_ANSWER_MAX = 64 << 20,
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

/* The head of a request; the lengths are cut to their maximum by the caller. */
static inline void read_request_head(
    char head[READ_REQUEST_HEAD], size_t name_len, size_t link_len, size_t file_len)
{
    memcpy(head, READ_REQUEST_MAGIC, 4);
    read_put_u32(head + 4, (uint32_t)name_len);
    read_put_u32(head + 8, (uint32_t)link_len);
    read_put_u32(head + 12, (uint32_t)file_len);
}

/* The head of an answer. False when it is not one or its lengths are out of bounds. */
static inline bool read_answer_head(const char head[READ_ANSWER_HEAD], enum read_status *status, size_t *len)
{
    uint32_t word = read_get_u32(head + 4);
    *len = read_get_u32(head + 8);
    if (memcmp(head, READ_ANSWER_MAGIC, 4) != 0 || word > READ_ERROR || *len > READ_ANSWER_MAX)
        return false;
    *status = (enum read_status)word;
    return true;
}

#endif
