/* TZif files (RFC 8536) and what they say of a moment. */
#include "core/arena.h"
#include "core/calendar.h"
#include "core/error.h"
#include "core/zone_rule.h"

enum { HEADER_BYTES = 44, KIND_BYTES = 6, FILE_BYTES_MAX = 1 << 20, NAME_BYTES_MAX = 64 };

/* Moments are held within the years 1 to 9999, with three days to spare at both ends, so that no offset leads
 * to a year of another width and nothing overflows. */
#define MOMENT_MIN (-62135596800 + 3 * 86400)
#define MOMENT_MAX (253402300799 - 3 * 86400)

struct zone {
    const char *name;
    const int64_t *moments; /* of the changes, strictly rising */
    const uint8_t *after;   /* which kind holds from that change on */
    size_t change_count;
    const struct zone_kind *kinds; /* the first one holds before the first change */
    size_t kind_count;
    bool has_rule; /* it holds from the last change on */
    struct zone_rule rule;
};

static const struct zone_kind utc_kind = {.offset = 0, .abbreviation = "UTC"};
static const struct zone utc = {.name = "UTC", .kinds = &utc_kind, .kind_count = 1};

/* One of the two data blocks of a file. */
struct block {
    uint8_t version; /* 0 or an ASCII digit */
    size_t utc_marks, standard_marks, leaps, changes, kinds, characters;
    size_t moment_bytes; /* 4 or 8 */
};

struct reader {
    const uint8_t *bytes;
    size_t len, at;
};

static uint32_t big_endian_32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static int64_t big_endian_64(const uint8_t *bytes)
{
    return (int64_t)((uint64_t)big_endian_32(bytes) << 32 | big_endian_32(bytes + 4));
}

static size_t left(const struct reader *reader)
{
    return reader->len - reader->at;
}

/* The next `size` bytes, or NULL. */
static const uint8_t *take(struct reader *reader, size_t size)
{
    if (size > left(reader))
        return NULL;
    const uint8_t *bytes = reader->bytes + reader->at;
    reader->at += size;
    return bytes;
}

static bool take_header(struct reader *reader, size_t moment_bytes, struct block *block)
{
    const uint8_t *header = take(reader, HEADER_BYTES);
    if (!header || memcmp(header, "TZif", 4) != 0)
        return false;
    *block = (struct block){.version = header[4],
        .utc_marks = big_endian_32(header + 20),
        .standard_marks = big_endian_32(header + 24),
        .leaps = big_endian_32(header + 28),
        .changes = big_endian_32(header + 32),
        .kinds = big_endian_32(header + 36),
        .characters = big_endian_32(header + 40),
        .moment_bytes = moment_bytes};
    return true;
}

/* Counts are 32 bits wide, so this does not overflow in 64. */
static uint64_t block_size(const struct block *block)
{
    return (uint64_t)block->changes * (block->moment_bytes + 1) + (uint64_t)block->kinds * KIND_BYTES +
           block->characters + (uint64_t)block->leaps * (block->moment_bytes + 4) + block->standard_marks +
           block->utc_marks;
}

static bool is_abbreviation(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > 15)
        return false;
    for (; *text; text++) {
        char c = *text;
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                c == '-'))
            return false;
    }
    return true;
}

static int read_changes(struct arena *arena, struct reader *reader, const struct block *block,
    struct zone *zone, struct error *err)
{
    const uint8_t *at = take(reader, block->changes * block->moment_bytes);
    const uint8_t *after = take(reader, block->changes);
    int64_t *moments = arena_array(arena, block->changes, sizeof *moments);
    for (size_t i = 0; i < block->changes; i++) {
        const uint8_t *field = at + i * block->moment_bytes;
        moments[i] = block->moment_bytes == 8 ? big_endian_64(field) : (int32_t)big_endian_32(field);
        if (i > 0 && moments[i] <= moments[i - 1])
            return error_set(err, "its changes are out of order");
        if (after[i] >= block->kinds)
            return error_set(err, "a change leads to a kind of time that is not there");
    }
    zone->moments = moments;
    zone->after = (const uint8_t *)arena_copy(arena, (const char *)after, block->changes);
    zone->change_count = block->changes;
    return 0;
}

