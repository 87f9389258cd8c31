/* What the operator reads: one line an event on stderr.
 *
 *   2026-11-23 20:02:52 warning http: api.example.org:443: the connection was refused
 *
 * Under systemd (JOURNAL_STREAM is set) the time is left out and the level becomes the "<4>" the journal
 * reads. Control characters and bytes that are not UTF-8 are escaped, a line is cut at 4 KiB. Callers never
 * pass a secret: URLs go through url_redact() first. */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

struct buf;

enum log_level {
    LOG_LEVEL_ERROR,   /* something was not done, or somebody has to act */
    LOG_LEVEL_WARNING, /* it goes on, but somebody may want to look */
    LOG_LEVEL_INFO,    /* the story of a day */
    LOG_LEVEL_DEBUG,   /* only with DIGESTD_LOG=debug in the environment */
};

void log_error(const char *from, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warning(const char *from, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *from, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *from, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as it goes into a line: control characters and bad bytes as \xNN. */
void log_escape(struct buf *out, const char *text);

#endif
