/* Inside src/desk only: two reasons for which a post ended through no fault of its own, so that the same may
 * be planned again. They are known in both languages: the configuration may have spoken the other one then.
 */
#ifndef DESK_MOVED_H
#define DESK_MOVED_H

#include <stdbool.h>
#include <stdint.h>

struct post_row;

const char *moved_why_gone(bool chinese); /* its channel is not configured any more */
const char *moved_why_old(bool chinese);  /* it could not leave in its time */
bool moved_may_return(const struct post_row *post);
/* When: after each of `count` tries twice as long as its time was, at most a day, so that a rule that comes
 * every few minutes does not fill the history with it. */
int64_t moved_returns_at(const struct post_row *post, int count);

#endif
