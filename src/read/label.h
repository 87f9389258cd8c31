/* The words that editors put before links (label.c) and questions (label_question.c): those of a table, what
 * looks like one, and those that the profile adds. */
#ifndef READ_LABEL_H
#define READ_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

struct profile;

/* Do the first `len` bytes end in this word, in whatever case? Asked so often that it stands here. */
static inline bool label_ends_in(const char *text, size_t len, const char *word, size_t size)
{
    return len >= size && (text[len - 1] | 0x20) == (word[size - 1] | 0x20) &&
           strncasecmp(text + len - size, word, size) == 0;
}

/* A label at the end of the text that stands before a link: "ref. ", "源头：", "试用 Demo: ",
 * "拓展阅读：《…》". */
struct label {
    size_t start;               /* where it begins in the text */
    size_t label_at, label_len; /* without colon */
    size_t quote_at, quote_len; /* a 《…》 between label and link; length 0 = none */
    bool colon;                 /* it has one; without, it is a known word */
    bool bracket;               /* `start` is a bracket that opens: it must close behind the link */
};

/* `open`: the text begins where a label may begin (a new line, after another link). False: there is none.
 * Soft breaks in the text are "\n". */
bool label_find(const struct profile *profile, const char *text, size_t len, bool open, struct label *label);

/* Does a label that was found end in a word of a table or the profile? Others name a link only where nothing
 * else stands beside the two. */
bool label_is_known(const struct profile *profile, const char *text, const struct label *label);

/* Is all the text before a link its label, with its colon or without, but for signs that end what stands
 * before it: "。试用 Demo：", " | Code: ", "领袖"? */
bool label_between(const struct profile *profile, const char *text, struct label *label);

/* Is this text of a link a word that only leads away: "Read more", "🔗来源"? *plain: it says nothing of where
 * to, and is no word of sentences ("docs", "video"). */
bool label_is_word(const struct profile *profile, const char *text, bool *plain);
/* The length of such a word at the end of these bytes, where a label may begin; 0 = none. */
size_t label_word_before(const struct profile *profile, const char *text, size_t len);
/* Do these bytes end in a word that goes on in what follows: "here is the"? */
bool label_ends_loosely(const char *text, size_t len);

/* A bracket that may open around a label and its link; its length, 0 = none. */
size_t label_bracket(const char *text);

/* Is this (bold) text as a whole a label, with or without its colon? *len is its length without colon. */
bool label_is_link_label(const struct profile *profile, const char *text, size_t *len);

/* Does a question label with its colon begin here ("思考题：", "💡 Questions:", "【讨论】")? The length of all
 * of it, 0 = none. With `whole` the label may also be all there is, without a colon. */
size_t label_question(const struct profile *profile, const char *text, bool whole);

/* Where the question label begins, with the signs before it, that ends at text[end], its colon or closing
 * bracket; SIZE_MAX = there is none. */
size_t label_question_before(const struct profile *profile, const char *text, size_t end);
/* The same of one that a number follows at text[end]: "问题1：", "Q1:", "探索之问1.". Its word alone begins
 * at *word. */
size_t label_number_before(const struct profile *profile, const char *text, size_t end, size_t *word);

/* May such a label begin here? Nearly all text does not: a look at its first character spares the rest. */
bool label_may_ask(const struct profile *profile, const char *text);

/* Does a sentence, line or bracket end at the end of these bytes, so that a label may follow? */
bool label_boundary(const char *text, size_t len);

/* A colon of either width at the beginning; its length, 0 = none. */
size_t label_colon(const char *text);

#endif
