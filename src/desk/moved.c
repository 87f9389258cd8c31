/* Channels and bots that have another name, went away, came back or point elsewhere. */
#include "desk/moved.h"
#include "desk/address.h"
#include "desk/inner.h"
#include "desk/moves.h"

const char *moved_why_gone(bool chinese)
{
    return chinese ? "它的群不在配置里了" : "its channel is not configured any more";
}

const char *moved_why_old(bool chinese)
{
    return chinese ? "太久了" : "too old";
}

bool moved_may_return(const struct post_row *post)
{
    const char *(*why)(bool chinese) = !strcmp(post->state, "failed")    ? moved_why_old
                                       : !strcmp(post->state, "dropped") ? moved_why_gone
                                                                         : NULL;
    return why && (!strcmp(post->why, why(false)) || !strcmp(post->why, why(true)));
}

int64_t moved_returns_at(const struct post_row *post, int count)
{
    int64_t rest = post->expires_at - post->created_at;
    if (!strcmp(post->state, "dropped")) /* its channel was gone: that is no fault of its time */
        return post->created_at;
    for (int i = 1; i < count && rest < DAY; i++)
        rest *= 2;
    return post->created_at + (rest < DAY ? rest : DAY);
}

static void say(
    struct turn *turn, enum tell_level level, const char *channel, const char *english, const char *chinese)
{
    tell(turn, level, channel, in_chinese(turn) ? chinese : english);
}

static int note(struct turn *turn, int64_t channel, const char *was, const char *became, const char *why)
{
    return state_history_add(turn->state,
        &(struct history_row){.at = turn->now.wall_ms,
            .channel = channel,
            .who = "digestd",
            .was = was,
            .became = became,
            .why = why},
        turn->err);
}

static struct channel_row *row_named(struct rows_channel *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!strcmp(rows->rows[i].name, name))
            return &rows->rows[i];
    return NULL;
}

static const char *address_of(struct turn *turn, const struct channel *conf)
{
    return conf->kind == CHANNEL_GROUP ? channel_address(&conf->settings, turn->arena) : "";
}

/* --- gone --- */

/* What waits is dropped; what may have arrived stays for somebody to look at. */
static int drop_waiting(struct turn *turn, const struct channel_row *row, const char *why, int *count)
{
    struct rows_post posts;
    struct rows_open open;
    *count = 0;
    if (state_posts_planned(turn->state, turn->arena, 0, &posts, turn->err) ||
        state_open_deliveries(turn->state, turn->arena, &open, turn->err))
        return -1;
    for (size_t i = 0; i < posts.count; i++) {
        if (posts.rows[i].channel != row->id)
            continue;
        if (moves_end_post(turn->state, posts.rows[i].id, row->id, "planned", "dropped", NULL, why,
                turn->now.wall_ms, turn->err))
            return -1;
        ++*count;
    }
    for (size_t i = 0; i < open.count; i++) {
        struct delivery_row delivery;
        bool found;
        if (open.rows[i].channel != row->id ||
            state_delivery(turn->state, turn->arena, open.rows[i].delivery.id, &delivery, &found, turn->err))
            continue;
        if (!found || strcmp(delivery.state, "due")) /* an earlier part took it along */
            continue;
        struct change change = {.event = LEDGER_SAY_DROP,
            .why = why,
            .chinese = in_chinese(turn),
            .now_ms = turn->now.wall_ms,
            .facts = {.newest = true}};
        struct ledger_move did;
        if (moves_apply(turn->state, turn->arena, &change, &delivery, &did, turn->err))
            return -1;
        ++*count;
    }
    return 0;
}

static int went(struct turn *turn, struct channel_row *row)
{
    int count;
    row->gone_at = turn->now.wall_ms;
    if (state_channel_gone(turn->state, row->id, row->gone_at, turn->err) ||
        note(turn, row->id, row->state, "gone",
            in_chinese(turn) ? "不在配置里了" : "not configured any more") ||
        drop_waiting(turn, row, moved_why_gone(in_chinese(turn)), &count))
        return -1;
    const char *name = setup_shown(turn->setup, row->name);
    if (!count)
        say(turn, TELL_INFO, row->name, arena_printf(turn->arena, "%s is not configured any more.", name),
            arena_printf(turn->arena, "%s 不在配置里了。", name));
    else
        say(turn, TELL_INFO, row->name,
            arena_printf(turn->arena, "%s is not configured any more; %d waiting post%s dropped.", name,
                count, count == 1 ? " is" : "s are"),
            arena_printf(turn->arena, "%s 不在配置里了，等着发的 %d 条不发了。", name, count));
    return 0;
}

/* What was published meanwhile is no news here. */
static int came_back(struct turn *turn, struct channel_row *row)
{
    row->gone_at = 0;
    row->since = row->next_at = turn->now.wall_ms;
    if (state_channel_gone(turn->state, row->id, 0, turn->err) ||
        state_channel_since(turn->state, row->id, row->since, turn->err) ||
        state_channel_planned(turn->state, row->id, row->next_at, turn->err) ||
        note(turn, row->id, "gone", row->state, in_chinese(turn) ? "又在配置里了" : "configured again"))
        return -1;
    say(turn, TELL_INFO, row->name,
        arena_printf(turn->arena, "%s is back; it goes on with the next edition, and knows what it was told.",
            row->name),
        arena_printf(turn->arena, "%s 回来了，从下一期继续；发过的还记得。", row->name));
    return 0;
}

/* --- renamed --- */

static bool is_configured(const struct turn *turn, const char *name)
{
    return setup_channel(turn->setup, name) != NULL;
}

