#include "desk/command.h"
#include "desk/inner.h"
#include "desk/trouble.h"

enum {
    STALE = 2 * MINUTE, /* as long as an answer may take */
    HEARD_MAX = 500,
    CAUGHT_UP = 50, /* fewer than that: nothing more was waiting */
    DEAF_PATIENCE = 5 * MINUTE,
    WAIT_MIN = 0,
    WAIT_MAX = HOUR,
};

/* --- who said it where --- */

static bool same_chat(const struct place *place, const struct heard *heard)
{
    const char *chat = place_chat(place);
    return *chat && (!strcmp(chat, heard->chat) ||
                        (*chat == '@' && heard->chat_name && !strcasecmp(chat, heard->chat_name)));
}

/* "1" is the general topic, which has no id in what is heard from it. */
static bool same_topic(const char *one, const char *other)
{
    return !strcmp(strcmp(one, "1") ? one : "", strcmp(other, "1") ? other : "");
}

/* The channel this chat is; one of the same topic rather than another of the same group. NULL = none. */
static struct place *channel_of(struct turn *turn, size_t bot, const struct heard *heard)
{
    struct place *best = NULL;
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (!place->conf || place->bot != bot || !same_chat(place, heard))
            continue;
        if (same_topic(place_topic(place), heard->topic))
            return place;
        if (!best)
            best = place;
    }
    return best;
}

static struct place *outside_of(struct turn *turn, size_t bot)
{
    for (size_t i = 0; i < turn->place_count; i++)
        if (!turn->places[i].conf && turn->places[i].bot == bot)
            return &turn->places[i];
    return NULL;
}

static enum addressed addressed_to(const struct heard *heard)
{
    if (heard->kind == HEARD_PRESS)
        return ADDRESSED_US;
    if (!heard->addressed)
        return ADDRESSED_NOBODY;
    return heard->reply_to && *heard->reply_to ? ADDRESSED_POST : ADDRESSED_US;
}

static struct ear *ear_of(struct turn *turn, size_t bot);

/* It cannot be older than the last time all was heard: then it is our clock that is fast, and commands would
 * go unanswered without a word. */
static int doubt_clock(struct turn *turn, size_t bot, const struct heard *heard)
{
    const struct ear *ear = ear_of(turn, bot);
    int64_t age = turn->now.wall_ms - heard->at_ms;
    if (!ear->caught_up || age - (turn->now.boot_ms - ear->caught_up) <= STALE || turn->memory->hold_until)
        return 0;
    int minutes = age > DAY ? DAY / MINUTE : (int)(age / MINUTE);
    return trouble_is(turn,
        &(struct trouble_note){.key = "fast clock",
            .level = TELL_WARNING,
            .log = arena_printf(turn->arena,
                in_chinese(turn) ? "系统时钟快了大约 %d "
                                   "分钟：命令看起来都是旧的，不会回答；定时也会早发。校一下系统时间（NTP）。"
                                 : "The clock is about %d minutes fast: commands look old and are not "
                                   "answered, and posts go "
                                   "early. Set the system's time (NTP).",
                minutes)});
}

static int trust_clock(struct turn *turn)
{
    static const char *const key = "fast clock";
    return trouble_over(turn, &key, 1, "",
        in_chinese(turn) ? "时钟又对了，命令照答。" : "The clock is right again; commands are answered.");
}

