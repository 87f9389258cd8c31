/* A tree and what is known of it from elsewhere -> an edition. */
#ifndef READ_EDITION_H
#define READ_EDITION_H

#include "read/front.h"
#include "read/read.h"
#include "read/tree.h"

/* What is carried through one reading. */
struct reader {
    struct arena *arena;
    const struct read_request *request;
    const struct profile *profile;   /* never NULL */
    struct explanation *explanation; /* NULL = nobody asked */
    struct warnings *warnings;
    bool titled;     /* the front matter says the title: no heading has to */
    bool bold_stops; /* bold lines are titles here although a full stop ends them (read/bold.h) */
};

/* Takes the tree apart into sections and items and describes the edition: what `front` does not say comes
 * from the first heading, then the file's name. `text` is what was parsed, "" where lines mean nothing
 * (HTML). `rest` gets what belongs to no item. -1: it holds no items, or too much of something. */
int edition_read(struct reader *reader, const struct front *front, struct tree *tree, const char *text,
    size_t len, struct edition *edition, struct node **rest, struct error *err);

/* An address made absolute against the page that holds it; as written where that is not known. */
const char *edition_absolute(struct arena *arena, const char *base, const char *url);

#endif
