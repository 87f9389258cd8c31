/* The listener for platforms: a server of its own (http.hooks), meant to stand behind a reverse proxy. It
 * takes POST /hook/BOT for bots with `hook: true`, if the platform proves itself, and answers when it is told
 * what became of it: 200 only for what is committed, else 503, and the platform sends it again. */
#ifndef DAEMON_HOOKS_H
#define DAEMON_HOOKS_H

#include "core/error.h"
#include "core/setup.h"

struct loop;
struct hooks;

struct push {
    const char *bot; /* name */
    const char *bytes;
    size_t len;
    uint64_t ticket;
};

/* `pushed`: true = hooks_answer() comes later; false = not now. Lives during the call only. */
struct hooks *hooks_new(struct loop *loop, const struct setup *setup,
    bool (*pushed)(const struct push *push, void *context), void *context, struct error *err);
void hooks_setup(struct hooks *hooks, const struct setup *setup); /* the configuration is another one */
void hooks_answer(struct hooks *hooks, uint64_t ticket, bool taken);
int hooks_port(const struct hooks *hooks);
/* Two steps, as the server needs: close while the loop runs, free when it has ended. NULL = nothing. */
void hooks_close(struct hooks *hooks);
void hooks_free(struct hooks *hooks);

#endif
