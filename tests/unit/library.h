/* A state file in memory with one source, a channel in Chinese and one in English, and editions put in by
 * hand: what picking, wishing, importing and commands are tested on. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include "adapters/adapter.h"
#include "core/buf.h"
#include "core/setup.h"
#include "desk/desk.h"
#include "desk/import.h"
#include "sample.h"
#include "state/channels.h"
#include "state/editions.h"
#include "state/posts.h"

#define LIBRARY_NOW 1700000000000 /* 2023-11-14T22:13:20Z, a Tuesday */
#define LIBRARY_DAY INT64_C(86400000)

struct library {
    struct state *state;
    struct arena arena;
    struct error err;
    struct now now;
    struct setup setup;
    struct source sources[1];
    struct bot bots[1];
    struct channel channels[2];
    struct adapter adapter;
    size_t from[1];
    int64_t ids[2]; /* of the channels' rows */
};

#define OK(library, call)                                                                                    \
    do {                                                                                                     \
        if (call)                                                                                            \
            fail_msg("%s: %s", #call, (library)->err.text);                                                  \
    } while (0)

static inline void library_channel(struct library *l, size_t at, const char *name, const char *language)
{
    l->channels[at] = (struct channel){.name = name,
        .settings = {.adapter = &l->adapter, .name = name},
        .language = language,
        .zone = zone_utc(),
        .from = l->from,
        .from_count = 1};
}

/* Members can be heard; what they say comes from the tests. */
static int library_hear(const struct settings *settings, const char *scratch, const char *bytes, size_t len,
    struct arena *arena, struct heard **heard, size_t *count, struct error *err)
{
    (void)settings, (void)scratch, (void)bytes, (void)len, (void)arena, (void)heard, (void)err;
    *count = 0;
    return 0;
}

static inline int library_begin(void **state)
{
    struct library *l = calloc(1, sizeof *l);
    assert_non_null(l);
    l->now = (struct now){LIBRARY_NOW, 1000};
    l->adapter = (struct adapter){
        .name = "telegram", .title = "Test", .reply = true, .buttons = true, .hear = library_hear};
    l->sources[0] =
        (struct source){.name = "src", .path = "/x/*.md", .link = "", .settle_ms = 600000};
    l->bots[0] = (struct bot){.name = "tg", .settings = {.adapter = &l->adapter, .name = "tg"}};
    library_channel(l, 0, "weekly", "zh");
    library_channel(l, 1, "letters", "en");
    l->setup = (struct setup){.file = "",
        .state = "",
        .language = "en",
        .zone = zone_utc(),
        .sources = l->sources,
        .source_count = 1,
        .bots = l->bots,
        .bot_count = 1,
        .channels = l->channels,
        .channel_count = 2,
        .editors = NULL,
        .http_listen = "",
        .http_public = ""};
    l->state = state_open("", STATE_MEMORY, LIBRARY_NOW, &l->err);
    if (!l->state)
        fail_msg("%s", l->err.text);
    for (size_t i = 0; i < 2; i++) /* known for a month */
        OK(l, state_channel_add(l->state, l->channels[i].name, LIBRARY_NOW - 30 * LIBRARY_DAY,
                  LIBRARY_NOW - 30 * LIBRARY_DAY, &l->ids[i], &l->err));
    *state = l;
    return 0;
}

static inline int library_end(void **state)
{
    struct library *l = *state;
    arena_free(&l->arena);
    state_close(l->state);
    free(l);
    return 0;
}

/* Stores the edition and publishes whatever is due. */
static inline int64_t library_add(struct library *l, const struct edition *edition)
{
    struct import_report report;
    const char *path = arena_printf(&l->arena, "/x/%s.md", edition->id);
    OK(l, state_import(l->state, &l->arena, "src", path, edition, l->now.wall_ms, 0, &report, &l->err));
    struct file_row file = {.path = path, .error = ""};
    OK(l, state_set_file(l->state, "src", &file, &l->err));
    OK(l, state_publish_due(l->state, l->now.wall_ms, import_today(&l->arena, &l->setup, l->now), &l->err));
    return report.edition;
}

/* `items` items, each with two questions, in two sections. */
static inline struct edition *library_edition(struct library *l, const char *id, const char *date, int items)
{
    struct edition *edition = sample_edition(&l->arena, id, arena_printf(&l->arena, "周报 %s", id), date);
    edition->link = "https://blog.example.org/weekly/";
    sample_section(&l->arena, edition, "热点");
    for (int i = 1; i <= items; i++) {
        if (i == items / 2 + 1 && items > 1)
            sample_section(&l->arena, edition, "精选");
        struct item *item = sample_item(&l->arena, edition, arena_printf(&l->arena, "%s 的第 %d 件事", id, i),
            arena_printf(&l->arena, "第 %d 件事的正文：豆包会画图了，GPT-4 也会。", i));
        sample_question(item, arena_printf(&l->arena, "%s 第 %d 件事为什么？", id, i));
        sample_question(item, arena_printf(&l->arena, "%s 第 %d 件事然后呢？", id, i));
    }
    return edition;
}

/* What was posted counts as told, as after its release. */
static inline void library_tell(struct library *l, size_t channel, int64_t post, const char *subject)
{
    OK(l, state_tell(l->state, l->ids[channel], subject, post, l->now.wall_ms, &l->err));
    OK(l, state_post_state(l->state, post, "sent", "", &l->err));
}

static inline const char *library_plain(struct library *l, const struct message *message)
{
    struct buf plain = BUF_INIT(1 << 20);
    message_plain(&plain, message->root, false);
    const char *kept = buf_keep(&plain, &l->arena);
    buf_free(&plain);
    return kept;
}

#endif
