#include "read/title.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/message.h"
#include "core/utf8.h"
#include "read/dates.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/numbered_titles.h"
#include "read/punct.h"
#include "read/sentence.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum { PREFIX_POINTS_MAX = 24, DATE_BYTES = 10 };

static bool is_gap(const struct node *node)
{
    return node->type == NODE_BREAK || (node->type == NODE_TEXT && flow_is_blank(node));
}

/* --- inlines --- */

/* Cuts a text node in two; the second part is returned. */
static struct node *split_text(const struct reader *reader, struct node *node, size_t at)
{
    struct node *rest = node_new(reader->arena, NODE_TEXT);
    rest->text = arena_string(reader->arena, node->text + at);
    node->text = arena_copy(reader->arena, node->text, at);
    node_insert_after(node, rest);
    return rest;
}

static void move_until(struct node *from, const struct node *end, struct node *to)
{
    for (struct node *node = from, *next; node && node != end; node = next) {
        next = node->next;
        node_unlink(node);
        node_append(to, node);
    }
}

static void drop_gaps(struct node *parent)
{
    while (parent->first && is_gap(parent->first))
        node_unlink(parent->first);
}

/* The words of the inlines from `from` to before `end`. */
static const char *words_of(const struct reader *reader, const struct node *from, const struct node *end)
{
    struct buf raw, line;
    buf_init(&raw, SIZE_MAX / 4);
    buf_init(&line, SIZE_MAX / 4);
    for (const struct node *node = from; node && node != end; node = node->next)
        flow_raw(&raw, node);
    flow_text(&line, raw.data ? raw.data : "", raw.len);
    const char *words = line.len ? buf_keep(&line, reader->arena) : "";
    buf_free(&raw);
    buf_free(&line);
    return words;
}

static bool is_bare(const struct reader *reader, const struct node *link)
{
    const char *text = flow_line(reader->arena, link);
    return !text[0] || strcmp(text, link->url) == 0;
}

static struct node *find_link(struct node *from)
{
    for (; from; from = from->next)
        if (from->type == NODE_LINK)
            return from;
    return NULL;
}

/* Signs that part a title from what is said of it; their length. */
static size_t separator(const char *text)
{
    size_t at = punct_skip(text, PUNCT_SPACE), n = punct_skip(text + at, PUNCT_PART);
    return n ? at + n : 0;
}

static void trim_separators(const struct reader *reader, struct node *node)
{
    while (node && node->type == NODE_TEXT) {
        size_t n = separator(node->text);
        if (!n)
            break;
        node->text = arena_string(reader->arena, node->text + n);
    }
}

/* The sign that ends the title, when it stands right behind its link or bold words: its size; 0 = none. "…",
 * ".net" and "3.5" are none. */
static size_t end_sign(const char *text)
{
    size_t n = punct_at(text, PUNCT_STOP | PUNCT_ASK | PUNCT_PAUSE);
    bool ends = n > 1 || !text[n] || punct_at(text + n, PUNCT_SPACE) || (unsigned char)text[n] >= 0x80;
    return n && ends && strncmp(text, "…", 3) != 0 && text[0] != '|' ? n : 0;
}

/* What follows a title by bold words or a link, without the signs that belong to neither; "!" and "?" belong
 * to the title. */
static void trim_after_title(const struct reader *reader, struct node *title, struct node *rest)
{
    size_t n = rest && rest->type == NODE_TEXT ? end_sign(rest->text) : 0;
    if (n) {
        if (punct_at(rest->text, PUNCT_ASK) || rest->text[0] == '!' || strncmp(rest->text, "！", 3) == 0)
            node_add_text(reader->arena, title, arena_copy(reader->arena, rest->text, n));
        rest->text = arena_string(reader->arena, rest->text + n);
    }
    trim_separators(reader, rest);
}

