#include "read/item_work.h"

#include "core/arena.h"
#include "core/buf.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/punct.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { GLUED_MAX = 8 /* links after one another that are looked past for the end of a line */ };

static void set_label(struct work *work, const struct node *link, const char *label, const char *text)
{
    size_t at = work->cursor;
    while (at < work->count && work->marks[at].node != link)
        at++;
    if (at == work->count) /* out of order: look again from the beginning */
        for (at = 0; work->marks[at].node != link; at++)
            assert(at + 1 < work->count);
    work->cursor = at + 1;
    work->marks[at].label = label;
    if (text && !work->marks[at].text)
        work->marks[at].text = text;
}

/* A bold label with its colon inside or after it: "**源头：**". */
static bool strong_label(
    const struct reader *reader, const struct node *node, const char *after, const char **label)
{
    if (node->type != NODE_STRONG && node->type != NODE_EMPHASIS)
        return false;
    const char *text = flow_line(reader->arena, node);
    size_t len;
    if (!label_is_link_label(reader->profile, text, &len))
        return false;
    bool colon = label_colon(text + len) || label_colon(after + strspn(after, " \n"));
    if (!colon)
        return false;
    *label = arena_copy(reader->arena, text, len);
    return true;
}

/* Signs that end what stands before a label. */
enum { BETWEEN = PUNCT_SPACE | PUNCT_STOP | PUNCT_PAUSE | PUNCT_JOIN | PUNCT_CLOSE };

/* Does a label for a later link, or a label of questions, begin at this node? */
static bool label_begins(const struct reader *reader, const struct node *node)
{
    const char *label;
    if (node->type == NODE_TEXT) {
        struct label found;
        return node->next && node->next->type == NODE_LINK &&
               label_find(reader->profile, node->text, strlen(node->text), true, &found) &&
               found.start <= punct_skip(node->text, BETWEEN);
    }
    return strong_label(
        reader, node, node->next && node->next->type == NODE_TEXT ? node->next->text : "", &label);
}

/* A bracket that closes behind a link; its length. */
static size_t closing_bracket(const char *text)
{
    size_t gap = strspn(text, " "), n = punct_at(text + gap, PUNCT_CLOSE);
    return n && (text[gap] == ')' || strncmp(text + gap, "）", 3) == 0) ? gap + n : 0;
}

/* May a labelled link end here, so that taking it out tears no sentence? */
static bool ends_after(const struct reader *reader, const struct node *link)
{
    const struct node *next = link->next;
    for (int n = 0; n < GLUED_MAX && next && next->type == NODE_LINK; n++)
        next = next->next;
    if (item_breaks_before(next))
        return true;
    if (next->type != NODE_TEXT)
        return label_begins(reader, next);
    const char *text = next->text + closing_bracket(next->text);
    text += strspn(text, " ");
    if (text[0] == '\n')
        return true;
    if (!text[0])
        return item_breaks_before(next->next) || label_begins(reader, next->next);
    size_t sign = punct_at(text, PUNCT_STOP | PUNCT_PAUSE);
    const char *rest = text + sign + strspn(text + sign, " ");
    if (sign && rest[0] == '\n')
        return true;
    if (sign && !rest[0])
        return item_breaks_before(next->next);
    return label_begins(reader, next);
}

/* Takes punctuation that only closed the link out of what follows. `alone`: nothing stands before it now. */
static void trim_after(struct node *next, bool bracket, bool alone)
{
    if (!next || next->type != NODE_TEXT)
        return;
    const char *text = next->text;
    if (bracket)
        next->text = text += closing_bracket(text);
    text += strspn(text, " ");
    for (size_t n; (n = punct_at(text, PUNCT_STOP | PUNCT_PAUSE | PUNCT_JOIN)); text += strspn(text, " "))
        text += n;
    if (!*text || *text == '\n' || alone)
        next->text = text;
}

/* Does nothing else stand in the line before a label: does it begin one, or follow the link `last`, which has
 * its label too? One in brackets stands alone too. */
static bool stands_alone(const struct node *text, const struct label *found, const struct node *last)
{
    const struct node *before = text->prev;
    size_t len = found->start;
    if (found->bracket)
        return true;
    while (len && text->text[len - 1] == ' ')
        len--;
    if (len && text->text[len - 1] == '\n')
        return true;
    return found->start <= punct_skip(text->text, BETWEEN) &&
           (!before || (before->type == NODE_LINK ? before == last : item_breaks_before(before)));
}

/* The label in the text before a link is cut off. `last`: the link before it, whose label was taken. */
static bool take_text_label(
    struct work *work, struct node *text, struct node *link, const struct node *last, bool *bracket)
{
    struct label found;
    size_t len = strlen(text->text);
    if (!label_find(work->reader->profile, text->text, len, item_breaks_before(text->prev), &found) ||
        (!stands_alone(text, &found, last) && !label_is_known(work->reader->profile, text->text, &found)))
        return false;
    bool closed = link->next && link->next->type == NODE_TEXT && closing_bracket(link->next->text);
    if (closed != found.bracket)
        return false;
    *bracket = closed;
    const char *quote =
        found.quote_len ? arena_copy(work->arena, text->text + found.quote_at, found.quote_len) : NULL;
    struct buf line;
    buf_init(&line, found.quote_len + 1);
    if (quote)
        flow_text(&line, quote, found.quote_len);
    set_label(work, link, arena_copy(work->arena, text->text + found.label_at, found.label_len),
        quote ? buf_keep(&line, work->arena) : NULL);
    buf_free(&line);
    text->text = arena_copy(work->arena, text->text, found.start);
    return true;
}

