/* An edition as `digestd read --json` prints it; other programs rely on the shape.
 *
 * {"editions":[{"edition":{"id","title","date","number","period","tags","images","intro","link"},
 *   "sections":[{"title","parents":["…"],"items":[{"id","title","body","links":[{"url","label","text"}],"questions":["…"],
 *   "images":[{"url","alt"}]}]}]}],
 *  "explained":[{"line","end_line","role","rule","text"}]}
 *
 * What an edition does not say is null; bodies and intros are CommonMark; ids are strings ("EDITION.N", N
 * counted from 1 where the item has no number yet). "explained" is there only where it was asked for: each
 * block of the file in its order, in the words of core/explained.h; line 0 = in no line. */
#ifndef DAEMON_DIGEST_JSON_H
#define DAEMON_DIGEST_JSON_H

struct buf;
struct digest;
struct explanation;

/* One line of JSON with a newline. -1: it does not fit into `out`. */
int digest_json(const struct digest *digest, struct buf *out);
/* `digest` may be NULL: nothing could be read, but its blocks were seen. */
int digest_json_explained(
    const struct digest *digest, const struct explanation *explanation, struct buf *out);

#endif
