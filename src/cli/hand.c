#include "cli/hand.h"

static int print_outcome(struct shell *shell, enum hand_outcome outcome, const char *text, json_t *about)
{
    static const char *const names[] = {[HAND_DONE] = "done", [HAND_NONE] = "none", [HAND_UNABLE] = "unable"};
    json_object_set_new(about, "outcome", json_string(names[outcome]));
    json_object_set_new(about, "text", json_text(text));
    return print_json(shell, about);
}

int hand_said(struct shell *shell, const struct hand_result *result, const struct hand_words *words)
{
    bool done = result->outcome == HAND_DONE;
    const char *text = *result->text ? result->text : done ? words->done : words->none;
    if (words->about && print_outcome(shell, result->outcome, text, words->about))
        return -1;
    if (!words->about)
        fprintf(done ? stdout : stderr, "%s\n", text);
    if (!done)
        return 1;
    shell_ring(shell, shell_says(shell, "what was said counts once one runs", "它跑起来才算数"));
    return 0;
}