/* Takes signs that only led to a link off the end of a title. */
static void trim_title_end(const struct reader *reader, struct node *title)
{
    struct node *last = title->last;
    if (!last || last->type != NODE_TEXT)
        return;
    size_t len = strlen(last->text), kept = punct_trim(last->text, len, PUNCT_SPACE | PUNCT_LEAD);
    last->text = kept < len ? arena_copy(reader->arena, last->text, kept) : last->text;
}

/* --- what stands before it --- */

/* A date that begins the entry goes to the body: "`2025-11-07` title …". */
static struct node *take_date(const struct reader *reader, struct node *paragraph)
{
    struct node *first = (struct node *)flow_first_seen(paragraph);
    char date[DATE_BYTES + 1];
    if (!first || (first->type != NODE_CODE && first->type != NODE_TEXT) || !date_read(first->text, date))
        return NULL;
    if (first->type == NODE_TEXT) {
        if (strlen(first->text) < DATE_BYTES || strncmp(first->text, date, DATE_BYTES) != 0 ||
            !strchr(" :|", first->text[DATE_BYTES]))
            return NULL;
        split_text(reader, first, DATE_BYTES);
    } else if (strlen(first->text) != DATE_BYTES) {
        return NULL;
    }
    struct node *taken = node_new(reader->arena, NODE_PARAGRAPH);
    trim_separators(reader, first->next);
    node_unlink(first);
    node_append(taken, first);
    return taken;
}

/* --- what the words are --- */

/* Links and signs between them, nothing else. */
static bool only_links(const struct node *from)
{
    for (; from; from = from->next) {
        if (from->type == NODE_LINK || from->type == NODE_BREAK)
            continue;
        if (from->type != NODE_TEXT)
            return false;
        for (const char *at = from->text; *at;) {
            size_t n = punct_skip(at, PUNCT_SPACE | PUNCT_JOIN);
            n = !n && strncmp(at, "and", 3) == 0 ? 3 : n;
            if (!n)
                return false;
            at += n;
        }
    }
    return true;
}

/* --- by what it begins with --- */

static bool title_by_bold(const struct reader *reader, struct node *paragraph, struct node *title)
{
    if (!title_is_bold(reader, paragraph))
        return false;
    struct node *strong = (struct node *)flow_first_seen(paragraph), *rest = strong->next;
    move_until(paragraph->first, rest, title);
    trim_title_end(reader, strong); /* "**Ferries:**" */
    trim_after_title(reader, title, rest);
    return true;
}

/* Does a link stand in a sentence, words before it and behind it? */
static bool in_sentence(const char *prefix, const struct node *rest)
{
    size_t len = strlen(prefix);
    return rest && rest->type == NODE_TEXT && len && !punct_before(prefix, len, ~(unsigned)PUNCT_SPACE) &&
           (sentence_goes_on(rest->text) || sentence_is_open(prefix));
}

/* Does what follows a link not belong to its title? */
static bool is_aside(const struct node *rest)
{
    const char *text = rest && rest->type == NODE_TEXT ? rest->text : "", *words = text + strspn(text, " ");
    return rest && (separator(text) || end_sign(text) || rest->type == NODE_BREAK ||
                       strncmp(text, " by ", 4) == 0 || !*words || strchr("(\n", *words) ||
                       strncmp(words, "//", 2) == 0 || strncmp(words, "（", 3) == 0 || sentence_host(words));
}

