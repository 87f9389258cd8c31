#include "read/item_work.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/profile.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/item.h"
#include "read/label.h"
#include "read/punct.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* What follows a node in its line, up to the next node of another kind. */
static const char *text_after(const struct node *node)
{
    return node->next && node->next->type == NODE_TEXT ? node->next->text : "";
}

/* Signs before a label, in its line: how much of the text before it stays. SIZE_MAX = there are words. */
static size_t before_signs(const char *text)
{
    const char *line = strrchr(text, '\n');
    size_t kept = line ? (size_t)(line - text) + 1 : 0;
    for (const char *at = text + kept; *at;) {
        size_t n = words_sign(at);
        if (!n || punct_at(at, PUNCT_STOP | PUNCT_ASK))
            return SIZE_MAX;
        at += n;
    }
    return kept;
}

/* What stood where the questions were cut off. */
struct cut {
    struct node *from;  /* the first node after the label */
    struct node *label; /* a bold label, which goes */
    const char *rest;   /* text of the first question that stood in one node with the label; NULL = none */
    const char *word;   /* what stood before its number */
};

/* A bold question label at this node? Its colon is taken off, and the signs before it. */
static bool strong_question(const struct reader *reader, struct node *node, struct cut *cut)
{
    if (node->type != NODE_STRONG && node->type != NODE_EMPHASIS)
        return false;
    const char *text = flow_line(reader->arena, node);
    size_t n = label_question(reader->profile, text, true), kept = 0;
    if (!n || !item_is_blank(text + n))
        return false;
    bool colon = label_question(reader->profile, text, false) > 0;
    const char *rest = text_after(node) + strspn(text_after(node), " ");
    struct node *before = node->prev && node->prev->type == NODE_TEXT ? node->prev : NULL;
    if (before)
        kept = before_signs(before->text);
    /* Without a colon it must stand alone in its line. */
    bool first = before ? kept != SIZE_MAX && (kept > 0 || item_breaks_before(before->prev))
                        : !node->prev || node->prev->type == NODE_BREAK;
    bool last = !node->next || node->next->type == NODE_BREAK || rest[0] == '\n';
    if (!colon && !label_colon(rest) && !(first && last))
        return false;
    if (!colon && label_colon(rest))
        node->next->text = rest + label_colon(rest);
    if (before && first)
        before->text = arena_copy(reader->arena, before->text, kept);
    cut->from = node->next;
    cut->label = node;
    return true;
}

/* "**Q1:** …", "**问题1：**…": the number goes on before the question. */
static bool strong_number(const struct reader *reader, struct node *node, struct cut *cut)
{
    size_t size, word;
    if (node->type != NODE_STRONG || !item_breaks_before(node->prev))
        return false;
    const char *text = flow_line(reader->arena, node), *one = strchr(text, '1');
    if (!one || question_number(one, &size) != 1 || one[size] ||
        label_number_before(reader->profile, text, (size_t)(one - text), &word) != 0)
        return false;
    cut->word = arena_copy(reader->arena, text + word, (size_t)(one - text) - word);
    cut->rest = one;
    cut->from = node->next;
    cut->label = node;
    return true;
}

/* Where labels may end in a text, in order: a colon of either width, a closing 【…】, or a number that counts
 * questions. Each is looked for once. */
struct ends {
    const char *narrow, *wide, *bracket, *one;
};

/* The next character of three bytes that ends in this byte, its rarest. */
static const char *next_wide(const char *text, int last, const char *sign)
{
    const char *at = text;
    while ((at = strchr(at, last)) && (at - text < 2 || memcmp(at - 2, sign, 3) != 0))
        at++;
    return at ? at - 2 : NULL;
}