static int read_kinds(struct arena *arena, struct reader *reader, const struct block *block,
    struct zone *zone, struct error *err)
{
    const uint8_t *records = take(reader, block->kinds * KIND_BYTES);
    /* The copy ends with a NUL, so no abbreviation runs beyond it. */
    const char *names = arena_copy(arena, (const char *)take(reader, block->characters), block->characters);
    struct zone_kind *kinds = arena_array(arena, block->kinds, sizeof *kinds);
    for (size_t i = 0; i < block->kinds; i++) {
        const uint8_t *record = records + i * KIND_BYTES;
        int32_t offset = (int32_t)big_endian_32(record);
        if (offset < ZONE_OFFSET_MIN || offset > ZONE_OFFSET_MAX)
            return error_set(err, "an offset of %d seconds from UTC cannot be", (int)offset);
        if (record[5] >= block->characters || !is_abbreviation(names + record[5]))
            return error_set(err, "an abbreviation is broken");
        kinds[i] = (struct zone_kind){.offset = offset, .abbreviation = names + record[5]};
    }
    zone->kinds = kinds;
    zone->kind_count = block->kinds;
    return 0;
}

static int read_block(struct arena *arena, struct reader *reader, const struct block *block,
    struct zone *zone, struct error *err)
{
    if (block_size(block) > left(reader))
        return error_set(err, "the file is cut off");
    if (block->kinds == 0 || block->kinds > 256 || block->characters == 0)
        return error_set(err, "the file has no kind of time");
    /* Files below right/ count leap seconds into every moment; the moments of this program do not. */
    if (block->leaps > 0)
        return error_set(err, "the file counts leap seconds; use the zone without \"right/\"");
    if (read_changes(arena, reader, block, zone, err) || read_kinds(arena, reader, block, zone, err))
        return -1;
    take(reader, block->standard_marks + block->utc_marks);
    return 0;
}

static int read_footer(struct arena *arena, struct reader *reader, struct zone *zone, struct error *err)
{
    const uint8_t *text = take(reader, 1);
    if (!text || *text != '\n')
        return error_set(err, "the footer is missing");
    text++;
    const uint8_t *end = memchr(text, '\n', left(reader));
    if (!end)
        return error_set(err, "the footer is cut off");
    size_t len = (size_t)(end - text);
    if (len == 0) /* the last change holds for ever */
        return 0;
    if (!zone_rule_parse(arena, (const char *)text, len, &zone->rule))
        return error_set(err, "the rule in its footer is not understood");
    zone->has_rule = true;
    return 0;
}

static int read_file(struct arena *arena, const void *bytes, size_t len, struct zone *zone, struct error *err)
{
    struct reader reader = {.bytes = bytes, .len = len};
    struct block block;
    if (len > FILE_BYTES_MAX)
        return error_set(err, "the file is larger than a zone file can be");
    if (!take_header(&reader, 4, &block))
        return error_set(err, "this is not a time zone file (TZif)");
    if (block.version < '2')
        return read_block(arena, &reader, &block, zone, err);

    /* From version 2 on, the same comes again with wider moments, and only that counts. */
    if (block_size(&block) > left(&reader))
        return error_set(err, "the file is cut off");
    take(&reader, (size_t)block_size(&block));
    if (!take_header(&reader, 8, &block))
        return error_set(err, "the file is cut off");
    if (read_block(arena, &reader, &block, zone, err))
        return -1;
    return read_footer(arena, &reader, zone, err);
}