static bool title_by_leading_link(
    const struct reader *reader, struct node *paragraph, struct node *title, bool dated)
{
    struct node *link = find_link(paragraph->first);
    if (!link || is_bare(reader, link) || (dated && link != flow_first_seen(paragraph) && only_links(link)))
        return false;
    const char *prefix = words_of(reader, paragraph->first, link);
    if (title_points(prefix) > PREFIX_POINTS_MAX || sentence_parts(prefix))
        return false;
    struct node *rest = link->next;
    bool plain;
    if (in_sentence(prefix, rest))
        return false; /* "We found [a clock](…) in the attic." */
    if (link == flow_first_seen(paragraph) && !only_links(rest) &&
        label_is_word(reader->profile, flow_line(reader->arena, link), &plain))
        return false; /* "[Paper](…): Why we sleep" */
    const char *whole = words_of(reader, paragraph->first, NULL);
    if (only_links(rest) ||
        (!is_aside(rest) && title_points(whole) <= TITLE_POINTS_MAX && !sentence_parts(whole)))
        rest = NULL;
    if (rest && title_points(flow_line(reader->arena, link)) + title_points(prefix) > TITLE_POINTS_MAX)
        return false;
    move_until(paragraph->first, rest, title);
    trim_after_title(reader, title, rest);
    return true;
}

/* "2018-08-16 in Durham by a group: [title](…)": the words before stay in the body. */
static bool title_by_announced_link(const struct reader *reader, struct node *paragraph, struct node *title)
{
    struct node *link = find_link(paragraph->first);
    if (!link || is_bare(reader, link) || !only_links(link->next) || !link->prev ||
        link->prev->type != NODE_TEXT)
        return false;
    const char *before = words_of(reader, paragraph->first, link);
    size_t len = strlen(before);
    if (!len || (before[len - 1] != ':' && (len < 3 || strcmp(before + len - 3, "：") != 0)) ||
        title_points(flow_line(reader->arena, link)) < title_points(before) / 4)
        return false;
    move_until(link, NULL, title);
    trim_title_end(reader, paragraph);
    return true;
}

/* --- by the words before a link --- */

/* Where what leads to the link after this text begins: a label, with its colon or without. SIZE_MAX = nothing
 * does. */
static size_t find_lead(const struct reader *reader, const struct node *text)
{
    struct label label;
    size_t len = strlen(text->text), end, word;
    if (label_find(reader->profile, text->text, len, false, &label) && (label.start > 0 || text->prev))
        return label.start;
    end = punct_trim(text->text, len, PUNCT_SPACE | PUNCT_LEAD);
    word = label_word_before(reader->profile, text->text, end);
    return word && end > word ? end - word : SIZE_MAX;
}

/* "标题 https://…", "Title 链接：https://…", "2025-11-07 title [source](…)". */
static bool title_by_words_before(
    const struct reader *reader, struct node *paragraph, struct node *title, bool dated)
{
    struct node *link = find_link(paragraph->first);
    if (!link || link == flow_first_seen(paragraph))
        return false;
    const char *words = words_of(reader, paragraph->first, link);
    bool last =
        dated && only_links(link->next) && title_points(flow_line(reader->arena, link)) < title_points(words);
    if ((!is_bare(reader, link) && !last) || title_points(words) > TITLE_POINTS_MAX)
        return false;
    struct node *before = link->prev, *end = link;
    size_t lead = before->type == NODE_TEXT ? find_lead(reader, before) : SIZE_MAX;
    if (lead != SIZE_MAX)
        end = split_text(reader, before, lead);
    move_until(paragraph->first, end, title);
    trim_title_end(reader, title);
    return true;
}

/* "潮汐表印好了 来源：[港务处](…)": a known label, and its link ends the paragraph. */
static bool title_by_words_before_label(
    const struct reader *reader, struct node *paragraph, struct node *title)
{
    struct node *link = find_link(paragraph->first), *before = link ? link->prev : NULL;
    if (!before || before->type != NODE_TEXT || !only_links(link->next))
        return false;
    size_t len = strlen(before->text), end = punct_trim(before->text, len, PUNCT_SPACE | PUNCT_LEAD);
    size_t word = label_word_before(reader->profile, before->text, end);
    if (!word || (end == word && !before->prev) || end == len ||
        title_points(words_of(reader, paragraph->first, link)) > TITLE_POINTS_MAX)
        return false;
    move_until(paragraph->first, split_text(reader, before, end - word), title);
    trim_title_end(reader, title);
    return true;
}

/* --- by its first line or sentence --- */