static const char *next_end(struct ends *ends)
{
    const char **first = &ends->narrow, **all[] = {&ends->wide, &ends->bracket, &ends->one};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (*all[i] && (!*first || *all[i] < *first))
            first = all[i];
    const char *end = *first;
    if (end && first == &ends->narrow)
        ends->narrow = strchr(end + 1, ':');
    else if (end && first == &ends->wide)
        ends->wide = next_wide(end + 3, 0x9a, "：");
    else if (end && first == &ends->bracket)
        ends->bracket = next_wide(end + 3, 0x91, "】");
    else if (end)
        ends->one = strchr(end + 1, '1');
    return end;
}

/* The label that ends here: its beginning, and its size with what ends it. */
static size_t label_at(
    const struct reader *reader, const char *text, const char *end, size_t *size, const char **word)
{
    size_t to = (size_t)(end - text), number, begin, at;
    if (*end == '1') {
        if (question_number(end, &number) != 1)
            return SIZE_MAX;
        at = label_number_before(reader->profile, text, to, &begin);
        *size = to - at;
        if (at != SIZE_MAX)
            *word = arena_copy(reader->arena, text + begin, to - begin);
        return at;
    }
    at = label_question_before(reader->profile, text, to);
    if (at == SIZE_MAX)
        return at;
    *size = to - at + label_colon(end);
    if (label_colon(end))
        return at;
    *size += strlen("】") + label_colon(end + strlen("】")); /* what opened it must belong to the label */
    return strncmp(text + at, "【", strlen("【")) == 0 ? at : SIZE_MAX;
}

/* The offset in a text where a question label begins, its length in *size; SIZE_MAX = there is none. Labels
 * have an end, or they are all that the last line holds: nothing else is looked at. */
static size_t text_question(
    const struct reader *reader, const struct node *node, size_t *size, const char **word)
{
    const char *text = node->text;
    struct ends ends = {.narrow = strchr(text, ':'),
        .wide = next_wide(text, 0x9a, "："),
        .bracket = next_wide(text, 0x91, "】"),
        .one = strchr(text, '1')};
    for (const char *end; (end = next_end(&ends));) {
        *word = NULL;
        size_t at = label_at(reader, text, end, size, word);
        if (at != SIZE_MAX && (at == 0 ? item_breaks_before(node->prev) : label_boundary(text, at)))
            return at;
    }
    *word = NULL;
    if (node->next)
        return SIZE_MAX;
    const char *line = strrchr(text, '\n');
    size_t at = line ? (size_t)(line - text) + 1 : 0;
    *size = at || item_breaks_before(node->prev) ? label_question(reader->profile, text + at, true) : 0;
    return *size ? at : SIZE_MAX;
}

/* Does a text or a block after it answer: "A1: …", "答：…"? Then "Q1:" is no question to the reader. */
static bool answers(const char *text)
{
    text += punct_skip(text, PUNCT_SPACE);
    if (strncmp(text, "答", strlen("答")) == 0)
        return true;
    if (text[0] != 'A' && text[0] != 'a')
        return false;
    text += 1 + strspn(text + 1, "0123456789");
    return label_colon(text) || text[0] == '.';
}

static bool is_answered(const struct reader *reader, const struct node *paragraph)
{
    struct buf raw;
    buf_init(&raw, SIZE_MAX / 4);
    flow_raw(&raw, paragraph);
    bool found = false;
    for (const char *line = raw.data; line && !found; line = strchr(line + 1, '\n'))
        found = answers(line);
    buf_free(&raw);
    return found || (paragraph->next && answers(flow_line(reader->arena, paragraph->next)));
}

/* "Q" and "问" alone are labels of conversations too. */
static bool is_conversation(const struct reader *reader, const struct node *paragraph, const char *word)
{
    return word && (strcasecmp(word, "q") == 0 || strcmp(word, "问") == 0) && is_answered(reader, paragraph);
}

/* Cuts a paragraph at its question label: what stands after it is returned as a paragraph of its own. NULL:
 * it has no label. */