/* The text before a bold label: the last signs of its line only lead to it ("👉 "). How much of it stays;
 * SIZE_MAX = no label may stand behind it. */
static size_t before_strong(const struct node *text)
{
    size_t len = strlen(text->text),
           end = punct_trim(text->text, len, PUNCT_BULLET | PUNCT_POINT | PUNCT_PAUSE | PUNCT_JOIN);
    while (end < len && end > 0 && text->text[end - 1] == ' ') {
        size_t trimmed = punct_trim(text->text, end - 1, PUNCT_BULLET | PUNCT_POINT);
        if (trimmed == end - 1)
            break;
        end = trimmed;
    }
    if (!text->text[punct_skip(text->text, BETWEEN | PUNCT_BULLET | PUNCT_POINT)])
        return item_breaks_before(text->prev) ? 0 : SIZE_MAX;
    return label_boundary(text->text, end) ? end : SIZE_MAX;
}

static bool take_strong_label(struct work *work, struct node *before, struct node *link)
{
    const char *between = "", *label;
    struct node *text = NULL;
    if (before->type == NODE_TEXT) {
        text = before;
        between = text->text;
        size_t colon = strspn(between, " \n");
        colon += label_colon(between + colon);
        if (between[colon + punct_skip(between + colon, PUNCT_SPACE | PUNCT_POINT)] || !before->prev)
            return false;
        before = before->prev;
    }
    struct node *lead = before->prev && before->prev->type == NODE_TEXT ? before->prev : NULL;
    size_t kept = lead ? before_strong(lead) : item_breaks_before(before->prev) ? 0 : SIZE_MAX;
    if (kept == SIZE_MAX || !strong_label(work->reader, before, between, &label))
        return false;
    set_label(work, link, label, NULL);
    node_unlink(before);
    if (text)
        node_unlink(text);
    if (lead)
        lead->text = arena_copy(work->arena, lead->text, kept);
    return true;
}

/* "领 袖 https://… 创新者 https://…", "Paper: https://… | Code: https://…": nothing but labels, each with its
 * bare address, two pairs or more. */
static bool are_pairs(const struct work *work, const struct node *paragraph)
{
    size_t pairs = 0;
    for (const struct node *node = paragraph->first; node; node = node->next) {
        struct label label;
        if (node->type == NODE_BREAK ||
            (node->type == NODE_TEXT && !node->text[punct_skip(node->text, BETWEEN)]))
            continue;
        const struct node *link = node->next;
        if (node->type != NODE_TEXT || !link || link->type != NODE_LINK ||
            strcmp(flow_line(work->arena, link), link->url) != 0 ||
            !label_between(work->reader->profile, node->text, &label))
            return false;
        node = link;
        pairs++;
    }
    return pairs > 1;
}

static void take_pairs(struct work *work, struct node *paragraph)
{
    for (struct node *node = paragraph->first; node; node = node->next) {
        struct label found;
        if (node->type != NODE_LINK || !label_between(work->reader->profile, node->prev->text, &found))
            continue;
        struct buf label;
        buf_init(&label, SIZE_MAX / 4);
        flow_text(&label, node->prev->text + found.label_at, found.label_len);
        set_label(work, node, buf_keep(&label, work->arena), NULL);
        buf_free(&label);
    }
    while (paragraph->first)
        node_unlink(paragraph->first);
}

/* Does what is left before a link end a line, or is there nothing but another that was taken? */
static bool begins_line(const struct node *before, const struct node *taken)
{
    while (before && before->type == NODE_TEXT) {
        size_t len = strlen(before->text);
        while (len && before->text[len - 1] == ' ')
            len--;
        if (len)
            return before->text[len - 1] == '\n';
        before = before->prev;
    }
    return !before || before->type == NODE_BREAK || before == taken;
}

bool item_take_links(struct work *work, struct node *paragraph)
{
    bool any = false;
    struct node *taken = NULL; /* it stays until the next has been looked at: behind it a label may begin */
    if (paragraph->first && paragraph->first->type == NODE_TEXT && are_pairs(work, paragraph)) {
        take_pairs(work, paragraph);
        return true;
    }
    for (struct node *link = paragraph->first, *next; link; link = next) {
        struct node *before = link->prev, *last = taken;
        bool bracket = false;
        next = link->next;
        if (link->type != NODE_LINK || !before || !ends_after(work->reader, link))
            continue;
        if (!(before->type == NODE_TEXT && take_text_label(work, before, link, last, &bracket)) &&
            !take_strong_label(work, before, link))
            continue;
        trim_after(link->next, bracket, begins_line(link->prev, last));
        taken = link;
        any = true;
        if (last)
            node_unlink(last);
    }
    if (taken)
        node_unlink(taken);
    return any;
}

bool item_take_links_below(struct work *work, struct node *block)
{
    bool any = false;
    for (struct node *node = block; node; node = node_next(block, node))
        if (node->type == NODE_PARAGRAPH)
            any |= item_take_links(work, node);
    return any;
}