static int heed_question(struct turn *turn, size_t bot, const struct heard *heard, struct place *channel)
{
    /* What was asked long ago needs no answer: the platform kept it while we were away. */
    if (heard->at_ms && turn->now.wall_ms - heard->at_ms > STALE)
        return doubt_clock(turn, bot, heard);
    if (heard->at_ms && trust_clock(turn))
        return -1;
    const char *platform = turn->setup->bots[bot].settings.adapter->name;
    const char *member = arena_printf(turn->arena, "%s:%s", platform, heard->user);
    struct place *place = channel ? channel : outside_of(turn, bot);
    /* A button turns the page of an answer. Below a post it asks: the post stays as it is for all. */
    bool turns = false;
    if (place && heard->kind == HEARD_PRESS &&
        state_is_answer(turn->state, place->row.id, heard->chat, heard->message, &turns, turn->err))
        return -1;
    struct asking asking = {.place = place,
        .event = arena_printf(turn->arena, "%s %s", turn->bots[bot].name, heard->id),
        .chat = heard->chat,
        .topic = heard->topic,
        .member = member,
        .limit = *heard->user ? member : arena_printf(turn->arena, "%s chat %s", platform, heard->chat),
        .text = heard->text,
        .reply_to = turns ? "" : heard->message,
        .edit = turns ? heard->message : "",
        .direct = heard->direct,
        .addressed = addressed_to(heard),
        .configured = channel != NULL};
    return asking.place ? reply(turn, &asking) : 0;
}

/* --- what happened to a chat --- */

static int each_channel(struct turn *turn, size_t bot, const struct heard *heard,
    int (*heed)(struct turn *turn, struct place *place, const struct heard *heard))
{
    for (size_t i = 0; i < turn->place_count; i++) {
        struct place *place = &turn->places[i];
        if (place->conf && place->bot == bot && same_chat(place, heard) && heed(turn, place, heard))
            return -1;
    }
    return 0;
}

static int heed_out(struct turn *turn, struct place *place, const struct heard *heard)
{
    const char *why = heard->why && *heard->why ? heard->why
                      : in_chinese(turn)        ? "机器人被移出了群。"
                                                : "the bot was removed from the group.";
    return pause_channel(turn, place, why);
}

static int heed_in(struct turn *turn, struct place *place, const struct heard *heard)
{
    (void)heard;
    if (strcmp(place->row.state, "paused"))
        return 0;
    if (state_channel_set(turn->state, place->row.id, "on", "platform",
            in_chinese(turn) ? "又在群里了" : "it is in the group again", turn->now.wall_ms, turn->err))
        return -1;
    place->row.state = "on";
    const char *key = trouble_key(turn, "channel", place->row.name);
    return trouble_over(turn, &key, 1, place->row.name,
        in_chinese(turn) ? arena_printf(turn->arena, "%s 继续。", place->row.name)
                         : arena_printf(turn->arena, "%s goes on.", place->row.name));
}

static int heed_moved(struct turn *turn, struct place *place, const struct heard *heard)
{
    if (!heard->moved_to || !*heard->moved_to)
        return 0;
    place->row.chat = arena_string(turn->arena, heard->moved_to);
    return state_channel_moved(turn->state, place->row.id, heard->moved_to, turn->now.wall_ms, turn->err);
}

static int heed_heard(struct turn *turn, size_t bot, const struct heard *heard)
{
    if (heard->ack)
        send_aside(turn, bot, heard->ack);
    bool fresh;
    if (state_heard(turn->state, turn->bots[bot].id, heard->id, turn->now.wall_ms, &fresh, turn->err))
        return -1;
    if (!fresh)
        return 0;
    switch (heard->kind) {
    case HEARD_TEXT:
    case HEARD_PRESS:
        return heed_question(turn, bot, heard, channel_of(turn, bot, heard));
    case HEARD_OUT:
        return each_channel(turn, bot, heard, heed_out);
    case HEARD_IN:
        return each_channel(turn, bot, heard, heed_in);
    case HEARD_MOVED:
        return each_channel(turn, bot, heard, heed_moved);
    }
    return 0;
}

/* --- listening --- */

static struct ear *ear_of(struct turn *turn, size_t bot)
{
    char name[NAME_MAX_BYTES];
    snprintf(name, sizeof name, "%s", turn->setup->bots[bot].name);
    struct ear *ear = table_find(&turn->memory->ears, name);
    if (ear)
        return ear;
    ear = table_add(&turn->memory->ears);
    snprintf(ear->bot, sizeof ear->bot, "%s", name);
    return ear;
}