static struct node *cut_questions(const struct reader *reader, struct node *paragraph, const char **word)
{
    for (struct node *node = paragraph->first; node; node = node->next) {
        struct cut cut = {0};
        size_t size = 0, at = SIZE_MAX;
        if (node->type == NODE_TEXT)
            at = text_question(reader, node, &size, &cut.word);
        if (at != SIZE_MAX) {
            cut.rest = node->text + at + size;
            cut.from = node->next;
        } else if (!strong_question(reader, node, &cut) && !strong_number(reader, node, &cut)) {
            continue;
        }
        if (is_conversation(reader, paragraph, cut.word))
            return NULL;
        if (at != SIZE_MAX)
            node->text = arena_copy(reader->arena, node->text, at);
        struct node *run = node_new(reader->arena, NODE_PARAGRAPH);
        if (cut.rest)
            node_add_text(reader->arena, run, cut.rest);
        for (struct node *next; cut.from; cut.from = next) {
            next = cut.from->next;
            node_unlink(cut.from);
            node_append(run, cut.from);
        }
        if (cut.label)
            node_unlink(cut.label);
        *word = cut.word;
        return run;
    }
    return NULL;
}

static void put_back(struct work *work, struct node *after, const char *text)
{
    if (!text)
        return;
    struct node *paragraph = node_new(work->arena, NODE_PARAGRAPH);
    node_add_text(work->arena, paragraph, text);
    node_insert_after(after, paragraph);
}

static bool ends_sentence(const char *text, size_t len)
{
    return punct_before(text, punct_trim(text, len, PUNCT_SPACE), PUNCT_STOP | PUNCT_ASK);
}

/* "**Q2.** …", "**2.** …": bold, but only the number of what follows. */
static bool is_number_alone(const struct questions *questions, const char *text, size_t len)
{
    size_t at = strspn(text, " \n\t"), size;
    at += questions_skip_word(questions, text + at);
    return question_number(text + at, &size) && at + size + strspn(text + at + size, " \n\t") >= len;
}

/* The questions of a run of text. A bold one at its beginning is one question, whatever follows. */
static void read_run(struct work *work, struct node *run, struct node *after)
{
    struct node *first = run->first;
    while (first && (first->type == NODE_BREAK || (first->type == NODE_TEXT && item_is_blank(first->text))))
        first = first->next;
    if (!first)
        return;
    struct buf raw;
    buf_init(&raw, SIZE_MAX / 4);
    flow_raw(&raw, first);
    if (first->type == NODE_STRONG && ends_sentence(raw.data, raw.len) &&
        !is_number_alone(&work->questions, raw.data, raw.len)) {
        questions_add_one(work->arena, &work->questions, raw.data, raw.len);
        node_unlink(first);
        const char *rest = flow_line(work->arena, run);
        put_back(work, after, rest[0] ? rest : NULL);
    } else {
        buf_reset(&raw);
        flow_raw(&raw, run);
        put_back(work, after, questions_add(work->arena, &work->questions, raw.data, raw.len));
    }
    buf_free(&raw);
}

static bool ends_in_question(const char *text)
{
    size_t len = strlen(text);
    return (len >= 3 && strcmp(text + len - 3, "？") == 0) || (len && text[len - 1] == '?');
}

/* A list under a label: each entry is a question. */
static bool take_list(struct work *work, struct node *list, bool fresh)
{
    if (!fresh && list->level != work->questions.number + 1)
        return false;
    int number = list->level;
    for (const struct node *entry = list->first; entry; entry = entry->next) {
        const char *text = flow_line(work->arena, entry);
        questions_add_one(work->arena, &work->questions, text, strlen(text));
        if (number)
            work->questions.number = number++;
    }
    return true;
}

/* A paragraph that goes on with the questions: the next number, or (where nothing was numbered) a question.
 */
