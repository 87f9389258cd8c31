/* Dates and periods as people write them into titles and file names. */
#ifndef READ_DATES_H
#define READ_DATES_H

#include <stdbool.h>

struct arena;

/* The date at the beginning of `text` (2023-08-24, 2023/8/4, 2014.07.21, 2023_08_24, 20230824, 2023年8月24日,
 * 24.08.2023, "Jan 5th, 2025", "5 January 2025", and anything after it) as YYYY-MM-DD. False when there is
 * none. */
bool date_read(const char *text, char date[11]);
/* The same anywhere in the text. */
bool date_find(const char *text, char date[11]);
/* "0814-0820", "2020-08-31..2020-09-06" or "20200831-20200906", "May 6–12", as written, wherever it stands in
 * the text. NULL when there is none. */
const char *period_find(struct arena *arena, const char *text);

#endif
