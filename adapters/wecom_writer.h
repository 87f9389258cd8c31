/* Inside WeCom's Markdown: the writer (wecom_writer.c), and what writes with it: running text
 * (wecom_inline.c), blocks (wecom_markdown.c). */
#ifndef ADAPTERS_WECOM_WRITER_H
#define ADAPTERS_WECOM_WRITER_H

#include "adapters/wecom.h"
#include "core/buf.h"

enum { WECOM_PREFIX_MAX = 64 };

struct wecom_writer {
    struct buf *out;
    enum wecom_dialect dialect;
    const char *language;
    bool bold, italic, in_link, one_line;
    bool entries;    /* the paragraph's numbered lines are entries of a list */
    bool line_start; /* nothing but marks of blocks stands on the line so far */
    bool guard;      /* a mark was closed that only holds before a space or punctuation */
    int quotes, indent;
    char prefix[WECOM_PREFIX_MAX]; /* what each further line begins with */
};

/* Everything of the writer that taking text back must restore. */
struct wecom_mark {
    size_t len;
    bool line_start, guard;
};

/* wecom_writer.c: lines, and text whose marks lose their meaning */
void wecom_new_lines(struct wecom_writer *w, int count);
size_t wecom_push(struct wecom_writer *w, const char *more);
uint32_t wecom_last_point(const struct wecom_writer *w);
bool wecom_joins_words(uint32_t point);
void wecom_adds(struct wecom_writer *w, const char *text);
const char *wecom_look_alike(char c);
void wecom_add_quiet(struct wecom_writer *w, const char *text, size_t len);
void wecom_add_address(struct wecom_writer *w, const char *url);
void wecom_open_link(struct wecom_writer *w);
void wecom_write_text(struct wecom_writer *w, const char *text);
struct wecom_mark wecom_mark_here(const struct wecom_writer *w);
void wecom_take_back(struct wecom_writer *w, struct wecom_mark mark);

/* wecom_inline.c */
void wecom_write_styled(struct wecom_writer *w, const struct node *node, const char *mark, bool *on);
void wecom_add_code(struct wecom_writer *w, const char *text, size_t len);
bool wecom_is_numbered(const struct node *node);
void wecom_write_inline(struct wecom_writer *w, const struct node *node);
void wecom_write_inlines(struct wecom_writer *w, const struct node *parent);

#endif
