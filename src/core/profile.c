#include "core/profile.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/pack.h"
#include "core/sign.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { PACKED_VERSION = 1, PACKED_MAX = 1 << 20 };

static const char *const names[SHAPES] = {"", "h1", "h2", "h3", "h4", "h5", "h6", "bold", "numbers", "list",
    "table", "paragraphs", "sections", "none"};

enum shape shape_named(const char *name, bool of_items)
{
    for (enum shape shape = SHAPE_HEADING_1; shape < SHAPES; shape++) {
        bool may = shape <= SHAPE_BOLD || (of_items ? shape != SHAPE_NONE : shape == SHAPE_NONE);
        if (may && strcmp(names[shape], name) == 0)
            return shape;
    }
    return SHAPES;
}

const char *shape_name(enum shape shape)
{
    return names[shape];
}

/* Full-width forms, CJK punctuation and everything from U+2000 to U+2BFF count, and what stands beyond the
 * first plane. */
size_t words_sign(const char *text)
{
    unsigned char c = (unsigned char)text[0];
    if (c < 0x80)
        return c && !isalnum(c) ? 1 : 0;
    if (c >= 0xf0)
        return 4;
    if (c == 0xe2 && (unsigned char)text[1] < 0xb0)
        return 3;
    if ((c == 0xe3 && (unsigned char)text[1] == 0x80) || (c == 0xef && (unsigned char)text[1] >= 0xb8))
        return 3;
    return c == 0xc2 ? 2 : 0;
}

const char *words_bare(const char *text, size_t *len)
{
    size_t end = 0;
    for (size_t size; (size = words_sign(text));)
        text += size;
    for (size_t at = 0, size; text[at]; at += size ? size : 1) {
        unsigned char c = (unsigned char)text[at];
        if (c >= 0xe4 && c <= 0xe9) { /* ideographs are no signs, and are passed over whole */
            end = at + 1;
            size = 3;
            continue;
        }
        size = words_sign(text + at);
        if (!size || (at == end && at > 0 && (text[at] == '+' || text[at] == '#'))) /* "C++", "C#" */
            end = at + 1;
    }
    while (((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    *len = end;
    return text;
}

/* The next byte that counts; 0 at the end. */
static unsigned char next_byte(const char **at, const char *end)
{
    while (*at < end && isspace((unsigned char)**at))
        (*at)++;
    return *at < end ? (unsigned char)tolower((unsigned char)*(*at)++) : 0;
}

static bool same_words(const char *a, size_t a_len, const char *b, size_t b_len)
{
    const char *a_end = a + a_len, *b_end = b + b_len;
    unsigned char one, other;
    do {
        one = next_byte(&a, a_end);
        other = next_byte(&b, b_end);
    } while (one && one == other);
    return one == other;
}

bool words_hold(const struct words *words, const char *text)
{
    size_t len = 0, size;
    const char *bare = words->count ? words_bare(text, &len) : "";
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words_bare(words->texts[i], &size);
        if (size ? same_words(word, size, bare, len)
                 : same_words(words->texts[i], strlen(words->texts[i]), text, strlen(text)))
            return true;
    }
    return false;
}

static void pack_words(struct buf *out, const struct words *words)
{
    pack_number(out, words->count);
    for (size_t i = 0; i < words->count; i++)
        pack_string(out, words->texts[i]);
}

void profile_pack(struct buf *out, const struct profile *profile)
{
    pack_number(out, PACKED_VERSION);
    pack_number(out, profile->sections);
    pack_number(out, profile->items);
    pack_number(out, profile->entries);
    pack_number(out, profile->group);
    pack_words(out, &profile->labels);
    pack_words(out, &profile->questions);
    pack_words(out, &profile->skip);
    pack_words(out, &profile->references);
    pack_words(out, &profile->link_titles);
}

static struct words unpack_words(struct unpack *in, struct arena *arena)
{
    struct words words = {.count = (size_t)unpack_number(in, PROFILE_WORDS_MAX)};
    words.texts = arena_array(arena, words.count + 1, sizeof *words.texts);
    for (size_t i = 0; i < words.count; i++)
        words.texts[i] = unpack_text(in, arena);
    return words;
}

int profile_unpack(
    struct arena *arena, const void *bytes, size_t len, struct profile *profile, struct error *err)
{
    struct unpack in = unpack_start(bytes, len);
    if (unpack_number(&in, UINT32_MAX) != PACKED_VERSION)
        in.broken = true;
    profile->sections = (enum shape)unpack_number(&in, SHAPES - 1);
    profile->items = (enum shape)unpack_number(&in, SHAPES - 1);
    profile->entries = (enum feed_entries)unpack_number(&in, ENTRIES_EDITIONS);
    profile->group = (enum feed_group)unpack_number(&in, GROUP_FEED);
    profile->labels = unpack_words(&in, arena);
    profile->questions = unpack_words(&in, arena);
    profile->skip = unpack_words(&in, arena);
    profile->references = unpack_words(&in, arena);
    profile->link_titles = unpack_words(&in, arena);
    return unpack_ended(&in) ? 0 : error_set(err, "a broken packed profile");
}

struct profile *profile_copy(struct arena *arena, const struct profile *profile)
{
    struct buf packed = BUF_INIT(PACKED_MAX);
    struct error err = {0};
    struct profile *copy = arena_alloc(arena, sizeof *copy);
    profile_pack(&packed, profile);
    profile_unpack(arena, packed.data, packed.len, copy, &err);
    buf_free(&packed);
    return copy;
}

void profile_mark(const struct profile *profile, char mark[PROFILE_MARK_SIZE])
{
    unsigned char hash[SIGN_SHA256];
    struct buf packed = BUF_INIT(PACKED_MAX);
    mark[0] = '\0';
    if (!profile)
        return;
    profile_pack(&packed, profile);
    sign_sha256(packed.data, packed.len, hash);
    buf_free(&packed);
    for (size_t i = 0; i < (PROFILE_MARK_SIZE - 1) / 2; i++)
        snprintf(mark + 2 * i, 3, "%02x", hash[i]);
}

bool profile_same(const struct profile *a, const struct profile *b)
{
    char one[PROFILE_MARK_SIZE], other[PROFILE_MARK_SIZE];
    profile_mark(a, one);
    profile_mark(b, other);
    return strcmp(one, other) == 0;
}
