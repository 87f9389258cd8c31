#include "desk/filter.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/section.h"
#include "core/utf8.h"

enum { TEXT_MAX = 1 << 20 };

static bool says_nothing(const struct filter *filter)
{
    return !filter->section_count && !filter->tag_count && !filter->word_count;
}

bool channel_filters(const struct channel *channel)
{
    return !says_nothing(&channel->only) || !says_nothing(&channel->not );
}

static void fold(struct buf *out, const char *text)
{
    utf8_fold(out, text ? text : "", text ? strlen(text) : 0);
}

bool filter_same(const char *a, const char *b)
{
    struct buf x = BUF_INIT(TEXT_MAX), y = BUF_INIT(TEXT_MAX);
    fold(&x, a);
    fold(&y, b);
    bool same = !strcmp(x.data, y.data);
    buf_free(&x);
    buf_free(&y);
    return same;
}

static bool is_latin(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Both are folded. "ai" is in "the ai said", not in "said". */
static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(text, word); len && at; at = strstr(at + 1, word)) {
        bool begins = at == text || !is_latin(word[0]) || !is_latin(at[-1]);
        bool ends = !is_latin(word[len - 1]) || !is_latin(at[len]);
        if (begins && ends)
            return true;
    }
    return false;
}

static bool any_same(const char *const *names, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (filter_same(names[i], text))
            return true;
    return false;
}

static bool any_section(const struct filter *filter, const struct section *section)
{
    for (size_t i = 0; i < filter->section_count; i++)
        if (section_is(section, filter->sections[i]))
            return true;
    return false;
}

static bool any_tag(const struct filter *filter, const struct edition *edition)
{
    for (size_t i = 0; i < edition->tag_count; i++)
        if (any_same(filter->tags, filter->tag_count, edition->tags[i]))
            return true;
    return false;
}

static bool any_word(const struct filter *filter, const struct item *item)
{
    struct buf plain = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
    bool found = false;
    buf_addf(&plain, "%s\n", item->title ? item->title : "");
    if (item->body)
        message_plain(&plain, item->body, false);
    utf8_fold(&text, plain.data, plain.len);
    for (size_t i = 0; i < filter->word_count && !found; i++) {
        struct buf word = BUF_INIT(TEXT_MAX);
        fold(&word, filter->words[i]);
        found = has_word(text.data, word.data);
        buf_free(&word);
    }
    buf_free(&plain);
    buf_free(&text);
    return found;
}

bool filter_passes(const struct channel *channel, const struct edition *edition,
    const struct section *section, const struct item *item)
{
    const struct filter *only = &channel->only, *not = &channel->not ;
    if (only->section_count && !any_section(only, section))
        return false;
    if (not ->section_count && any_section(not, section))
        return false;
    if ((only->tag_count && !any_tag(only, edition)) || (not ->tag_count && any_tag(not, edition)))
        return false;
    if (only->word_count && !any_word(only, item))
        return false;
    return !not ->word_count || !any_word(not, item);
}

static size_t passing_items(const struct channel *channel, const struct edition *edition,
    const struct section *section, struct section *out, struct arena *arena)
{
    *out = *section;
    out->items = arena_array(arena, section->item_count + 1, sizeof *out->items);
    out->item_count = 0;
    for (size_t i = 0; i < section->item_count; i++)
        if (filter_passes(channel, edition, section, &section->items[i]))
            out->items[out->item_count++] = section->items[i];
    return out->item_count;
}

struct edition *filter_edition(const struct channel *channel, struct edition *edition, struct arena *arena)
{
    if (!channel_filters(channel))
        return edition;
    struct edition *out = arena_alloc(arena, sizeof *out);
    size_t items = 0;
    *out = *edition;
    out->sections = arena_array(arena, edition->section_count + 1, sizeof *out->sections);
    out->section_count = 0;
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        struct section *kept = &out->sections[out->section_count];
        size_t count = passing_items(channel, edition, section, kept, arena);
        out->section_count += count > 0;
        items += count;
    }
    return items ? out : NULL;
}
