#include "compose/parts.h"

bool part_chinese(const struct composer *composer)
{
    return !strcmp(composer->language, "zh");
}

struct message *part_message(const struct composer *composer)
{
    struct message *message = arena_alloc(composer->arena, sizeof *message);
    message->root = node_new(composer->arena, NODE_DOCUMENT);
    return message;
}

void part_tells(const struct composer *composer, struct message *message, const char *kind,
    const struct edition *edition, const struct section *section, const struct item *item,
    const char *question)
{
    struct telling *telling = arena_alloc(composer->arena, sizeof *telling);
    const char *reference = composer->reference && composer->reference[0] ? composer->reference : edition->id;
    *telling = (struct telling){.kind = kind,
        .source = composer->source ? composer->source : "",
        .reference = reference ? reference : "",
        .edition = edition,
        .section = section,
        .item = item,
        .question = question ? question : ""};
    message->telling = telling;
}

struct node *part_paragraph(const struct composer *composer, struct message *message)
{
    return node_add(composer->arena, message->root, NODE_PARAGRAPH);
}

void part_line(const struct composer *composer, struct node *paragraph)
{
    if (paragraph->first)
        node_add(composer->arena, paragraph, NODE_BREAK);
}

void part_text(const struct composer *composer, struct node *parent, const char *text)
{
    node_add_text(composer->arena, parent, text);
}

bool part_is_web(const char *url)
{
    return url && (!strncmp(url, "https://", 8) || !strncmp(url, "http://", 7));
}

void part_strong(const struct composer *composer, struct node *parent, const char *text, const char *url)
{
    struct node *strong = node_add(composer->arena, parent, NODE_STRONG);
    if (part_is_web(url))
        node_add_link(composer->arena, strong, url, text);
    else
        part_text(composer, strong, text);
}

/* "08-24" in the year of today, else "2025-08-24". */
static const char *short_day(const struct composer *composer)
{
    const char *day = composer->published;
    if (composer->today && strlen(composer->today) == 10 && strlen(day) == 10 &&
        !strncmp(composer->today, day, 5))
        return day + 5;
    return day;
}

void part_head(const struct composer *composer, struct message *message, const struct edition *edition)
{
    struct node *head = part_paragraph(composer, message);
    part_strong(composer, head, edition_name(edition), edition->link);
    part_line(composer, head);
    size_t count = edition_item_count(edition);
    int minutes = edition_minutes(edition);
    const char *line;
    if (part_chinese(composer))
        line = arena_printf(composer->arena, "%zu 条 · 约 %d 分钟", count, minutes);
    else
        line = arena_printf(
            composer->arena, "%zu %s · about %d min", count, count == 1 ? "item" : "items", minutes);
    if (composer->published && composer->published[0])
        line = arena_printf(composer->arena,
            part_chinese(composer) ? "%s · 本期 %s 发布" : "%s · published %s", line, short_day(composer));
    part_text(composer, head, line);
}

const char *part_place(
    const struct composer *composer, const struct edition *edition, const struct item *item)
{
    int place = edition_position(edition, item->number);
    if (place == item->number)
        return arena_printf(composer->arena, "%d/%zu", place, edition_item_count(edition));
    return arena_printf(composer->arena, part_chinese(composer) ? "第 %d 条" : "item %d", item->number);
}
