/* What the commands' answers are put together from. */
#ifndef COMMANDS_ANSWER_H
#define COMMANDS_ANSWER_H

#include "compose/compose.h"
#include "desk/command.h"
#include "state/editions.h"

bool call_chinese(const struct call *call);
/* One of the two, in the answer's language. */
const char *call_says(const struct call *call, const char *chinese, const char *english);
const char *call_today(const struct call *call); /* local day of the channel */
/* For composing an edition in an answer. `row` may be NULL. */
struct composer call_composer(const struct call *call, const struct edition_row *row);
/* The editions whoever asks may see: published ones of the channel's sources; editors alone with us see all.
 */
struct edition_query call_query(const struct call *call, int limit, int offset);

struct node *answer_paragraph(const struct call *call, struct message *answer);
/* A paragraph of plain text. */
struct node *answer_text(const struct call *call, struct message *answer, const char *text);
/* The same in our own words, whose /commands may be tapped: nothing of an edition or a member in it. */
struct node *answer_own(const struct call *call, struct message *answer, const char *text);
/* In bold. */
struct node *answer_title(const struct call *call, struct message *answer, const char *text);
/* One more line of a paragraph. */
void answer_line(const struct call *call, struct node *paragraph, const char *text);
/* A button, unless its command is longer than every platform takes, or the platform has none. */
void answer_button(
    const struct call *call, struct message *answer, int row, const char *label, const char *command);
/* [上一页] [下一页]: `command` without its page. */
void answer_pages(
    const struct call *call, struct message *answer, int row, const char *command, int page, bool more);
/* Takes " p2" off the end of the words: the page, from 1. */
int call_page(const struct call *call, const char **words);

/* How an edition is named in a command: its slug, or "#12" where that is long. */
const char *edition_reference(const struct call *call, int64_t id, const char *slug);

#endif
