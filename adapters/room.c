#include "adapters/room.h"

#include "adapters/html.h"
#include "adapters/json.h"
#include "adapters/lost.h"
#include "core/buf.h"
#include "core/utf8.h"

enum { ROOM_BYTES_MAX = 16 << 20, SUMMARY_POINTS_MAX = 200 };

static void write_node(struct buf *out, const struct node *node, bool in_link);

static void write_children(struct buf *out, const struct node *node, bool in_link)
{
    for (const struct node *child = node->first; child; child = child->next)
        write_node(out, child, in_link);
}

static void write_within(struct buf *out, const struct node *node, const char *tag, bool in_link)
{
    buf_addf(out, "<%s>", tag);
    write_children(out, node, in_link);
    buf_addf(out, "</%s>", tag);
}

static void write_attribute(struct buf *out, const char *url)
{
    struct buf clean = BUF_INIT(64 << 10);
    link_clean(&clean, url);
    html_escape(out, clean.data, clean.len);
    buf_free(&clean);
}

static void write_text(struct buf *out, const char *text)
{
    html_escape(out, text ? text : "", text ? strlen(text) : 0);
}

/* "#r12": a row of the page itself. */
static bool is_row(const char *url)
{
    return url && !strncmp(url, "#r", 2) && url[2] && !url[2 + strspn(url + 2, "0123456789")];
}

static void write_link(struct buf *out, const struct node *node, bool in_link)
{
    if (is_row(node->url) && !in_link) {
        buf_addf(out, "<a href=\"%s\">", node->url);
        write_children(out, node, true);
        buf_adds(out, "</a>");
        return;
    }
    enum link_kind kind = link_kind(node->url);
    if (in_link || (kind != LINK_HTTP && kind != LINK_HTTP_DOT && kind != LINK_MAILTO)) {
        write_children(out, node, in_link);
        return;
    }
    buf_adds(out, "<a href=\"");
    write_attribute(out, node->url);
    buf_adds(out, "\" rel=\"noopener noreferrer\" target=\"_blank\">");
    size_t before = out->len;
    write_children(out, node, true);
    if (out->len == before) /* a link must have a name */
        write_attribute(out, node->url);
    buf_adds(out, "</a>");
}

static void write_image(struct buf *out, const struct node *node)
{
    enum link_kind kind = link_kind(node->url);
    if (kind != LINK_HTTP && kind != LINK_HTTP_DOT) {
        write_text(out, node->text);
        return;
    }
    buf_adds(out, "<img loading=\"lazy\" referrerpolicy=\"no-referrer\" alt=\"");
    write_text(out, node->text);
    buf_adds(out, "\" src=\"");
    write_attribute(out, node->url);
    buf_adds(out, "\">");
}

/* Is the first line of a folded quote all of its first block, and plain? Then it need not be told again
 * below. */
static bool is_one_line(const struct node *block)
{
    if (!block || (block->type != NODE_PARAGRAPH && block->type != NODE_HEADING))
        return false;
    for (const struct node *node = block->first; node; node = node_next(block, node))
        if (node->type == NODE_BREAK || node->type == NODE_LINK || node->type == NODE_IMAGE)
            return false;
    return true;
}

static void write_folded(struct buf *out, const struct node *quote)
{
    struct buf plain = BUF_INIT(1 << 20);
    message_plain(&plain, quote, false);
    size_t start = strspn(plain.data, "\n "), len = strcspn(plain.data + start, "\n");
    size_t shown = utf8_prefix(plain.data + start, len, SUMMARY_POINTS_MAX);
    buf_adds(out, "<details><summary>");
    html_escape(out, plain.data + start, shown);
    if (shown < len)
        buf_adds(out, "…");
    else if (!len)
        buf_adds(out, "…");
    buf_adds(out, "</summary>");
    bool told = is_one_line(quote->first) && shown == len;
    for (const struct node *child = quote->first; child; child = child->next)
        if (child != quote->first || !told)
            write_node(out, child, false);
    buf_adds(out, "</details>");
    buf_free(&plain);
}

