/* Small zone files made by hand: for tests and for the seeds of the fuzz target. */
#ifndef UNIT_TZIF_H
#define UNIT_TZIF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct tzif {
    uint8_t bytes[1024];
    size_t len;
};

static inline void tzif_number(struct tzif *file, uint64_t value, int width)
{
    for (int i = width; i-- > 0;)
        file->bytes[file->len++] = (uint8_t)(value >> (i * 8));
}

static inline void tzif_text(struct tzif *file, const char *text, size_t len)
{
    memcpy(file->bytes + file->len, text, len);
    file->len += len;
}

static inline void tzif_header(
    struct tzif *file, char version, unsigned changes, unsigned kinds, unsigned characters, unsigned leaps)
{
    tzif_text(file, "TZif", 4);
    file->bytes[file->len++] = (uint8_t)version;
    for (int i = 0; i < 15; i++)
        file->bytes[file->len++] = 0;
    tzif_number(file, 0, 4);
    tzif_number(file, 0, 4);
    tzif_number(file, leaps, 4);
    tzif_number(file, changes, 4);
    tzif_number(file, kinds, 4);
    tzif_number(file, characters, 4);
}

/* Two kinds, ONE of an hour and TWO of two hours east, and one change between them at `change`. */
static inline void tzif_block(struct tzif *file, char version, int width, int64_t change)
{
    tzif_header(file, version, 1, 2, 8, 0);
    tzif_number(file, (uint64_t)change, width);
    tzif_number(file, 1, 1);
    tzif_number(file, 3600, 4);
    tzif_number(file, 0x0000, 2);
    tzif_number(file, 7200, 4);
    tzif_number(file, 0x0104, 2);
    tzif_text(file, "ONE\0TWO", 8);
}

/* A whole file of version 2 with that footer. */
static inline struct tzif tzif_file(int64_t change, const char *footer)
{
    struct tzif file = {.len = 0};
    tzif_header(&file, '2', 0, 0, 0, 0);
    tzif_block(&file, '2', 8, change);
    tzif_text(&file, "\n", 1);
    tzif_text(&file, footer, strlen(footer));
    tzif_text(&file, "\n", 1);
    return file;
}

#endif
