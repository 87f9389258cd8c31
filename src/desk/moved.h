/* Inside src/desk only: two reasons for which a post ended through no fault of its own, so that the same may
 * be planned again. They are known in both languages: the configuration may have spoken the other one then.
 */
#ifndef DESK_MOVED_H
#define DESK_MOVED_H

#include <stdbool.h>

struct post_row;

const char *moved_why_gone(bool chinese); /* its channel is not configured any more */
const char *moved_why_old(bool chinese);  /* it could not leave in its time */
bool moved_may_return(const struct post_row *post);

#endif
