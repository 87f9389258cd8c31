#include "adapters/text.h"

#include "adapters/lost.h"
#include "core/buf.h"
#include "core/utf8.h"

enum { TEXT_MAX = 16 << 20 };

static void render(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)options;
    struct buf out = BUF_INIT(TEXT_MAX);
    struct lost lost = {.arena = arena};
    message_plain(&out, message->root, true);
    while (out.len && out.data[out.len - 1] == '\n')
        buf_truncate(&out, out.len - 1);
    for (size_t i = 0; i < message->button_count; i++)
        lost_add(&lost, "button \"%s\": plain text has no buttons", message->buttons[i].label);
    if (out.overflow)
        lost_add(&lost, "the end of the text: longer than %d bytes", TEXT_MAX);
    struct part *part = arena_array(arena, 1, sizeof *part);
    part->bytes = buf_keep(&out, arena);
    part->len = out.len;
    part->units = utf8_points(out.data, out.len);
    part->limit = TEXT_MAX;
    *form = (struct form){.parts = part, .count = 1, .lost = lost.lines, .lost_count = lost.count};
    buf_free(&out);
}

const struct adapter text_adapter = {
    .name = "text",
    .title = "plain text",
    .unit = UNIT_POINTS,
    .text_limit = TEXT_MAX,
    .preview_only = true,
    .render = render,
};
