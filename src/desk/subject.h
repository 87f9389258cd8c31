/* Subjects: the texts that name what is told (desk/pick.h), made and read in one place. */
#ifndef DESK_SUBJECT_H
#define DESK_SUBJECT_H

#include "core/arena.h"
#include "core/setup.h"
#include "state/editions.h"

struct subject {
    const char *source, *slug;
    const char *section; /* "" = none */
    int item, question;  /* 0 = none */
};

const char *subject_make(struct arena *arena, const struct subject *subject);
/* False: this is no subject. */
bool subject_read(struct arena *arena, const char *text, struct subject *out);
/* Under which subject telling the contents is kept. */
const char *subject_contents(struct arena *arena, const struct subject *subject);

/* The names of a channel's sources. */
const char **channel_sources(struct arena *arena, const struct setup *setup, const struct channel *channel);
/* Its published editions, newest first. */
struct edition_query channel_query(
    struct arena *arena, const struct setup *setup, const struct channel *channel, int limit);
bool channel_chinese(const struct channel *channel);

/* What people call it, to begin a sentence: "Item 3", "第 3 条", "2023-08-24 第 3 条" where the edition is
 * named. */
const char *subject_label(
    struct arena *arena, bool chinese, enum what what, const struct subject *subject, bool name_edition);

#endif
