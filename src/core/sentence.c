#include "core/sentence.h"

#include <string.h>

static bool ends_with(const char *text, const char *mark)
{
    size_t len = strlen(text), size = strlen(mark);
    return len >= size && !strcmp(text + len - size, mark);
}

const char *sentence_inner(struct arena *arena, const char *text)
{
    static const char *const stops[] = {".", "。", " "};
    size_t len = strlen(text);
    for (bool cut = true; cut && !ends_with(text, "…") && !ends_with(text, "...");) {
        cut = false;
        for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
            if (ends_with(text, stops[i])) {
                len -= strlen(stops[i]);
                text = arena_copy(arena, text, len);
                cut = true;
                break;
            }
    }
    return text;
}

const char *sentence_whole(struct arena *arena, const char *text, bool chinese)
{
    static const char *const ends[] = {".", "!", "?", "…", "。", "！", "？"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(text, ends[i]))
            return text;
    return arena_printf(arena, chinese ? "%s。" : "%s.", text);
}
