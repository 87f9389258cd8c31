/* The daemon: gathers what happens, takes it to the desk, carries out what the desk decided. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "core/error.h"
#include "core/setup.h"

struct daemon_options {
    bool drain;     /* send what is due, then end */
    bool next_port; /* the demo: take the next free port */
    /* Reads the configuration again (SIGHUP) into a new setup with its secrets; NULL: it stays as it is.
     * *later in: it may be asked again in a moment; out: NULL, for a secret is being written just now. */
    struct setup *(*reload)(void *context, struct arena *arena, bool *later, struct error *err);
    void *reload_context;
    void (*ready)(int port, void *context); /* called once when all is up; port 0 = no page */
    void *ready_context;
    /* Editions that are in no file (the demo's samples). */
    const struct daemon_sample {
        const char *source, *name;
        const void *bytes;
        size_t len;
    } * samples;
    size_t sample_count;
};

/* Runs until SIGTERM or SIGINT. 0 = ended as asked. */
int daemon_run(const struct setup *setup, const struct daemon_options *options, struct error *err);

#endif
