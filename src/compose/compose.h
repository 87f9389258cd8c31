/* Editions, items and questions as messages, in each language. How they look: docs/internals.md, "Posts".
 * Pure: everything it needs comes in; the messages live in the arena. */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include "core/arena.h"
#include "core/digest.h"
#include "core/message.h"

struct composer {
    struct arena *arena;
    const char *language;  /* "zh", "en" */
    bool replies;          /* the platform lets members reply and hear commands: hints may be given */
    bool buttons;          /* the platform has buttons */
    bool images;           /* the platform shows pictures by their address */
    const char *published; /* for answers: "2026-11-23", said in the first lines; "" in posts */
    const char *today;     /* with published: the year is left out when it is this one; "" = say it always */
    const char *reference; /* names the edition in the commands of buttons; "" = its id */
    const char *source;    /* name of the source the edition comes from; "" or NULL = not said */
    /* Address of the post that told an item here, or NULL; makes its title a link in the contents. NULL =
     * none. */
    const char *(*told_url)(int number, void *context);
    void *context;
};

struct message *compose_contents(const struct composer *composer, const struct edition *edition);
/* The same for a part of a long list: items at places `from` (from 0) up to but not including `to`. */
struct message *compose_contents_part(
    const struct composer *composer, const struct edition *edition, size_t from, size_t to);
struct message *compose_edition(const struct composer *composer, const struct edition *edition);
struct message *compose_section(
    const struct composer *composer, const struct edition *edition, size_t section);
/* `questions`: fold the item's questions below it (left out where the channel asks one a day). */
struct message *compose_item(
    const struct composer *composer, const struct edition *edition, const struct item *item, bool questions);
struct message *compose_question(const struct composer *composer, const struct edition *edition,
    const struct item *item, const char *question, bool replying);
struct message *compose_text(
    const struct composer *composer, const char *text); /* plain text, newlines kept */

/* The item of that number and its section, or NULL. */
const struct item *edition_item(const struct edition *edition, int number, const struct section **section);
/* Its place among the edition's items, from 1; 0 = there is no such item. */
int edition_position(const struct edition *edition, int number);
/* How people call it: its title, else its id. Never NULL. */
const char *edition_name(const struct edition *edition);
/* The same of an item: its title, else its section's, else the beginning of its text. */
const char *item_name(struct arena *arena, const struct section *section, const struct item *item);
/* About how long it takes to read, at least 1. */
int edition_minutes(const struct edition *edition);

#endif
