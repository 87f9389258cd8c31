/* Entries of a feed that are items, gathered into editions. */
#ifndef READ_GROUPED_H
#define READ_GROUPED_H

struct error;
struct feed;
struct feed_entry;
struct reader;
struct reading;
struct tree;
struct arena;
struct feed_text;

/* By the profile's `group`: a week (ISO 8601: "2026-W26"), a day ("2026-06-26"), the whole feed. The ids stay
 * the same from one reading to the next. */
int grouped_read(struct reader *reader, const struct feed *feed, struct reading *reading, struct error *err);

/* The text of an entry as a tree of its own in `arena`. */
int entry_tree(struct arena *arena, const char *name, const struct feed_entry *entry,
    const struct feed_text *text, struct tree *tree, struct error *err);

/* Why an entry was left out, as a warning that names it. */
void entry_warn(struct reader *reader, const struct feed_entry *entry, const struct error *err);

#endif
