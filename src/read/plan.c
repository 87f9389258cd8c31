#include "read/plan.h"

#include "core/arena.h"
#include "read/flow.h"

struct block *plan_block(const struct plan *plan, size_t at)
{
    return &plan->blocks.all[at];
}

bool plan_is_heading(const struct block *block)
{
    return block->node->type == NODE_HEADING && block->node->level > 0;
}

const char *plan_line(const struct plan *plan, const struct block *block)
{
    return flow_line(plan->arena, block->node);
}

void plan_explain(const struct plan *plan, const struct block *block, enum reading_rule rule)
{
    if (plan->reader->explanation)
        explain(plan->reader->explanation, plan->arena, block->line, block->end_line, rule,
            plan_line(plan, block));
}

/* What belongs to no item. */
void plan_add_rest(struct plan *plan, size_t from, size_t to, enum reading_rule rule)
{
    for (; from < to; from++) {
        plan_explain(plan, plan_block(plan, from), rule);
        node_append(plan->layout->rest, plan_block(plan, from)->node);
    }
}

size_t plan_next_heading(const struct plan *plan, size_t from)
{
    while (from < plan->blocks.count && !plan_is_heading(plan_block(plan, from)))
        from++;
    return from;
}

/* The end of what begins after block `at`: the next heading of this level or above. */
size_t plan_end(const struct plan *plan, size_t at, int level)
{
    while (++at < plan->blocks.count)
        if (plan_is_heading(plan_block(plan, at)) && plan_block(plan, at)->node->level <= level)
            break;
    return at;
}

struct content plan_content(const struct plan *plan, size_t from, size_t to)
{
    struct block *heading =
        from > 0 && plan_is_heading(plan_block(plan, from - 1)) ? plan_block(plan, from - 1) : NULL;
    if (heading && heading->content && heading->content_count == to - from)
        return *heading->content;
    struct content content = content_of(plan->reader, plan->blocks.all + from, to - from);
    if (heading) {
        struct content *kept = arena_alloc(plan->arena, sizeof *kept);
        *kept = content;
        heading->content = kept;
        heading->content_count = to - from;
    }
    return content;
}
