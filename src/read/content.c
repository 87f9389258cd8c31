#include "read/content.h"

#include "core/arena.h"
#include "core/utf8.h"
#include "read/bold.h"
#include "read/edition.h"
#include "read/entry.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/number.h"
#include "read/purpose.h"

#include <ctype.h>
#include <string.h>

enum {
    ROWS_MIN = 2,
    PARAGRAPHS_MIN = 3, /* that only end with a link; of those that begin with one, two are enough */
    AROUND_MAX = 2,     /* paragraphs beside a list */
    ALONE_MAX = 64,
    TITLE_BYTES_MAX = 360,
    PLACEHOLDER_BYTES_MAX = 300,
    LEAD_BYTES_MAX = 60,
    TOLD_BYTES_MIN = 4, /* of an entry beside its links */
    SENTENCE_MIN = 30   /* columns */
};

/* Bytes of text below, enough to tell which of two is longer, and whether there is a link. */
static size_t size_of(const struct node *root, bool *link)
{
    size_t size = 0;
    for (const struct node *node = root; node; node = node_next(root, node)) {
        if (node->type == NODE_TEXT)
            size += strlen(node->text);
        else if (node->type == NODE_LINK)
            *link = true;
    }
    return size;
}

/* Does the block begin with a question label? */
static bool asks(const struct reader *reader, const struct node *block)
{
    const struct node *first = block;
    while (first && (first->type != NODE_TEXT || flow_is_blank(first)))
        first = node_next(block, first);
    const char *text = first ? first->text + strspn(first->text, " \n") : "";
    if (!text[0] || !label_may_ask(reader->profile, text))
        return false;
    if (label_question(reader->profile, text, false))
        return true;
    return strnlen(text, ALONE_MAX) < ALONE_MAX && /* a bold label, or one that stands alone */
           label_question(reader->profile, flow_line(reader->arena, block), true);
}

/* Three of five entries are enough: editors forget links. Placeholders count for nothing. */
static bool enough(size_t items, size_t all)
{
    return items > 0 && items * 5 >= all * 3;
}

static bool only_placeholders(const struct reader *reader, const struct node *list)
{
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (!purpose_is_placeholder(reader, entry))
            return false;
    return true;
}

static size_t count_items(const struct reader *reader, const struct node *list, size_t *all)
{
    size_t items = 0;
    *all = 0;
    for (const struct node *entry = list->first; entry; entry = entry->next) {
        if (purpose_is_placeholder(reader, entry))
            continue;
        items += entry_is_item(reader, entry);
        ++*all;
    }
    return items;
}

bool content_is_item_list(const struct reader *reader, const struct node *list)
{
    size_t all, items = list->type == NODE_LIST ? count_items(reader, list, &all) : 0;
    return items && enough(items, all);
}

bool content_is_item_table(const struct node *table)
{
    size_t rows = 0, linked = 0;
    if (table->type != NODE_TABLE || !table->first)
        return false;
    for (const struct node *row = table->first->next; row; row = row->next) {
        bool link = false;
        for (const struct node *node = row; node; node = node_next(row, node))
            link = link || node->type == NODE_LINK;
        linked += link;
        rows++;
    }
    return rows >= ROWS_MIN && linked * 2 >= rows;
}

/* --- paragraphs --- */

/* How sure is it that a paragraph is an item? */
enum mark { MARK_NONE, MARK_END /* it ends with a link */, MARK_BEGIN /* it begins as items do */ };

/* "Ferries leave at ten past", its address below or beside it, the rest on the next line. */
static bool is_title_above_address(const struct reader *reader, const struct node *first)
{
    const struct node *link = first->next;
    if (first->type != NODE_TEXT || first->prev)
        return false;
    if (link && link->type == NODE_BREAK)
        link = link->next;
    if (!link || link->type != NODE_LINK)
        return false;
    const char *text = first->text + strspn(first->text, " \n"), *line = strchr(text, '\n');
    const struct node *end = link->next;
    return strlen(text) <= TITLE_BYTES_MAX && !(line && line[1 + strspn(line + 1, " \n")]) &&
           (!end || end->type == NODE_BREAK ||
               (end->type == NODE_TEXT && strchr("\n", end->text[strspn(end->text, " ")]))) &&
           strcmp(flow_line(reader->arena, link), link->url) == 0;
}