static size_t columns_of(const char *text, size_t len)
{
    size_t columns = 0;
    for (size_t at = 0, size; at < len; at += size)
        columns += utf8_is_cjk(utf8_decode(text, len, at, &size)) ? 2 : 1;
    return columns;
}

enum { COLUMNS_MAX = 60, WRAPPED_MIN = 40 /* nobody wraps shorter lines */ };

/* The columns of the longest line of a paragraph. Bare addresses cannot be wrapped, and count for nothing. */
static size_t longest_line(const struct reader *reader, const struct node *paragraph)
{
    struct buf raw;
    size_t longest = 0;
    buf_init(&raw, SIZE_MAX / 4);
    for (const struct node *node = paragraph->first; node; node = node->next)
        if (node->type != NODE_LINK || !is_bare(reader, node))
            flow_raw(&raw, node);
    for (const char *line = raw.data ? raw.data : ""; *line;) {
        size_t len = strcspn(line, "\n"), columns = columns_of(line, len);
        longest = columns > longest ? columns : longest;
        line += len + (line[len] == '\n');
    }
    buf_free(&raw);
    return longest;
}

/* Did the editor end the first line, `len` bytes of this text, where it ends? The next word had room there.
 */
static bool line_was_meant(
    const struct reader *reader, const struct node *paragraph, const char *text, size_t len)
{
    const char *next = text + len + punct_skip(text + len, PUNCT_SPACE);
    size_t columns = columns_of(text, len), size, word = 0;
    if (!columns || columns > COLUMNS_MAX || islower((unsigned char)*next) ||
        punct_before(text, punct_trim(text, len, PUNCT_SPACE), PUNCT_PART | PUNCT_JOIN | PUNCT_OPEN))
        return false;
    size_t longest = longest_line(reader, paragraph);
    if (longest < WRAPPED_MIN)
        return true;
    if (!*next)
        return false; /* what follows is no text: it may have had no room */
    if (utf8_is_cjk(utf8_decode(next, strlen(next), 0, &size)))
        word = 2;
    else
        word = 1 + columns_of(next, strcspn(next, " \n"));
    return columns + word <= longest;
}

/* The end of a first line that was meant to end there. The text is cut. */
static struct node *short_line_end(const struct reader *reader, struct node *paragraph)
{
    struct node *first = paragraph->first;
    const char *end = first && first->type == NODE_TEXT ? strchr(first->text, '\n') : NULL;
    size_t len = end ? (size_t)(end - first->text) : 0;
    return len && line_was_meant(reader, paragraph, first->text, len) ? split_text(reader, first, len) : NULL;
}

/* "渡轮改点⏎冬季时刻表周一开始。⏎[时刻表](…)": a short first line without a link, and words below. A line
 * that only leads to the link below it is none. */
static bool title_by_short_line(const struct reader *reader, struct node *paragraph, struct node *title)
{
    struct node *first = paragraph->first, *end = first ? first->next : NULL;
    if (!first || first->type != NODE_TEXT)
        return false;
    const char *text = first->text, *line = strchr(text, '\n');
    if (!line && (!end || end->type != NODE_BREAK))
        return false;
    size_t len = line ? (size_t)(line - text) : strlen(text);
    const char *below = line ? line + punct_skip(line, PUNCT_SPACE) : "";
    bool words = *below || (!line && end->next && end->next->type != NODE_LINK);
    if (!words || sentence_end(arena_copy(reader->arena, text, len), true) ||
        (line && !line_was_meant(reader, paragraph, text, len)) || columns_of(text, len) > COLUMNS_MAX)
        return false;
    if (line)
        end = split_text(reader, first, len);
    move_until(paragraph->first, end, title);
    trim_separators(reader, end);
    return true;
}

