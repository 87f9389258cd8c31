/* Inside state/ only: what an item can be known by, and how much two of them speak for being the same one.
 * Pure.
 *
 * Three things are looked at: its title, its addresses, its text. Each of them, kept whole and its own, is
 * worth 1 and enough alone; what was kept in part is worth a part, and the parts add up. Nothing is worth
 * much that others have as well: a title that stands over three items is worth a ninth, an address that two
 * items cite a quarter, and a word that n items use 1/√n of a word. What is called a word here is a run of
 * two or three neighbours. */
#ifndef STATE_TRAITS_H
#define STATE_TRAITS_H

#include "core/arena.h"
#include "state/match.h"
#include <stdint.h>

struct words {
    struct word {
        uint64_t hash;
        float weight;
        unsigned others; /* how many items of the other side have it, about; 0 = none */
    } * list;            /* sorted by hash, each once */
    size_t count;
    double weight; /* sum */
};

/* A name that few share: a title, an address. */
struct name {
    const char *text;
    double worth; /* 0 … 1 */
};

struct traits {
    const struct item *item;
    const char *whole;      /* text, addresses and pictures, folded: equal wholes are the same item */
    const char *body;       /* the same without the title */
    const char *digits;     /* of the title */
    struct name title;      /* folded, without spaces; "" = none */
    struct name *addresses; /* each once, sorted; pictures are among them */
    size_t address_count;
    struct words all, text; /* with the title, and without */
    size_t rare;            /* how many of its words were looked for in others (match.c) */
    bool gone;              /* it is not in the edition now */
    bool taken;             /* it has found its other one */
};

struct traits_list {
    struct traits *list;
    size_t count;
};

struct traits_list traits_of(struct arena *arena, const struct match_side *side);
/* Fills words and worths: what is frequent on either side says little. */
void traits_weigh(struct arena *arena, struct traits_list *stored, struct traits_list *fresh,
    const struct match_side *given);
/* When a text is the same one: so many shared words, none of them a common one, are a text; any two have
 * `unlike` in common, and from `alike` on (0 … 1) nothing else is needed. And how much of a title one is that
 * was corrected in one place. */
struct measure {
    double enough, unlike, alike, corrected;
    bool with_title; /* or nearly the same words, with those of the title */
};

/* From 1 on they are the same item, if there is no other that is about as likely. */
double traits_evidence(
    const struct traits *stored, const struct traits *fresh, const struct measure *measure);

#endif
