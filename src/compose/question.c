#include "compose/parts.h"

/* A page where the item can be read: its post here, its own address, its first link (one with a label before
 * those of its text), the edition's page. */
static const char *origin_url(
    const struct composer *composer, const struct edition *edition, const struct item *item)
{
    const char *told = composer->told_url ? composer->told_url(item->number, composer->context) : NULL;
    if (told)
        return told;
    if (part_is_web(item->title_url))
        return item->title_url;
    for (int labelled = 1; labelled >= 0; labelled--)
        for (size_t i = 0; i < item->link_count; i++) {
            const struct link *link = &item->links[i];
            if (part_is_web(link->url) && (link->label || !labelled))
                return link->url;
        }
    return part_is_web(edition->link) ? edition->link : NULL;
}

static void add_origin(const struct composer *composer, struct message *message,
    const struct edition *edition, const struct item *item)
{
    struct arena *arena = composer->arena;
    const struct section *section = NULL;
    edition_item(edition, item->number, &section);
    struct node *line = node_add(arena, node_add(arena, message->root, NODE_QUOTE), NODE_PARAGRAPH);
    part_text(composer, line,
        arena_printf(
            arena, part_chinese(composer) ? "出自 %s " : "From %s ", part_place(composer, edition, item)));
    const char *name = item_name(arena, section, item);
    const char *url = origin_url(composer, edition, item);
    if (url)
        node_add_link(arena, line, url, name);
    else
        part_text(composer, line, name);
}

struct message *compose_question(const struct composer *composer, const struct edition *edition,
    const struct item *item, const char *question, bool replying)
{
    struct message *message = part_message(composer);
    const struct section *section = NULL;
    edition_item(edition, item->number, &section);
    part_tells(composer, message, "question", edition, section, item, question);
    bool chinese = part_chinese(composer);
    struct node *paragraph = part_paragraph(composer, message);
    const char *text =
        arena_printf(composer->arena, chinese ? "今日一问：%s" : "Question of the day: %s", question);
    if (!composer->replies) {
        part_strong(composer, paragraph, text, NULL);
        add_origin(composer, message, edition, item);
        return message;
    }
    part_text(composer, paragraph, text);
    part_line(composer, paragraph);
    part_text(composer, paragraph,
        chinese ? "直接回复这条消息，说说你的看法" : "Reply to this message with what you think");
    if (!replying)
        add_origin(composer, message, edition, item);
    return message;
}
