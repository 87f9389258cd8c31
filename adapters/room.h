/* The built-in room: posts are rows of the state file, the page shows their HTML. */
#ifndef ADAPTERS_ROOM_H
#define ADAPTERS_ROOM_H

#include "adapters/adapter.h"

extern const struct adapter room_adapter;

struct buf;
struct node;

/* The tree as a safe subset of HTML, for the room and the archive: only tags made here, all text escaped, no
 * style, no id; links only http, https and mailto (rel="noopener noreferrer" target="_blank"), pictures only
 * http and https (everything else as its text); a folded quote is <details>. Headings begin with <h3>. Class
 * name: "table". */
void room_html(struct buf *out, const struct node *node);

#endif
