#include "compose/parts.h"

/* Plain text: an empty line parts paragraphs, a newline stays a newline. */
struct message *compose_text(const struct composer *composer, const char *text)
{
    struct message *message = part_message(composer);
    struct node *paragraph = NULL;
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len == strspn(text, " \t\r")) {
            paragraph = NULL;
        } else {
            if (!paragraph)
                paragraph = part_paragraph(composer, message);
            part_line(composer, paragraph);
            part_text(composer, paragraph, arena_copy(composer->arena, text, len));
        }
        text += len + (text[len] == '\n');
    }
    return message;
}
