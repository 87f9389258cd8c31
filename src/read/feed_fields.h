/* The elements of RSS and Atom -> struct feed. */
#ifndef READ_FEED_FIELDS_H
#define READ_FEED_FIELDS_H

#include <libxml/tree.h>

struct arena;
struct feed;

/* -1: this is the root of something else. */
int feed_take_document(struct arena *arena, const xmlNode *root, struct feed *feed);

#endif
