/* Numbers as people write them: 12, １２, 十二, ⑫, 1️⃣. */
#ifndef READ_NUMERAL_H
#define READ_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>

enum { NUMERAL_MAX = 999 }; /* the largest that numbers an item */

/* The number in Chinese that begins this text (十二, 二十三, 一百零五, 三三): *size is its length. 0 = none,
 * or more than NUMERAL_MAX. */
int numeral_chinese(const char *text, size_t *size);

/* A number that begins a line, with the sign that parts it from the words: "12.", "12、", "（3）", "[4]",
 * "⑤", "6️⃣", "No.7", "八、", "（九）", "01 ", "02｜", "3/ ". */
struct marker {
    int number;
    size_t size; /* with its sign, without what follows */
    int style;   /* kind and signs: those of one list have the same */
};
/* False: there is none ("2.5", "10:30", "一些", "1984. …"). */
bool marker_read(const char *text, struct marker *marker);
/* Is this one in Chinese (一、)? */
bool marker_is_chinese(const struct marker *marker);

/* The sign before words that only draws the eye ("• ", "🔹"): its length with the space after it, 0 = none. */
size_t marker_bullet(const char *text);

#endif
