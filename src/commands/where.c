/* /where: this chat as a line of configuration, and the asker's own id. */
#include "adapters/adapter.h"
#include "commands/answer.h"
#include "core/buf.h"

/* The bot it was heard by: the channel's, else the first of its platform. NULL = not known. */
static const struct bot *heard_by(const struct call *call)
{
    if (call->channel)
        return &call->setup->bots[call->channel->bot];
    for (size_t i = 0; i < call->setup->bot_count; i++) {
        const struct bot *bot = &call->setup->bots[i];
        if (bot->settings.adapter && !strcmp(bot->settings.adapter->name, call->platform))
            return bot;
    }
    return NULL;
}

/* A YAML value: numbers and plain names as they are, all else in double quotes. */
static void add_value(struct buf *line, const char *value)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    bool number = value[0] == '-' && value[1] && value[1 + strspn(value + 1, "0123456789")] == 0;
    bool bare = value[0] && value[0] != '-' && value[0] != '.' && !value[strspn(value, plain)];
    if (number || bare) {
        buf_adds(line, value);
        return;
    }
    buf_addc(line, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            buf_addc(line, '\\');
        buf_addc(line, *value);
    }
    buf_addc(line, '"');
}

static const char *configuration_line(const struct call *call)
{
    const struct bot *bot = heard_by(call);
    struct buf line = BUF_INIT(2048);
    add_value(&line, call->channel ? call->channel->name : "weekly");
    if (bot && !bot->own) {
        buf_adds(&line, ": {bot: ");
        add_value(&line, bot->name);
    } else {
        buf_adds(&line, ": {platform: ");
        add_value(&line, call->platform);
    }
    if (call->chat[0]) {
        buf_adds(&line, ", chat: ");
        add_value(&line, call->chat);
    }
    if (call->topic[0]) {
        buf_adds(&line, ", topic: ");
        add_value(&line, call->topic);
    }
    if (call->setup->source_count) {
        const struct source *sources = call->setup->sources;
        size_t first = call->channel && call->channel->from_count ? call->channel->from[0] : 0;
        buf_adds(&line, ", from: ");
        add_value(&line, sources[first].name);
    }
    buf_addc(&line, '}');
    const char *kept = buf_keep(&line, call->arena);
    buf_free(&line);
    return kept;
}

static int run_where(const struct call *call, struct message *answer, struct error *err)
{
    (void)err;
    answer_text(call, answer,
        call->channel ? call_says(call, "这个群在配置里是：", "This chat in the configuration:")
                      : call_says(call, "这个群还没有接上。写到 channels: 下面：",
                            "This chat is not connected yet. Put this below channels:"));
    struct node *code = node_add_leaf(call->arena, answer->root, NODE_CODE_BLOCK, configuration_line(call));
    code->info = "yaml";
    /* Only a platform's own number can stand below editors:; members of a room never are editors. */
    const char *colon = strchr(call->member, ':');
    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return 0;
    struct node *paragraph = answer_paragraph(call, answer);
    node_add_text(call->arena, paragraph,
        call_says(call, "你的 id（写进 editors:）：", "Your own id (for editors:): "));
    node_add_leaf(call->arena, paragraph, NODE_CODE, call->member);
    return 0;
}

extern const struct command command_where;
const struct command command_where = {
    .name = "where",
    .words = (const char *const[]){"这是哪", "我的id", "where am i", "my id", NULL},
    .arguments = "",
    .arguments_zh = "",
    .help_en = "This chat as a line of configuration",
    .help_zh = "这个群的配置行",
    .anywhere = true,
    .run = run_where,
};
