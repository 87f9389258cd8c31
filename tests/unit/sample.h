/* Editions for tests, put together by hand: no reader needed. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "core/arena.h"
#include "core/digest.h"

enum { SAMPLE_SECTIONS = 8, SAMPLE_ITEMS = 64, SAMPLE_QUESTIONS = 8, SAMPLE_LINKS = 8 };

static inline struct edition *sample_edition(
    struct arena *arena, const char *id, const char *title, const char *date)
{
    struct edition *edition = arena_alloc(arena, sizeof *edition);
    edition->id = id;
    edition->title = title;
    edition->date = date;
    edition->language = "zh";
    edition->sections = arena_array(arena, SAMPLE_SECTIONS, sizeof *edition->sections);
    return edition;
}

static inline struct section *sample_section(struct arena *arena, struct edition *edition, const char *title)
{
    assert_true(edition->section_count < SAMPLE_SECTIONS);
    struct section *section = &edition->sections[edition->section_count++];
    section->title = title;
    section->items = arena_array(arena, SAMPLE_ITEMS, sizeof *section->items);
    return section;
}

/* In the last section; `text` NULL = no body. */
static inline struct item *sample_item(
    struct arena *arena, struct edition *edition, const char *title, const char *text)
{
    if (!edition->section_count)
        sample_section(arena, edition, NULL);
    struct section *section = &edition->sections[edition->section_count - 1];
    assert_true(section->item_count < SAMPLE_ITEMS);
    struct item *item = &section->items[section->item_count++];
    *item = (struct item){.title = title};
    item->body = node_new(arena, NODE_DOCUMENT);
    item->questions = arena_array(arena, SAMPLE_QUESTIONS, sizeof *item->questions);
    item->links = arena_array(arena, SAMPLE_LINKS, sizeof *item->links);
    if (text)
        node_add_text(arena, node_add(arena, item->body, NODE_PARAGRAPH), text);
    return item;
}

static inline void sample_link(struct item *item, const char *label, const char *url, const char *text)
{
    assert_true(item->link_count < SAMPLE_LINKS);
    item->links[item->link_count++] = (struct link){.url = url, .label = label, .text = text};
}

static inline void sample_question(struct item *item, const char *text)
{
    assert_true(item->question_count < SAMPLE_QUESTIONS);
    item->questions[item->question_count++] = text;
}

#endif