static void write_list(struct buf *out, const struct node *list)
{
    if (!list->level)
        buf_adds(out, "<ul>");
    else if (list->level == 1)
        buf_adds(out, "<ol>");
    else
        buf_addf(out, "<ol start=\"%d\">", list->level);
    for (const struct node *item = list->first; item; item = item->next) {
        if (item->level && list->level)
            buf_addf(out, "<li value=\"%d\">", item->level);
        else
            buf_adds(out, "<li>");
        /* A single paragraph needs no <p>: lists of short lines stay tight. */
        const struct node *only = item->first;
        if (only && only->type == NODE_PARAGRAPH && (!only->next || only->next->type == NODE_LIST)) {
            write_children(out, only, false);
            only = only->next;
        }
        for (; only; only = only->next)
            write_node(out, only, false);
        buf_adds(out, "</li>");
    }
    buf_adds(out, list->level ? "</ol>" : "</ul>");
}

static void write_row(struct buf *out, const struct node *row, const char *tag)
{
    buf_adds(out, "<tr>");
    for (const struct node *cell = row->first; cell; cell = cell->next)
        write_within(out, cell, tag, false);
    buf_adds(out, "</tr>");
}

static void write_table(struct buf *out, const struct node *table)
{
    if (!table->first)
        return;
    buf_adds(out, "<div class=\"table\" tabindex=\"0\"><table><thead>");
    write_row(out, table->first, "th");
    buf_adds(out, "</thead><tbody>");
    for (const struct node *row = table->first->next; row; row = row->next)
        write_row(out, row, "td");
    buf_adds(out, "</tbody></table></div>");
}

static void write_heading(struct buf *out, const struct node *node)
{
    int level = node->level < 1 ? 1 : node->level > 4 ? 4 : node->level;
    buf_addf(out, "<h%d>", level + 2);
    write_children(out, node, false);
    buf_addf(out, "</h%d>", level + 2);
}

static bool holds_blocks(const struct node *node)
{
    return node->type == NODE_DOCUMENT || node->type == NODE_QUOTE || node->type == NODE_ITEM;
}

static void write_node(struct buf *out, const struct node *node, bool in_link)
{
    switch (node->type) {
    case NODE_DOCUMENT:
    case NODE_ITEM:
    case NODE_ROW:
    case NODE_CELL:
        write_children(out, node, in_link);
        break;
    case NODE_PARAGRAPH:
        if (node->first)
            write_within(out, node, "p", in_link);
        break;
    case NODE_HEADING:
        write_heading(out, node);
        break;
    case NODE_QUOTE:
        if (node->fold)
            write_folded(out, node);
        else
            write_within(out, node, "blockquote", false);
        break;
    case NODE_LIST:
        write_list(out, node);
        break;
    case NODE_CODE_BLOCK:
        buf_adds(out, "<pre tabindex=\"0\"><code>");
        write_text(out, node->text);
        buf_adds(out, "</code></pre>");
        break;
    case NODE_TABLE:
        write_table(out, node);
        break;
    case NODE_RULE:
        buf_adds(out, "<hr>");
        break;
    case NODE_IMAGE:
        if (node->parent && holds_blocks(node->parent))
            buf_adds(out, "<p>");
        write_image(out, node);
        if (node->parent && holds_blocks(node->parent))
            buf_adds(out, "</p>");
        break;
    case NODE_TEXT:
        write_text(out, node->text);
        break;
    case NODE_STRONG:
        write_within(out, node, "strong", in_link);
        break;
    case NODE_EMPHASIS:
        write_within(out, node, "em", in_link);
        break;
    case NODE_STRIKE:
        write_within(out, node, "s", in_link);
        break;
    case NODE_CODE:
        buf_adds(out, "<code>");
        write_text(out, node->text);
        buf_adds(out, "</code>");
        break;
    case NODE_LINK:
        write_link(out, node, in_link);
        break;
    case NODE_BREAK:
        buf_adds(out, "<br>");
        break;
    case NODE_TYPES:
        break;
    }
}

void room_html(struct buf *out, const struct node *node)
{
    write_node(out, node, false);
}

