#include "daemon/log.h"

#include "core/buf.h"
#include "daemon/clock.h"
#include "daemon/env.h"

#include <stdarg.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

/* Length of the well-formed, printable UTF-8 character at `p`; 0 = escape one byte. */
static size_t printable(const unsigned char *p)
{
    if (p[0] < 0x80)
        return p[0] >= 0x20 && p[0] != 0x7f;
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool c1 = p[0] == 0xc2 && p[1] < 0xa0; /* terminals take these as commands */
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool none = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    bool turns =
        p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) || /* separators, reversals */
                            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
    return c1 || overlong || none || turns ? 0 : len;
}

void log_escape(struct buf *out, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t len = printable(p);
        if (len) {
            buf_add(out, p, len);
            p += len;
        } else {
            buf_addf(out, "\\x%02x", *p++);
        }
    }
}

static void add_time(struct buf *out)
{
    time_t now = (time_t)(clock_now().wall_ms / 1000);
    struct tm local;
    char text[32];
    if (localtime_r(&now, &local) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S ", &local))
        buf_adds(out, text);
}

__attribute__((format(printf, 3, 0))) static void write_line(
    enum log_level level, const char *from, const char *format, va_list args)
{
    static const char *const words[] = {"error", "warning", "info", "debug"};
    static const char *const journal[] = {"<3>", "<4>", "<6>", "<7>"};
    char text[LINE_MAX_BYTES];
    vsnprintf(text, sizeof text, format, args);
    struct buf line;
    buf_init(&line, (size_t)LINE_MAX_BYTES * 5);
    if (env_get("JOURNAL_STREAM")) {
        buf_adds(&line, journal[level]);
    } else {
        add_time(&line);
        buf_addf(&line, "%s ", words[level]);
    }
    buf_addf(&line, "%s: ", from);
    log_escape(&line, text);
    buf_addc(&line, '\n');
    /* A line that cannot be written has no other place to go. */
    ssize_t written = write(STDERR_FILENO, line.data, line.len);
    (void)written;
    buf_free(&line);
}

#define LOG_FUNCTION(name, level)                                                                            \
    void name(const char *from, const char *format, ...)                                                     \
    {                                                                                                        \
        va_list args;                                                                                        \
        va_start(args, format);                                                                              \
        write_line(level, from, format, args);                                                               \
        va_end(args);                                                                                        \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)

void log_debug(const char *from, const char *format, ...)
{
    const char *wanted = env_get("DIGESTD_LOG");
    if (!wanted || strcmp(wanted, "debug") != 0)
        return;
    va_list args;
    va_start(args, format);
    write_line(LOG_LEVEL_DEBUG, from, format, args);
    va_end(args);
}
