/* The entries of a feed -> editions: each is one, or they are the items of a week, a day, or the feed. */
#ifndef READ_ENTRIES_H
#define READ_ENTRIES_H

struct error;
struct feed;
struct reader;
struct reading;

/* What the entries are says the profile; where it does not, they are editions when most of them take apart
 * into items and look like issues of something (a number or date in the title, links throughout). Editions
 * stand in the order of time. An entry that cannot be read is a warning. -1: nothing is left. */
int entries_read(struct reader *reader, const struct feed *feed, struct reading *reading, struct error *err);

#endif
