/* Words to systemd, without libsystemd (sd_notify(3) tells the protocol). Without NOTIFY_SOCKET nothing
 * happens. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* "READY=1", "STOPPING=1", "RELOADING=1", "WATCHDOG=1", "STATUS=…", several parted by newlines. False: nobody
 * to tell, or it could not be told. */
bool notify_send(const char *words);

/* How often "WATCHDOG=1" should be sent: half of what the unit asks; 0 = not asked for. */
int64_t notify_watchdog_ms(void);

#endif
