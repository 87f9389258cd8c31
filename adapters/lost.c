#include "adapters/lost.h"

#include "core/buf.h"

#include <stdarg.h>

void lost_add(struct lost *lost, const char *format, ...)
{
    char line[400];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t len = strlen(line);
    if (wanted >= (int)sizeof line) { /* cut: take the last character away, it may not be whole */
        while (len && ((unsigned char)line[len - 1] & 0xc0) == 0x80)
            len--;
        if (len)
            len--;
    }
    line[len] = '\0';
    for (size_t i = 0; i < lost->count; i++)
        if (!strcmp(lost->lines[i], line))
            return;
    if (lost->count == LOST_MAX)
        return;
    if (!lost->lines)
        lost->lines = arena_array(lost->arena, LOST_MAX, sizeof *lost->lines);
    lost->lines[lost->count++] = arena_string(lost->arena, line);
}
