/* A VFS over the system's own whose n-th fallible call fails: the disk that breaks, or is full, at any
 * moment. */
#ifndef SIM_FAULT_VFS_H
#define SIM_FAULT_VFS_H

#include <stdbool.h>

/* FAULT_KILL: the process ends in the middle of the call, with FAULT_KILLED as its status. */
enum fault_kind { FAULT_NONE, FAULT_IO, FAULT_FULL, FAULT_KILL };
enum { FAULT_KILLED = 77 };

/* Becomes the default VFS; once a process. */
void fault_install(void);
/* The `nth` call from now on (from 1) fails; 0 = none. With `onwards` all later ones too, until it is taken
 * back. */
void fault_arm(long nth, enum fault_kind kind, bool onwards);
long fault_calls(void); /* calls since the last fault_arm() */
bool fault_hit(void);

#endif
