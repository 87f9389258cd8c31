/* An edition as `digestd read --json` prints it; other programs rely on the shape.
 *
 * {"editions":[{"edition":{"id","title","date","number","period","tags","images","intro","link"},
 *   "sections":[{"title","items":[{"id","title","body","links":[{"url","label","text"}],"questions":["…"],
 *   "images":[{"url","alt"}]}]}]}]}
 *
 * What an edition does not say is null; bodies and intros are CommonMark; ids are strings ("EDITION.N", N
 * counted from 1 where the item has no number yet). */
#ifndef DAEMON_DIGEST_JSON_H
#define DAEMON_DIGEST_JSON_H

struct buf;
struct digest;

/* One line of JSON with a newline. -1: it does not fit into `out`. */
int digest_json(const struct digest *digest, struct buf *out);

#endif
