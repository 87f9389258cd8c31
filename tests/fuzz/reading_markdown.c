/* The whole reader: file bytes -> editions -> packed -> unpacked again. What was read must survive the pipe.
 *
 * Each file is read as it is sent without a profile, then by another name, with a profile and an explanation;
 * which, its own bytes decide, so that a seed is an ordinary file. What the reader learns (another kind of
 * source, another key of a profile) is added to `names` and wished(). */
#include "survive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(const struct read_request *request)
{
    struct arena arena = {0};
    struct error err = {0};
    struct reading reading = {0};
    if (read_digest(&arena, request, &reading, &err))
        assert(err.text[0] && !strchr(err.text, '\n'));
    else
        survive(&arena, &reading);
    arena_free(&arena);
}

/* A profile out of 32 bits. */
static struct profile wished(uint32_t bits)
{
    static const enum shape sections[] = {
        SHAPE_FOUND, SHAPE_HEADING_1, SHAPE_HEADING_1 + 1, SHAPE_BOLD, SHAPE_NONE};
    static const char *words[] = {"ref", "\xe6\xba\x90\xe5\xa4\xb4", "questions", "S", "links"};
    const struct words some = {words, sizeof words / sizeof *words}, none = {words, 0};
    return (struct profile){.sections = sections[bits % 5],
        .items = (enum shape)(bits / 5 % SHAPE_SECTION),
        .labels = bits & 1 << 8 ? some : none,
        .questions = bits & 1 << 9 ? some : none,
        .skip = bits & 1 << 10 ? some : none,
        .references = bits & 1 << 11 ? some : none,
        .link_titles = bits & 1 << 12 ? some : none,
        .entries = (enum feed_entries)(bits >> 13 & 3) % (ENTRIES_EDITIONS + 1),
        .group = (enum feed_group)(bits >> 15 & 3) % (GROUP_FEED + 1)};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {
        "2026-01-02-x.md", "0102-0108.markdown", "x.xml", "x.json", "x.html", "feed"};
    uint32_t bits = 2166136261u;
    for (size_t i = 0; i < size; i++)
        bits = (bits ^ data[i]) * 16777619u;
    bits ^= bits >> 15;
    struct read_request request = {.name = names[0],
        .bytes = (const char *)data,
        .len = size,
        .link = "https://x.example/:year/:month/:day/:title/"};
    read_as(&request);
    struct profile profile = wished(bits);
    request.name = names[bits >> 17 & 7 ? (bits >> 17 & 7) % 6 : 0];
    request.profile = &profile;
    request.explain = true;
    read_as(&request);
    return 0;
}