static bool take_paragraph(struct work *work, struct node *paragraph, bool fresh)
{
    enum { NUMBER_MAX = 16 /* bytes of text that hold any number, so that the rest need not be gathered */ };
    const struct node *first = flow_first_seen(paragraph);
    const char *line = first && first->type == NODE_TEXT ? first->text + strspn(first->text, " \n\t") : "";
    if (strnlen(line, NUMBER_MAX) < NUMBER_MAX)
        line = flow_line(work->arena, paragraph);
    line += questions_skip_word(&work->questions, line);
    size_t size;
    int number = question_number(line, &size);
    bool next = number && (number == work->questions.number + 1 || fresh);
    bool plain = !number && !work->questions.number && ends_in_question(flow_line(work->arena, paragraph));
    if (!next && !plain && !(fresh && line[0] && paragraph->first->type != NODE_LINK))
        return false;
    read_run(work, paragraph, paragraph);
    return true;
}

static bool is_question_heading(const struct reader *reader, const struct node *node)
{
    if (node->type != NODE_HEADING)
        return false;
    const char *line = flow_line(reader->arena, node);
    size_t size = label_question(reader->profile, line, true);
    return size &&
           (item_is_blank(line + size) || ends_in_question(line)); /* "Discussion: a new roof" is a title */
}

bool item_is_question_heading(const struct reader *reader, const struct node *heading)
{
    return is_question_heading(reader, heading);
}

/* Blocks after a question label that belong to it leave the body. `fresh`: the label's own line had no
 * question. */
static void take_following(struct work *work, struct node *block, bool fresh)
{
    for (struct node *node = block->next, *next; node; node = next) {
        next = node->next;
        if (flow_is_blank(node))
            continue;
        if (node->type == NODE_LIST) {
            if (!take_list(work, node, fresh))
                return;
        } else if (node->type == NODE_PARAGRAPH) {
            if (item_take_links(work, node))
                work->closing = node;
            if (flow_is_blank(node))
                continue;
            if (!take_paragraph(work, node, fresh))
                return;
            next = node->next;
        } else {
            return;
        }
        node_unlink(node);
        fresh = false;
        work->closing = block;
    }
}

/* --- the whole --- */

/* A heading that is a label, or begins with one: what stands behind its colon is the first question. */
static bool take_heading(struct work *work, struct node *heading)
{
    if (!is_question_heading(work->reader, heading))
        return false;
    const char *line = flow_line(work->arena, heading);
    size_t size = label_question(work->reader->profile, line, true), before = work->questions.count;
    work->questions.number = 0;
    work->questions.word = NULL;
    if (!item_is_blank(line + size))
        put_back(
            work, heading, questions_add(work->arena, &work->questions, line + size, strlen(line + size)));
    take_following(work, heading, work->questions.count == before);
    while (heading->first)
        node_unlink(heading->first);
    work->closing = heading;
    return true;
}

bool item_take_questions(struct work *work, struct node *block)
{
    const char *word = NULL;
    struct node *run = block->type == NODE_PARAGRAPH ? cut_questions(work->reader, block, &word) : NULL;
    if (!run)
        return take_heading(work, block);
    item_take_links(work, block);
    item_take_links(work, run);
    size_t before = work->questions.count;
    work->questions.number = 0;
    work->questions.word = word;
    read_run(work, run, block);
    work->closing = block;
    take_following(work, block, work->questions.count == before);
    return true;
}

void item_lift_questions(const struct reader *reader, struct node *body)
{
    for (struct node *quote = body->first, *next; quote; quote = next) {
        next = quote->next;
        const struct node *paragraph = quote->type == NODE_QUOTE ? quote->first : NULL;
        if (!paragraph || paragraph->type != NODE_PARAGRAPH ||
            !label_question(reader->profile, flow_line(reader->arena, paragraph), true))
            continue;
        while (quote->first) {
            struct node *block = quote->first;
            node_unlink(block);
            node_insert_before(quote, block);
        }
        node_unlink(quote);
    }
}
