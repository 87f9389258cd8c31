/* A platform whose messages have addresses and can be edited and taken back, and one that can do nothing of
 * it. */
#ifndef DESK_LIVE_H
#define DESK_LIVE_H

#include "desk_fake.h"

#include "state/copies.h"

MAYBE static const char *url_of(const struct settings *settings, const char *chat, const char *topic,
    const char *remote_id, struct arena *arena)
{
    (void)settings, (void)topic;
    return *chat && *remote_id ? arena_printf(arena, "https://fake.test/%s/%s", chat, remote_id) : NULL;
}

MAYBE static void with_urls(
    const struct message *message, const struct form_options *options, struct arena *arena, struct form *form)
{
    (void)options;
    struct buf text = BUF_INIT(1 << 20);
    message_plain(&text, message->root, true);
    *form = (struct form){.parts = arena_array(arena, 64, sizeof *form->parts)};
    for (const char *at = text.data; form->count < 64;) {
        size_t len = strcspn(at, "~");
        struct part *part = &form->parts[form->count++];
        part->bytes = arena_copy(arena, at, len);
        part->len = part->units = len;
        if (!at[len])
            break;
        at += len + 1;
    }
    buf_free(&text);
}

/* As fake_step, and an edit or a retraction says what it is. */
MAYBE static void live_step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    fake_step(errand, last, arena, out);
    if (!last)
        out->request.url = arena_printf(arena, "https://fake.test/%s/%s",
            *errand->retract ? "away"
            : *errand->edit  ? "edit"
                             : "post",
            *errand->retract ? errand->retract : errand->edit);
    if (out->kind == STEP_UNSURE && (*errand->edit || *errand->retract))
        out->kind = STEP_RETRY;
}

MAYBE static int hear_nothing(const struct settings *settings, const char *scratch, const char *bytes,
    size_t len, struct arena *arena, struct heard **heard, size_t *count, struct error *err)
{
    (void)settings, (void)scratch, (void)bytes, (void)len, (void)arena, (void)heard, (void)err;
    *count = 0;
    return 0;
}

MAYBE static const struct adapter live_adapter = {.name = "live",
    .title = "Live",
    .text_limit = 4096,
    .edit = true,
    .retract = true,
    .reply = true,
    .render = with_urls,
    .step = live_step,
    .hear = hear_nothing,
    .message_url = url_of,
    .paces = fake_paces,
    .pace_count = 2};
MAYBE static const struct adapter stone_adapter = {.name = "stone",
    .title = "Stone",
    .text_limit = 4096,
    .render = with_urls,
    .step = live_step,
    .paces = fake_paces,
    .pace_count = 2};

MAYBE static int64_t next_id = 100;

/* One channel "g" on the live platform; an edition of four items that stood there before the start. */
MAYBE static struct channel *begin(struct world *w, int split)
{
    next_id = 100;
    world_init(w, NULL);
    world_add_bot(w, "bot", &live_adapter);
    world_add_bot(w, "mason", &stone_adapter);
    struct channel *channel = world_add_channel(w, "g", 0, "-7");
    world_add_channel(w, "s", 1, "-8");
    world_add_channel(w, "~operator", 1, "77")->kind = CHANNEL_OPERATOR; /* behind the groups */
    w->setup.channel_count--;
    w->setup.aside_count++;
    w->setup.channels = w->channels;
    w->sources[0].settle_ms = 10 * MINUTE;
    world_begin(w);
    world_read(w, "week", "2026-11-20", 4, split, true);
    return channel;
}

/* Answers every request of the last turn with 200 and the next id; how many there were. */
MAYBE static size_t take_all(struct world *w, char *log, size_t size)
{
    size_t count = 0;
    for (;;) {
        const struct action *send = world_action(w, ACTION_SEND, 0);
        if (!send)
            return count;
        count++;
        if (log)
            snprintf(
                log + strlen(log), size - strlen(log), "%s\n%s\n", send->request.url, send->request.body);
        bool fresh = strstr(send->request.url, "/post/") != NULL;
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)(fresh ? next_id++ : 1));
        int64_t delivery = send->delivery;
        int attempt = send->attempt;
        world_answer(w, delivery, attempt, REACH_ANSWERED, 200, fresh ? id : "");
    }
}

MAYBE static char log_text[1 << 16];

/* Lets `ms` pass in steps, answering whatever leaves; what left is in log_text. */
MAYBE static size_t pass(struct world *w, int64_t ms)
{
    size_t count = 0;
    log_text[0] = 0;
    for (int64_t gone = 0; gone <= ms; gone += 2 * SECOND) {
        world_after(w, 2 * SECOND);
        count += take_all(w, log_text, sizeof log_text);
    }
    return count;
}

MAYBE static int64_t told(struct world *w, struct channel *channel, enum what what, const char *words)
{
    int64_t post = world_wish(w, channel, what, words, "");
    assert_true(post > 0);
    w->now.wall_ms += 1200; /* the pace */
    w->now.boot_ms += 1200;
    world_event(w, EVENT_BELL);
    assert_true(take_all(w, NULL, 0) > 0);
    return post;
}

MAYBE static void later(struct world *w, int64_t ms)
{
    w->now.wall_ms += ms;
    w->now.boot_ms += ms;
    world_event(w, EVENT_TIME);
}

/* The file again, with item `number` (0 = none) saying `body`, and the items in the order of `order`. */
MAYBE static void read_again(
    struct world *w, int number, const char *body, const int *order, int count, int split)
{
    struct arena arena = {0};
    struct digest *digest = world_digest(&arena, "week", "2026-11-20", 4, split);
    struct section *section = &digest->editions[0].sections[0];
    if (number) {
        struct item *item = &section->items[number - 1];
        item->body = node_new(&arena, NODE_DOCUMENT);
        node_add_text(&arena, node_add(&arena, item->body, NODE_PARAGRAPH), body);
    }
    if (order) {
        struct item *items = arena_array(&arena, 4, sizeof *items);
        for (int i = 0; i < count; i++)
            items[i] = section->items[order[i] - 1];
        section->items = items;
        section->item_count = (size_t)count;
    }
    struct event event = {.kind = EVENT_READ,
        .read = {.source = "src",
            .path = "/x/week.md",
            .mtime_ns = w->now.wall_ms * 1000000,
            .size = 101,
            .digest = digest,
            .error = ""}};
    world_go(w, &event, 1);
    arena_free(&arena);
}

MAYBE static int posts_of_act(struct world *w, const char *act)
{
    struct arena arena = {0};
    struct rows_view rows;
    struct delivery_query query = {.limit = 1000};
    int count = 0;
    assert_int_equal(state_deliveries(w->state, &arena, &query, &rows, &w->err), 0);
    for (size_t i = 0; i < rows.count; i++)
        count += !strcmp(rows.rows[i].act, act);
    arena_free(&arena);
    return count;
}

#endif