const struct zone *zone_parse(
    struct arena *arena, const char *name, const void *bytes, size_t len, struct error *err)
{
    struct zone *zone = arena_alloc(arena, sizeof *zone);
    zone->name = arena_string(arena, name);
    if (read_file(arena, bytes, len, zone, err)) {
        error_context(err, "zone %s", name);
        return NULL;
    }
    return zone;
}

const struct zone *zone_utc(void)
{
    return &utc;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

bool zone_name_valid(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > NAME_BYTES_MAX || name[0] == '/' || name[len - 1] == '/')
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool known = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '+' || c == '-' || (c == '/' && name[i + 1] != '/');
        if (!known) /* no dot is known, so there is no ".." */
            return false;
    }
    return true;
}

static int64_t clamp(int64_t moment)
{
    if (moment < MOMENT_MIN)
        return MOMENT_MIN;
    return moment > MOMENT_MAX ? MOMENT_MAX : moment;
}

/* How many changes have happened at that moment. */
static size_t changes_until(const struct zone *zone, int64_t moment)
{
    size_t low = 0, high = zone->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->moments[middle] <= moment)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What holds at that moment, and through *until (may be NULL) up to when. */
static const struct zone_kind *kind_at(const struct zone *zone, int64_t moment, int64_t *until)
{
    size_t past = changes_until(zone, moment);
    bool by_rule = past == zone->change_count && zone->has_rule;
    if (until) {
        *until = INT64_MAX;
        if (past < zone->change_count)
            *until = zone->moments[past];
        else if (by_rule)
            *until = zone_rule_change(&zone->rule, moment);
    }
    if (by_rule)
        return zone_rule_kind(&zone->rule, moment);
    return past > 0 ? &zone->kinds[zone->after[past - 1]] : &zone->kinds[0];
}

int32_t zone_offset(const struct zone *zone, int64_t utc_seconds, const char **abbreviation)
{
    const struct zone_kind *kind = kind_at(zone, clamp(utc_seconds), NULL);
    if (abbreviation)
        *abbreviation = kind->abbreviation;
    return kind->offset;
}

size_t zone_offsets(const struct zone *zone, int64_t from, int64_t to, int32_t *offsets, size_t room)
{
    size_t count = 0;
    for (int64_t at = clamp(from), until; at <= clamp(to); at = until) {
        int32_t offset = kind_at(zone, at, &until)->offset;
        size_t i = 0;
        while (i < count && offsets[i] != offset)
            i++;
        if (i == count && count < room)
            offsets[count++] = offset;
        if (until == INT64_MAX)
            break;
    }
    return count;
}

struct civil zone_civil(const struct zone *zone, int64_t utc_seconds)
{
    int64_t moment = clamp(utc_seconds);
    int64_t local = moment + kind_at(zone, moment, NULL)->offset;
    int64_t days = local / 86400 - (local % 86400 < 0);
    int rest = (int)(local - days * 86400);
    struct civil civil = civil_from_days(days);
    civil.hour = rest / 3600;
    civil.minute = rest / 60 % 60;
    civil.second = rest % 60;
    return civil;
}

/* Walks through the stretches between changes, from before the earliest moment that can have this civil time,
 * to the first one in which it exists. When it lies before a stretch without having been met, it is in the
 * gap at the beginning of that stretch, and what held before tells the moment: that is moved forward by just
 * the gap. */
int64_t zone_moment(const struct zone *zone, struct civil civil)
{
    int64_t local = clamp(civil_days(civil.year, civil.month, civil.day) * 86400 +
                          (int64_t)civil.hour * 3600 + (int64_t)civil.minute * 60 + civil.second);
    int64_t from = local - ZONE_OFFSET_MAX, until;
    int64_t moment = local - kind_at(zone, from, &until)->offset;
    while (moment >= until) {
        from = until;
        int64_t next = local - kind_at(zone, from, &until)->offset;
        if (next < from)
            return moment;
        moment = next;
    }
    return moment;
}
