/* Inside compose/ only: what the posts are put together from. Where a page of core/message.h would do, that
 * is used. */
#ifndef COMPOSE_PARTS_H
#define COMPOSE_PARTS_H

#include "compose/compose.h"

bool part_chinese(const struct composer *composer);
struct message *part_message(const struct composer *composer);
/* Says what the message tells (core/digest.h); what is not of that kind is NULL. */
void part_tells(const struct composer *composer, struct message *message, const char *kind,
    const struct edition *edition, const struct section *section, const struct item *item,
    const char *question);
struct node *part_paragraph(const struct composer *composer, struct message *message);
/* Ends the paragraph's line unless it is still empty. */
void part_line(const struct composer *composer, struct node *paragraph);
void part_text(const struct composer *composer, struct node *parent, const char *text);
/* In bold, as a link where there is an address it can point to. */
void part_strong(const struct composer *composer, struct node *parent, const char *text, const char *url);
/* "http://…" or "https://…": the only addresses a post links to. */
bool part_is_web(const char *url);
/* Title, count and minutes: the first lines of contents and edition. */
void part_head(const struct composer *composer, struct message *message, const struct edition *edition);
/* The item without its title and footer: body, pictures, links, folded questions. */
void part_item(
    const struct composer *composer, struct message *message, const struct item *item, bool questions);
/* "4/12", or "第 13 条" where its number is not its place. */
const char *part_place(
    const struct composer *composer, const struct edition *edition, const struct item *item);

#endif
