/* Inside state/ only: the day of an edition, the same in every statement (the index edition_newest needs the
 * very same expression), and the place of an item in the search index. */
#ifndef STATE_DAY_H
#define STATE_DAY_H

#include <stdint.h>

#define EDITION_DAY "coalesce(nullif(date, ''), date(seen_at / 1000, 'unixepoch'))"
#define EDITION_ORDER EDITION_DAY " DESC, published_at DESC, id DESC"

/* Falling order of these numbers is: newest day first, then items as they were numbered. */
int64_t search_row(const char *day, int64_t item);
int64_t search_item(int64_t row);

#endif
