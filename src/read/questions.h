/* The text after a question label -> single questions. */
#ifndef READ_QUESTIONS_H
#define READ_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct questions {
    const char **texts;
    size_t count, cap;
    int number;       /* the last number read; 0 = they have no numbers */
    const char *word; /* what stands before each number ("Q1:", "问题1："); NULL = nothing does */
};
enum { QUESTIONS_MAX = 256 }; /* of one block; what is more is not cut into questions */

/* The number that begins this text ("2.", "2、", "（2）", "②"): *size is its length. 0 = none. */
int question_number(const char *text, size_t *size);

/* The length of the word that stands before each number, where one follows here; 0 = it does not. */
size_t questions_skip_word(const struct questions *questions, const char *text);

/* Adds the questions of one block; soft and hard breaks in `raw` are "\n". Numbered ones are cut where the
 * next number stands at the beginning of a line or after the end of a sentence, others after each question
 * mark outside quotes and brackets. What follows the last question mark of unnumbered ones is no question: it
 * is returned as one line, NULL = nothing is left. */
const char *questions_add(struct arena *arena, struct questions *questions, const char *raw, size_t len);
/* Adds one question as it is, without its number. */
void questions_add_one(struct arena *arena, struct questions *questions, const char *raw, size_t len);

#endif
