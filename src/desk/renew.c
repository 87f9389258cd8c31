/* Another configuration, or the same one with other secrets: what was refused for them goes on. */
#include "desk/trouble.h"

/* The first secret that is another one; NULL = none is. */
static const char *other_secret(const struct settings *was, const struct settings *is)
{
    for (size_t i = 0; i < is->count; i++) {
        const char *key = is->values[i].key, *old = is->values[i].secret ? setting(was, key) : NULL;
        if (old && strcmp(old, setting(is, key)))
            return key;
    }
    return NULL;
}

static const char *renewed_why(struct turn *turn, const char *key)
{
    return in_chinese(turn) ? arena_printf(turn->arena, "新的 %s", key)
                            : arena_printf(turn->arena, "a new %s", key);
}

const struct bot *bot_named(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->bot_count; i++)
        if (!strcmp(setup->bots[i].name, name))
            return &setup->bots[i];
    return NULL;
}

static int renew_bot(struct turn *turn, const struct setup *was, size_t bot)
{
    const struct bot *is = &turn->setup->bots[bot], *old = bot_named(was, is->name);
    const char *key = old ? other_secret(&old->settings, &is->settings) : NULL;
    if (!key || strcmp(turn->bots[bot].state, "paused"))
        return 0;
    if (state_bot_set(
            turn->state, turn->bots[bot].id, "on", renewed_why(turn, key), turn->now.wall_ms, turn->err))
        return -1;
    turn->bots[bot].state = "on";
    /* That it goes on is said when the platform took something. */
    tell(turn, TELL_INFO, "",
        arena_printf(turn->arena,
            in_chinese(turn) ? "%s 换上了新的 %s，再试。" : "%s has a new %s and tries again.", is->name,
            key));
    return 0;
}

static int renew_channel(struct turn *turn, const struct setup *was, struct place *place)
{
    const struct channel *old = setup_channel(was, place->row.name);
    const char *key = old ? other_secret(&old->settings, place->settings) : NULL;
    if (!key || strcmp(place->row.state, "paused"))
        return 0;
    if (state_channel_set(turn->state, place->row.id, "on", "digestd", renewed_why(turn, key),
            turn->now.wall_ms, turn->err))
        return -1;
    place->row.state = "on";
    const char *name = place->row.name, *trouble = trouble_key(turn, "channel", name);
    return trouble_over(turn, &trouble, 1, name,
        arena_printf(turn->arena,
            in_chinese(turn) ? "%s 换上了新的 %s，继续。" : "%s goes on with its new %s.", name, key));
}

/* Bots that are another account now, or reached elsewhere, introduce themselves anew. The edge has ended what
 * was under way. */
static void open_ears(struct turn *turn, const struct setup *was)
{
    for (size_t i = 0; i < turn->memory->ears.count; i++) {
        struct ear *ear = table_at(&turn->memory->ears, i);
        const struct bot *old = bot_named(was, ear->bot), *is = bot_named(turn->setup, ear->bot);
        ear->open = false;
        if (old && is && settings_same(&old->settings, &is->settings))
            continue;
        ear->scratch[0] = ear->trouble[0] = 0;
    }
}

/* Their answers speak of the secrets they were sent with. */
static void note_flights(struct turn *turn)
{
    for (size_t i = 0; i < turn->memory->flights.count; i++) {
        struct flight *flight = table_at(&turn->memory->flights, i);
        flight->before = true;
    }
}

int renew_secrets(struct turn *turn, const struct setup *was)
{
    open_ears(turn, was);
    note_flights(turn);
    for (size_t i = 0; i < turn->setup->bot_count; i++)
        if (renew_bot(turn, was, i))
            return -1;
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && renew_channel(turn, was, &turn->places[i]))
            return -1;
    return note_addresses(turn);
}

/* A channel of its own bot waits with it. */
bool secrets_may_help(const struct turn *turn)
{
    for (size_t i = 0; i < turn->setup->bot_count; i++)
        if (!strcmp(turn->bots[i].state, "paused"))
            return true;
    for (size_t i = 0; i < turn->place_count; i++) {
        const struct place *place = &turn->places[i];
        if (!place->conf || strcmp(place->row.state, "paused"))
            continue;
        for (size_t j = 0; j < place->settings->count; j++)
            if (place->settings->values[j].secret)
                return true;
    }
    return false;
}
