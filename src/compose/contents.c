#include "compose/parts.h"
#include "core/section.h"
#include <stdint.h>

/* Commands of buttons may be 64 bytes long (Telegram's callback data, the shortest of all platforms). */
enum { COMMAND_MAX = 64 };

/* A section whose only item has no title of its own is one line. */
static bool is_one_line(const struct section *section)
{
    if (!section->title || section->item_count != 1)
        return false;
    const char *title = section->items[0].title;
    return !title || !title[0] || !strcmp(title, section->title);
}

static void add_item(const struct composer *composer, struct node *paragraph, const struct section *section,
    const struct item *item)
{
    part_line(composer, paragraph);
    const char *name = item_name(composer->arena, section, item);
    const char *url = composer->told_url ? composer->told_url(item->number, composer->context) : NULL;
    if (url) {
        part_text(composer, paragraph, arena_printf(composer->arena, "%d ", item->number));
        node_add_link(composer->arena, paragraph, url, name);
    } else {
        part_text(composer, paragraph, arena_printf(composer->arena, "%d %s", item->number, name));
    }
}

/* Items of the section at places from..to-1 of the edition; `place` is that of its first item. */
static void add_section(const struct composer *composer, struct message *message,
    const struct edition *edition, const struct section *section, size_t place, size_t from, size_t to)
{
    if (!section->item_count || place >= to || place + section->item_count <= from)
        return;
    struct node *paragraph = part_paragraph(composer, message);
    if (section->title && section->title[0] && !is_one_line(section))
        part_strong(composer, paragraph, section_name(composer->arena, edition, section), NULL);
    for (size_t i = 0; i < section->item_count; i++)
        if (place + i >= from && place + i < to)
            add_item(composer, paragraph, section, &section->items[i]);
}

static void add_command(
    const struct composer *composer, struct message *message, const char *label, const char *command)
{
    if (strlen(command) <= COMMAND_MAX)
        message_add_button(composer->arena, message, 0, label, command, NULL);
}

static void add_buttons(
    const struct composer *composer, struct message *message, const struct edition *edition)
{
    bool chinese = part_chinese(composer);
    const struct item *first = NULL;
    size_t questions = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            first = first ? first : item;
            questions += item->question_count;
        }
    if (part_is_web(edition->link))
        message_add_button(composer->arena, message, 0, chinese ? "全文" : "Full text", NULL, edition->link);
    if (questions)
        add_command(composer, message, chinese ? "今日一问" : "Question", "/question");
    const char *reference = composer->reference && composer->reference[0] ? composer->reference : edition->id;
    if (first && reference)
        add_command(composer, message, chinese ? "第一条" : "First item",
            arena_printf(composer->arena, "/item %s.%d", reference, first->number));
}

struct message *compose_contents_part(
    const struct composer *composer, const struct edition *edition, size_t from, size_t to)
{
    struct message *message = part_message(composer);
    part_head(composer, message, edition);
    size_t place = 0;
    for (size_t s = 0; s < edition->section_count; s++) {
        add_section(composer, message, edition, &edition->sections[s], place, from, to);
        place += edition->sections[s].item_count;
    }
    if (composer->buttons)
        add_buttons(composer, message, edition);
    return message;
}

struct message *compose_contents(const struct composer *composer, const struct edition *edition)
{
    struct message *message = compose_contents_part(composer, edition, 0, SIZE_MAX);
    part_tells(composer, message, "contents", edition, NULL, NULL, NULL);
    return message;
}
