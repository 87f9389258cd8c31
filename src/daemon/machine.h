/* Which machine this is. */
#ifndef DAEMON_MACHINE_H
#define DAEMON_MACHINE_H

enum { MACHINE_TEXT = 33 };

/* A hash of the machine's id, never the id itself; "" when the machine has none (containers often have none).
 * The id is the first line of the file $DIGESTD_MACHINE_ID names, else of /etc/machine-id. */
void machine_id(char out[MACHINE_TEXT]);

#endif
