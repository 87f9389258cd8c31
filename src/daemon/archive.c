#include "daemon/archive.h"

#include "adapters/html.h"
#include "adapters/room.h"
#include "compose/parts.h"
#include "core/section.h"
#include "core/wire.h"
#include "state/editions.h"

enum { PAGE_EDITIONS = 50 };

/* The words around the editions. */
struct words {
    const char *tag; /* of the language */
    const char *archive, *room, *item, *items, *contents, *original, *newer, *older, *back, *nothing;
};

static const struct words *words_of(const char *language)
{
    static const struct words chinese = {"zh-CN", "往期", "回到房间", "条", "条", "本期内容", "原文页面",
        "更新的", "更早的", "全部往期", "还没有发布过。"};
    static const struct words english = {"en", "Archive", "To the room", "item", "items", "Contents",
        "Original page", "Newer", "Older", "All editions", "Nothing has been published yet."};
    return !strcmp(language, "zh") ? &chinese : &english;
}

static void add_text(struct buf *out, const char *text)
{
    html_escape(out, text, strlen(text));
}

static void add_encoded(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c);
        if (plain)
            buf_addc(out, *text);
        else
            buf_addf(out, "%%%02X", c);
    }
}

void archive_address(struct buf *out, const char *source, const char *slug)
{
    buf_adds(out, "/archive/");
    add_encoded(out, source);
    buf_addc(out, '/');
    add_encoded(out, slug);
}

static void begin(struct buf *out, const struct words *words, const char *tag, const char *title)
{
    buf_adds(out, "<!doctype html>\n<html lang=\"");
    add_text(out, tag);
    buf_adds(out, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
                  "content=\"no-referrer\">\n<title>");
    add_text(out, title);
    buf_adds(out, "</title>\n<link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n"
                  "<link rel=\"stylesheet\" href=\"/app.css\">\n</head>\n<body class=\"archive\">\n");
    buf_addf(out,
        "<nav class=\"top\" aria-label=\"digestd\"><a href=\"/\"><img src=\"/icon.svg\" alt=\"\" "
        "width=\"24\" "
        "height=\"24\">%s</a> <a href=\"/archive\">%s</a></nav>\n<main class=\"reader\">\n",
        words->room, words->archive);
}

static void end(struct buf *out)
{
    buf_adds(out, "</main>\n</body>\n</html>\n");
}

void archive_message(struct buf *out, const char *language, const char *title, const char *text)
{
    const struct words *words = words_of(language);
    begin(out, words, words->tag, title);
    buf_adds(out, "<header><h1>");
    add_text(out, title);
    buf_adds(out, "</h1></header>\n<p>");
    add_text(out, text);
    buf_addf(out, "</p>\n<footer><a href=\"/\">%s</a> <a href=\"/archive\">%s</a></footer>\n", words->room,
        words->back);
    end(out);
}

/* "2026-11-23 · 12 条" and the like; what is not known is left out. */
static void add_facts(struct buf *out, const struct words *words, const struct edition_row *row)
{
    buf_adds(out, "<p class=\"facts\">");
    if (row->date[0]) {
        buf_adds(out, "<time datetime=\"");
        add_text(out, row->date);
        buf_adds(out, "\">");
        add_text(out, row->date);
        buf_adds(out, "</time> · ");
    }
    buf_addf(out, "%d %s", row->item_count, row->item_count == 1 ? words->item : words->items);
    buf_adds(out, "</p>\n");
}

/* --- the list --- */

static void add_entry(struct buf *out, const struct words *words, const struct edition_row *row)
{
    buf_adds(out, "<li><a href=\"");
    archive_address(out, row->source, row->slug);
    buf_adds(out, "\"");
    if (row->language[0]) {
        buf_adds(out, " lang=\"");
        add_text(out, row->language);
        buf_adds(out, "\"");
    }
    buf_adds(out, ">");
    add_text(out, row->title[0] ? row->title : row->slug);
    buf_adds(out, "</a>");
    add_facts(out, words, row);
    buf_adds(out, "</li>\n");
}

int archive_list(struct buf *out, struct state *state, const char *language, int page, struct error *err)
{
    const struct words *words = words_of(language);
    struct arena arena = {0};
    struct rows_edition rows = {0};
    struct edition_query query = {
        .published = true, .limit = PAGE_EDITIONS + 1, .offset = (page - 1) * PAGE_EDITIONS};
    int result = state_editions(state, &arena, &query, &rows, err);
    if (!result) {
        begin(out, words, words->tag, words->archive);
        buf_addf(out, "<header><h1>%s</h1></header>\n", words->archive);
        size_t shown = rows.count > PAGE_EDITIONS ? PAGE_EDITIONS : rows.count;
        if (!shown)
            buf_addf(out, "<p>%s</p>\n", words->nothing);
        else
            buf_adds(out, "<ul class=\"editions\">\n");
        for (size_t i = 0; i < shown; i++)
            add_entry(out, words, &rows.rows[i]);
        if (shown)
            buf_adds(out, "</ul>\n");
        buf_adds(out, "<footer>");
        if (page > 1)
            buf_addf(out, "<a href=\"/archive?page=%d\" rel=\"prev\">%s</a> ", page - 1, words->newer);
        if (rows.count > shown)
            buf_addf(out, "<a href=\"/archive?page=%d\" rel=\"next\">%s</a> ", page + 1, words->older);
        buf_addf(out, "<a href=\"/\">%s</a></footer>\n", words->room);
        end(out);
    }
    arena_free(&arena);
    return result;
}

