/* The language of the generator that makes the page out of the file: Liquid (Jekyll, Hexo's Nunjucks), Hugo's
 * shortcodes, kramdown's attributes, ::: containers, imports of MDX. The page shows none of it; what a tag
 * shows there (a picture, a title, an address) is put in its place as Markdown, the words between two tags
 * stay, comments go, and so does bold that holds nothing but one. Code stays as it is.
 * Definitions of footnotes are marked on the same way. */
#ifndef READ_TEMPLATE_H
#define READ_TEMPLATE_H

struct buf;

enum template_held {
    TEMPLATE_NOTHING, /* there was nothing to look at, which is found out at almost no cost */
    TEMPLATE_SOME,
    TEMPLATE_INCLUDES, /* parts of the text are elsewhere, perhaps the definitions of its links */
};

/* Takes it out of the text, whose lines stay the same lines. */
enum template_held template_strip(struct buf *text);

#endif
