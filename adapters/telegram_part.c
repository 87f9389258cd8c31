/* Parts of a Telegram message: measuring, splitting, buttons, and the way back to plain text. */
#include "adapters/html.h"
#include "adapters/json.h"
#include "adapters/lost.h"
#include "adapters/telegram.h"
#include "core/buf.h"
#include "core/split.h"
#include "core/utf8.h"

enum { ROW_BUTTONS_MAX = 8, BUTTONS_MAX = 100, LABEL_POINTS_MAX = 64 };

#define WORD_JOINER "\xe2\x81\xa0"

/* The three limits on one scale, so that the splitter sees one: UTF-16 units out of 4096, raw bytes out of
 * 32768, entities out of 99. */
static size_t measure(const struct node *document, void *context)
{
    struct buf html = BUF_INIT(TELEGRAM_HTML_MAX);
    struct telegram_size wrote = telegram_html(&html, document, context);
    size_t size = wrote.units;
    size_t raw = html.len / (TELEGRAM_RAW_MAX / TELEGRAM_TEXT_MAX) + 1;
    size_t entities = wrote.entities * (TELEGRAM_TEXT_MAX / TELEGRAM_ENTITIES_MAX + 1);
    size = raw > size ? raw : size;
    size = entities > size ? entities : size;
    if (html.overflow && size <= TELEGRAM_TEXT_MAX)
        size = TELEGRAM_TEXT_MAX + 1;
    buf_free(&html);
    return size;
}

static void note_losses(const struct node *root, struct lost *lost)
{
    int quotes = 0;
    for (const struct node *node = root; node; node = node_next(root, node)) {
        if (node->type == NODE_LINK && !telegram_keeps(node->url))
            lost_add(lost, "link shown as text, Telegram keeps only full addresses: %s", node->url);
        if (node->type == NODE_IMAGE)
            lost_add(lost,
                telegram_keeps(node->url) ? "picture shown as a link: %s" : "picture shown as its text: %s",
                node->url);
        if (node->type == NODE_QUOTE)
            for (const struct node *above = node->parent; above && !quotes; above = above->parent)
                quotes += above->type == NODE_QUOTE;
    }
    if (quotes)
        lost_add(lost, "a quote inside a quote is shown as part of it");
}

/* The button, or NULL when Telegram would refuse it. */
static json_t *button_json(const struct button *button, struct arena *arena, struct lost *lost)
{
    size_t len = utf8_prefix(button->label, strlen(button->label), LABEL_POINTS_MAX);
    const char *label = arena_copy(arena, button->label, len);
    if (telegram_is_blank(label)) {
        lost_add(lost, "a button without a label");
        return NULL;
    }
    if (button->url) {
        if (!telegram_keeps(button->url)) {
            lost_add(lost, "button \"%s\": Telegram opens only full addresses, not %s", label, button->url);
            return NULL;
        }
        struct buf clean = BUF_INIT(TELEGRAM_HTML_MAX);
        link_clean(&clean, button->url);
        json_t *json = json_pack("{s:s,s:s}", "text", label, "url", clean.data);
        buf_free(&clean);
        return json;
    }
    if (!button->command || !button->command[0] || strlen(button->command) > TELEGRAM_DATA_MAX) {
        lost_add(lost, "button \"%s\": its command is longer than %d bytes", label, TELEGRAM_DATA_MAX);
        return NULL;
    }
    return json_pack("{s:s,s:s}", "text", label, "callback_data", button->command);
}

static json_t *keyboard_json(const struct message *message, struct arena *arena, struct lost *lost)
{
    json_t *rows = json_array(), *row = NULL;
    int last = 0;
    size_t count = 0;
    for (size_t i = 0; i < message->button_count; i++) {
        if (count == BUTTONS_MAX) {
            lost_add(lost, "buttons beyond the first %d", BUTTONS_MAX);
            break;
        }
        json_t *button = button_json(&message->buttons[i], arena, lost);
        if (!button)
            continue;
        if (!row || message->buttons[i].row != last || json_array_size(row) == ROW_BUTTONS_MAX) {
            row = json_array();
            json_array_append_new(rows, row);
            last = message->buttons[i].row;
        }
        json_array_append_new(row, button);
        count++;
    }
    if (!count) {
        json_decref(rows);
        return NULL;
    }
    return json_pack("{s:o}", "inline_keyboard", rows);
}

/* Text that Telegram would call empty: only white space and characters that nobody sees. */
static bool is_invisible(const char *text, size_t len)
{
    for (size_t at = 0, size; at < len; at += size) {
        uint32_t point = utf8_decode(text, len, at, &size);
        bool blank = point <= 0x20 || point == 0xa0 || point == 0xad || point == 0x034f || point == 0x061c ||
                     (point >= 0x115f && point <= 0x1160) || (point >= 0x17b4 && point <= 0x17b5) ||
                     (point >= 0x180b && point <= 0x180e) || (point >= 0x2000 && point <= 0x200f) ||
                     (point >= 0x2028 && point <= 0x202f) || (point >= 0x205f && point <= 0x206f) ||
                     point == 0x2800 || point == 0x3000 || point == 0x3164 || point == 0xfeff ||
                     point == 0xffa0 || (point >= 0xfe00 && point <= 0xfe0f) ||
                     (point >= 0xe0000 && point <= 0xe0fff);
        if (!blank)
            return false;
    }
    return true;
}

