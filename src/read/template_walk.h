/* How template.c and template_brace.c go through a text. Everything is looked for once, so that a text made
 * to hurt costs no more than another. */
#ifndef READ_TEMPLATE_WALK_H
#define READ_TEMPLATE_WALK_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* What is looked for from where we are on. */
enum template_mark {
    MARK_LINE,
    MARK_BRACE,
    MARK_TAG,
    MARK_VALUE,
    MARK_NOTE,
    MARK_MDX,
    MARK_KRAMDOWN,
    MARK_COMMENT,
    MARK_RAW,
    MARK_HIGHLIGHT,
    MARK_CODEBLOCK,
    MARK_CODE,
    MARK_HUGO,
    MARKS
};

enum { SPANS = 32 /* lengths of backtick runs that are told apart */ };

struct walk {
    const char *at, *end; /* what was not looked at yet */
    struct buf *out;
    size_t line;   /* where the line begins in `out` */
    bool changed;  /* something was taken out of it */
    bool raw;      /* between {% raw %} and its end */
    bool includes; /* a tag that puts another file there was seen */
    char fence;    /* the sign of the code block we are in; 0 = none */
    size_t fence_len;
    bool list, code, after_blank;   /* in a list, in indented code, the line before was empty */
    const char *next[MARKS];        /* NULL = was not looked for yet */
    const char *no_span[SPANS + 1]; /* no run of this length before here */
};

static inline bool is_white(char c)
{
    return c == ' ' || c == '\t';
}

static inline const char *skip_white(const char *at, const char *end)
{
    while (at < end && is_white(*at))
        at++;
    return at;
}

/* The end of the line when only white space stands from `at` to there; NULL = something else does. */
static inline const char *blank_rest(const struct walk *w, const char *at)
{
    at = skip_white(at, w->end);
    return at == w->end || *at == '\n' ? at : NULL;
}

/* Passes what is taken out up to `end`, of which only the ends of lines stay. */
void walk_drop(struct walk *w, const char *end);
/* Passes what stays as it is. */
void walk_keep(struct walk *w, const char *end);
/* At "{": true = something was passed. */
bool walk_brace(struct walk *w);

#endif
