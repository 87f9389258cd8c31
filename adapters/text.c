/* Plain text for groups that no robot can reach: an editor is given it to paste. */
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

static void step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    (void)errand;
    (void)last;
    (void)arena;
    *out = (struct step){.kind = STEP_HAND, .remote_id = "", .why = ""};
}

static const struct option options[] = {
    {.key = "editor",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .required = true,
        .help = "who pastes it: one of editors:, such as \"telegram:12345\"",
        .help_zh = "谁来贴：editors: 里的一位，例如 \"telegram:12345\""},
    {.key = "group",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .help = "what the editor calls the group; the channel's name where it is not said",
        .help_zh = "编辑怎么叫这个群；不写就用这里的名字"},
};

const struct adapter text_adapter = {
    .name = "text",
    .title = "plain text",
    .unit = UNIT_POINTS,
    .text_limit = TEXT_MAX,
    .by_hand = true,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .render = render,
    .step = step,
};
