/* What a section is called, among others of its edition. */
#ifndef CORE_SECTION_H
#define CORE_SECTION_H

#include "core/digest.h"

struct arena;

/* "A › B": its title after those of the sections it stands in, the outermost first; "" without a title. Never
 * another section's, as long as the edition does not repeat itself: what is told is known by it. */
const char *section_path(struct arena *arena, const struct section *section);

/* What readers are shown: its title, after as many of those it stands in as it takes to tell it from the
 * other sections of the edition that hold items. "" without a title. */
const char *section_name(struct arena *arena, const struct edition *edition, const struct section *section);

/* Is it meant by this name: "B", "A › B", or typed "A > B"? Compared folded. */
bool section_is(const struct section *section, const char *name);

#endif
