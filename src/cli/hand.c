#include "cli/hand.h"

int hand_said(struct shell *shell, const struct hand_result *result)
{
    if (result->outcome != HAND_DONE) {
        fprintf(stderr, "%s\n", result->text);
        return 1;
    }
    puts(result->text);
    shell_ring(shell, "it counts when one runs");
    return 0;
}
