/* Parts of a robot's message: measuring, splitting, and the same text in each dialect. */
#include "adapters/html.h"
#include "adapters/json.h"
#include "adapters/lost.h"
#include "adapters/wecom.h"
#include "core/buf.h"
#include "core/split.h"
#include "core/utf8.h"

#define ZERO_WIDTH_SPACE "\xe2\x80\x8b"

const char *const wecom_dialects[] = {"markdown_v2", "markdown", "text"};

/* Plain text in which nobody is called: "<@name>" would, even here. */
static void write_plain(struct buf *out, const struct node *document)
{
    struct buf plain = BUF_INIT(WECOM_WRITE_MAX);
    message_plain(&plain, document, true);
    size_t done = 0;
    for (size_t i = 0; i + 1 < plain.len; i++)
        if (plain.data[i] == '<' && plain.data[i + 1] == '@') {
            buf_add(out, plain.data + done, i + 1 - done);
            buf_adds(out, ZERO_WIDTH_SPACE);
            done = i + 1;
        }
    buf_add(out, plain.data + done, plain.len - done);
    while (out->len && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == ' '))
        buf_truncate(out, out->len - 1);
    out->overflow |= plain.overflow;
    buf_free(&plain);
}

static size_t measure_plain(const struct node *document, void *context)
{
    (void)context;
    struct buf plain = BUF_INIT(WECOM_WRITE_MAX);
    write_plain(&plain, document);
    size_t size = plain.overflow ? WECOM_WRITE_MAX + 1 : plain.len;
    buf_free(&plain);
    return size;
}

/* A part must fit as either Markdown. */
static size_t measure(const struct node *document, void *context)
{
    size_t most = 0;
    for (enum wecom_dialect dialect = WECOM_V2; dialect < WECOM_TEXT; dialect++) {
        struct buf text = BUF_INIT(WECOM_WRITE_MAX);
        wecom_markdown(&text, document, dialect, context);
        size_t size = text.overflow ? WECOM_WRITE_MAX + 1 : text.len;
        most = size > most ? size : most;
        buf_free(&text);
    }
    return most;
}

static bool is_blank(const char *text, size_t len)
{
    for (size_t at = 0, size; at < len; at += size) {
        uint32_t point = utf8_decode(text, len, at, &size);
        bool blank = utf8_kind(point) == UTF8_SPACE || point < 0x20 || (point >= 0x200b && point <= 0x200f) ||
                     point == 0x2060 || point == 0xfeff || point == 0xad;
        if (!blank)
            return false;
    }
    return true;
}

static json_t *markdown_json(
    const struct node *tree, enum wecom_dialect dialect, const char *language, struct lost *lost, size_t *len)
{
    struct buf text = BUF_INIT(WECOM_WRITE_MAX);
    wecom_markdown(&text, tree, dialect, language);
    bool large = text.overflow || text.len > WECOM_MARKDOWN_MAX;
    if (large || is_blank(text.data, text.len)) {
        lost_add(lost, large ? "a piece too large for any message" : "a part with nothing to see in it");
        buf_reset(&text);
        buf_adds(&text, "…");
    }
    *len = text.len;
    json_t *json = json_stringn(text.data, text.len);
    buf_free(&text);
    return json;
}

static json_t *pieces_json(const struct node *tree, struct arena *arena, struct lost *lost)
{
    struct splitter splitter = {.limit = WECOM_TEXT_MAX, .measure = measure_plain};
    struct parts pieces = split_to_fit(arena, tree, &splitter);
    json_t *json = json_array();
    for (size_t i = 0; i < pieces.count; i++) {
        struct buf plain = BUF_INIT(WECOM_WRITE_MAX);
        write_plain(&plain, pieces.trees[i]);
        if (plain.overflow || plain.len > WECOM_TEXT_MAX)
            lost_add(lost, "a piece too large for any message, where only plain text is taken");
        else if (!is_blank(plain.data, plain.len))
            json_array_append_new(json, json_stringn(plain.data, plain.len));
        buf_free(&plain);
    }
    if (!json_array_size(json))
        json_array_append_new(json, json_string("…"));
    return json;
}

static void make_part(
    const struct node *tree, const char *language, struct arena *arena, struct lost *lost, struct part *part)
{
    size_t len, ignored;
    json_t *json = json_object();
    json_object_set_new(json, wecom_dialects[WECOM_V2], markdown_json(tree, WECOM_V2, language, lost, &len));
    json_object_set_new(
        json, wecom_dialects[WECOM_V1], markdown_json(tree, WECOM_V1, language, lost, &ignored));
    json_object_set_new(json, wecom_dialects[WECOM_TEXT], pieces_json(tree, arena, lost));
    part->bytes = write_json(json, &part->len, arena);
    part->units = len;
    part->limit = WECOM_MARKDOWN_MAX;
}

static void note_losses(const struct message *message, struct lost *lost)
{
    for (const struct node *node = message->root; node; node = node_next(message->root, node)) {
        if (node->type == NODE_LINK && !wecom_keeps(node->url))
            lost_add(lost, "link shown as text, only full addresses can be followed: %s", node->url);
        if (node->type == NODE_IMAGE && !wecom_keeps(node->url))
            lost_add(lost, "picture shown as its text: %s", node->url);
        if (node->type == NODE_STRIKE)
            lost_add(lost, "struck text is not shown as such");
        if (node->type == NODE_QUOTE && node->fold)
            lost_add(lost, "a folded quote is shown whole");
    }
    for (size_t i = 0; i < message->button_count; i++)
        lost_add(lost, "button \"%s\": a group robot has no buttons", message->buttons[i].label);
}

void wecom_render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    struct lost lost = {.arena = arena};
    const char *language = options && options->language ? options->language : "en";
    char *context = arena_string(arena, language);
    note_losses(message, &lost);
    struct splitter splitter = {.limit = WECOM_MARKDOWN_MAX, .measure = measure, .context = context};
    struct parts parts = split_to_fit(arena, message->root, &splitter);
    *form =
        (struct form){.parts = arena_array(arena, parts.count, sizeof *form->parts), .count = parts.count};
    for (size_t i = 0; i < parts.count; i++)
        make_part(parts.trees[i], language, arena, &lost, &form->parts[i]);
    form->lost = lost.lines;
    form->lost_count = lost.count;
}
