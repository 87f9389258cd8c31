/* The number of an edition in its title and in its file's name. A number that means something else (a year, a
 * version, "Top 10") is none: better no number than one nobody gave. */
#ifndef READ_EDITION_NUMBER_H
#define READ_EDITION_NUMBER_H

struct arena;

/* In a title: "第52期", "第五十二期" (as digits), "#52", "Issue 52", "No. 52", "Vol. 52", "EP52", a digest's
 * word with the number right after it ("Harbour Weekly 52: …", "周刊 52"), "This Week in Boats 520", or
 * "…｜04" at the end: the digits as written. NULL when there is none. */
const char *number_find(struct arena *arena, const char *title);
/* In the name of a file without its ending: the same, signs between its words being spaces, and a number at
 * its beginning ("160-name", "012-name", "214"). */
const char *number_of_name(struct arena *arena, const char *base);

#endif