/* Where a button of the page may lead: an address, or a place on this site. */
static bool is_button_url(const char *url)
{
    enum link_kind kind = link_kind(url);
    return kind == LINK_HTTP || kind == LINK_HTTP_DOT || (url[0] == '/' && url[1] != '/' && url[1] != '\\');
}

static json_t *buttons_json(const struct message *message, struct lost *lost)
{
    json_t *rows = json_array();
    json_t *row = NULL;
    int last = -1;
    for (size_t i = 0; i < message->button_count; i++) {
        const struct button *button = &message->buttons[i];
        if (button->url && !is_button_url(button->url)) {
            lost_add(lost, "button \"%s\": its address is none that a page may open", button->label);
            continue;
        }
        if (!button->label[0] || (!button->url && !button->command)) {
            lost_add(lost, "a button without a label or a command");
            continue;
        }
        if (!row || button->row != last) {
            row = json_array();
            json_array_append_new(rows, row);
            last = button->row;
        }
        json_array_append_new(
            row, json_pack("{s:s,s:s}", "label", button->label, button->url ? "url" : "command",
                     button->url ? button->url : button->command));
    }
    return rows;
}

static void note_losses(const struct node *root, struct lost *lost)
{
    for (const struct node *node = root; node; node = node_next(root, node)) {
        enum link_kind kind = node->url ? link_kind(node->url) : LINK_HTTP;
        bool web = kind == LINK_HTTP || kind == LINK_HTTP_DOT;
        if (node->type == NODE_LINK && !web && !is_row(node->url) && kind != LINK_MAILTO)
            lost_add(lost, "link shown as text: %s", node->url);
        if (node->type == NODE_IMAGE && !web)
            lost_add(lost, "picture shown as its text: %s", node->url);
    }
}

static void render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)options;
    struct lost lost = {.arena = arena};
    struct buf html = BUF_INIT(ROOM_BYTES_MAX), plain = BUF_INIT(ROOM_BYTES_MAX);
    room_html(&html, message->root);
    message_plain(&plain, message->root, true);
    note_losses(message->root, &lost);
    if (html.overflow || plain.overflow) { /* cut HTML would be broken HTML */
        buf_reset(&html);
        size_t end = utf8_prefix(plain.data, plain.len, ROOM_BYTES_MAX / 64);
        buf_truncate(&plain, end);
        buf_adds(&html, "<pre tabindex=\"0\">");
        html_escape(&html, plain.data, plain.len);
        buf_adds(&html, "</pre>");
        lost_add(&lost, "formatting and the end of the text: longer than %d bytes", ROOM_BYTES_MAX);
    }
    json_t *object = json_object();
    json_object_set_new(object, "html", json_stringn(html.data, html.len));
    json_object_set_new(object, "plain", json_stringn(plain.data, plain.len));
    json_object_set_new(object, "buttons", buttons_json(message, &lost));
    struct part *part = arena_array(arena, 1, sizeof *part);
    part->bytes = write_json(object, &part->len, arena);
    part->units = part->len;
    part->limit = 2 * ROOM_BYTES_MAX;
    *form = (struct form){.parts = part, .count = 1, .lost = lost.lines, .lost_count = lost.count};
    buf_free(&html);
    buf_free(&plain);
}

static const char *message_url(const struct settings *settings, const char *chat, const char *topic,
    const char *remote_id, struct arena *arena)
{
    (void)settings, (void)chat, (void)topic;
    return arena_printf(arena, "#r%s", remote_id);
}

static void step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    (void)errand, (void)last, (void)arena;
    *out = (struct step){.kind = STEP_KEEP, .remote_id = "", .why = ""};
}

const struct adapter room_adapter = {
    .name = "room",
    .title = "room",
    .unit = UNIT_BYTES,
    .text_limit = 2 * ROOM_BYTES_MAX,
    .edit = true,
    .retract = true,
    .buttons = true,
    .images = true,
    .reply = true,
    .silent = true,
    .local = true,
    .render = render,
    .step = step,
    .message_url = message_url,
};
