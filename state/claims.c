#include "state/claims.h"
#include "state/sql.h"

int state_claim(struct state *state, int64_t channel, const char *kind, const char *subject,
    struct claim *claim, struct error *err)
{
    *claim = (struct claim){0};
    struct query q;
    query_start(&q, state,
        "SELECT id, state IN ('planned', 'released'), occasion GLOB 'undone:*' FROM post WHERE channel = ? "
        "AND kind = ? AND subject = "
        "? AND act = 'tell' "
        "ORDER BY id DESC");
    query_int(&q, channel);
    query_text(&q, kind);
    query_text(&q, subject);
    while (query_row(&q)) {
        if (!claim->count++)
            claim->post = column_int(&q, 0);
        claim->open |= column_int(&q, 1) != 0;
        claim->undone |= column_int(&q, 2) != 0;
    }
    return query_end(&q, err);
}