/* The one channel of the ledger that went there and has lost its name; NULL = none, or it is not clear. */
static struct channel_row *nameless(struct turn *turn, struct rows_channel *rows, const struct channel *conf)
{
    const char *address = address_of(turn, conf);
    struct channel_row *found = NULL;
    if (!*address)
        return NULL;
    for (size_t i = 0; i < turn->setup->channel_count; i++) {
        const struct channel *other = &turn->setup->channels[i];
        if (other != conf && !row_named(rows, other->name) && !strcmp(address_of(turn, other), address))
            return NULL;
    }
    for (size_t i = 0; i < rows->count; i++) {
        struct channel_row *row = &rows->rows[i];
        if (is_configured(turn, row->name) || strcmp(row->address, address))
            continue;
        if (found)
            return NULL;
        found = row;
    }
    return found;
}

static int rename_channel(struct turn *turn, struct channel_row *row, const char *name)
{
    const char *was = row->name;
    if (state_channel_rename(turn->state, row->id, name, turn->err) ||
        note(turn, row->id, was, name,
            in_chinese(turn) ? "同一个地址，换了名字" : "the same address under another name"))
        return -1;
    row->name = name;
    say(turn, TELL_INFO, name,
        arena_printf(turn->arena, "%s is called %s now; what it was told stays told.", was, name),
        arena_printf(turn->arena, "%s 改名叫 %s，发过的还算发过。", was, name));
    return 0;
}

/* Another group: what the first one was told is its own affair. It keeps its history under a name nobody can
 * configure, and its address, should it come back. */
static int leave_group(struct turn *turn, struct channel_row *row)
{
    const char *name = row->name;
    if (went(turn, row))
        return -1;
    row->name = arena_printf(turn->arena, "%s~%lld", name, (long long)row->id);
    if (state_channel_rename(turn->state, row->id, row->name, turn->err))
        return -1;
    say(turn, TELL_WARNING, name,
        arena_printf(turn->arena,
            "%s is another group now: it begins with the next edition. Nothing counts as told there.", name),
        arena_printf(turn->arena, "%s 指向另一个群了：从下一期开始，原来那个群发过的不算。", name));
    return 0;
}

/* The platform said where the group moved to, and the configuration has caught up. */
static bool caught_up(const struct channel_row *row, const struct channel *conf)
{
    const char *chat = setting(&conf->settings, "chat");
    return chat && !strcmp(chat, row->chat);
}

static int check_group(struct turn *turn, struct rows_channel *rows, const struct channel *conf)
{
    struct channel_row *row = row_named(rows, conf->name);
    if (row && address_elsewhere(row->address, address_of(turn, conf)) && !caught_up(row, conf) &&
        leave_group(turn, row))
        return -1;
    return 0;
}

static int name_group(struct turn *turn, struct rows_channel *rows, const struct channel *conf)
{
    struct channel_row *row = row_named(rows, conf->name);
    if (!row) {
        row = nameless(turn, rows, conf);
        if (row && rename_channel(turn, row, conf->name))
            return -1;
    }
    return row && row->gone_at ? came_back(turn, row) : 0;
}

int take_moves(struct turn *turn)
{
    const struct setup *setup = turn->setup;
    struct rows_channel rows;
    if (state_channels(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < setup->channel_count; i++)
        if (check_group(turn, &rows, &setup->channels[i]))
            return -1;
    for (size_t i = 0; i < setup->channel_count; i++)
        if (name_group(turn, &rows, &setup->channels[i]))
            return -1;
    for (size_t i = 0; i < rows.count; i++) {
        struct channel_row *row = &rows.rows[i];
        if (!row->gone_at && *row->name != '~' && !strchr(row->name, ':') &&
            !is_configured(turn, row->name) && went(turn, row))
            return -1;
    }
    return load_places(turn);
}

/* --- what is kept for the next time --- */

static int note_bot(struct turn *turn, size_t bot)
{
    struct bot_row *row = &turn->bots[bot], old;
    const char *account = bot_account(&turn->setup->bots[bot].settings, turn->arena);
    bool found = false;
    if (!strcmp(row->account, account))
        return 0;
    if (!*row->account && !*row->cursor &&
        state_bot_of(turn->state, turn->arena, account, row->id, &old, &found, turn->err))
        return -1;
    if (found && !bot_named(turn->setup, old.name)) {
        /* The same account under another name reads on where it was. */
        row->cursor = old.cursor;
        if (state_bot_succeed(turn->state, old.id, row->id, turn->err))
            return -1;
        say(turn, TELL_INFO, "",
            arena_printf(
                turn->arena, "bot %s is called %s now; it reads on where it was.", old.name, row->name),
            arena_printf(turn->arena, "机器人 %s 改名叫 %s，从原处接着读。", old.name, row->name));
    } else if (*row->account && *row->cursor && turn->setup->bots[bot].settings.adapter->identity) {
        /* Another account counts its events by itself. */
        row->cursor = "";
        if (state_bot_cursor(turn->state, row->id, "", turn->err))
            return -1;
    }
    row->account = account;
    return state_bot_account(turn->state, row->id, account, turn->err);
}

int note_addresses(struct turn *turn)
{
    for (size_t i = 0; i < turn->setup->bot_count; i++)
        if (note_bot(turn, i))
            return -1;
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        const char *address = place->conf ? address_of(turn, place->conf) : "";
        if (!place->conf || !strcmp(address, place->row.address))
            continue;
        if (*place->row.chat && caught_up(&place->row, place->conf) &&
            state_channel_moved(turn->state, place->row.id, "", turn->now.wall_ms, turn->err))
            return -1;
        if (state_channel_address(turn->state, place->row.id, address, turn->err))
            return -1;
        place->row.address = address;
    }
    return 0;
}
