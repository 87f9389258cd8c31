/* /search WORDS: the newest stories that hold them all. */
#include "commands/answer.h"
#include "core/utf8.h"
#include "desk/links.h"
#include "desk/subject.h"

enum { HITS_A_PAGE = 5, WORDS_SHOWN = 60, WORDS_MAX = 400 };

static const char *count_text(
    const struct call *call, const struct rows_found *found, const char *words, int page)
{
    const char *plus = found->more ? "+" : "";
    const char *pages = "";
    if (page > 1)
        pages = arena_printf(call->arena, call_chinese(call) ? "，第 %d 页" : ", page %d", page);
    if (call_chinese(call))
        return arena_printf(call->arena, "「%s」%d%s 条%s", words, found->total, plus, pages);
    return arena_printf(call->arena, "“%s”: %d%s %s%s", words, found->total, plus,
        found->total == 1 ? "story" : "stories", pages);
}

/* Its title leads to the post that told it here. */
static int add_title(const struct call *call, struct message *answer, int place, const struct found *hit,
    struct node **paragraph, struct error *err)
{
    struct composer links = {.arena = call->arena};
    const char *title = hit->title[0] ? hit->title : hit->edition_title;
    if (told_links(
            call->state, call->channel, call->channel_id, hit->source, hit->slug, call->arena, &links, err))
        return -1;
    const char *url = links.told_url ? links.told_url(hit->number, links.context) : NULL;
    *paragraph = answer_title(call, answer, arena_printf(call->arena, "%d %s", place, url ? "" : title));
    if (url)
        node_add_link(call->arena, (*paragraph)->first, url, title);
    return 0;
}

static int add_hit(
    const struct call *call, struct message *answer, int place, const struct found *hit, struct error *err)
{
    struct node *paragraph;
    if (add_title(call, answer, place, hit, &paragraph, err))
        return -1;
    if (hit->snippet[0])
        answer_line(call, paragraph, hit->snippet);
    const char *edition = hit->edition_title[0] ? hit->edition_title : hit->slug;
    answer_line(call, paragraph,
        arena_printf(call->arena, call_chinese(call) ? "%s 第 %d 条" : "%s, item %d", edition, hit->number));
    answer_button(call, answer, 0, arena_printf(call->arena, "%d", place),
        arena_printf(
            call->arena, "/item %s.%d", edition_reference(call, hit->edition, hit->slug), hit->number));
    return 0;
}

static int run_search(const struct call *call, struct message *answer, struct error *err)
{
    const char *words = call->words;
    int page = call_page(call, &words);
    if (!words[0]) {
        answer_own(call, answer, call_says(call, "搜什么？比如 /search 豆包", "What for? Try /search model"));
        return 0;
    }
    struct rows_found found;
    if (state_search(call->state, call->arena, words,
            channel_sources(call->arena, call->setup, call->channel), call->channel->from_count, HITS_A_PAGE,
            (page - 1) * HITS_A_PAGE, &found, err))
        return -1;
    size_t shown_len = utf8_prefix(words, strlen(words), WORDS_SHOWN);
    const char *shown = arena_copy(call->arena, words, shown_len);
    if (words[shown_len])
        shown = arena_printf(call->arena, "%s…", shown);
    if (!found.count) {
        answer_text(call, answer,
            arena_printf(call->arena,
                call_chinese(call) ? "没找到「%s」，换个短一点的词。"
                                   : "Nothing for “%s”; try a shorter word.",
                shown));
        return 0;
    }
    answer_text(call, answer, count_text(call, &found, shown, page));
    for (size_t i = 0; i < found.count; i++)
        if (add_hit(call, answer, (page - 1) * HITS_A_PAGE + (int)i + 1, &found.rows[i], err))
            return -1;
    bool more = found.more || found.total > page * HITS_A_PAGE;
    answer_pages(call, answer, 1, arena_printf(call->arena, "/search %s", words), page, more);
    return 0;
}

extern const struct command command_search;
const struct command command_search = {
    .name = "search",
    .words = (const char *const[]){"搜索*", "搜一下*", "搜*", "查一下*", "找*", "search for *", "find *", "*",
        NULL},
    .arguments = "WORDS",
    .arguments_zh = "词",
    .help_en = "Search all editions",
    .help_zh = "搜往期",
    .run = run_search,
};
