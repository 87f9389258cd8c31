/* Inside fetching only: why nothing came, in words for a person. */
#ifndef DAEMON_FETCH_WORDS_H
#define DAEMON_FETCH_WORDS_H

#include "daemon/fetch.h"

struct fetch_fault {
    bool led;     /* no answer from where a redirect led */
    bool circles; /* too many redirects */
    bool nowhere; /* a redirect to what is not http or https */
};

/* One sentence, no full stop, no secret: the address, what happened, the likely cause and what to do. `url`:
 * of the last request. */
void fetch_words(struct buf *out, const struct fetch_wish *wish, const char *url, const struct answer *answer,
    const struct fetch_fault *fault);

#endif
