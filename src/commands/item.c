/* /item N: one story. */
#include "commands/answer.h"
#include "desk/page.h"
#include "desk/pick.h"

static const char *neighbour_label(const struct call *call, int number, bool next)
{
    if (call_chinese(call))
        return arena_printf(call->arena, next ? "第 %d 条 ›" : "‹ 第 %d 条", number);
    return arena_printf(call->arena, next ? "Item %d ›" : "‹ Item %d", number);
}

static void add_neighbours(const struct call *call, struct message *answer, const struct edition *edition,
    const char *reference, int number)
{
    int before = 0, after = 0, last = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            int here = edition->sections[s].items[i].number;
            if (here == number)
                before = last;
            else if (last == number)
                after = here;
            last = here;
        }
    for (int next = 0; next < 2; next++) {
        int other = next ? after : before;
        if (other)
            answer_button(call, answer, 0, neighbour_label(call, other, next),
                arena_printf(call->arena, "/item %s.%d", reference, other));
    }
}

/* "三", "第3条" become "3"; what is no number goes on as it is. */
static const char *plain_number(const struct call *call)
{
    int number;
    return command_number(call->words, &number) ? arena_printf(call->arena, "%d", number) : call->words;
}

/* Without a number: which ones there are. */
static int ask_which(const struct call *call, struct message *answer, struct error *err)
{
    struct pick pick;
    if (pick_edition(call->state, call->setup, call->channel, call->arena, &pick, err))
        return -1;
    struct edition_row row;
    bool found = false;
    if (pick.found && state_edition_row(call->state, call->arena, pick.edition, &row, &found, err))
        return -1;
    if (found)
        answer_own(call, answer,
            arena_printf(call->arena,
                call_chinese(call) ? "哪一条？这期有 %d 条，比如 /item 3。"
                                   : "Which one? This edition has %d; try /item 3.",
                row.item_count));
    else
        answer_text(call, answer, pick.why);
    answer_button(call, answer, 0, call_says(call, "本周", "This week"), "/week");
    return 0;
}

static int run_item(const struct call *call, struct message *answer, struct error *err)
{
    if (!call->words[0])
        return ask_which(call, answer, err);
    struct pick pick;
    if (pick_subject(call->state, call->setup, call->channel, call->channel_id, WHAT_ITEM, plain_number(call),
            true, true, call->now, call->arena, &pick, err))
        return -1;
    struct edition_row row;
    struct edition *edition = NULL;
    bool found = false;
    if (pick.found && (state_edition_row(call->state, call->arena, pick.edition, &row, &found, err) ||
                          state_edition(call->state, call->arena, pick.edition, &edition, err)))
        return -1;
    const struct item *item = edition ? edition_item(edition, pick.item, NULL) : NULL;
    if (!found || !item) {
        answer_text(call, answer, pick.why);
        return 0;
    }
    page_link(call->arena, call->setup, row.source, edition);
    struct composer composer = call_composer(call, &row);
    *answer = *compose_item(&composer, edition, item, true);
    add_neighbours(call, answer, edition, composer.reference, item->number);
    return 0;
}

extern const struct command command_item;
const struct command command_item = {
    .name = "item",
    .words = (const char *const[]){"第#条", "第#个", "第#则", "#", "item #", "no. #", "no #", "story #",
        "#号", NULL},
    .arguments = "N",
    .arguments_zh = "几",
    .help_en = "One story by its number",
    .help_zh = "看第 N 条",
    .run = run_item,
};
