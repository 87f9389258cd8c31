/* Titles with numbers of their own: lines that are headings though nobody marked them as such, and the
 * numbers that go from titles because digestd gives its own. */
#ifndef READ_NUMBERED_TITLES_H
#define READ_NUMBERED_TITLES_H

#include "read/tree.h"

/* Makes headings of
 * - "3. Title" above a line of dashes or equals signs, which CommonMark takes for a list and a rule;
 * - lines that begin 一、 二、 三、 and hold nothing but a title, in a file without other headings (but one
 *   above all): with lists below they are sections, with words items, as any heading is.
 * `text` is the file, for its lines; len 0 = there are none. */
void numbered_titles_find(struct arena *arena, struct blocks *blocks, const char *text, size_t len);

/* The numbers that titles of a file bear, to be taken off. */
struct title_numbers {
    const struct blocks *blocks; /* with its headings; those of `level` and below are titles */
    int level;
    bool known;             /* has anybody looked at them? */
    int style;              /* of the numbers (read/numeral.h) they bear one by one; 0 = they bear none */
    int last;               /* what was taken off the title before */
    int in_section, in_all; /* the item's place, which any number may repeat */
};
/* Takes the sign ("🔹") and the number off the beginning of a title, wherever its first words stand (in bold
 * ones or a link). What would leave nothing stays. */
void numbered_title_strip(struct arena *arena, struct node *title, struct title_numbers *numbers);
/* The same of an entry, whatever its number. */
void numbered_entry_strip(struct arena *arena, struct node *entry);

#endif
