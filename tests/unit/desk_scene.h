/* A world whose clock runs from wake to wake, with a platform that takes everything: what was told when. */
#ifndef DESK_SCENE_H
#define DESK_SCENE_H

#include "desk_fake.h"
#include "state/sql.h"

enum { SCENE_SENT = 600 };

struct scene {
    struct world w;
    struct channel *channel;
    struct arena arena;
    struct sent {
        int64_t at_ms;
        char chat[16], text[120];
    } sent[SCENE_SENT];
    size_t count;
};

MAYBE static void scene_set(struct scene *s, const char *path)
{
    memset(s, 0, sizeof *s);
    world_init(&s->w, path);
    world_add_bot(&s->w, "tg", &fake_adapter);
    s->channel = world_add_channel(&s->w, "weekly", 0, "-100");
}

MAYBE static void scene_end(struct scene *s)
{
    arena_free(&s->arena);
    world_end(&s->w);
}

/* Everything under way is accepted; what that lets leave, too. */
MAYBE static void scene_accept(struct scene *s)
{
    size_t count;
    while ((count = world_count(&s->w, ACTION_SEND))) {
        int64_t ids[32];
        int attempts[32];
        assert_true(count <= 32);
        for (size_t i = 0; i < count; i++) {
            const struct action *send = world_action(&s->w, ACTION_SEND, i);
            assert_true(s->count < SCENE_SENT);
            struct sent *sent = &s->sent[s->count++];
            ids[i] = send->delivery;
            attempts[i] = send->attempt;
            sent->at_ms = s->w.now.wall_ms;
            /* "ID|CHAT|EDIT|REPLY|TEXT" */
            const char *chat = strchr(send->request.body, '|') + 1, *text = strrchr(chat, '|') + 1;
            snprintf(sent->chat, sizeof sent->chat, "%.*s", (int)strcspn(chat, "|"), chat);
            snprintf(sent->text, sizeof sent->text, "%.*s", (int)strcspn(text, "\n"), text);
        }
        struct answer answer = {
            .reach = REACH_ANSWERED, .status = 200, .body = "1", .body_len = 1, .trouble = ""};
        struct event events[32];
        for (size_t i = 0; i < count; i++)
            events[i] = (struct event){.kind = EVENT_ANSWER,
                .answer = {.delivery = ids[i], .attempt = attempts[i], .answer = &answer}};
        world_go(&s->w, events, count);
    }
}

/* Lets the clock run, turn by turn, as the daemon would. */
MAYBE static void scene_run(struct scene *s, int64_t until_ms)
{
    while (s->w.now.wall_ms < until_ms) {
        int64_t step = s->w.out.wake_boot_ms - s->w.now.boot_ms, left = until_ms - s->w.now.wall_ms;
        step = step < 1 ? 1 : step;
        world_after(&s->w, step < left ? step : left);
        scene_accept(s);
    }
}

MAYBE static int64_t scene_at(int day, int hour, int minute)
{
    return WORLD_START + day * (int64_t)DAY + hour * (int64_t)HOUR + minute * (int64_t)MINUTE;
}

MAYBE static int64_t scene_number(struct scene *s, const char *sql)
{
    struct query q;
    query_start(&q, s->w.state, sql);
    int64_t value = query_row(&q) ? column_int(&q, 0) : -1;
    assert_int_equal(query_end(&q, &s->w.err), 0);
    return value;
}

MAYBE static void scene_begin(struct scene *s, int items)
{
    world_begin(&s->w);
    scene_run(s, scene_at(0, 1, 0));
    world_read(&s->w, "new", "2026-11-22", items, 1, false);
    scene_accept(s);
}

/* The nth post was this one, then (within a few seconds: paces). */
MAYBE static void scene_expect(struct scene *s, size_t nth, int64_t at_ms, const char *words)
{
    if (nth >= s->count)
        fail_msg("there are only %zu posts, not %s", s->count, words);
    int64_t late = s->sent[nth].at_ms - at_ms;
    if (late < 0 || late > 3000 || !strstr(s->sent[nth].text, words))
        fail_msg("post %zu: \"%s\" %lld ms late, not \"%s\"", nth, s->sent[nth].text, (long long)late, words);
}

MAYBE static const struct zone *scene_zone(struct scene *s, const char *name)
{
    char path[256];
    static uint8_t bytes[1 << 16];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        print_message("skipped: no %s (package tzdata)\n", path);
        skip();
    }
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    const struct zone *zone = zone_parse(&s->w.keep, name, bytes, len, &s->w.err);
    if (!zone)
        fail_msg("%s", s->w.err.text);
    return zone;
}

#endif
