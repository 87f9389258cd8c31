#include "read/edition.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/path.h"
#include "read/dates.h"
#include "read/edition_number.h"
#include "read/flow.h"
#include "read/front.h"
#include "read/layout.h"
#include "read/read.h"
#include "read/tree.h"

#include <ctype.h>
#include <strings.h>

/* --- addresses --- */

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c))
            buf_addc(out, (char)c);
        else
            buf_addf(out, "%%%02X", c);
    }
}

/* "2023-08-24-name" or "2023-08-24_name" without its date, as blogs do. */
static const char *without_date(const char *base)
{
    char date[11];
    if (strlen(base) > 11 && base[4] == '-' && base[7] == '-' && (base[10] == '-' || base[10] == '_') &&
        date_read(base, date))
        return base + 11;
    return base;
}

/* The edition's page by the source's pattern; NULL where the pattern wants a date and there is none. */
static const char *link_by_pattern(
    struct arena *arena, const char *pattern, const struct edition *edition, const char *slug)
{
    const char *date = edition->date;
    struct buf out;
    buf_init(&out, 8192);
    bool dated = true;
    for (const char *at = pattern; *at;) {
        if (strncmp(at, ":year", 5) == 0) {
            buf_add(&out, date ? date : "", date ? 4 : 0);
            dated = dated && date;
            at += 5;
        } else if (strncmp(at, ":month", 6) == 0) {
            buf_add(&out, date ? date + 5 : "", date ? 2 : 0);
            dated = dated && date;
            at += 6;
        } else if (strncmp(at, ":day", 4) == 0) {
            buf_add(&out, date ? date + 8 : "", date ? 2 : 0);
            dated = dated && date;
            at += 4;
        } else if (strncmp(at, ":title", 6) == 0) {
            add_escaped(&out, slug);
            at += 6;
        } else if (strncmp(at, ":slug", 5) == 0) {
            add_escaped(&out, slug);
            at += 5;
        } else {
            buf_addc(&out, *at++);
        }
    }
    const char *link = dated && !out.overflow ? buf_keep(&out, arena) : NULL;
    buf_free(&out);
    return link;
}

/* "/a/b/../c/./d" -> "/a/c/d", from the path at `path` on. */
static const char *without_dots(char *address, size_t path)
{
    size_t end = path + strcspn(address + path, "?#"), to = path, from = path;
    while (from < end) {
        size_t size = 1;
        while (from + size < end && address[from + size] != '/')
            size++;
        bool last = from + size == end;
        if (size == 2 && address[from + 1] == '.') {
            if (last)
                address[to++] = '/';
        } else if (size == 3 && memcmp(address + from + 1, "..", 2) == 0) {
            while (to > path && address[--to] != '/')
                ;
            if (last)
                address[to++] = '/';
        } else {
            memmove(address + to, address + from, size);
            to += size;
        }
        from += size;
    }
    memmove(address + to, address + end, strlen(address + end) + 1);
    return address;
}

/* An address of the edition made absolute against its own page; as written where that is not known. */
const char *edition_absolute(struct arena *arena, const char *base, const char *url)
{
    if (!base || !tree_url_is_web(base) || tree_url_is_web(url) || url[0] == '#' || !url[0])
        return url;
    size_t colon = strcspn(url, ":/?#");
    if (url[colon] == ':')
        return url; /* another scheme */
    const char *host = strstr(base, "://") + 3;
    if (strncmp(url, "//", 2) == 0)
        return arena_printf(arena, "%.*s%s", (int)(host - base) - 2, base, url);
    size_t origin = (size_t)(host - base) + strcspn(host, "/?#");
    if (url[0] == '/')
        return without_dots(arena_printf(arena, "%.*s%s", (int)origin, base, url), origin);
    size_t path = origin + strcspn(base + origin, "?#");
    if (url[0] == '?')
        return arena_printf(arena, "%.*s%s%s", (int)path, base, path == origin ? "/" : "", url);
    while (path > origin && base[path - 1] != '/')
        path--;
    return without_dots(
        arena_printf(arena, "%.*s%s%s", (int)path, base, path == origin ? "/" : "", url), origin);
}

static const char *own_link(struct arena *arena, const struct edition *edition, const char *said,
    const char *pattern, const char *slug)
{
    const char *link = pattern[0] ? link_by_pattern(arena, pattern, edition, slug) : NULL;
    if (!said)
        return link;
    if (tree_url_is_web(said))
        return said;
    if (!tree_url_is_web(pattern) || said[0] != '/')
        return link; /* a pattern of the blog's own; its page is not known from it */
    return edition_absolute(arena, pattern, said);
}

static void make_absolute(struct arena *arena, struct edition *edition)
{
    for (size_t i = 0; i < edition->image_count; i++)
        edition->images[i].url = edition_absolute(arena, edition->link, edition->images[i].url);
    for (size_t s = 0; s < edition->section_count; s++) {
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            struct item *item = &edition->sections[s].items[i];
            for (size_t n = 0; n < item->image_count; n++)
                item->images[n].url = edition_absolute(arena, edition->link, item->images[n].url);
            for (struct node *node = item->body; node; node = node_next(item->body, node))
                if (node->type == NODE_LINK)
                    node->url = edition_absolute(arena, edition->link, node->url);
        }
    }
}

