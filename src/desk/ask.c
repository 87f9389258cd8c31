/* A chat command typed at the shell, answered without the ledger. */
#include "adapters/adapter.h"
#include "compose/compose.h"
#include "desk/command.h"
#include "state/channels.h"

static int editors_only(const struct call *call, struct message *answer)
{
    struct composer composer = {.arena = call->arena, .language = call->language};
    *answer = *compose_text(
        &composer, !strcmp(call->language, "zh") ? "这条命令只有编辑能用。" : "Only editors may do that.");
    return 0;
}

int desk_ask(struct state *state, const struct setup *setup, const struct desk_tools *tools,
    const struct channel *channel, const char *member, const char *text, struct now now, struct arena *arena,
    struct message **message, struct error *err)
{
    *message = NULL;
    struct channel_row row = {0};
    bool known = false;
    if (channel && state_channel(state, arena, channel->name, &row, &known, err))
        return -1;
    struct call call = {.state = state,
        .setup = setup,
        .commands = tools->commands,
        .channel = channel,
        .channel_id = known ? row.id : 0,
        .language = channel ? channel->language : setup->language,
        .member = member,
        .editor = setup_is_editor(setup, member) || !strncmp(member, "shell:", 6),
        .direct = true,
        .chat = "",
        .topic = "",
        .platform = channel && channel->settings.adapter ? channel->settings.adapter->name : "",
        .look_only = true,
        .now = now,
        .arena = arena};
    if (channel) {
        const char *chat = known && row.chat[0] ? row.chat : setting(&channel->settings, "chat");
        const char *topic = setting(&channel->settings, "topic");
        call.chat = chat ? chat : "";
        call.topic = topic ? topic : "";
    }
    const struct command *command = command_match(tools->commands, text, ADDRESSED_US, arena, &call.words);
    if (!command || (!channel && !command->anywhere))
        return 0;
    struct message answer = {.root = node_new(arena, NODE_DOCUMENT)};
    if (command->editors && !call.editor)
        editors_only(&call, &answer);
    else if (command->run(&call, &answer, err))
        return -1;
    if (!answer.root || !answer.root->first)
        return 0;
    *message = arena_alloc(arena, sizeof **message);
    **message = answer;
    return 0;
}