/* A link that is a title: bold, or with its sentence's end, a sign or a new line after it. One that only
 * begins a sentence ("[The keeper](…) opens on Saturday.") may be anything. */
static bool stands_alone(const struct node *link)
{
    const struct node *next = link->next;
    if (node_holds(link, NODE_STRONG) || !next || next->type == NODE_BREAK || next->type == NODE_IMAGE)
        return true;
    const char *text = next->type == NODE_TEXT ? next->text + strspn(next->text, " ") : "";
    unsigned char c = (unsigned char)text[0];
    return next->type == NODE_TEXT &&
           (c < 0x80 ? !isalnum(c) : c == 0xe2 || c == 0xef || strncmp(text, "。", 3) == 0);
}

static enum mark mark_of(const struct reader *reader, const struct node *block)
{
    const struct node *paragraph = block->type == NODE_QUOTE ? block->first : block;
    if (!paragraph || paragraph->type != NODE_PARAGRAPH)
        return MARK_NONE;
    const struct node *first = flow_first_seen(paragraph), *last = flow_last_seen(paragraph);
    if (!first || (last->type != NODE_LINK && first->type != NODE_LINK && first->type != NODE_STRONG &&
                      !is_title_above_address(reader, first)))
        return MARK_NONE;
    if (!entry_is_item(reader, paragraph))
        return MARK_NONE;
    if (first->type == NODE_LINK) {
        bool words = strcmp(flow_line(reader->arena, first), first->url) != 0;
        return words ? (stands_alone(first) ? MARK_BEGIN : MARK_END) : first == last ? MARK_NONE : MARK_END;
    }
    if (first->type == NODE_STRONG ? node_holds(paragraph, NODE_LINK) : is_title_above_address(reader, first))
        return MARK_BEGIN;
    return last->type == NODE_LINK ? MARK_END : MARK_NONE;
}

bool content_is_item_paragraph(const struct reader *reader, const struct node *block)
{
    return mark_of(reader, block) != MARK_NONE;
}

bool content_begins_item(const struct reader *reader, const struct node *block)
{
    return mark_of(reader, block) == MARK_BEGIN;
}

/* --- paragraphs that begin bold, and what follows them --- */

/* "**The ferry** — back on Monday": the words are parted from the title by a dash. */
bool content_begins_run(const struct node *block)
{
    static const char *const dashes[] = {"—", "–", "―", "- ", "-- "};
    const struct node *first = block->type == NODE_PARAGRAPH ? flow_first_seen(block) : NULL;
    const struct node *next = first && first->type == NODE_STRONG ? first->next : NULL;
    const char *text = next && next->type == NODE_TEXT ? next->text + strspn(next->text, " \n") : "";
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (strncmp(text, dashes[i], strlen(dashes[i])) == 0)
            return true;
    return false;
}

/* "**Title** — words", then an address, a name, more words, then the next one: how many begin so, if each has
 * a link somewhere below. */
static size_t count_runs(const struct block *blocks, size_t count)
{
    size_t runs = 0;
    bool link = true;
    for (size_t i = 0; i < count; i++) {
        if (content_begins_run(blocks[i].node)) {
            if (!link)
                return 0;
            link = false;
            runs++;
        } else if (!runs || blocks[i].node->type == NODE_LIST || blocks[i].node->type == NODE_TABLE) {
            return 0;
        }
        link = link || node_holds(blocks[i].node, NODE_LINK);
    }
    return link ? runs : 0;
}

/* --- the whole --- */

struct tally {
    size_t blocks, paragraphs, pictures, quotes, others;
    size_t asides;            /* of the others: quotes that are no items */
    size_t followers, strays; /* paragraphs that are no items, right below one that is, and elsewhere */
    bool led;                 /* the last paragraph is short and ends with a colon */
    bool after;               /* the block before is one that begins as items do */
    size_t marked, begun;     /* paragraphs and quotes that are items; those that begin as items do */
    size_t items, entries;    /* of lists */
    size_t told;              /* items of lists that have words beside their links */
    size_t opened;            /* items of lists that begin with a link or bold, and tell something besides */
    size_t item_lists, plain_lists, bare_lists, rows;
    bool list_first, bold_first, placeholder_list;
    size_t placeholders; /* paragraphs */
    bool link_before;    /* words before the first list hold a link */
};

