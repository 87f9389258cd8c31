/* /help, /start: what can be asked here. */
#include "commands/answer.h"

static bool shown(const struct call *call, const struct command *command)
{
    if (command->hidden || (command->editors && !call->editor))
        return false;
    return call->channel || command->anywhere;
}

static int run_help(const struct call *call, struct message *answer, struct error *err)
{
    (void)err;
    struct node *paragraph = answer_title(call, answer, call_says(call, "可以这样问", "What you can ask"));
    for (size_t i = 0; call->commands[i]; i++) {
        const struct command *command = call->commands[i];
        if (!shown(call, command))
            continue;
        const char *space = command->arguments[0] ? " " : "";
        node_add(call->arena, paragraph, NODE_BREAK);
        node_add_own(call->arena, paragraph,
            arena_printf(call->arena, "/%s%s%s  %s", command->name, space,
                call_says(call, command->arguments_zh, command->arguments),
                call_says(call, command->help_zh, command->help_en)));
    }
    if (call->channel) {
        answer_own(call, answer,
            call_says(call, "也可以直接说：本周、第 3 条、今日一问、搜 豆包",
                "Plain words do as well: week, item 3, question, search model"));
        answer_button(call, answer, 0, call_says(call, "本周", "This week"), "/week");
        answer_button(call, answer, 0, call_says(call, "今日一问", "Question"), "/question");
    } else {
        answer_own(call, answer,
            call_says(call, "这个群还没有接上。把 /where 给出的那一行写进配置。",
                "This chat is not connected yet. Put the line /where gives into the configuration."));
    }
    return 0;
}

extern const struct command command_help;
const struct command command_help = {
    .name = "help",
    .words = (const char *const[]){"start", "帮助", "怎么用", "你好", "hi", "hello", "commands", NULL},
    .arguments = "",
    .arguments_zh = "",
    .help_en = "This list",
    .help_zh = "这张单子",
    .anywhere = true,
    .run = run_help,
};
