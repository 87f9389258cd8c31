/* Has a channel been spoken to about something: why a rule passes over it. */
#ifndef DESK_SPOKEN_H
#define DESK_SPOKEN_H

#include "core/now.h"
#include "desk/subject.h"
#include "state/state.h"

enum spoken {
    SPOKEN_NOT,
    SPOKEN_TOLD,   /* it, or something wider */
    SPOKEN_WAITS,  /* on its way; it, or the whole edition */
    SPOKEN_UNDONE, /* somebody took it back: it may only go again by hand and by its name */
    SPOKEN_FAILED, /* an item that was refused or dropped: the rule goes on with the next */
    SPOKEN_RESTS,  /* an item that got too old and has another chance later */
    SPOKEN_KINDS
};

int spoken_for(struct state *state, struct arena *arena, int64_t channel, enum what what,
    const struct subject *subject, struct now now, enum spoken *spoken, struct error *err);

#endif