/* Nothing to be read in it, but a picture. */
static bool is_picture(const struct node *paragraph)
{
    bool picture = false;
    for (const struct node *node = paragraph; node; node = node_next(paragraph, node)) {
        if (node->type == NODE_CODE || (node->type == NODE_TEXT && !flow_is_blank(node)))
            return false;
        picture = picture || node->type == NODE_IMAGE;
    }
    return picture;
}

/* Has the entry's first paragraph words of its own, or does it begin bold? */
static bool is_told(const struct node *entry)
{
    const struct node *first = entry->first ? flow_first_seen(entry->first) : NULL;
    size_t words = 0;
    if (first && first->type == NODE_STRONG)
        return true;
    for (const struct node *node = entry->first ? entry->first->first : NULL; node; node = node->next)
        if (node->type == NODE_TEXT && !flow_is_blank(node))
            words += strlen(node->text);
    return words >= TOLD_BYTES_MIN || (entry->first && entry->first->next);
}

/* "- [Ferry](…) — back on Monday", "- **Ferry** back on Monday [timetable](…)": it names what it tells. A
 * label with its link ("**Paper**: [x](…)") has nothing besides. */
static bool is_opened(const struct reader *reader, const struct node *entry)
{
    const struct node *first = entry->first ? flow_first_seen(entry->first) : NULL;
    size_t words = 0;
    if (!first || (first->type != NODE_LINK && first->type != NODE_STRONG))
        return false;
    for (const struct node *node = entry->first->first; node; node = node->next)
        if (node->type == NODE_TEXT && !flow_is_blank(node))
            words += strlen(node->text);
    return words >= TOLD_BYTES_MIN && entry_is_item(reader, entry);
}

bool content_is_told_list(const struct reader *reader, const struct node *list)
{
    size_t opened = 0, all = 0;
    for (const struct node *entry = list->type == NODE_LIST ? list->first : NULL; entry;
         entry = entry->next) {
        opened += is_opened(reader, entry);
        all++;
    }
    return opened > 1 && enough(opened, all);
}

/* Two or more short entries, no links, nothing below them. */
static bool is_bare(const struct node *list)
{
    for (const struct node *entry = list->first; entry; entry = entry->next)
        if (!entry->first || entry->first->type != NODE_PARAGRAPH || entry->first->next)
            return false;
    return list->first && list->first->next;
}

/* An entry without links that is news all the same: a sentence. */
static bool is_sentence(const struct reader *reader, const struct node *entry)
{
    static const char *const ends[] = {".", "。", "!", "！", "?", "？"};
    if (node_holds(entry, NODE_LINK) || node_holds(entry, NODE_CODE_BLOCK) || !entry->first ||
        entry->first->type != NODE_PARAGRAPH)
        return false;
    const char *line = flow_line(reader->arena, entry->first);
    size_t len = strlen(line), columns = 0, size;
    for (const char *at = line; *at; at += size)
        columns += utf8_is_cjk(utf8_decode(at, len - (size_t)(at - line), 0, &size)) ? 2 : 1;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (len >= strlen(ends[i]) && strcmp(line + len - strlen(ends[i]), ends[i]) == 0)
            return columns >= SENTENCE_MIN / 2;
    return columns >= SENTENCE_MIN;
}

static void count_list(
    const struct reader *reader, const struct node *list, struct tally *tally, struct content *content)
{
    bool link = false;
    size_t all, items = count_items(reader, list, &all);
    tally->items += items;
    tally->entries += all;
    tally->item_lists += items && enough(items, all);
    tally->placeholder_list = tally->placeholder_list || only_placeholders(reader, list);
    *(list->level ? &content->numbered : &content->bulleted) += items;
    content->entry_words += size_of(list, &link);
    tally->list_first = tally->list_first || tally->blocks == tally->pictures + 1;
    size_t sentences = 0;
    for (const struct node *entry = list->first; entry; entry = entry->next) {
        if (items && tally->paragraphs + tally->others) {
            tally->told += is_told(entry);
            tally->opened += is_opened(reader, entry);
        } else if (!items)
            sentences += is_sentence(reader, entry);
    }
    tally->bare_lists += !items && !link && is_bare(list);
    tally->plain_lists += !items && all > 1 && sentences * 5 >= all * 3;
}

