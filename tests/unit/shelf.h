/* A state file in memory and an edition of two items that is put into it: what storing is tested on. */
#ifndef SHELF_H
#define SHELF_H

#include "core/buf.h"
#include "sample.h"
#include "state/editions.h"

struct world {
    struct state *state;
    struct arena arena;
    struct error err;
    struct import_report report;
    int64_t clock;
};

static const int64_t now = 1700000000000; /* 2023-11-14T22:13:20Z */
static const int64_t day = 86400000;

static inline int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    world->state = state_open("", STATE_MEMORY, now, &world->err);
    assert_non_null(world->state);
    *state = world;
    return 0;
}

static inline int end(void **state)
{
    struct world *world = *state;
    arena_free(&world->arena);
    state_close(world->state);
    free(world);
    return 0;
}

#define OK(world, call)                                                                                      \
    do {                                                                                                     \
        if (call)                                                                                            \
            fail_msg("%s: %s", #call, (world)->err.text);                                                    \
    } while (0)

/* As the desk does it: the file is known from then on. */
static inline void import(struct world *w, const char *path, const struct edition *edition, int64_t settles)
{
    w->clock++;
    OK(w, state_import(w->state, &w->arena, "src", path, edition, now - 100000 + w->clock, settles,
              &w->report, &w->err));
    struct file_row row = {.path = path, .mtime_ns = 1, .size = 2, .error = ""};
    OK(w, state_set_file(w->state, "src", &row, &w->err));
}

static inline struct edition *two_items(struct world *w)
{
    struct edition *edition = sample_edition(&w->arena, "2023-08-24-week", "周报 [0814-0820]", "2023-08-24");
    sample_section(&w->arena, edition, "回顾");
    struct item *item = sample_item(&w->arena, edition, "会拿鸡蛋的机械手",
        "新的机械手能把鸡蛋从盒子里拿起来而不捏碎，诀窍在指尖的压力传感器。");
    sample_question(item, "谁会先用上它？");
    sample_question(item, "价钱降下来以后会怎样？");
    item = sample_item(&w->arena, edition, "种子图书馆", "城里的图书馆开始借种子，读者秋天还回自己留的种。");
    sample_question(item, "你会借哪一种？");
    return edition;
}

static inline void expect_numbers(struct world *w, const char *wanted)
{
    struct edition *edition;
    OK(w, state_edition(w->state, &w->arena, w->report.edition, &edition, &w->err));
    assert_non_null(edition);
    struct buf list = BUF_INIT(1000);
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++)
            buf_addf(
                &list, "%d:%s ", edition->sections[s].items[i].number, edition->sections[s].items[i].title);
    assert_string_equal(list.data, wanted);
    buf_free(&list);
}

#endif
