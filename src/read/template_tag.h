/* What a reader of the page sees of a tag of its generator: a picture, an address, a title; of most nothing.
 */
#ifndef READ_TEMPLATE_TAG_H
#define READ_TEMPLATE_TAG_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* A word of a tag; the bytes are the file's. */
struct tag_word {
    const char *key; /* of key="value"; its length 0 = the word stands alone */
    size_t key_len;
    const char *text;
    size_t len;
    bool quoted;
};

/* "include figure.html src='a.png'", what stands between the signs of a tag. */
enum { TAG_WORDS_MAX = 32 };
struct tag_call {
    const char *name; /* its length 0 = it is no call */
    size_t name_len;
    bool ends;     /* "endnote", "/note" */
    bool includes; /* it puts a file there */
    struct tag_word words[TAG_WORDS_MAX];
    size_t count;
};

void tag_read(struct tag_call *call, const char *text, size_t len);
bool tag_is(const struct tag_call *call, const char *name);
/* "js" of "highlight js", "codeblock lang:js", with the other words behind it. */
void tag_language(const struct tag_call *call, struct buf *out);
/* As Markdown without a line break. True: the words between it and its end became the text of its link. */
bool tag_show(const struct tag_call *call, const char *inner, size_t inner_len, struct buf *out);

#endif
