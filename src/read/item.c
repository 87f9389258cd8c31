#include "read/item.h"

#include "core/arena.h"
#include "core/buf.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/purpose.h"
#include "read/questions.h"
#include "read/tree.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <strings.h>

enum {
    TAKEN = 1,     /* level of a link that leaves the body */
    GLUED_MAX = 8, /* links after one another that are looked past for the end of a line */
};

/* A link or image of the item as it stood in the file. */
struct mark {
    const struct node *node;
    const struct node *block; /* the child of the body that holds it; NULL = the title */
    const char *text;         /* of a link; NULL for a bare address */
    const char *label;
};

struct work {
    const struct reader *reader;
    struct arena *arena; /* the reader's */
    struct mark *marks;
    size_t count, cap;
    size_t cursor; /* labels are found in order, so the next one is at or after this */
    struct questions questions;
    struct node *closing; /* the last block with a labelled link or question; NULL = none */
};

/* --- what there is --- */

static void add_mark(struct work *work, const struct node *node, const struct node *block)
{
    if (work->count == work->cap) {
        size_t cap = work->cap ? work->cap * 2 : 16;
        struct mark *marks = arena_array(work->arena, cap, sizeof *marks);
        if (work->count)
            memcpy(marks, work->marks, work->count * sizeof *marks);
        work->marks = marks;
        work->cap = cap;
    }
    const char *text = NULL;
    if (node->type == NODE_LINK) {
        text = flow_line(work->arena, node);
        if (!text[0] || strcmp(text, node->url) == 0)
            text = NULL;
    }
    work->marks[work->count++] = (struct mark){.node = node, .block = block, .text = text};
}

static void add_marks(struct work *work, const struct node *root, const struct node *block)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            add_mark(work, node, block);
}

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

/* --- labelled links --- */

static bool is_blank(const char *text)
{
    return text[strspn(text, " \n\t")] == '\0';
}

/* Does a text end where this sibling begins, or before it? */
static bool breaks_before(const struct node *node)
{
    return !node || node->type == NODE_BREAK || node->type == NODE_LINK || node->type == NODE_IMAGE;
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

/* Does a label for a later link, or a label of questions, begin at this node? */
static bool label_begins(const struct reader *reader, const struct node *node)
{
    const char *label;
    if (node->type == NODE_TEXT) {
        struct label found;
        return node->next && node->next->type == NODE_LINK &&
               label_find(reader->profile, node->text, strlen(node->text), true, &found) &&
               is_blank(arena_copy(reader->arena, node->text, found.start));
    }
    return strong_label(
        reader, node, node->next && node->next->type == NODE_TEXT ? node->next->text : "", &label);
}

/* May a labelled link end here, so that taking it out tears no sentence? */
static bool ends_after(const struct reader *reader, const struct node *link)
{
    static const char *const ends[] = {"。", "；", ";", ".", "！", "|"};
    const struct node *next = link->next;
    for (int n = 0; n < GLUED_MAX && next && next->type == NODE_LINK; n++)
        next = next->next;
    if (breaks_before(next))
        return true;
    if (next->type != NODE_TEXT)
        return label_begins(reader, next);
    const char *text = next->text + strspn(next->text, " ");
    if (text[0] == '\n')
        return true;
    if (!text[0])
        return breaks_before(next->next) || label_begins(reader, next->next);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strncmp(text, ends[i], strlen(ends[i])) == 0 && is_blank(text + strlen(ends[i])))
            return breaks_before(next->next);
    return label_begins(reader, next);
}

/* Takes punctuation that only closed the link out of what follows. */
static void trim_after(struct node *next)
{
    static const char *const signs[] = {" ", "。", "；", "，", "、", ";", ",", ".", "|", "/"};
    if (!next || next->type != NODE_TEXT)
        return;
    const char *text = next->text;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (strncmp(text, signs[i], n) != 0)
            continue;
        text += n;
        i = SIZE_MAX; /* from the first sign again */
    }
    if (!*text || *text == '\n')
        next->text = text;
}

