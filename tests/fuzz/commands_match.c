/* What somebody may type, through matching and every command, against a small library. The state is in memory
 * and asked only: nothing may be written, nothing may crash, every answer is valid text with buttons that
 * fit. */
#include "adapters/telegram.h"
#include "commands/commands.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "desk/desk.h"
#include "state/channels.h"
#include "state/editions.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_edition(struct state *state, struct arena *arena)
{
    static const char *questions[] = {"为什么？", "Why not?"};
    struct item items[2] = {{.title = "豆包 and GPT-4"}, {.title = NULL}};
    for (size_t i = 0; i < 2; i++) {
        items[i].body = node_new(arena, NODE_DOCUMENT);
        node_add_text(arena, node_add(arena, items[i].body, NODE_PARAGRAPH), "一段 plain text，说的是模型。");
        items[i].questions = questions;
        items[i].question_count = 2;
    }
    struct section section = {.title = "热点", .items = items, .item_count = 2};
    struct edition edition = {.id = "2023-11-12-week",
        .title = "Week",
        .date = "2023-11-12",
        .sections = &section,
        .section_count = 1};
    struct import_report report;
    struct error err = {0};
    int failed = state_import(state, arena, "src", "/x", &edition, 1700000000000, 0, &report, &err) ||
                 state_publish_due(state, 1700000000000, "2023-11-14", &err);
    assert(!failed);
}

static void check(const struct message *message)
{
    struct buf plain = BUF_INIT(1 << 20);
    message_plain(&plain, message->root, true);
    assert(utf8_valid(plain.data, plain.len));
    buf_free(&plain);
    for (size_t i = 0; i < message->button_count; i++)
        assert(!message->buttons[i].command || strlen(message->buttons[i].command) <= 64);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct state *state; /* opened once: opening costs more than all the rest */
    struct arena arena = {0};
    struct error err = {0};
    int64_t id;
    if (!state) {
        state = state_open("", STATE_MEMORY, 1700000000000, &err);
        assert(state);
        int failed = state_channel_add(state, "weekly", 0, 0, &id, &err);
        assert(!failed);
        add_edition(state, &arena);
    }
    struct source source = {.name = "src", .path = "", .link = ""};
    struct bot bot = {.name = "tg", .settings = {.adapter = &telegram_adapter, .name = "tg"}};
    size_t from[] = {0};
    struct channel channel = {.name = "weekly",
        .language = size % 2 ? "zh" : "en",
        .zone = zone_utc(),
        .from = from,
        .from_count = 1,
        .settings = bot.settings};
    struct setup setup = {.file = "",
        .state = "",
        .language = "en",
        .zone = zone_utc(),
        .sources = &source,
        .source_count = 1,
        .bots = &bot,
        .bot_count = 1,
        .channels = &channel,
        .channel_count = 1,
        .http_listen = "",
        .http_public = ""};
    struct buf text = BUF_INIT(1 << 16);
    utf8_clean(&text, (const char *)data, size < 8192 ? size : 8192, NULL);
    struct desk_tools tools = {.commands = commands};
    struct message *message;
    int failed = desk_ask(state, &setup, &tools, &channel, "shell:ann", text.data,
        (struct now){1700000000000, 0}, &arena, &message, &err);
    assert(!failed);
    if (message)
        check(message);
    buf_free(&text);
    arena_free(&arena);
    return 0;
}
