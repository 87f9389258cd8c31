/* Inside src/desk only: why posts of a channel that is not configured any more were dropped; a post of the
 * same may be planned again when it comes back. */
#ifndef DESK_MOVED_H
#define DESK_MOVED_H

static const char moved_why_gone[] = "its channel is not configured any more";

#endif
