/* The seam of the environment: nobody else calls getenv(). */
#ifndef DAEMON_ENV_H
#define DAEMON_ENV_H

/* The variable's value, NULL = not set or empty. */
const char *env_get(const char *name);

#endif
