/* Channels no robot can reach: the editor gets the text to paste, and says when it is there. The delivery
 * rests as `unknown` meanwhile: it may be there, only a person knows. */
#ifndef DESK_PASTE_H
#define DESK_PASTE_H

#include "desk/inner.h"

/* STEP_HAND: a message in the editor's own chat, with buttons for `done` and `skip`; both in this turn. */
int hand_over(struct turn *turn, struct job *job);
/* One reminder for what nobody confirmed, and its end when it is too old. */
int heed_hands(struct turn *turn);

#endif
