/* Troubles: what the operator has to know, told when it matters.
 *
 * A trouble has a key ("bot tg": a kind, a space, whose it is). Its first time makes a row on disk and one
 * alert, a post to the operator's chat; the same key again is only a line in the log, unless its cause became
 * another one. Every morning at nine one post gathers what is still open. When it is over there is one line
 * more, but for what the alert said to its end (`blocked`, `expired`). An alert goes to the first chat of the
 * operator that works and whose bot is not the troubled one; while there is none it waits for one.
 *
 * Kinds, and what ends them:
 *   channel NAME   the platform refuses the chat         it is on again
 *   bot NAME       the platform refuses the bot          it takes something again
 *   reach BOT      its host cannot be reached            it takes something again
 *   listen BOT     what people write cannot be fetched   it can again
 *   retry NAME     it says no, for now                   it took something, or nothing waits any more
 *   blocked NAME   it asks to wait for more than 1 h     the same
 *   refused NAME   a post was refused for good           one was taken; at the latest after one reminder
 *   expired NAME   a post waited too long                the same
 *   unsure ID      a delivery may or may not be there    somebody, or a late answer, said
 *   unsure all     many of them, after a start           none is left
 *   fuse NAME      too many posts by themselves          it is not held any more
 *   late NAME      due for a quarter of an hour          it went, or something holds the channel
 *   fast clock     what people write looks old           something new was heard in time
 *   file SOURCE P  a file cannot be read                 it was read, or is gone
 *   fetch SOURCE   its address gives nothing            it gave something, or is another one
 *   clock          it jumped, or went back               ten sane minutes
 *   disk           it is full: nothing new begins        there is room again
 *   damaged        a part of the state file is damaged   a start has looked it through
 *   machine        the file came from another machine    with its reminder; a day, where no operator is
 *   safe           three starts in a minute              ten quiet minutes, or resume --all */
#ifndef DESK_TROUBLE_H
#define DESK_TROUBLE_H

#include "desk/inner.h"
#include "state/troubles.h"

struct trouble_note {
    const char *key;
    enum tell_level level;
    const char *channel; /* of the line in the log; NULL = none */
    const char *bot;     /* the troubled one: the operator is not told through it; NULL = any will do */
    const char *log;     /* the line in the log; NULL = none, `text` is there */
    const char *text;    /* for the operator, where it is another; NULL = the same */
    int64_t after_ms;    /* told only if it lasts this long */
    bool renews;         /* other words are another cause: told once more, though the trouble is known */
};

int trouble_is(struct turn *turn, const struct trouble_note *note);
/* These are over (those that are not there do no harm): one line for all of them, to the log and, where an
 * alert went out, to the operator. `text` NULL: nothing is said. */
int trouble_over(
    struct turn *turn, const char *const *keys, size_t count, const char *channel, const char *text);
const char *trouble_key(struct turn *turn, const char *kind, const char *whose);
/* The bot took something for this place, or (NULL) let itself be asked what people write: what was wrong with
 * it, its host and the place is over. One line, which names the bot where it was the bot. */
int trouble_taken(struct turn *turn, size_t bot, const struct place *place, bool answer);

/* Once a turn: tells what could not be told before, reminds, and sees what is over. */
int tend_troubles(struct turn *turn);
int end_troubles(struct turn *turn); /* trouble_ends.c: the last of these alone */

/* A post to the first of the operator's chats that works (not through `bot`; "" = any). *id 0 = there is
 * none. `key` is the trouble's, for its buttons or, without buttons, the commands; NULL = none. */
int tell_operator(struct turn *turn, const char *bot, const char *key, const char *subject,
    const char *occasion, const struct message *message, int64_t *id);
bool has_operator(const struct turn *turn);
/* The next nine o'clock in the operator's zone, at least an hour away. */
int64_t next_morning(const struct turn *turn);

#endif
