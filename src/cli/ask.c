#include "cli/entries.h"

#include "cli/print.h"
#include "commands/commands.h"
#include "desk/desk.h"

static int run(struct shell *shell)
{
    if (shell_setup(shell) || shell_state(shell, STATE_SHELL))
        return -1;
    const char *name = shell_flag(shell, "channel"), *as = shell_flag(shell, "as");
    size_t count = 1;
    const struct channel *first = shell->setup->channel_count ? &shell->setup->channels[0] : NULL;
    const struct channel **channels = name ? shell_channels(shell, name, &count) : &first;
    if (!channels)
        return -1;
    struct buf text = BUF_INIT(4096);
    for (int i = 0; i < shell->word_count; i++)
        buf_addf(&text, "%s%s", i ? " " : "", shell->words[i]);
    const char *line = buf_keep(&text, &shell->arena);
    buf_free(&text);
    struct desk_tools tools = {.commands = commands};
    struct message *message = NULL;
    if (desk_ask(shell->state, shell->setup, &tools, channels[0], as ? as : shell_who(shell), line,
            shell->now, &shell->arena, &message, &shell->err))
        return -1;
    if (!message || !message->root || !message->root->first) {
        if (!shell->json)
            fputs(shell_says(shell, "digestd says nothing to that.\n", "digestd 对这句话不作声。\n"), stderr);
        return shell->json ? print_json(shell, json_pack("{s:n}", "text")) : 1;
    }
    struct buf plain = BUF_INIT(4 << 20);
    message_plain(&plain, message->root, true);
    json_t *buttons = json_array();
    for (size_t i = 0; i < message->button_count; i++) {
        const struct button *button = &message->buttons[i];
        json_array_append_new(buttons, json_pack("{s:s s:o s:o}", "label", button->label, "command",
                                           json_text(button->command), "url", json_text(button->url)));
        if (!shell->json)
            buf_addf(&plain, "%s[%s] %s", i ? "\n" : "\n\n", button->label,
                button->command ? button->command : button->url);
    }
    int result = 0;
    if (shell->json)
        result = print_json(shell, json_pack("{s:s s:o}", "text", plain.data, "buttons", buttons));
    else {
        json_decref(buttons);
        puts(plain.data);
    }
    buf_free(&plain);
    return result;
}

const struct subcommand cli_ask = {.name = "ask",
    .words = "TEXT",
    .summary = "run a chat command here and print the answer",
    .details =
        "TEXT as a member would type it: /week, /item 3, /question, /search WORDS, /help, in Chinese too.",
    .flags = {{"as", "USER", "as this member, such as telegram:12345"},
        {"channel", "C", "as in this channel (the first one)"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
