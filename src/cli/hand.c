#include "cli/hand.h"

int hand_said(struct shell *shell, const struct hand_result *result, const char *done)
{
    if (result->outcome != HAND_DONE) {
        fprintf(stderr, "%s\n", result->text);
        return 1;
    }
    puts(*result->text ? result->text : done);
    shell_ring(shell, "what was said counts once one runs");
    return 0;
}