static bool ends_with_colon(const char *line)
{
    size_t len = strlen(line);
    return len && (line[len - 1] == ':' || (len >= 3 && strcmp(line + len - 3, "：") == 0));
}

static void count_paragraph(
    const struct reader *reader, const struct node *node, struct tally *tally, struct content *content)
{
    bool link = false;
    size_t size = size_of(node, &link);
    if (!size && flow_is_blank(node))
        return;
    tally->blocks++;
    if (is_picture(node)) {
        tally->pictures++;
        return;
    }
    enum mark mark = link ? mark_of(reader, node) : MARK_NONE;
    bool bold = bold_begins(reader, node, true);
    tally->paragraphs++;
    tally->marked += mark != MARK_NONE;
    tally->begun += mark == MARK_BEGIN;
    if (mark != MARK_BEGIN)
        ++*(tally->after ? &tally->followers : &tally->strays);
    tally->after = mark == MARK_BEGIN;
    tally->led = !link && size <= LEAD_BYTES_MAX && ends_with_colon(flow_line(reader->arena, node));
    tally->placeholders += !link && size < PLACEHOLDER_BYTES_MAX && purpose_is_placeholder(reader, node);
    tally->link_before = tally->link_before || (link && mark == MARK_NONE && !tally->items);
    tally->bold_first = tally->bold_first || (bold && tally->blocks == tally->pictures + 1);
    content->bold += bold;
    content->words += size;
}

static void count_block(
    const struct reader *reader, const struct node *node, struct tally *tally, struct content *content)
{
    bool link = false;
    if (node->type == NODE_RULE) /* it parts sections as well as items */
        return;
    if (node->type == NODE_PARAGRAPH) {
        count_paragraph(reader, node, tally, content);
        return;
    }
    if (flow_is_blank(node))
        return;
    tally->blocks++;
    if (node->type == NODE_LIST) {
        count_list(reader, node, tally, content);
    } else if (content_is_item_table(node)) {
        for (const struct node *row = node->first->next; row; row = row->next)
            tally->rows++;
    } else if (node->type == NODE_QUOTE && mark_of(reader, node) == MARK_BEGIN) {
        tally->quotes++;
        tally->marked++;
        tally->begun++;
        tally->after = true;
        content->words += size_of(node, &link);
    } else {
        tally->others++;
        tally->asides += node->type == NODE_QUOTE;
        content->words += size_of(node, &link);
    }
}

/* Each begins as items do and has one paragraph of words below. */
static bool are_pairs(const struct tally *tally)
{
    return tally->begun && tally->followers <= tally->begun && tally->followers * 5 >= tally->begun * 3 &&
           tally->strays <= 1;
}

static bool are_paragraphs(const struct tally *tally)
{
    size_t all = tally->paragraphs + tally->quotes;
    return ((tally->begun && tally->begun * 5 >= all * 3) ||
               (tally->marked >= PARAGRAPHS_MIN && tally->marked * 5 >= all * 3) || are_pairs(tally)) &&
           !tally->item_lists && !tally->others;
}

static enum content_kind kind_of(const struct tally *tally, bool numbers)
{
    bool lists = tally->item_lists || (tally->placeholder_list && !tally->items);
    bool around = tally->paragraphs <= AROUND_MAX;
    if (!tally->blocks)
        return CONTENT_EMPTY;
    if (tally->rows && around && !tally->items)
        return CONTENT_TABLE;
    if (lists && tally->list_first && around && !tally->others)
        return CONTENT_LIST;
    if (tally->bold_first && !(tally->quotes && are_paragraphs(tally)))
        return CONTENT_BOLD;
    if (numbers)
        return CONTENT_NUMBER;
    if (are_paragraphs(tally))
        return CONTENT_PARAGRAPHS;
    if (tally->plain_lists && tally->list_first && !tally->paragraphs && !tally->others && !tally->items)
        return CONTENT_PLAIN;
    return lists ? CONTENT_MIXED : CONTENT_PROSE;
}

