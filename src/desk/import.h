/* What the reader found in a file of a source, taken up into the state file. */
#ifndef DESK_IMPORT_H
#define DESK_IMPORT_H

#include "desk/desk.h"
#include "state/editions.h"

/* Heeds an EVENT_READ inside the turn's transaction. The report is of the last edition of the file that
 * changed; with several of them its text counts them all. *published_changed: an edition already published
 * has another text now. An edition that cannot be read changes nothing: the trouble is kept with the file and
 * said once, in report->warning. */
int desk_import(struct state *state, const struct setup *setup, const struct event *event, struct now now,
    struct arena *arena, struct import_report *report, bool *published_changed, struct error *err);

/* Counts report->changes into fresh, altered, back and gone. */
void import_count(struct import_report *report);
/* "1 new item, 2 items changed (title, links), 1 gone", from those counts; "changed, its items did not" when
 * they are all 0. */
void import_say(struct buf *out, bool chinese, const struct import_report *report);
/* "title, links" in Chinese: 标题、链接. The names are those of state/changes.h. */
void import_fields(struct buf *out, bool chinese, const char *fields);

/* The local day for state_publish_due(), in the configuration's zone. */
const char *import_today(struct arena *arena, const struct setup *setup, struct now now);

#endif