static struct menu_entry *menu_of(struct turn *turn, size_t *count)
{
    const struct command *const *commands = turn->desk->tools.commands;
    size_t all = 0;
    while (commands && commands[all])
        all++;
    struct menu_entry *menu = arena_array(turn->arena, all + 1, sizeof *menu);
    *count = 0;
    for (size_t i = 0; i < all; i++)
        if (!commands[i]->hidden && !commands[i]->editors)
            menu[(*count)++] =
                (struct menu_entry){commands[i]->name, commands[i]->help_en, commands[i]->help_zh};
    return menu;
}

/* The host answers, though not as it should: that it could not be reached is over. What is told instead is
 * the new cause, at once where the operator knows of the old one; where he knows the new one too, one line.
 */
static int reached_again(struct turn *turn, const char *name, const char *trouble, int64_t *after_ms)
{
    const char *key = trouble_key(turn, "reach", name), *listen = trouble_key(turn, "listen", name),
               *text = NULL;
    struct rows_trouble rows;
    if (state_troubles(turn->state, turn->arena, &rows, turn->err))
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        const struct trouble_row *row = &rows.rows[i];
        if (!strcmp(row->key, key) && row->told)
            *after_ms = 0;
        if (!strcmp(row->key, listen) && row->told && !strcmp(row->text, trouble))
            text = in_chinese(turn)
                       ? arena_printf(turn->arena, "%s 又有回应了。还没好的是：%s", name, trouble)
                       : arena_printf(turn->arena, "%s is answered again. Still open: %s", name, trouble);
    }
    return trouble_over(turn, &key, 1, "", text);
}

/* A host that cannot be reached is the same trouble for what comes in and for what goes out. Either is told
 * when it lasts, and again when its cause becomes another one. */
static int tell_deaf(struct turn *turn, size_t bot, const char *trouble, const struct answer *last)
{
    const char *name = turn->setup->bots[bot].name;
    bool reach = last && last->reach != REACH_ANSWERED;
    int64_t after_ms = DEAF_PATIENCE;
    const char *text = arena_printf(turn->arena, "%s: %s", name, trouble);
    if (last && !reach && reached_again(turn, name, text, &after_ms))
        return -1;
    return trouble_is(turn, &(struct trouble_note){.key = trouble_key(turn, reach ? "reach" : "listen", name),
                                .level = TELL_WARNING,
                                .bot = reach ? name : "", /* what hears nothing may still be able to speak */
                                .log = text,
                                .after_ms = after_ms,
                                .renews = true});
}

/* The operator hears once that a bot has trouble, and once that it is over. */
static int note_trouble(struct turn *turn, size_t bot, const struct heed *heed, const struct answer *last)
{
    struct ear *ear = ear_of(turn, bot);
    const char *trouble = heed->trouble ? heed->trouble : "";
    if (heed->refused)
        return pause_bot(turn, bot, *trouble ? trouble : "the platform refuses the bot");
    bool paused = !strcmp(turn->bots[bot].state, "paused"); /* the operator knows why */
    if (*trouble && !paused && strncmp(trouble, ear->trouble, sizeof ear->trouble - 1)) {
        snprintf(ear->trouble, sizeof ear->trouble, "%s", trouble);
        if (tell_deaf(turn, bot, trouble, last))
            return -1;
    }
    if (*trouble || !last || last->reach != REACH_ANSWERED || last->status < 200 || last->status > 299)
        return 0;
    ear->trouble[0] = 0;
    if (paused && state_bot_set(turn->state, turn->bots[bot].id, "on", "", turn->now.wall_ms, turn->err))
        return -1;
    turn->bots[bot].state = "on";
    return trouble_taken(turn, bot, NULL, false);
}

