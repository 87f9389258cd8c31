/* When the ledger itself is what broke.
 *
 * Whatever else goes wrong is a trouble: a row, and a post that the ledger knows. With a damaged file there
 * may be no turn that can be committed, so neither. The word that leaves here is the only one that does so
 * without a commit; the edge asks for it once, and nobody waits for its answer. */
#include "core/sign.h"
#include "desk/inner.h"

const char *desk_damage_text(const struct setup *setup)
{
    return setup_says(setup,
        "The state file is damaged: what needs the damaged part cannot be decided, and posts may stay away. "
        "Stop digestd and go back to a copy: digestd restore COPY --force (see \"damaged\" in "
        "docs/operations.md).",
        "状态文件坏了：用到坏处的决定不了，该发的可能发不出。停掉 digestd，退回到一份副本：digestd restore "
        "副本 --force（见 docs/operations.md 的 damaged）。");
}

/* No row can be read to learn more than the configuration says. */
static void alarm_one(struct desk *desk, const struct channel *channel, const struct message *message,
    struct now now, struct arena *arena, struct action *action)
{
    const struct adapter *adapter = channel->settings.adapter;
    const char *chat = setting(&channel->settings, "chat"), *topic = setting(&channel->settings, "topic");
    struct form_options options = {.language = channel->language};
    struct form form = {0};
    struct step step = {0};
    unsigned char hash[SIGN_SHA256];
    char id[2 * 16 + 1];
    *action = (struct action){.kind = ACTION_TELL, .channel = "", .text = ""};
    if (adapter->local || adapter->by_hand || setup_rehearses(desk->now.setup, channel))
        return;
    adapter->render(message, &options, arena, &form);
    const char *all = arena_printf(
        arena, "%s\nalarm\n%s\n%lld", desk->now.installation, channel->name, (long long)now.wall_ms);
    sign_sha256(all, strlen(all), hash);
    sign_hex(hash, 16, id);
    struct errand errand = {.settings = &channel->settings,
        .id = id,
        .now_ms = now.wall_ms,
        .told_ms = now.wall_ms,
        .chat = chat ? chat : "",
        .topic = topic ? topic : "",
        .part = form.parts,
        .count = 1,
        .reply_to = "",
        .edit = "",
        .retract = "",
        .scratch = ""};
    if (!form.count)
        return;
    adapter->step(&errand, NULL, arena, &step);
    if (step.kind == STEP_REQUEST)
        *action = (struct action){.kind = ACTION_ASIDE,
            .bot = channel->bot,
            .request = step.request,
            .channel = channel->name,
            .text = ""};
}

void desk_alarm(struct desk *desk, const char *text, struct now now, struct arena *arena, struct actions *out)
{
    const struct setup *setup = desk->now.setup;
    struct message message = {.root = node_new(arena, NODE_DOCUMENT)};
    node_add_text(arena, node_add(arena, message.root, NODE_PARAGRAPH), text);
    *out = (struct actions){.list = arena_array(arena, setup->aside_count + 1, sizeof *out->list)};
    for (size_t i = 0; i < setup->aside_count; i++) {
        const struct channel *channel = &setup->channels[setup->channel_count + i];
        if (channel->kind != CHANNEL_OPERATOR)
            continue;
        alarm_one(desk, channel, &message, now, arena, &out->list[out->count]);
        out->count += out->list[out->count].kind == ACTION_ASIDE;
    }
}
