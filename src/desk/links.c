#include "desk/links.h"
#include "adapters/adapter.h"
#include "desk/subject.h"
#include "state/copies.h"

struct links {
    const char **urls;
    int *numbers;
    size_t count;
};

static const char *url_of(int number, void *context)
{
    const struct links *links = context;
    for (size_t i = 0; i < links->count; i++)
        if (links->numbers[i] == number)
            return links->urls[i];
    return NULL;
}

static const char *message_url(
    const struct channel *channel, const char *chat, const char *remote_id, struct arena *arena)
{
    const struct adapter *adapter = channel->settings.adapter;
    const char *topic = setting(&channel->settings, "topic");
    if (!adapter || !adapter->message_url || !*remote_id)
        return NULL;
    return adapter->message_url(&channel->settings, chat, topic ? topic : "", remote_id, arena);
}

int told_links(struct state *state, const struct channel *channel, int64_t channel_id, const char *source,
    const char *slug, struct arena *arena, struct composer *composer, struct error *err)
{
    struct rows_told told;
    if (!channel->settings.adapter || !channel->settings.adapter->message_url)
        return 0;
    const struct subject edition = {.source = source, .slug = slug, .section = ""};
    if (state_told_items(state, arena, channel_id, subject_make(arena, &edition), &told, err))
        return -1;
    struct links *links = arena_alloc(arena, sizeof *links);
    links->urls = arena_array(arena, told.count + 1, sizeof *links->urls);
    links->numbers = arena_array(arena, told.count + 1, sizeof *links->numbers);
    for (size_t i = 0; i < told.count; i++) {
        const char *url = message_url(channel, told.rows[i].told_in, told.rows[i].remote_id, arena);
        if (!url)
            continue;
        links->urls[links->count] = url;
        links->numbers[links->count++] = told.rows[i].number;
    }
    composer->told_url = url_of;
    composer->context = links;
    return 0;
}

int post_link(struct state *state, const struct channel *channel, int64_t post, struct arena *arena,
    const char **url, struct error *err)
{
    struct post_row row;
    struct rows_delivery parts;
    bool found;
    *url = "";
    if (state_post(state, arena, post, &row, &found, err) ||
        state_post_deliveries(state, arena, post, &parts, err))
        return -1;
    if (!found || !parts.count || strcmp(parts.rows[0].state, "sent") != 0)
        return 0;
    const char *at = message_url(channel, row.told_in, parts.rows[0].remote_id, arena);
    if (at && !strncmp(at, "http", 4))
        *url = at;
    return 0;
}