static int keep_heed(struct turn *turn, size_t bot, const struct heed *heed)
{
    struct ear *ear = ear_of(turn, bot);
    if (heed->scratch) {
        if (strlen(heed->scratch) >= sizeof ear->scratch)
            ear->scratch[0] = 0; /* begin anew rather than with half of it */
        else
            snprintf(ear->scratch, sizeof ear->scratch, "%s", heed->scratch);
    }
    ear->hooked = heed->hooked;
    struct action *action = act(turn, ACTION_LISTEN);
    action->bot = bot;
    action->wait_ms = heed->wait_ms < WAIT_MIN ? 0 : heed->wait_ms > WAIT_MAX ? WAIT_MAX : heed->wait_ms;
    if (heed->kind == HEED_REQUEST)
        action->request = heed->request;
    ear->open = true;
    if (!heed->cursor || !strcmp(heed->cursor, turn->bots[bot].cursor))
        return 0;
    turn->bots[bot].cursor = heed->cursor;
    return state_bot_cursor(turn->state, turn->bots[bot].id, heed->cursor, turn->err);
}

/* Asks the adapter what comes next. What it heard, the new cursor and the answers are one commit. */
static int listen_on(struct turn *turn, size_t bot, const struct answer *last)
{
    const struct adapter *adapter = turn->setup->bots[bot].settings.adapter;
    struct listening listening = {.settings = &turn->setup->bots[bot].settings,
        .cursor = turn->bots[bot].cursor,
        .scratch = arena_string(turn->arena, ear_of(turn, bot)->scratch),
        .language = turn->setup->language,
        .hook = setup_hook(turn->setup, bot, turn->arena)};
    listening.menu = menu_of(turn, &listening.menu_count);
    struct heed heed = {0};
    adapter->listen(&listening, last, turn->arena, &heed);
    size_t count = heed.heard_count < HEARD_MAX ? heed.heard_count : HEARD_MAX;
    for (size_t i = 0; i < count; i++)
        if (heed_heard(turn, bot, &heed.heard[i]))
            return -1;
    if (last && last->reach == REACH_ANSWERED && last->status == 200 && count < CAUGHT_UP)
        ear_of(turn, bot)->caught_up = turn->now.boot_ms;
    if (note_trouble(turn, bot, &heed, last))
        return -1;
    return keep_heed(turn, bot, &heed);
}

int heed_listened(struct turn *turn, size_t bot, const struct answer *answer)
{
    if (bot >= turn->setup->bot_count || !turn->setup->bots[bot].settings.adapter->listen)
        return 0;
    ear_of(turn, bot)->open = false;
    if (turn->memory->stopping || turn->desk->tools.drain || setup_bot_rehearses(turn->setup, bot))
        return 0;
    return listen_on(turn, bot, answer);
}

static int hear_pushed(struct turn *turn, size_t bot, const struct event *event)
{
    const struct settings *settings = &turn->setup->bots[bot].settings;
    struct heard *heard;
    size_t count;
    struct error ignored = {0}; /* what is not understood is taken and forgotten: it would come for ever */
    const char *scratch = arena_string(turn->arena, ear_of(turn, bot)->scratch);
    if (settings->adapter->hear(
            settings, scratch, event->pushed.bytes, event->pushed.len, turn->arena, &heard, &count, &ignored))
        return 0;
    for (size_t i = 0; i < count && i < HEARD_MAX; i++)
        if (heed_heard(turn, bot, &heard[i]))
            return -1;
    return 0;
}

/* Taken is what this turn commits. Before the bot knows itself (after a start), and at the end, nothing is.
 */
int heed_pushed(struct turn *turn, const struct event *event)
{
    size_t bot = setup_bot(turn->setup, event->pushed.bot);
    bool taken = bot != SIZE_MAX && turn->setup->bots[bot].settings.adapter->hear && turn->memory->started &&
                 !turn->memory->stopping && ear_of(turn, bot)->hooked;
    if (taken && hear_pushed(turn, bot, event))
        return -1;
    struct action *action = act(turn, ACTION_PUSHED);
    action->ticket = event->pushed.ticket;
    action->taken = taken;
    return 0;
}

int start_listening(struct turn *turn)
{
    if (turn->memory->stopping || turn->desk->tools.drain)
        return 0;
    for (size_t i = 0; i < turn->setup->bot_count; i++)
        if (turn->setup->bots[i].settings.adapter->listen && !ear_of(turn, i)->open &&
            !setup_bot_rehearses(turn->setup, i) && listen_on(turn, i, NULL))
            return -1;
    return 0;
}
