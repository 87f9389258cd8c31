/* Feeds and pages that are not UTF-8: what their first lines say they are. */
#ifndef READ_ENCODING_H
#define READ_ENCODING_H

#include <stddef.h>

struct buf;
struct error;
struct read_request;

/* Converters. The C library keeps them in files, so they are opened before the sandbox closes. */
struct encodings;
struct encodings *encodings_open(void);
void encodings_close(struct encodings *encodings);

/* 1: the bytes of the request are XML, HTML or JSON in UTF-16, or they, else the header they came with, say
 * that they are in another encoding; `out` gets them in UTF-8, what no character is as U+FFFD. 0: they are
 * taken as they are. -1: an encoding that is not known. Without `encodings` the converter is opened now. */
int encodings_convert(
    struct encodings *encodings, const struct read_request *request, struct buf *out, struct error *err);

#endif