/* --- one edition --- */

static void add_contents(
    struct buf *out, struct arena *arena, const struct words *words, const struct edition *edition)
{
    buf_addf(out, "<nav class=\"contents\" aria-label=\"%s\">\n", words->contents);
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (!section->item_count)
            continue;
        if (section->title && section->title[0]) {
            buf_adds(out, "<p>");
            add_text(out, section_name(arena, edition, section));
            buf_adds(out, "</p>\n");
        }
        buf_adds(out, "<ol>\n");
        for (size_t i = 0; i < section->item_count; i++) {
            const struct item *item = &section->items[i];
            buf_addf(out, "<li><span class=\"n\">%d</span><a href=\"#%d\">", item->number, item->number);
            add_text(out, item_name(arena, section, item));
            buf_adds(out, "</a></li>\n");
        }
        buf_adds(out, "</ol>\n");
    }
    buf_adds(out, "</nav>\n");
}

static void add_item(struct buf *out, const struct composer *composer, const struct section *section,
    const struct item *item, int heading)
{
    const char *name = item_name(composer->arena, section, item);
    buf_addf(out, "<article id=\"%d\">\n<h%d><a class=\"n\" href=\"#%d\">%d</a>", item->number, heading,
        item->number, item->number);
    if (part_is_web(item->title_url)) {
        buf_adds(out, "<a href=\"");
        struct buf clean = BUF_INIT(64 << 10);
        link_clean(&clean, item->title_url);
        html_escape(out, clean.data, clean.len);
        buf_free(&clean);
        buf_adds(out, "\" rel=\"noopener noreferrer\">");
        add_text(out, name);
        buf_adds(out, "</a>");
    } else {
        add_text(out, name);
    }
    buf_addf(out, "</h%d>\n<div class=\"body\">", heading);
    struct message *message = part_message(composer);
    part_item(composer, message, item, true);
    room_html(out, message->root);
    buf_adds(out, "</div>\n</article>\n");
}

static void add_edition(struct buf *out, const struct words *words, const struct composer *composer,
    const struct edition *edition, const struct edition_row *row)
{
    buf_adds(out, "<header>\n<h1>");
    add_text(out, edition_name(edition));
    buf_adds(out, "</h1>\n");
    add_facts(out, words, row);
    buf_adds(out, "</header>\n");
    if (edition->intro) {
        buf_adds(out, "<div class=\"body intro\">");
        room_html(out, edition->intro);
        buf_adds(out, "</div>\n");
    }
    add_contents(out, composer->arena, words, edition);
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        bool titled = section->item_count && section->title && section->title[0];
        if (titled) {
            buf_adds(out, "<h2>");
            add_text(out, section_name(composer->arena, edition, section));
            buf_adds(out, "</h2>\n");
        }
        for (size_t i = 0; i < section->item_count; i++)
            add_item(out, composer, section, &section->items[i], titled ? 3 : 2);
    }
    buf_addf(out, "<footer><a href=\"/archive\">%s</a> ", words->back);
    if (part_is_web(row->link)) {
        buf_adds(out, "<a href=\"");
        add_text(out, row->link);
        buf_addf(out, "\" rel=\"noopener noreferrer\">%s</a> ", words->original);
    }
    buf_addf(out, "<a href=\"/\">%s</a></footer>\n", words->room);
}

/* The row of exactly this source and slug among those the name could mean. */
static const struct edition_row *exact(const struct rows_edition *rows, const char *source, const char *slug)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(rows->rows[i].source, source) && !strcmp(rows->rows[i].slug, slug))
            return &rows->rows[i];
    return NULL;
}

int archive_edition(struct buf *out, struct state *state, const char *source, const char *slug,
    const char *language, bool *found, struct error *err)
{
    struct arena arena = {0};
    struct rows_edition rows = {0};
    struct edition *edition = NULL;
    *found = false;
    const char *name = arena_printf(&arena, "%s/%s", source, slug);
    int result = state_edition_named(state, &arena, name, &rows, err);
    const struct edition_row *row = result ? NULL : exact(&rows, source, slug);
    if (row && row->published_at)
        result = state_edition(state, &arena, row->id, &edition, err);
    if (!result && edition) {
        *found = true;
        const char *own = row->language[0] ? row->language : language;
        const struct words *words = words_of(own);
        struct composer composer = {
            .arena = &arena, .images = true, .language = own, .published = "", .today = "", .reference = ""};
        begin(out, words, own, edition_name(edition));
        add_edition(out, words, &composer, edition, row);
        end(out);
    }
    arena_free(&arena);
    return result;
}
