/* Bytes of a digest -> its editions: Markdown and a web page hold one, a feed (RSS, Atom, JSON Feed) one or
 * several.
 *
 * Pure: no file, clock or network. Hostile bytes cost bounded memory and time (the program digestd-read sets
 * the bounds); they give an edition or an error "file:line:column: …", never a crash. */
#ifndef READ_READ_H
#define READ_READ_H

#include "core/digest.h"
#include "core/explained.h"
#include "core/profile.h"

struct arena;
struct encodings;
struct error;

struct read_request {
    const char *name; /* the file's name as people know it; its base name gives id, date and period */
    const char *bytes;
    size_t len;
    const char *link;              /* the source's pattern "https://…/:year/:month/:day/:title/", or "" */
    const struct profile *profile; /* NULL = none */
    bool explain;                  /* note what became of each block */
    bool chinese;                  /* the words of errors and warnings */
    const char *charset;           /* as the answer's header says it; "" or NULL = it said nothing */
    struct encodings *encodings;   /* read/encoding.h; NULL = each is opened when it is needed */
};

struct reading {
    struct digest digest;
    struct node *rest; /* NODE_DOCUMENT of what belongs to no item and no intro: a section's opening words
                          before its first item, promotion at the end; never NULL */
    struct explanation explanation; /* in the order of the file; empty when not asked for */
};

/* Everything lives in `arena`. -1: err holds one line for the editor. */
int read_digest(
    struct arena *arena, const struct read_request *request, struct reading *reading, struct error *err);

#endif
