#include "desk/subject.h"

const char *subject_make(struct arena *arena, const struct subject *subject)
{
    if (subject->section[0])
        return arena_printf(arena, "%s/%s#%s", subject->source, subject->slug, subject->section);
    if (subject->question)
        return arena_printf(
            arena, "%s/%s.%d.q%d", subject->source, subject->slug, subject->item, subject->question);
    if (subject->item)
        return arena_printf(arena, "%s/%s.%d", subject->source, subject->slug, subject->item);
    return arena_printf(arena, "%s/%s", subject->source, subject->slug);
}

const char *subject_contents(struct arena *arena, const struct subject *subject)
{
    return arena_printf(arena, "%s/%s!contents", subject->source, subject->slug);
}

/* A number of digits alone, 1 to 9 of them. */
static bool read_number(const char *text, size_t len, int *number)
{
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || i >= 9)
            return false;
        *number = *number * 10 + (text[i] - '0');
    }
    return len > 0;
}

/* A slug holds none of "/", ".", "#", "!" (state/import.c), a section's title may hold anything. */
bool subject_read(struct arena *arena, const char *text, struct subject *out)
{
    *out = (struct subject){.section = ""};
    size_t head = strcspn(text, "#");
    size_t slash = head;
    while (slash && text[slash - 1] != '/')
        slash--;
    if (!slash)
        return false;
    out->source = arena_copy(arena, text, slash - 1);
    const char *slug = text + slash;
    size_t len = head - slash, slug_len = 0;
    while (slug_len < len && slug[slug_len] != '.' && slug[slug_len] != '!')
        slug_len++;
    out->slug = arena_copy(arena, slug, slug_len);
    if (text[head] == '#')
        out->section = arena_string(arena, text + head + 1);
    if (!slug_len || !out->source[0])
        return false;
    if (slug_len == len || slug[slug_len] == '!')
        return true;
    const char *number = slug + slug_len + 1;
    size_t number_len = strspn(number, "0123456789");
    if (!read_number(number, number_len, &out->item))
        return false;
    const char *rest = number + number_len;
    if (!strncmp(rest, ".q", 2))
        return read_number(rest + 2, strlen(rest + 2), &out->question);
    return *rest == 0;
}

const char **channel_sources(struct arena *arena, const struct setup *setup, const struct channel *channel)
{
    const char **sources = arena_array(arena, channel->from_count + 1, sizeof *sources);
    for (size_t i = 0; i < channel->from_count; i++)
        sources[i] = setup->sources[channel->from[i]].name;
    return sources;
}

struct edition_query channel_query(
    struct arena *arena, const struct setup *setup, const struct channel *channel, int limit)
{
    return (struct edition_query){.sources = channel_sources(arena, setup, channel),
        .source_count = channel->from_count,
        .published = true,
        .limit = limit};
}

bool channel_chinese(const struct channel *channel)
{
    return !strcmp(channel->language, "zh");
}

const char *subject_label(
    struct arena *arena, bool chinese, enum what what, const struct subject *subject, bool name_edition)
{
    const char *of = name_edition ? arena_printf(arena, chinese ? "%s " : " of %s", subject->slug) : "";
    switch (what) {
    case WHAT_CONTENTS:
        return chinese ? arena_printf(arena, "%s目录", of) : arena_printf(arena, "The contents%s", of);
    case WHAT_EDITION:
        return chinese ? arena_printf(arena, "%s整期", of) : arena_printf(arena, "The edition%s", of);
    case WHAT_SECTION:
        return chinese ? arena_printf(arena, "%s「%s」", of, subject->section)
                       : arena_printf(arena, "Section “%s”%s", subject->section, of);
    case WHAT_ITEM:
        return chinese ? arena_printf(arena, "%s第 %d 条", of, subject->item)
                       : arena_printf(arena, "Item %d%s", subject->item, of);
    case WHAT_QUESTION:
        return chinese ? "今日一问" : "The question of the day";
    default:
        return chinese ? "这段文字" : "This text";
    }
}
