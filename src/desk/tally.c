#include "desk/tally.h"
#include "adapters/adapter.h"

const char *const tally_verdict_names[] = {"sent", "later", "retry", "refused", "unsure"};

static const double late_bounds[] = {1, 5, 30, 60, 300, 900, 3600, 21600, 86400};
static const double answer_bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60};
static const double commit_bounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1};

#define BOUNDS(array)                                                                                        \
    {                                                                                                        \
        .bounds = (array), .bound_count = sizeof(array) / sizeof *(array)                                    \
    }

void tally_init(struct tally *tally)
{
    *tally = (struct tally){
        .late = BOUNDS(late_bounds), .answers = BOUNDS(answer_bounds), .commits = BOUNDS(commit_bounds)};
}

/* Copies of an adapter (digestd plan rehearses with them) count by their name. */
size_t tally_place(const struct adapter *adapter)
{
    size_t i = 0;
    while (i + 1 < TALLY_PLATFORMS && adapters[i] && strcmp(adapters[i]->name, adapter->name))
        i++;
    return i;
}

void tally_verdict(struct tally *tally, const struct adapter *adapter, enum tally_verdict verdict)
{
    tally->verdicts[tally_place(adapter)][verdict]++;
}
