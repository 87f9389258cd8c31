#include "commands/answer.h"
#include "adapters/adapter.h"
#include "core/buf.h"
#include "desk/page.h"
#include "desk/subject.h"

enum { COMMAND_MAX = 64, SLUG_IN_COMMAND = 40, PAGE_MAX = 1000 };

bool call_chinese(const struct call *call)
{
    return !strcmp(call->language, "zh");
}

const char *call_says(const struct call *call, const char *chinese, const char *english)
{
    return call_chinese(call) ? chinese : english;
}

const char *call_today(const struct call *call)
{
    const struct zone *zone = call->channel ? call->channel->zone : call->setup->zone;
    struct buf day = BUF_INIT(32);
    day_format(&day, zone, call->now.wall_ms);
    const char *kept = buf_keep(&day, call->arena);
    buf_free(&day);
    return kept;
}

struct composer call_composer(const struct call *call, const struct edition_row *row)
{
    const char *reference = row ? edition_reference(call, row->id, row->slug) : "";
    struct composer composer = {.arena = call->arena, .published = "", .today = "", .reference = reference};
    if (call->channel)
        composer = channel_composer(call->channel, reference, call->arena);
    composer.language = call->language;
    composer.today = call_today(call);
    if (row && row->published_at)
        composer.published = row->day;
    return composer;
}

struct edition_query call_query(const struct call *call, int limit, int offset)
{
    struct edition_query query = channel_query(call->arena, call->setup, call->channel, limit);
    query.published = !(call->editor && call->direct);
    query.offset = offset;
    return query;
}

struct node *answer_paragraph(const struct call *call, struct message *answer)
{
    if (!answer->root)
        answer->root = node_new(call->arena, NODE_DOCUMENT);
    return node_add(call->arena, answer->root, NODE_PARAGRAPH);
}

struct node *answer_text(const struct call *call, struct message *answer, const char *text)
{
    struct node *paragraph = answer_paragraph(call, answer);
    node_add_text(call->arena, paragraph, text);
    return paragraph;
}

struct node *answer_own(const struct call *call, struct message *answer, const char *text)
{
    struct node *paragraph = answer_paragraph(call, answer);
    node_add_own(call->arena, paragraph, text);
    return paragraph;
}

struct node *answer_title(const struct call *call, struct message *answer, const char *text)
{
    struct node *paragraph = answer_paragraph(call, answer);
    node_add_text(call->arena, node_add(call->arena, paragraph, NODE_STRONG), text);
    return paragraph;
}

void answer_line(const struct call *call, struct node *paragraph, const char *text)
{
    if (paragraph->first)
        node_add(call->arena, paragraph, NODE_BREAK);
    node_add_text(call->arena, paragraph, text);
}

void answer_button(
    const struct call *call, struct message *answer, int row, const char *label, const char *command)
{
    const struct adapter *adapter = call->channel ? call->channel->settings.adapter : NULL;
    if (strlen(command) <= COMMAND_MAX && (!adapter || adapter->buttons))
        message_add_button(call->arena, answer, row, label, command, NULL);
}

void answer_pages(
    const struct call *call, struct message *answer, int row, const char *command, int page, bool more)
{
    if (page > 1)
        answer_button(call, answer, row, call_says(call, "上一页", "Previous"),
            page == 2 ? command : arena_printf(call->arena, "%s p%d", command, page - 1));
    if (more)
        answer_button(call, answer, row, call_says(call, "下一页", "Next page"),
            arena_printf(call->arena, "%s p%d", command, page + 1));
}

int call_page(const struct call *call, const char **words)
{
    const char *text = *words;
    size_t len = strlen(text), digits = len;
    while (digits && text[digits - 1] >= '0' && text[digits - 1] <= '9')
        digits--;
    if (digits == len || len - digits > 4 || !digits || text[digits - 1] != 'p')
        return 1;
    size_t start = digits - 1;
    if (start && text[start - 1] != ' ')
        return 1;
    int page = (int)strtol(text + digits, NULL, 10);
    if (page < 1 || page > PAGE_MAX)
        return 1;
    while (start && text[start - 1] == ' ')
        start--;
    *words = arena_copy(call->arena, text, start);
    return page;
}

const char *edition_reference(const struct call *call, int64_t id, const char *slug)
{
    if (strlen(slug) <= SLUG_IN_COMMAND)
        return slug;
    return arena_printf(call->arena, "#%lld", (long long)id);
}
