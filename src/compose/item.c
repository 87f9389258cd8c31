#include "compose/links.h"
#include "compose/parts.h"
#include "core/section.h"

static void add_blocks(const struct composer *composer, struct message *message, const struct node *document)
{
    if (!document)
        return;
    for (const struct node *block = document->first; block; block = block->next)
        node_append(message->root, node_clone(composer->arena, block));
}

static void add_questions(const struct composer *composer, struct message *message, const struct item *item)
{
    struct arena *arena = composer->arena;
    struct node *quote = node_add(arena, message->root, NODE_QUOTE);
    quote->fold = true;
    struct node *head = node_add(arena, quote, NODE_PARAGRAPH);
    part_text(composer, head,
        arena_printf(
            arena, part_chinese(composer) ? "探索之问（%zu）" : "Questions (%zu)", item->question_count));
    struct node *list = node_add(arena, quote, NODE_LIST);
    list->level = 1;
    for (size_t i = 0; i < item->question_count; i++) {
        struct node *entry = node_add(arena, list, NODE_ITEM);
        part_text(composer, node_add(arena, entry, NODE_PARAGRAPH), item->questions[i]);
    }
}

enum { IMAGES_MAX = 10 }; /* of one item; more would bury the text */

static bool stands_in_body(const struct item *item, const char *url)
{
    for (const struct node *node = item->body; node; node = node_next(item->body, node))
        if (node->type == NODE_IMAGE && node->url && !strcmp(node->url, url))
            return true;
    return false;
}

static void add_images(const struct composer *composer, struct message *message, const struct item *item)
{
    for (size_t i = 0; i < item->image_count && i < IMAGES_MAX; i++) {
        const struct image *image = &item->images[i];
        if (!part_is_web(image->url) || stands_in_body(item, image->url))
            continue;
        struct node *node = node_add_leaf(
            composer->arena, part_paragraph(composer, message), NODE_IMAGE, image->alt ? image->alt : "");
        node->url = arena_string(composer->arena, image->url);
    }
}

void part_item(
    const struct composer *composer, struct message *message, const struct item *item, bool questions)
{
    add_blocks(composer, message, item->body);
    if (composer->images)
        add_images(composer, message, item);
    part_links(composer, message, item);
    if (questions && item->question_count)
        add_questions(composer, message, item);
}

/* "热点回顾 · 4/12 · AIGC每周观察[0814-0820]" */
static void add_footer(const struct composer *composer, struct message *message,
    const struct edition *edition, const struct section *section, const struct item *item)
{
    const char *before = "";
    if (section && section->title && section->title[0] &&
        !(item->title && !strcmp(item->title, section->title)) &&
        item_name(composer->arena, section, item) != section->title)
        before = arena_printf(composer->arena, "%s · ", section_name(composer->arena, edition, section));
    part_text(composer, part_paragraph(composer, message),
        arena_printf(composer->arena, "%s%s · %s", before, part_place(composer, edition, item),
            edition_name(edition)));
}

/* Where the title is, or what stands for it: an item without a title begins with its text. */
static const char *heading_of(const struct section *section, const struct item *item)
{
    if (item->title && item->title[0])
        return item->title;
    return section && section->title && section->item_count == 1 ? section->title : "";
}

struct message *compose_item(
    const struct composer *composer, const struct edition *edition, const struct item *item, bool questions)
{
    const struct section *section = NULL;
    edition_item(edition, item->number, &section);
    struct message *message = part_message(composer);
    const char *heading = heading_of(section, item);
    if (heading[0])
        part_strong(composer, part_paragraph(composer, message), heading, item->title_url);
    part_item(composer, message, item, questions);
    add_footer(composer, message, edition, section, item);
    part_tells(composer, message, "item", edition, section, item, NULL);
    return message;
}

static void add_numbered(const struct composer *composer, struct message *message,
    const struct section *section, const struct item *item, bool alone)
{
    const char *heading = heading_of(section, item);
    if (alone && section->title && !strcmp(heading, section->title))
        heading = ""; /* the section's heading says it */
    struct node *line = NULL;
    if (heading[0]) {
        line = part_paragraph(composer, message);
        struct node *strong = node_add(composer->arena, line, NODE_STRONG);
        part_text(composer, strong, arena_printf(composer->arena, "%d ", item->number));
        if (part_is_web(item->title_url))
            node_add_link(composer->arena, strong, item->title_url, heading);
        else
            part_text(composer, strong, heading);
    }
    part_item(composer, message, item, true);
}

struct message *compose_section(
    const struct composer *composer, const struct edition *edition, size_t section)
{
    const struct section *here = &edition->sections[section];
    struct message *message = part_message(composer);
    if (here->title && here->title[0])
        part_strong(
            composer, part_paragraph(composer, message), section_name(composer->arena, edition, here), NULL);
    for (size_t i = 0; i < here->item_count; i++)
        add_numbered(composer, message, here, &here->items[i], here->item_count == 1);
    part_text(composer, part_paragraph(composer, message), edition_name(edition));
    part_tells(composer, message, "section", edition, here, NULL, NULL);
    return message;
}

struct message *compose_edition(const struct composer *composer, const struct edition *edition)
{
    struct message *message = part_message(composer);
    part_head(composer, message, edition);
    add_blocks(composer, message, edition->intro);
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (section->item_count && section->title && section->title[0]) {
            struct node *heading = node_add(composer->arena, message->root, NODE_HEADING);
            heading->level = 2;
            part_text(composer, heading, section_name(composer->arena, edition, section));
        }
        for (size_t i = 0; i < section->item_count; i++)
            add_numbered(composer, message, section, &section->items[i], section->item_count == 1);
    }
    part_tells(composer, message, "edition", edition, NULL, NULL, NULL);
    return message;
}
