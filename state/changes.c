#include "state/changes.h"
#include "core/buf.h"

static bool same_text(const char *one, const char *other)
{
    return !strcmp(one ? one : "", other ? other : "");
}

enum { BODY_MAX = 64 << 20 };

static bool same_body(const struct item *one, const struct item *other)
{
    struct buf a = BUF_INIT(BODY_MAX), b = BUF_INIT(BODY_MAX);
    if (one->body)
        message_pack(&a, one->body);
    if (other->body)
        message_pack(&b, other->body);
    bool same = a.len == b.len && !memcmp(a.data, b.data, a.len);
    buf_free(&a);
    buf_free(&b);
    return same;
}

static bool same_links(const struct item *one, const struct item *other)
{
    if (one->link_count != other->link_count || !same_text(one->title_url, other->title_url))
        return false;
    for (size_t i = 0; i < one->link_count; i++)
        if (!same_text(one->links[i].url, other->links[i].url) ||
            !same_text(one->links[i].label, other->links[i].label) ||
            !same_text(one->links[i].text, other->links[i].text))
            return false;
    return true;
}

static bool same_questions(const struct item *one, const struct item *other)
{
    if (one->question_count != other->question_count)
        return false;
    for (size_t i = 0; i < one->question_count; i++)
        if (!same_text(one->questions[i], other->questions[i]))
            return false;
    return true;
}

static bool same_images(const struct item *one, const struct item *other)
{
    if (one->image_count != other->image_count)
        return false;
    for (size_t i = 0; i < one->image_count; i++)
        if (!same_text(one->images[i].url, other->images[i].url) ||
            !same_text(one->images[i].alt, other->images[i].alt))
            return false;
    return true;
}

const char *item_changes(struct arena *arena, const struct item *old, const char *old_section,
    const struct item *new, const char *new_section, bool moved)
{
    const struct {
        const char *name;
        bool same;
    } fields[] = {
        {"title", same_text(old->title, new->title)},
        {"text", same_body(old, new)},
        {"links", same_links(old, new)},
        {"questions", same_questions(old, new)},
        {"images", same_images(old, new)},
        {"section", same_text(old_section, new_section)},
        {"order", !moved},
    };
    struct buf list = BUF_INIT(128);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!fields[i].same)
            buf_addf(&list, "%s%s", list.len ? ", " : "", fields[i].name);
    const char *kept = buf_keep(&list, arena);
    buf_free(&list);
    return kept;
}
