#include "read/bold.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/profile.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/numeral.h"
#include "read/purpose.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { TITLE_POINTS_MAX = 100, PLAIN_TITLE_POINTS_MAX = 60, NUMBER_DIGITS_MAX = 3 };

/* --- lines --- */

static bool is_blank_text(const struct node *node)
{
    return node->type == NODE_TEXT && flow_is_blank(node);
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

static bool could_be_title(const struct reader *reader, const char *text)
{
    static const char *const never[] = {":", "：", ";", "；"};
    size_t points = utf8_points(text, strlen(text));
    struct marker marker;
    if (ends_with(text, "。") && !reader->bold_stops && !marker_read(text, &marker))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (ends_with(text, never[i]))
            return false;
    return points > 0 && points <= TITLE_POINTS_MAX && !label_question(reader->profile, text, true);
}

/* The end of the line that begins at `node`: the break or the text with the newline, NULL = the last line. */
static struct node *line_end(const struct node *node)
{
    for (; node; node = node->next)
        if (node->type == NODE_BREAK || (node->type == NODE_TEXT && strchr(node->text, '\n')))
            return (struct node *)node;
    return NULL;
}

/* "** title **", which CommonMark does not take for bold because of the spaces. */
static const char *spaced_strong(const struct reader *reader, const struct node *from, const struct node *end)
{
    if (from->type != NODE_TEXT || (from->next != end && end))
        return NULL;
    size_t len = strcspn(from->text, "\n");
    const char *text = from->text;
    while (len && text[len - 1] == ' ')
        len--;
    if (len < 5 || strncmp(text, "**", 2) != 0 || strncmp(text + len - 2, "**", 2) != 0)
        return NULL;
    struct buf line;
    buf_init(&line, len);
    flow_text(&line, text + 2, len - 4);
    const char *title = strstr(line.data, "**") ? NULL : buf_keep(&line, reader->arena);
    buf_free(&line);
    return title;
}

/* The words of all strong nodes of a line. */
static const char *join_words(const struct reader *reader, const struct node *from, const struct node *end)
{
    struct buf words;
    buf_init(&words, SIZE_MAX / 4);
    for (const struct node *node = from; node != end && node->type != NODE_LINK; node = node->next)
        if (node->type == NODE_STRONG)
            flow_raw(&words, node);
    struct buf line;
    buf_init(&line, SIZE_MAX / 4);
    flow_text(&line, words.data, words.len);
    const char *kept = buf_keep(&line, reader->arena);
    buf_free(&line);
    buf_free(&words);
    return kept;
}

/* Is the line from `from` to before `end` bold, with nothing but links after it? Its words, or NULL. */
static const char *bold_words(const struct reader *reader, const struct node *from, const struct node *end)
{
    const char *spaced = spaced_strong(reader, from, end);
    if (spaced)
        return could_be_title(reader, spaced) ? spaced : NULL;
    if (from->type != NODE_STRONG)
        return NULL;
    bool over = false;
    size_t strong = 0;
    for (const struct node *node = from; node != end; node = node->next) {
        if (node->type == NODE_LINK)
            over = true;
        else if (node->type == NODE_STRONG && !over)
            strong++;
        else if (!is_blank_text(node))
            return NULL;
    }
    if (end && end->type != NODE_BREAK && end->text[strspn(end->text, " ")] != '\n')
        return NULL;
    const char *title = strong > 1 ? join_words(reader, from, end) : flow_line(reader->arena, from);
    return title[0] && could_be_title(reader, title) ? title : NULL;
}

/* The words of a line that is one link; NULL: it is something else, or a bare address. */
static const char *link_words(const struct reader *reader, const struct node *link, const struct node *end)
{
    if (link->type != NODE_LINK || link == end || strncmp(link->url, "http", 4) != 0)
        return NULL;
    for (const struct node *node = link->next; node && node != end; node = node->next)
        if (!is_blank_text(node))
            return NULL;
    if (end && end->type == NODE_TEXT && end->text[strspn(end->text, " ")] != '\n')
        return NULL;
    const char *words = flow_line(reader->arena, link);
    return strcmp(words, link->url) != 0 && could_be_title(reader, words) ? words : NULL;
}

bool bold_begins(const struct reader *reader, const struct node *paragraph, bool links)
{
    const struct node *from = paragraph->type == NODE_PARAGRAPH ? paragraph->first : NULL;
    if (!from || (from->type == NODE_TEXT && (unsigned char)from->text[0] > '*')) /* as nearly all begin */
        return false;
    from = flow_first_seen(paragraph);
    if (!from || (from->type == NODE_TEXT && strncmp(from->text, "**", 2) != 0))
        return false;
    if (from->type == NODE_LINK)
        return links && link_words(reader, from, line_end(from));
    return bold_words(reader, from, line_end(from));
}

/* Does the bold line that begins this paragraph end in a full stop, with words below it? */
static bool ends_in_stop(const struct node *strong)
{
    const struct node *last = strong;
    while (last->last)
        last = last->last;
    return last->type == NODE_TEXT && ends_with(last->text, "。");
}

bool bold_stops(struct reader *reader, const struct blocks *blocks)
{
    size_t stops = 0, titles = 0;
    reader->bold_stops = true;
    for (size_t i = 0; i < blocks->count; i++) {
        const struct node *paragraph = blocks->all[i].node;
        const struct node *first = paragraph->type == NODE_PARAGRAPH ? paragraph->first : NULL;
        if (!first || first->type != NODE_STRONG)
            continue;
        bool told =
            line_end(first) || (i + 1 < blocks->count && blocks->all[i + 1].node->type != NODE_HEADING);
        if (!ends_in_stop(first))
            titles++;
        else if (told && bold_words(reader, first, line_end(first)))
            stops++;
    }
    return stops > 1 && stops >= titles;
}

/* --- cutting --- */

static void drop_before(struct node *paragraph, const struct node *until)
{
    while (paragraph->first && paragraph->first != until)
        node_unlink(paragraph->first);
}

/* Moves what the strong nodes of the line hold into the heading; links stay. */
static void take_words(const struct reader *reader, struct node *heading, struct node *from, struct node *end)
{
    const char *spaced = spaced_strong(reader, from, end);
    if (spaced) {
        node_add_text(reader->arena, heading, spaced);
        if (from != end)
            node_unlink(from);
        return;
    }
    for (struct node *node = from, *next; node && node != end; node = next) {
        next = node->next;
        if (node->type == NODE_LINK)
            continue;
        while (node->type == NODE_STRONG && node->first) {
            struct node *child = node->first;
            node_unlink(child);
            node_append(heading, child);
        }
        node_unlink(node);
    }
}

/* Takes out the end of a line that is gone; the text after its newline stays. */
static void end_line(const struct reader *reader, struct node *end)
{
    if (!end)
        return;
    const char *rest = end->type == NODE_TEXT ? strchr(end->text, '\n') : NULL;
    if (rest && !rest[1 + strspn(rest + 1, " ")])
        rest = NULL;
    if (end->prev && rest) /* a link of the bold line stands before it */
        end->text = arena_string(reader->arena, rest);
    else if (rest)
        end->text = arena_string(reader->arena, rest + 1);
    else if (!end->prev)
        node_unlink(end);
    else if (end->type == NODE_TEXT)
        end->text = "\n";
}

void bold_cut(const struct reader *reader, const struct block *block, int level, enum reading_rule rule,
    struct blocks *out)
{
    struct node *paragraph = block->node;
    for (;;) {
        struct node *from = (struct node *)flow_first_seen(paragraph), *end = from ? line_end(from) : NULL;
        bool link = from && level == BOLD_LEVEL_CUT && link_words(reader, from, end);
        if (paragraph->type != NODE_PARAGRAPH || !from || !(link || bold_words(reader, from, end)))
            break;
        drop_before(paragraph, from);
        struct node *heading = node_new(reader->arena, NODE_HEADING);
        heading->level = level;
        if (link) {
            node_unlink(from);
            node_append(heading, from);
        } else {
            take_words(reader, heading, from, end);
        }
        end_line(reader, end);
        blocks_add(reader->arena, out,
            &(struct block){.node = heading, .line = block->line, .end_line = block->end_line, .rule = rule});
    }
    if (!flow_is_blank(paragraph))
        blocks_add(reader->arena, out, block);
}

/* --- a file of bold lines --- */

/* A bold line: of words, or a number alone. */
struct token {
    struct block *block;
    int number; /* 0 = words */
};

struct run {
    struct token *tokens;
    size_t count;
    size_t next; /* the block after it */
    size_t last; /* index of the last number; count = none */
};

/* "01", "1.", "No.3", "3、": the number that is all there is; 0 = words. */
static int number_alone(const char *text)
{
    int number = 0;
    size_t digits = 0;
    if (strncasecmp(text, "no.", 3) == 0)
        text += 3;
    text += strspn(text, " ");
    while (digits < NUMBER_DIGITS_MAX && isdigit((unsigned char)text[digits]))
        number = number * 10 + (text[digits++] - '0');
    text += digits;
    if (strncmp(text, "、", 3) == 0)
        text += 3;
    text += strspn(text, "./) ");
    return digits && !*text ? number : 0;
}

static bool was_bold(const struct block *block)
{
    return block->node->type == NODE_HEADING && block->rule == RULE_ITEM_BOLD;
}

/* Back to a bold paragraph: it is no title. */
static void put_back(const struct reader *reader, struct block *block)
{
    struct node *strong = node_new(reader->arena, NODE_STRONG);
    node_move_children(block->node, strong);
    block->node->type = NODE_PARAGRAPH;
    block->node->level = 0;
    block->rule = 0;
    node_append(block->node, strong);
}

static size_t find_runs(const struct reader *reader, struct blocks *blocks, struct run *runs)
{
    size_t count = 0;
    for (size_t at = 0; at < blocks->count; at++) {
        if (!was_bold(&blocks->all[at]))
            continue;
        struct run *run = &runs[count++];
        size_t end = at;
        while (end < blocks->count && was_bold(&blocks->all[end]))
            end++;
        *run = (struct run){.count = end - at, .next = end, .last = end - at};
        run->tokens = arena_array(reader->arena, run->count, sizeof *run->tokens);
        for (size_t i = 0; i < run->count; i++) {
            struct block *block = &blocks->all[at + i];
            run->tokens[i] = (struct token){block, number_alone(flow_line(reader->arena, block->node))};
            if (run->tokens[i].number)
                run->last = i;
        }
        at = end - 1;
    }
    return count;
}

/* A short plain line with text below it, as a title that somebody forgot to make bold. */
static bool is_plain_title(const struct reader *reader, const struct blocks *blocks, size_t at)
{
    static const char *const ends[] = {"。", ".", "！", "!", "；", ":", "："};
    if (at + 1 >= blocks->count || blocks->all[at].node->type != NODE_PARAGRAPH ||
        blocks->all[at + 1].node->type == NODE_HEADING)
        return false;
    const struct node *paragraph = blocks->all[at].node;
    for (const struct node *node = paragraph; node; node = node_next(paragraph, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            return false;
    const char *line = flow_line(reader->arena, paragraph);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(line, ends[i]))
            return false;
    return utf8_points(line, strlen(line)) <= PLAIN_TITLE_POINTS_MAX;
}

/* Makes the run's tokens from..to, numbers left out, one heading. NULL: there are no words. */
static struct block *join(
    const struct reader *reader, struct run *run, size_t from, size_t to, int level, enum reading_rule rule)
{
    struct block *first = NULL;
    for (size_t i = from; i < to; i++) {
        struct block *block = run->tokens[i].block;
        if (run->tokens[i].number)
            continue;
        if (!first) {
            first = block;
            first->node->level = level;
            first->rule = rule;
            continue;
        }
        node_add_text(reader->arena, first->node, "\n");
        node_move_children(block->node, first->node);
        first->end_line = block->end_line;
    }
    return first;
}

static size_t first_word(const struct run *run, size_t from, size_t to)
{
    while (from < to && run->tokens[from].number)
        from++;
    return from;
}

static size_t count_words(const struct run *run, size_t from, size_t to)
{
    size_t count = 0;
    for (; from < to; from++)
        count += !run->tokens[from].number;
    return count;
}

struct outline {
    const struct reader *reader;
    struct blocks *in, *out;
    bool sections; /* one was met */
};

static void emit(struct outline *outline, const struct block *block)
{
    if (block)
        blocks_add(outline->reader->arena, outline->out, block);
    outline->sections = outline->sections || (block && block->node->level == 1);
}

/* Words and the number of an item, in whatever order. Returns how many blocks after the run are its title. */
static size_t numbered_run(struct outline *outline, struct run *run)
{
    const struct reader *reader = outline->reader;
    size_t last = run->last, count = run->count;
    if (last + 1 < count) { /* section, number, title */
        emit(outline, join(reader, run, 0, last, 1, RULE_SECTION_BOLD));
        emit(outline, join(reader, run, last + 1, count, 2, RULE_ITEM_MARK));
        return 0;
    }
    if (is_plain_title(reader, outline->in, run->next)) {
        emit(outline, join(reader, run, 0, last, 1, RULE_SECTION_BOLD));
        struct block *title = &outline->in->all[run->next];
        title->node->type = NODE_HEADING;
        title->node->level = 2;
        title->rule = RULE_ITEM_MARK;
        emit(outline, title);
        return 1;
    }
    /* Title, number. Words after a number of their own, or above the first title, are a section. */
    size_t from = first_word(run, 0, last);
    bool own = run->tokens[0].number && last > 0;
    bool above = !outline->sections && count_words(run, 0, last) > 1;
    if (own || above) {
        emit(outline, join(reader, run, from, from + 1, 1, RULE_SECTION_BOLD));
        from++;
    }
    emit(outline, join(reader, run, from, last, 2, RULE_ITEM_MARK));
    return 0;
}

/* Nothing below this run but pictures: no item. */
static bool stands_above_pictures(const struct outline *outline, const struct run *run)
{
    for (size_t at = run->next; at < outline->in->count && !was_bold(&outline->in->all[at]); at++)
        for (const struct node *root = outline->in->all[at].node, *node = root; node;
             node = node_next(root, node))
            if (node->type == NODE_TEXT && !flow_is_blank(node))
                return false;
    return true;
}

static void plain_run(struct outline *outline, struct run *run, bool last)
{
    const struct reader *reader = outline->reader;
    const char *words = flow_line(reader->arena, run->tokens[0].block->node);
    bool alone =
        run->count == 1 && (purpose_is_references(reader, words) || purpose_is_contents(reader, words));
    if (run->count > 1 || alone) {
        emit(outline, join(reader, run, 0, 1, 1, RULE_SECTION_BOLD));
        emit(outline, join(reader, run, 1, run->count, 2, RULE_ITEM_BOLD));
    } else if (last && stands_above_pictures(outline, run)) {
        put_back(reader, run->tokens[0].block);
        emit(outline, run->tokens[0].block);
    } else {
        emit(outline, join(reader, run, 0, 1, 2, RULE_ITEM_BOLD));
    }
}

/* In a file of numbers a bold line without one is text, but for the references. */
static void unnumbered_run(struct outline *outline, struct run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        struct block *block = run->tokens[i].block;
        if (purpose_is_references(outline->reader, flow_line(outline->reader->arena, block->node))) {
            emit(outline, join(outline->reader, run, i, i + 1, 1, RULE_SECTION_BOLD));
            continue;
        }
        put_back(outline->reader, block);
        emit(outline, block);
    }
}

void bold_outline(const struct reader *reader, const struct blocks *blocks, struct blocks *out)
{
    struct blocks cut = {0};
    for (size_t i = 0; i < blocks->count; i++) {
        struct node *node = blocks->all[i].node;
        if (node->type == NODE_HEADING && node->level > 0)
            node->level = -node->level;
        bold_cut(reader, &blocks->all[i], 2, RULE_ITEM_BOLD, &cut);
    }
    struct run *runs = arena_array(reader->arena, cut.count + 1, sizeof *runs);
    size_t count = find_runs(reader, &cut, runs), numbered = 0;
    for (size_t i = 0; i < count; i++)
        numbered += runs[i].last < runs[i].count;
    bool numbers = numbered > 1 && numbered * 2 >= count;
    struct outline outline = {.reader = reader, .in = &cut, .out = out};
    for (size_t at = 0, i = 0; at < cut.count;) {
        if (i < count && at + runs[i].count == runs[i].next) {
            struct run *run = &runs[i++];
            at = run->next;
            if (!numbers)
                plain_run(&outline, run, i == count);
            else if (run->last < run->count)
                at += numbered_run(&outline, run);
            else
                unnumbered_run(&outline, run);
            continue;
        }
        emit(&outline, &cut.all[at++]);
    }
}
