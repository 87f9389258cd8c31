#include "desk/page.h"
#include "core/buf.h"

/* "2023-08-24-weekly" -> "weekly": Jekyll's file names begin with the date, its addresses do not. */
static const char *without_date(const char *slug)
{
    static const char shape[] = "dddd-dd-dd-";
    for (size_t i = 0; shape[i]; i++) {
        bool digit = slug[i] >= '0' && slug[i] <= '9';
        if (shape[i] == 'd' ? !digit : slug[i] != '-')
            return slug;
    }
    return slug[sizeof shape - 1] ? slug + sizeof shape - 1 : slug;
}

/* Outside ASCII letters, digits and -._~ every byte as %XX: an address made of a file's name stays one. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || strchr("-._~", byte);
        if (plain)
            buf_addc(out, (char)byte);
        else
            buf_addf(out, "%%%02X", byte);
    }
}

const char *page_fill(struct arena *arena, const char *pattern, const char *slug, const char *date)
{
    struct buf out = BUF_INIT(4096);
    bool known = true;
    bool dated = date && strlen(date) == 10;
    for (const char *at = pattern; *at;) {
        const struct {
            const char *name;
            size_t from, len;
        } parts[] = {{":year", 0, 4}, {":month", 5, 2}, {":day", 8, 2}};
        bool filled = false;
        for (size_t i = 0; i < 3 && !filled; i++) {
            size_t len = strlen(parts[i].name);
            if (strncmp(at, parts[i].name, len) != 0)
                continue;
            if (dated)
                buf_add(&out, date + parts[i].from, parts[i].len);
            known &= dated;
            at += len;
            filled = true;
        }
        if (!filled && !strncmp(at, ":title", 6)) {
            add_escaped(&out, without_date(slug));
            at += 6;
        } else if (!filled && !strncmp(at, ":slug", 5)) {
            add_escaped(&out, slug);
            at += 5;
        } else if (!filled) {
            buf_addc(&out, *at++);
        }
    }
    const char *kept = known && !out.overflow ? buf_keep(&out, arena) : NULL;
    buf_free(&out);
    return kept;
}

void page_link(struct arena *arena, const struct setup *setup, const char *source, struct edition *edition)
{
    if (edition->link && edition->link[0])
        return;
    for (size_t i = 0; i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, source) && setup->sources[i].link[0])
            edition->link = page_fill(arena, setup->sources[i].link, edition->id, edition->date);
}