/* The label in the text before a link is cut off. */
static bool take_text_label(struct work *work, struct node *text, struct node *link)
{
    struct label found;
    size_t len = strlen(text->text);
    if (!label_find(work->reader->profile, text->text, len, breaks_before(text->prev), &found))
        return false;
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

static bool take_strong_label(struct work *work, struct node *before, struct node *link)
{
    const char *between = "";
    struct node *text = NULL;
    if (before->type == NODE_TEXT) {
        text = before;
        between = text->text;
        size_t colon = strspn(between, " \n");
        colon += label_colon(between + colon);
        if (!is_blank(between + colon) || !before->prev)
            return false;
        before = before->prev;
    }
    const char *label;
    bool open =
        breaks_before(before->prev) ||
        (before->prev->type == NODE_TEXT && label_boundary(before->prev->text, strlen(before->prev->text)));
    if (!open || !strong_label(work->reader, before, between, &label))
        return false;
    set_label(work, link, label, NULL);
    node_unlink(before);
    if (text)
        node_unlink(text);
    return true;
}

/* "领 袖 https://… 创新者 https://…": nothing but short words, each with its address, two pairs or more. */
static bool are_pairs(const struct work *work, const struct node *paragraph)
{
    size_t pairs = 0, len;
    for (const struct node *node = paragraph->first; node; node = node->next) {
        if (node->type == NODE_BREAK || (node->type == NODE_TEXT && is_blank(node->text)))
            continue;
        const struct node *link = node->next;
        if (node->type != NODE_TEXT || !link || link->type != NODE_LINK ||
            strcmp(flow_line(work->arena, link), link->url) != 0 ||
            !label_is_link_label(work->reader->profile, node->text + strspn(node->text, " \n"), &len))
            return false;
        node = link;
        pairs++;
    }
    return pairs > 1;
}

static void take_pairs(struct work *work, struct node *paragraph)
{
    for (struct node *node = paragraph->first, *next; node; node = next) {
        next = node->next;
        if (node->type == NODE_LINK) {
            struct buf label;
            buf_init(&label, SIZE_MAX / 4);
            flow_text(&label, node->prev->text, strlen(node->prev->text));
            set_label(work, node, buf_keep(&label, work->arena), NULL);
            buf_free(&label);
        }
    }
    while (paragraph->first)
        node_unlink(paragraph->first);
}

/* Labelled links of one paragraph leave it. True when there was one. */
static bool take_links(struct work *work, struct node *paragraph)
{
    bool any = false;
    if (paragraph->first && paragraph->first->type == NODE_TEXT && are_pairs(work, paragraph)) {
        take_pairs(work, paragraph);
        return true;
    }
    for (struct node *link = paragraph->first; link; link = link->next) {
        struct node *before = link->prev;
        if (link->type != NODE_LINK || !before || !ends_after(work->reader, link))
            continue;
        bool taken = before->type == NODE_TEXT && take_text_label(work, before, link);
        if (!taken && !take_strong_label(work, before, link))
            continue;
        trim_after(link->next);
        link->level = TAKEN; /* it stays for now: where it stands another label may begin */
        any = true;
    }
    for (struct node *link = paragraph->first, *next; any && link; link = next) {
        next = link->next;
        if (link->type == NODE_LINK && link->level == TAKEN)
            node_unlink(link);
    }
    return any;
}

static bool take_links_below(struct work *work, struct node *block)
{
    bool any = false;
    for (struct node *node = block; node; node = node_next(block, node))
        if (node->type == NODE_PARAGRAPH)
            any |= take_links(work, node);
    return any;
}

/* --- questions --- */

/* What follows a node in its line, up to the next node of another kind. */
static const char *text_after(const struct node *node)
{
    return node->next && node->next->type == NODE_TEXT ? node->next->text : "";
}

/* A bold question label at this node? *from is the first node after it; its colon is taken off. */
static bool strong_question(const struct reader *reader, struct node *node, struct node **from)
{
    if (node->type != NODE_STRONG && node->type != NODE_EMPHASIS)
        return false;
    const char *text = flow_line(reader->arena, node);
    size_t n = label_question(reader->profile, text, true);
    if (!n || !is_blank(text + n))
        return false;
    bool colon = label_question(reader->profile, text, false) > 0;
    const char *rest = text_after(node) + strspn(text_after(node), " ");
    if (!colon && label_colon(rest)) {
        node->next->text = rest + label_colon(rest);
        colon = true;
    }
    /* Without a colon it must stand alone in its line. */
    bool first = !node->prev || node->prev->type == NODE_BREAK;
    bool last = !node->next || node->next->type == NODE_BREAK || rest[0] == '\n';
    if (!colon && !(first && last))
        return false;
    *from = node->next;
    return true;
}

/* The colons of a text, of either width, in order; each is looked for once. */
struct colons {
    const char *narrow, *wide;
};

/* The third byte is the rarest of "：". */
static const char *wide_colon(const char *text)
{
    const char *at = text;
    while ((at = strchr(at, 0x9a)) && (at - text < 2 || memcmp(at - 2, "：", 3) != 0))
        at++;
    return at ? at - 2 : NULL;
}

static const char *next_colon(struct colons *colons)
{
    const char *narrow = colons->narrow, *wide = colons->wide;
    if (!narrow || (wide && wide < narrow)) {
        colons->wide = wide ? wide_colon(wide + 3) : NULL;
        return wide;
    }
    colons->narrow = strchr(narrow + 1, ':');
    return narrow;
}

/* The offset in a text where a question label begins, its length in *size; SIZE_MAX = there is none. Labels
 * end in a colon, or they are all that the last line holds: nothing else is looked at. */
static size_t text_question(const struct reader *reader, const struct node *node, size_t *size)
{
    const char *text = node->text;
    struct colons colons = {.narrow = strchr(text, ':'), .wide = wide_colon(text)};
    for (const char *colon; (colon = next_colon(&colons));) {
        size_t at = label_question_before(reader->profile, text, (size_t)(colon - text));
        if (at == SIZE_MAX || (at > 0 && isalnum((unsigned char)text[at - 1])) ||
            !(at == 0 ? breaks_before(node->prev) : label_boundary(text, at)))
            continue;
        *size = (size_t)(colon - text) - at + label_colon(colon);
        return at;
    }
    if (node->next)
        return SIZE_MAX;
    const char *line = strrchr(text, '\n');
    size_t at = line ? (size_t)(line - text) + 1 : 0;
    *size = at || breaks_before(node->prev) ? label_question(reader->profile, text + at, true) : 0;
    return *size ? at : SIZE_MAX;
}

/* Cuts a paragraph at its question label: what stands after it is returned as a paragraph of its own. NULL:
 * it has no label. */
static struct node *cut_questions(const struct reader *reader, struct node *paragraph)
{
    for (struct node *node = paragraph->first; node; node = node->next) {
        struct node *from = NULL, *label = NULL;
        size_t size = 0, at = node->type == NODE_TEXT ? text_question(reader, node, &size) : SIZE_MAX;
        const char *rest = NULL;
        if (at != SIZE_MAX) {
            rest = node->text + at + size;
            from = node->next;
            node->text = arena_copy(reader->arena, node->text, at);
        } else if (strong_question(reader, node, &from)) {
            label = node;
        } else {
            continue;
        }
        struct node *run = node_new(reader->arena, NODE_PARAGRAPH);
        if (rest)
            node_add_text(reader->arena, run, rest);
        while (from) {
            struct node *next = from->next;
            node_unlink(from);
            node_append(run, from);
            from = next;
        }
        if (label)
            node_unlink(label);
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
    static const char *const ends[] = {"？", "?", "。", ".", "！", "!"};
    while (len && strchr(" \n\t", text[len - 1]))
        len--;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (len >= n && memcmp(text + len - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

/* The questions of a run of text. A bold one at its beginning is one question, whatever follows. */
static void read_run(struct work *work, struct node *run, struct node *after)
{
    struct node *first = run->first;
    while (first && (first->type == NODE_BREAK || (first->type == NODE_TEXT && is_blank(first->text))))
        first = first->next;
    if (!first)
        return;
    struct buf raw;
    buf_init(&raw, SIZE_MAX / 4);
    flow_raw(&raw, first);
    if (first->type == NODE_STRONG && ends_sentence(raw.data, raw.len)) {
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
    return node->type == NODE_HEADING &&
           label_question(reader->profile, purpose_words(flow_line(reader->arena, node)), true);
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
            if (take_links(work, node))
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

static void read_block(struct work *work, struct node *block)
{
    struct node *run = block->type == NODE_PARAGRAPH ? cut_questions(work->reader, block) : NULL;
    if (run) {
        take_links(work, block);
        take_links(work, run);
        size_t before = work->questions.count;
        work->questions.number = 0;
        read_run(work, run, block);
        work->closing = block;
        take_following(work, block, work->questions.count == before);
    } else if (is_question_heading(work->reader, block)) {
        work->questions.number = 0;
        take_following(work, block, true);
        while (block->first)
            node_unlink(block->first);
        work->closing = block;
    } else if (take_links_below(work, block)) {
        work->closing = block;
    }
}

static bool is_picture(const struct node *block)
{
    if (block->type == NODE_RULE)
        return true;
    if (block->type != NODE_PARAGRAPH)
        return false;
    bool image = false;
    for (const struct node *node = block->first; node; node = node_next(block, node)) {
        if (node->type == NODE_IMAGE)
            image = true;
        else if (node->type == NODE_TEXT && !is_blank(node->text))
            return false;
    }
    return image;
}

/* Nothing but links and pictures from here on? */
static bool ends_in_links(const struct node *block)
{
    for (; block; block = block->next)
        if (!flow_is_blank(block) && !is_picture(block) &&
            (block->type != NODE_PARAGRAPH || !purpose_is_link_alone(block)))
            return false;
    return true;
}

/* The first picture after the last labelled link or question, or the rule above a few last links; NULL =
 * none. */
static struct node *late_picture(const struct work *work, struct node *body)
{
    if (!work->closing)
        for (struct node *block = body->first; block; block = block->next)
            if (block->type == NODE_RULE && ends_in_links(block))
                return block;
    struct node *block = work->closing ? work->closing->next : NULL;
    while (block && !is_picture(block))
        block = block->next;
    return block;
}

static void cut_tail(struct node *block, struct node *tail)
{
    while (block) {
        struct node *next = block->next;
        node_unlink(block);
        node_append(tail, block);
        block = next;
    }
}

static void fill(struct work *work, struct item *item, const struct node *tail)
{
    item->links = arena_array(work->arena, work->count + 1, sizeof *item->links);
    item->images = arena_array(work->arena, work->count + 1, sizeof *item->images);
    for (size_t i = 0; i < work->count; i++) {
        const struct mark *mark = &work->marks[i];
        if (tail && mark->block && mark->block->parent == tail)
            continue;
        if (mark->node->type == NODE_IMAGE)
            item->images[item->image_count++] = (struct image){mark->node->url, mark->node->text};
        else if (tree_url_is_web(mark->node->url))
            item->links[item->link_count++] = (struct link){mark->node->url, mark->label, mark->text};
    }
    item->questions = work->questions.texts;
    item->question_count = work->questions.count;
}

static void drop_images(struct node *body)
{
    for (struct node *node = body, *next; node; node = next) {
        next = node_next(body, node);
        if (node->type == NODE_IMAGE) {
            struct node *parent = node->parent;
            node_unlink(node);
            if (parent->type == NODE_LINK &&
                !parent->first) /* the picture was the link; it is among the links */
                node_unlink(parent);
        }
    }
}

static void read_title(struct work *work, struct item *item, const struct node *title)
{
    if (!title)
        return;
    const char *text = flow_line(work->arena, title);
    item->title = text[0] ? text : NULL;
    add_marks(work, title, NULL);
    for (const struct node *node = title->first; node && !item->title_url; node = node_next(title, node))
        if (node->type == NODE_LINK && tree_url_is_web(node->url))
            item->title_url = node->url;
}

bool item_read(
    const struct reader *reader, struct item *item, struct node *title, struct node *body, struct node *tail)
{
    struct arena *arena = reader->arena;
    struct work work = {.reader = reader, .arena = arena};
    read_title(&work, item, title);
    for (const struct node *block = body->first; block; block = block->next)
        add_marks(&work, block, block);
    for (struct node *block = body->first; block; block = block->next)
        read_block(&work, block);
    struct node *picture = late_picture(&work, body);
    if (tail)
        cut_tail(picture, tail);
    fill(&work, item, tail);
    drop_images(body);
    flow_join(arena, body);
    item->body = body;
    return picture != NULL;
}