static void make_part(const struct node *tree, const struct form_options *options, json_t *keyboard,
    struct arena *arena, struct lost *lost, struct part *part)
{
    struct buf html = BUF_INIT(TELEGRAM_HTML_MAX), plain = BUF_INIT(TELEGRAM_HTML_MAX);
    size_t units = telegram_html(&html, tree, options).units;
    if (html.overflow || !telegram_plain(&plain, html.data, false) || is_invisible(plain.data, plain.len)) {
        lost_add(
            lost, html.overflow ? "a piece too large for any message" : "a part with nothing to see in it");
        buf_reset(&html);
        buf_adds(&html, "…");
        units = 1;
    }
    json_t *json = json_pack("{s:s,s:s}", "text", html.data, "parse_mode", "HTML");
    if (!options || !options->preview)
        json_object_set_new(json, "link_preview_options", json_pack("{s:b}", "is_disabled", 1));
    if (keyboard)
        json_object_set(json, "reply_markup", keyboard);
    part->bytes = write_json(json, &part->len, arena);
    part->units = units;
    part->limit = TELEGRAM_TEXT_MAX;
    buf_free(&html);
    buf_free(&plain);
}

void telegram_render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    struct lost lost = {.arena = arena};
    note_losses(message->root, &lost);
    struct form_options *context = arena_alloc(arena, sizeof *context);
    if (options)
        *context = *options;
    struct splitter splitter = {.limit = TELEGRAM_TEXT_MAX, .measure = measure, .context = context};
    struct parts parts = split_to_fit(arena, message->root, &splitter);
    json_t *keyboard = keyboard_json(message, arena, &lost);
    *form =
        (struct form){.parts = arena_array(arena, parts.count, sizeof *form->parts), .count = parts.count};
    for (size_t i = 0; i < parts.count; i++)
        make_part(
            parts.trees[i], context, i + 1 == parts.count ? keyboard : NULL, arena, &lost, &form->parts[i]);
    json_decref(keyboard);
    form->lost = lost.lines;
    form->lost_count = lost.count;
}

/* --- back to plain text --- */

/* Decodes the text up to the next tag; false at an entity that html_escape() does not make. */
static bool unescape(struct buf *out, const char *html, size_t len)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
    for (size_t i = 0; i < len;) {
        if (html[i] != '&') {
            buf_addc(out, html[i++]);
            continue;
        }
        size_t k = 0, count = sizeof names / sizeof *names;
        while (k < count && (len - i < strlen(names[k].name) ||
                                strncmp(html + i, names[k].name, strlen(names[k].name)) != 0))
            k++;
        if (k == count)
            return false;
        buf_addc(out, names[k].c);
        i += strlen(names[k].name);
    }
    return true;
}

static bool is_our_tag(const char *tag, size_t len)
{
    static const char *const tags[] = {"b", "/b", "i", "/i", "s", "/s", "code", "/code", "pre", "/pre",
        "blockquote", "blockquote expandable", "/blockquote", "/a", NULL};
    for (size_t i = 0; tags[i]; i++)
        if (strlen(tags[i]) == len && !strncmp(tags[i], tag, len))
            return true;
    return len > 22 && !strncmp(tag, "code class=\"language-", 21) && tag[len - 1] == '"';
}

bool telegram_plain(struct buf *out, const char *html, bool urls)
{
    struct buf url = BUF_INIT(TELEGRAM_HTML_MAX), text = BUF_INIT(TELEGRAM_HTML_MAX);
    char last = '\n';
    size_t link_at = 0;
    bool good = true;
    while (*html && good) {
        size_t len = strcspn(html, "<");
        buf_reset(&text);
        good = unescape(&text, html, len);
        /* Names and commands that stood in a link or in code must not come alive now. */
        for (size_t i = 0; i < text.len; i++) {
            buf_addc(out, text.data[i]);
            if (telegram_is_live(text.data, text.len, i, i ? text.data[i - 1] : last))
                buf_adds(out, WORD_JOINER);
        }
        last = text.len ? text.data[text.len - 1] : last;
        html += len;
        if (!*html)
            break;
        size_t tag = strcspn(html + 1, ">");
        good = good && html[1 + tag] == '>';
        if (good && tag > 9 && !strncmp(html + 1, "a href=\"", 8) && html[tag] == '"') {
            buf_reset(&url);
            good = unescape(&url, html + 9, tag - 9);
            link_at = out->len;
        } else {
            good = good && is_our_tag(html + 1, tag);
            if (good && urls && tag == 2 && !strncmp(html + 1, "/a", 2) &&
                strcmp(out->data + link_at, url.data) != 0)
                buf_addf(out, " (%s)", url.data);
        }
        html += good ? tag + 2 : 0;
    }
    buf_free(&url);
    buf_free(&text);
    return good && !out->overflow;
}
