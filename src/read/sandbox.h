/* What the child may still do while it reads bytes from outside: nothing but think. */
#ifndef READ_SANDBOX_H
#define READ_SANDBOX_H

#include <stdbool.h>

struct error;

/* Limits memory, processor time, files and core dumps, gives up all privileges to come, and lets the kernel
 * refuse every call but those of memory, reading and writing of what is already open (no network, no files).
 * `to_file`: standard output may be a file, for people at a shell. Under sanitizers, which need more, only
 * privileges and processor time are limited; on architectures other than x86-64 and arm64 the call filter is
 * left out. */
int sandbox_enter(bool to_file, struct error *err);

#endif