/* The edition's page where that is known before its text is read, as it nearly always is. */
static const char *page_before(
    struct arena *arena, const struct read_request *request, const struct front *front)
{
    const char *id = front->id ? front->id : path_stem(arena, request->name);
    const struct edition known = {.id = id, .date = front->date};
    return front->date || (front->link && tree_url_is_web(front->link))
               ? own_link(arena, &known, front->link, request->link, without_date(id))
               : NULL;
}

/* Links and pictures of the whole tree: then they count as any others. */
static void make_tree_absolute(struct arena *arena, const char *page, struct node *root)
{
    for (struct node *node = page ? root : NULL; node; node = node_next(root, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            node->url = edition_absolute(arena, page, node->url);
}

/* --- the edition --- */

static void take_opening(struct arena *arena, struct edition *edition, struct node *opening)
{
    size_t count = 0;
    for (const struct node *node = opening; node; node = node_next(opening, node))
        count += node->type == NODE_IMAGE;
    edition->images = arena_array(arena, count + 1, sizeof *edition->images);
    for (struct node *node = opening, *next; node; node = next) {
        next = node_next(opening, node);
        if (node->type != NODE_IMAGE)
            continue;
        edition->images[edition->image_count++] = (struct image){node->url, node->text};
        struct node *parent = node->parent;
        if (parent->type == NODE_LINK && parent->first == node && parent->last == node && node->text[0]) {
            node->type = NODE_TEXT; /* a picture that is a link: its words stay the link's */
            node->url = "";
        } else {
            node_unlink(node);
        }
    }
    flow_join(arena, opening);
    flow_trim_rules(opening);
    edition->intro = opening->first ? opening : NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* A title heading that says something else than the front matter opens the intro. */
static void keep_heading(struct arena *arena, struct layout *layout)
{
    struct node *heading = node_new(arena, NODE_HEADING);
    heading->level = 1;
    node_add_text(arena, heading, layout->title);
    if (layout->opening->first)
        node_insert_before(layout->opening->first, heading);
    else
        node_append(layout->opening, heading);
}

/* The day in front of the file's name, in the title, or anywhere in the name ("weekly_2023_08_24",
 * "Aug-24-2023"). The first day of a period is none. */
static bool find_date(struct arena *arena, const char *title, const char *base, char date[11])
{
    const char *period = period_find(arena, base);
    bool whole = period && strncmp(base, period, strlen(period)) == 0;
    if (!whole && date_read(base, date))
        return true;
    if (title && date_find(title, date))
        return true;
    if (period)
        return false;
    char *words = arena_string(arena, base);
    for (char *at = words; *at; at++)
        if (*at == '-' || *at == '_')
            *at = ' ';
    return date_find(base, date) || date_find(words, date);
}

static void describe(struct arena *arena, const struct read_request *request, const struct front *front,
    struct layout *layout, struct edition *edition)
{
    const char *base = front->nameless ? "" : path_stem(arena, request->name);
    char date[11];
    edition->id = front->id ? front->id : path_stem(arena, request->name);
    edition->title = front->title ? front->title : layout->title;
    edition->date = front->date;
    if (!edition->date && find_date(arena, edition->title, base, date))
        edition->date = arena_string(arena, date);
    edition->number = front->number;
    if (!edition->number && edition->title)
        edition->number = number_find(arena, edition->title);
    if (!edition->number)
        edition->number = number_of_name(arena, base);
    edition->period = edition->title ? period_find(arena, edition->title) : NULL;
    if (!edition->period)
        edition->period = period_find(arena, without_date(base));
    if (!edition->period && layout->section_count == 1 && layout->sections[0].title)
        edition->period = period_find(arena, layout->sections[0].title);
    edition->language = front->language;
    edition->tags = front->tags;
    edition->tag_count = front->tag_count;
    edition->draft = front->draft;
    edition->link = own_link(arena, edition, front->link, request->link, without_date(edition->id));
    if (front->title && layout->title && !same_text(front->title, layout->title))
        keep_heading(arena, layout);
    take_opening(arena, edition, layout->opening);
    edition->sections = layout->sections;
    edition->section_count = layout->section_count;
}

int edition_read(struct reader *reader, const struct front *front, struct tree *tree, const char *text,
    size_t len, struct edition *edition, struct node **rest, struct error *err)
{
    struct layout layout;
    reader->titled = front->title != NULL;
    if (front->title)
        explain(reader->explanation, reader->arena, 0, 0, RULE_TITLE_FRONT, front->title);
    const char *page = page_before(reader->arena, reader->request, front);
    make_tree_absolute(reader->arena, page, tree->root);
    if (layout_read(reader, tree, text, len, &layout, err))
        return -1;
    describe(reader->arena, reader->request, front, &layout, edition);
    if (!page)
        make_absolute(reader->arena, edition);
    *rest = layout.rest;
    return 0;
}