/* The first line, when it is short and not a sentence of many. */
static bool title_by_line(const struct reader *reader, struct node *paragraph, struct node *title, bool more)
{
    struct node *end = paragraph->first;
    while (end && end->type != NODE_BREAK)
        end = end->next;
    if (!end)
        end = short_line_end(reader, paragraph);
    const char *words = words_of(reader, paragraph->first, end);
    if (!words[0] || title_points(words) > TITLE_POINTS_MAX || (sentence_parts(words) && !end && !more))
        return false;
    move_until(paragraph->first, end, title);
    return true;
}

static bool title_by_sentence(const struct reader *reader, struct node *paragraph, struct node *title)
{
    for (struct node *node = paragraph->first; node; node = node->next) {
        size_t end = node->type == NODE_TEXT ? sentence_end(node->text, true) : 0;
        if (node->type == NODE_TEXT && !end && node->next) { /* it may end where something else begins */
            size_t len = punct_trim(node->text, strlen(node->text), PUNCT_SPACE);
            end = punct_before(node->text, len, PUNCT_STOP | PUNCT_ASK) ? len : 0;
        }
        if (!end)
            continue;
        struct node *rest = split_text(reader, node, end);
        if (title_points(words_of(reader, paragraph->first, rest)) > TITLE_POINTS_MAX)
            return false;
        move_until(paragraph->first, rest, title);
        return true;
    }
    return false;
}

/* --- links that only lead away --- */

/* "… 👉 [购买](…)" */
static bool is_pointed_at(const struct node *link)
{
    const struct node *before = link->prev;
    if (!before || before->type != NODE_TEXT)
        return false;
    size_t end = punct_trim(before->text, strlen(before->text), PUNCT_SPACE);
    size_t kept = punct_trim(before->text, end, PUNCT_SPACE | PUNCT_POINT);
    return kept > 0 && kept < end;
}

/* Is the link one more of "… [Read more](…)", "…。[原文](…)", "… ([code](…), [paper](…))" at the end? */
static bool leads_away(const struct reader *reader, const struct node *link)
{
    bool plain = false;
    if (link->type != NODE_LINK)
        return false;
    const char *words = flow_line(reader->arena, link);
    if (!label_is_word(reader->profile, words, &plain))
        return is_pointed_at(link) && title_points(words) <= PREFIX_POINTS_MAX;
    const struct node *before = link->prev;
    size_t len = before && before->type == NODE_TEXT ? strlen(before->text) : 0, end = len;
    if (len)
        end = punct_trim(before->text, len, PUNCT_SPACE);
    if (len && punct_before(before->text, end, ~(unsigned)PUNCT_SPACE))
        return true;
    if (end)
        return (plain || (end < len && (unsigned char)words[0] >= 0x80)) &&
               !label_ends_loosely(before->text, end);
    before = len ? before->prev : before;
    return before && (before->type == NODE_LINK || plain);
}

static bool only_signs(const struct node *node, unsigned classes)
{
    return node->type == NODE_BREAK ||
           (node->type == NODE_TEXT && !node->text[punct_skip(node->text, classes)]);
}

/* Takes the last links that only lead away off the paragraph, with what leads to them. NULL: there are none,
 * or nothing stands before them. */
static struct node *cut_leading_away(const struct reader *reader, struct node *paragraph)
{
    const unsigned signs = PUNCT_SPACE | PUNCT_JOIN | PUNCT_CLOSE | PUNCT_STOP | PUNCT_OPEN;
    struct node *from = NULL, *node = paragraph->last;
    for (; node; node = node->prev) {
        if (leads_away(reader, node))
            from = node;
        else if (!only_signs(node, signs))
            break;
    }
    if (!from || !node)
        return NULL;
    struct node *before = from->prev;
    size_t lead = before->type == NODE_TEXT ? find_lead(reader, before) : SIZE_MAX;
    if (lead == 0 && !before->prev)
        return NULL;
    if (lead != SIZE_MAX)
        from = split_text(reader, before, lead);
    struct node *cut = node_new(reader->arena, NODE_PARAGRAPH);
    bool bracket =
        before->type == NODE_TEXT && lead == SIZE_MAX &&
        punct_before(before->text, punct_trim(before->text, strlen(before->text), PUNCT_SPACE), PUNCT_OPEN);
    move_until(from, NULL, cut);
    if (bracket && cut->last->type == NODE_TEXT &&
        only_signs(cut->last, PUNCT_SPACE | PUNCT_CLOSE | PUNCT_STOP))
        node_unlink(cut->last);
    for (struct node *text = cut->first; text; text = text->next) /* "（[原文](…)）（[视频](…)）" */
        if (text->type == NODE_TEXT && only_signs(text, PUNCT_SPACE | PUNCT_CLOSE | PUNCT_OPEN))
            text->text = " ";
    trim_title_end(reader, paragraph);
    return cut;
}

