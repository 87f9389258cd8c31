/* /week [which]: the contents of this week's edition, or of another one. */
#include "commands/answer.h"
#include "core/utf8.h"
#include "desk/links.h"
#include "desk/page.h"
#include "desk/subject.h"

enum { ITEMS_A_PAGE = 40, EDITIONS_A_PAGE = 8 };

static int show_contents(const struct call *call, const struct edition_row *row, int page,
    struct message *answer, struct error *err)
{
    struct edition *edition;
    if (state_edition(call->state, call->arena, row->id, &edition, err))
        return -1;
    if (!edition)
        return 0;
    page_link(call->arena, call->setup, row->source, edition);
    struct composer composer = call_composer(call, row);
    if (call->channel && told_links(call->state, call->channel, call->channel_id, row->source, row->slug,
                             call->arena, &composer, err))
        return -1;
    size_t count = edition_item_count(edition), from = (size_t)(page - 1) * ITEMS_A_PAGE;
    if (from >= count) {
        from = 0;
        page = 1;
    }
    *answer = *compose_contents_part(&composer, edition, from, from + ITEMS_A_PAGE);
    const char *command = arena_printf(call->arena, "/week %s", composer.reference);
    answer_pages(call, answer, 1, command, page, from + ITEMS_A_PAGE < count);
    return 0;
}

static const char *row_line(const struct call *call, const struct edition_row *row)
{
    const char *name = row->title[0] ? row->title : row->slug;
    return arena_printf(
        call->arena, call_chinese(call) ? "%s %s（%d 条）" : "%s %s (%d)", row->day, name, row->item_count);
}

/* Several fit: which one is meant? */
static int show_list(const struct call *call, const char *title, const char *words, int page,
    const struct rows_edition *rows, struct message *answer)
{
    struct node *paragraph = answer_title(call, answer, title);
    for (size_t i = 0; i < rows->count && i < EDITIONS_A_PAGE; i++) {
        const struct edition_row *row = &rows->rows[i];
        answer_line(call, paragraph, row_line(call, row));
        const char *label = row->number[0] ? row->number : row->day;
        const char *command =
            arena_printf(call->arena, "/week %s", edition_reference(call, row->id, row->slug));
        answer_button(call, answer, (int)i / 4, label, command);
    }
    answer_pages(call, answer, EDITIONS_A_PAGE, arena_printf(call->arena, "/week %s", words), page,
        rows->count > EDITIONS_A_PAGE);
    return 0;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(word, *list))
            return true;
    return false;
}

static int nothing_named(const struct call *call, const char *words, struct message *answer)
{
    size_t len = utf8_prefix(words, strlen(words), 60);
    words = arena_copy(call->arena, words, len);
    struct node *paragraph = answer_text(call, answer,
        arena_printf(
            call->arena, call_chinese(call) ? "没有叫「%s」的一期。" : "No edition is called “%s”. ", words));
    node_add_own(
        call->arena, paragraph, call_says(call, "/week list 列出所有。", "/week list shows them all."));
    answer_button(call, answer, 0, call_says(call, "往期", "All editions"), "/week list");
    return 0;
}

static int none_yet(const struct call *call, struct message *answer)
{
    answer_text(call, answer, call_says(call, "还没有发布过的一期。", "No edition has been published yet."));
    return 0;
}

/* Asked for the one before, and there is only one. */
static int none_before(const struct call *call, struct message *answer, struct error *err)
{
    struct edition_query query = call_query(call, 1, 0);
    struct rows_edition rows;
    if (state_editions(call->state, call->arena, &query, &rows, err))
        return -1;
    if (!rows.count)
        return none_yet(call, answer);
    const char *name = rows.rows[0].title[0] ? rows.rows[0].title : rows.rows[0].slug;
    answer_text(call, answer,
        arena_printf(call->arena,
            call_chinese(call) ? "前面没有了，现在只有「%s」这一期。"
                               : "There is none before “%s”, the only edition so far.",
            name));
    answer_button(call, answer, 0, call_says(call, "本期", "Read it"), "/week");
    return 0;
}

static int run_week(const struct call *call, struct message *answer, struct error *err)
{
    static const char *const lists[] = {"list", "all", "往期", "全部", "列表", NULL};
    static const char *const lasts[] = {"last", "previous", "上期", "上一期", "上周", NULL};
    const char *words = call->words;
    int page = call_page(call, &words);
    struct rows_edition rows;
    bool list = is_one_of(words, lists), last = is_one_of(words, lasts);
    if (!words[0] || list || last) {
        struct edition_query query = call_query(call, list ? EDITIONS_A_PAGE + 1 : 1, 0);
        query.offset = list ? (page - 1) * EDITIONS_A_PAGE : last;
        if (state_editions(call->state, call->arena, &query, &rows, err))
            return -1;
        if (!rows.count)
            return last ? none_before(call, answer, err) : none_yet(call, answer);
        if (list)
            return show_list(call, call_says(call, "往期", "Editions"), words, page, &rows, answer);
        return show_contents(call, &rows.rows[0], last ? 1 : page, answer, err);
    }
    /* One edition: the page is one of its contents; several: one of the list of them. */
    struct edition_query query = call_query(call, EDITIONS_A_PAGE + 1, 0);
    if (state_editions_named(call->state, call->arena, words, &query, &rows, err))
        return -1;
    if (!rows.count)
        return nothing_named(call, words, answer);
    if (rows.count == 1)
        return show_contents(call, &rows.rows[0], page, answer, err);
    query.offset = (page - 1) * EDITIONS_A_PAGE;
    if (page > 1 && state_editions_named(call->state, call->arena, words, &query, &rows, err))
        return -1;
    return show_list(call, arena_printf(call->arena, "“%s”", words), words, page, &rows, answer);
}

extern const struct command command_week;
const struct command command_week = {
    .name = "week",
    .words = (const char *const[]){"本周", "这周", "本期", "这期", "这一期", "目录", "周报", "this week",
        "contents", "latest", "往期=list", "列表=list", "上期=last", "上一期=last", "上周=last",
        "last week=last", NULL},
    .arguments = "[which]",
    .arguments_zh = "[哪期]",
    .help_en = "This week's contents",
    .help_zh = "本周目录",
    .run = run_week,
};