/* Words, then a list: items where these are told and the words only lead to them ("Three of them:"); bare
 * links after words are more often their references. */
static enum evidence judge_mixed(const struct tally *tally, const struct content *content)
{
    bool few = tally->paragraphs + tally->asides <= AROUND_MAX && tally->others == tally->asides;
    if (!tally->items)
        return EVIDENCE_NONE;
    if (!few || tally->items < 2)
        return EVIDENCE_PERHAPS;
    bool brief = content->words < content->entry_words && !tally->link_before;
    bool leads = tally->led && tally->paragraphs == 1 && content->words <= LEAD_BYTES_MAX;
    bool told = tally->told * 2 >= tally->entries;
    return leads || (told && (brief || content->words * 2 < content->entry_words)) ? EVIDENCE_ITEMS
                                                                                   : EVIDENCE_PERHAPS;
}

static void judge(const struct tally *tally, struct content *content)
{
    bool few = tally->paragraphs + tally->asides <= AROUND_MAX && tally->others == tally->asides;
    content->told =
        few && content->kind == CONTENT_MIXED && tally->opened > 1 && enough(tally->opened, tally->entries);
    content->bare = content->kind == CONTENT_PROSE && tally->blocks == 1 && tally->bare_lists;
    bool nothing = tally->placeholders && tally->placeholders == tally->paragraphs && !tally->others &&
                   !tally->items && !tally->rows;
    switch (content->kind) {
    case CONTENT_LIST:
    case CONTENT_MIXED:
    case CONTENT_PLAIN:
        content->items = tally->items;
        break;
    case CONTENT_BOLD:
        content->items = content->bold;
        break;
    case CONTENT_NUMBER:
        content->items = content->lines;
        break;
    case CONTENT_TABLE:
        content->items = tally->rows;
        break;
    case CONTENT_PARAGRAPHS:
        content->items = tally->begun ? tally->begun : tally->marked;
        content->pairs = are_pairs(tally);
        break;
    default:
        break;
    }
    if (content->kind == CONTENT_EMPTY || nothing)
        content->evidence = EVIDENCE_NONE;
    else if (content->kind == CONTENT_PROSE)
        content->evidence = EVIDENCE_WORDS;
    else if (content->kind == CONTENT_MIXED)
        content->evidence = judge_mixed(tally, content);
    else if (content->kind == CONTENT_LIST && !content->items)
        content->evidence = EVIDENCE_NONE;
    else if (content->kind == CONTENT_PLAIN || content->items < 2 ||
             (content->kind == CONTENT_PARAGRAPHS && tally->begun < 2))
        content->evidence = EVIDENCE_PERHAPS;
    else
        content->evidence = EVIDENCE_ITEMS;
}

struct content content_of(const struct reader *reader, const struct block *blocks, size_t count)
{
    struct content content = {0};
    struct tally tally = {0};
    size_t first = 0, end = 0;
    /* After a question label lists are questions. */
    while (end < count && !(blocks[end].node->type == NODE_HEADING && blocks[end].node->level < 0) &&
           !asks(reader, blocks[end].node))
        end++;
    for (size_t i = 0; i < end; i++)
        count_block(reader, blocks[i].node, &tally, &content);
    while (first < end && (flow_is_blank(blocks[first].node) ||
                              (blocks[first].node->type == NODE_PARAGRAPH && is_picture(blocks[first].node))))
        first++;
    content.lines = number_lines(reader, blocks + first, end - first);
    content.kind = kind_of(&tally, content.lines > 1);
    if (content.kind == CONTENT_PROSE && content.lines)
        content.kind = CONTENT_NUMBER;
    judge(&tally, &content);
    size_t runs = content.kind == CONTENT_PROSE ? count_runs(blocks + first, end - first) : 0;
    if (runs > 1) {
        content.kind = CONTENT_PARAGRAPHS;
        content.evidence = EVIDENCE_ITEMS;
        content.items = runs;
        content.runs = true;
    }
    if (!tally.blocks && end < count) {
        content.kind = CONTENT_PROSE;
        content.evidence = EVIDENCE_WORDS;
    }
    return content;
}