/* Behind full-width signs and ideographs no space is written. */
static bool ends_wide(const struct node *node)
{
    return node->type == NODE_TEXT && node->text[0] &&
           (unsigned char)node->text[strlen(node->text) - 1] >= 0x80;
}

/* "https://… A page about soup.": the address before the words, which are the title, is taken out until that
 * is found. NULL = there is none. */
static struct node *take_leading_address(const struct reader *reader, struct node *paragraph)
{
    struct node *link = paragraph->first, *rest = link ? link->next : NULL;
    if (!rest || link->type != NODE_LINK || rest->type != NODE_TEXT || !is_bare(reader, link) ||
        rest->text[0] != ' ' || find_link(rest))
        return NULL;
    const char *words = rest->text + separator(rest->text);
    words += strspn(words, " ");
    if (!*words || *words == '\n' || punct_at(words, PUNCT_OPEN | PUNCT_STOP) || sentence_goes_on(words))
        return NULL;
    node_unlink(link);
    rest->text = arena_string(reader->arena, words);
    return link;
}

/* Puts it back before what is said of it. */
static void give_address(const struct reader *reader, struct node *paragraph, struct node *link)
{
    struct node *rest = node_new(reader->arena, NODE_PARAGRAPH);
    node_move_children(paragraph, rest);
    node_append(paragraph, link);
    if (rest->first)
        node_add_text(reader->arena, paragraph, " ");
    node_move_children(rest, paragraph);
}

/* `dated`: a date stood before it, as in lists of sources, where a last link names the source. */
static struct node *find_title(const struct reader *reader, struct node *paragraph, bool dated, bool more)
{
    struct node *title = node_new(reader->arena, NODE_HEADING);
    title->level = 6;
    drop_gaps(paragraph);
    struct node *address = take_leading_address(reader, paragraph);
    bool sentence = title_bold_goes_on(reader, paragraph);
    bool found = (!sentence && title_by_bold(reader, paragraph, title)) ||
                 title_by_short_line(reader, paragraph, title);
    if (!found) {
        struct node *away = cut_leading_away(reader, paragraph);
        found = title_by_words_before_label(reader, paragraph, title) ||
                (!sentence && title_by_leading_link(reader, paragraph, title, dated)) ||
                title_by_announced_link(reader, paragraph, title) ||
                title_by_words_before(reader, paragraph, title, dated) ||
                title_by_line(reader, paragraph, title, more) ||
                title_by_sentence(reader, paragraph, title) ||
                (sentence && title_by_bold(reader, paragraph, title));
        if (away && paragraph->first && !ends_wide(paragraph->last))
            node_add_text(reader->arena, paragraph, " ");
        if (away)
            node_move_children(away, paragraph);
    }
    drop_gaps(paragraph);
    if (address)
        give_address(reader, paragraph, address);
    return found && !flow_is_blank(title) ? title : NULL;
}

struct node *title_take(const struct reader *reader, struct node *paragraph, bool more, struct node **date)
{
    numbered_entry_strip(reader->arena, paragraph);
    *date = take_date(reader, paragraph);
    return find_title(reader, paragraph, *date != NULL, more);
}
