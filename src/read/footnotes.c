#include "read/footnotes.h"

#include "core/arena.h"
#include "core/message.h"
#include "core/utf8.h"
#include "read/tree.h"

#include <string.h>

/* A note that many refer to is copied for each of them, up to so much in all. */
enum { MARK_MAX = 80, NOTES_MAX = 20000, COPIES_MAX = 20000 /* nodes */, COPIED_MAX = 1 << 20 /* bytes */ };

struct note {
    const char *mark; /* "[^1]" */
    size_t len;
    size_t block;       /* the paragraph that defines it */
    struct node *words; /* NODE_PARAGRAPH; NULL = not taken out of its paragraph */
    bool wanted, placed;
};

struct notes {
    struct arena *arena;
    struct tree *tree;
    struct note *all; /* as they stand */
    size_t count, cap;
    struct note **sorted;
    bool *defines; /* for each block */
    size_t copies, copied;
    struct blocks blocks;
};

size_t footnote_mark(const char *text, size_t len)
{
    size_t n = 2;
    if (len < 4 || text[0] != '[' || text[1] != '^')
        return 0;
    while (n < len && n < MARK_MAX && !strchr("[] \t\n", text[n]))
        n++;
    return n > 2 && n < len && text[n] == ']' ? n + 1 : 0;
}

/* --- definitions --- */

static size_t definition(const char *text)
{
    size_t size = footnote_mark(text, strnlen(text, MARK_MAX + 2));
    return size && text[size] == ':' ? size : 0;
}

static void add_note(struct notes *notes, const char *mark, size_t len, size_t block)
{
    notes->all = arena_grow(notes->arena, notes->all, notes->count, &notes->cap, 16, sizeof *notes->all);
    notes->all[notes->count++] = (struct note){.mark = mark, .len = len, .block = block};
}

/* Where we are in the lines of a paragraph that defines notes. */
struct lines {
    struct arena *arena;
    struct note *note, *next; /* the one whose lines we are in, and the one behind it */
    bool start, end;          /* at the beginning of a line; a line of this note has ended */
};

static void put_words(struct lines *lines, const char *text, size_t len)
{
    if (lines->end)
        node_add_text(lines->arena, lines->note->words, "\n");
    lines->end = false;
    if (len)
        node_add_text(lines->arena, lines->note->words, arena_copy(lines->arena, text, len));
}

static void find_in_text(struct notes *notes, size_t block, const char *text, bool *start)
{
    while (*text) {
        size_t size = *start ? definition(text) : 0, len = strcspn(text, "\n");
        if (size)
            add_note(notes, text, size, block);
        *start = text[len] == '\n';
        text += len + *start;
    }
}

static void find_notes(struct notes *notes, size_t block)
{
    const struct node *paragraph = notes->tree->blocks[block].node, *first = paragraph->first;
    bool start = true;
    if (paragraph->type != NODE_PARAGRAPH || !first || first->type != NODE_TEXT || !definition(first->text))
        return;
    notes->defines[block] = true;
    for (const struct node *node = first; node; node = node->next) {
        if (node->type == NODE_TEXT)
            find_in_text(notes, block, node->text, &start);
        else
            start = node->type == NODE_BREAK;
    }
}

static void take_text(struct lines *lines, const char *text)
{
    while (*text) {
        size_t size = lines->start ? definition(text) : 0;
        if (size) {
            lines->note = lines->next++;
            lines->end = false;
            text += size + 1;
            text += strspn(text, " \t");
        }
        size_t len = strcspn(text, "\n");
        if (len)
            put_words(lines, text, len);
        lines->start = text[len] == '\n';
        lines->end = lines->end || lines->start;
        text += len + lines->start;
    }
}

/* The words of all notes of a paragraph, of which `note` is the first, go to them. */
static void take_notes(struct notes *notes, struct note *note)
{
    struct node *paragraph = notes->tree->blocks[note->block].node;
    struct lines lines = {.arena = notes->arena, .next = note, .start = true};
    for (struct note *one = note; one < notes->all + notes->count && one->block == note->block; one++)
        one->words = node_new(notes->arena, NODE_PARAGRAPH);
    for (struct node *node = paragraph->first, *next; node; node = next) {
        next = node->next;
        if (node->type == NODE_TEXT) {
            take_text(&lines, node->text);
        } else if (node->type == NODE_BREAK) {
            lines.start = lines.end = true;
        } else {
            put_words(&lines, "", 0);
            node_unlink(node);
            node_append(lines.note->words, node);
            lines.start = false;
        }
    }
}

/* --- references --- */

static int by_mark(const void *a, const void *b)
{
    const struct note *one = *(struct note *const *)a, *other = *(struct note *const *)b;
    size_t least = one->len < other->len ? one->len : other->len;
    int order = memcmp(one->mark, other->mark, least);
    return order ? order : (one->len > other->len) - (one->len < other->len);
}

static struct note *find(const struct notes *notes, const char *mark, size_t len)
{
    struct note wanted = {.mark = mark, .len = len}, *key = &wanted;
    struct note **found = bsearch(&key, notes->sorted, notes->count, sizeof *notes->sorted, by_mark);
    return found ? *found : NULL;
}

/* The next reference in a text. */
static const char *next_reference(const struct notes *notes, const char *text, struct note **note)
{
    for (const char *at = text; (at = strstr(at, "[^")); at++) {
        size_t size = footnote_mark(at, strnlen(at, MARK_MAX + 2));
        if (size && (*note = find(notes, at, size)))
            return at;
    }
    return NULL;
}

static void want(const struct notes *notes, const struct node *root)
{
    struct note *note;
    for (const struct node *node = root; node; node = node_next(root, node)) {
        const char *at = node->type == NODE_TEXT ? node->text : "";
        while ((at = next_reference(notes, at, &note))) {
            note->wanted = true;
            at += note->len;
        }
    }
}

/* The words of a note for one more reference: themselves, then copies. NULL: there were enough of these. */
static struct node *words_of(struct notes *notes, struct note *note)
{
    for (const struct node *node = note->words; note->placed && node; node = node_next(note->words, node)) {
        notes->copies++;
        notes->copied += node->type == NODE_TEXT ? strlen(node->text) : 0;
    }
    if (notes->copies > COPIES_MAX || notes->copied > COPIED_MAX)
        return NULL;
    note->placed = true;
    return node_clone(notes->arena, note->words);
}

/* A full stop has no place before the parenthesis. */
static void drop_stop(struct notes *notes, const struct node *words)
{
    struct node *last = words->last;
    size_t len = last && last->type == NODE_TEXT ? strlen(last->text) : 0;
    if (len > 1 && last->text[len - 1] == '.' && last->text[len - 2] != '.')
        last->text = arena_copy(notes->arena, last->text, len - 1);
    else if (len > 3 && memcmp(last->text + len - 3, "。", 3) == 0)
        last->text = arena_copy(notes->arena, last->text, len - 3);
}

static bool after_cjk(const char *text, size_t len)
{
    size_t start = len, size;
    while (start && ((unsigned char)text[--start] & 0xc0) == 0x80)
        ;
    return len && utf8_is_cjk(utf8_decode(text, len, start, &size));
}

static struct node *text_node(struct notes *notes, const char *text)
{
    struct node *node = node_new(notes->arena, NODE_TEXT);
    node->text = text;
    return node;
}

/* The words behind `mark`, in parentheses; the last of them. */
static struct node *put_inline(
    struct notes *notes, struct node *mark, const char *open, struct node *words, const char *close)
{
    struct node *last = text_node(notes, open);
    node_insert_after(mark, last);
    for (struct node *node; (node = words->first); last = node) {
        node_unlink(node);
        node_insert_after(last, node);
    }
    struct node *end = text_node(notes, close);
    node_insert_after(last, end);
    return end;
}

static struct node *link_around(struct node *node)
{
    for (; node; node = node->parent)
        if (node->type == NODE_LINK)
            return node;
    return NULL;
}

/* Puts the note of the reference at `at` of a text; the text node that what follows it is in. NULL: it stays.
 */
static struct node *place(
    struct notes *notes, struct node *node, const char *at, struct note *note, struct block *block)
{
    struct node *words = words_of(notes, note), *link = link_around(node);
    if (!words)
        return NULL;
    size_t len = (size_t)(at - node->text);
    bool wide = after_cjk(node->text, len), space = len && strchr(" \n", node->text[len - 1]);
    const char *open = wide ? "（" : space ? "(" : " (", *close = wide ? "）" : ")";
    struct node *rest =
        text_node(notes, at + note->len); /* the same bytes: a text may have many references */
    node->text = arena_copy(notes->arena, node->text, len);
    if (block->node->type == NODE_HEADING || link)
        node_insert_after(node, rest);
    if (block->node->type == NODE_HEADING) {
        blocks_add(notes->arena, &notes->blocks,
            &(struct block){.node = words, .line = block->line, .end_line = block->end_line});
        return rest;
    }
    drop_stop(notes, words);
    struct node *end = put_inline(notes, link ? link : node, open, words, close);
    if (!link)
        node_insert_after(end, rest);
    return rest;
}

static void place_all(struct notes *notes, struct block *block)
{
    struct note *note;
    for (struct node *node = block->node, *next; node; node = next) {
        const char *at = node->type == NODE_TEXT ? next_reference(notes, node->text, &note) : NULL;
        while (at && !note->words)
            at = next_reference(notes, at + note->len, &note);
        next = at ? place(notes, node, at, note, block) : NULL;
        next = next ? next : node_next(block->node, node);
    }
}

/* Paragraphs whose notes are all wanted are taken apart. */
static void take_wanted(struct notes *notes)
{
    for (size_t i = 0, end; i < notes->count; i = end) {
        bool all = true;
        for (end = i; end < notes->count && notes->all[end].block == notes->all[i].block; end++)
            all = all && notes->all[end].wanted;
        if (all)
            take_notes(notes, &notes->all[i]);
        else
            notes->defines[notes->all[i].block] = false;
    }
}

void footnotes_place(struct arena *arena, struct tree *tree)
{
    struct notes notes = {.arena = arena, .tree = tree};
    notes.defines = arena_array(arena, tree->count + 1, sizeof *notes.defines);
    for (size_t i = 0; i < tree->count && notes.count < NOTES_MAX; i++)
        find_notes(&notes, i);
    if (!notes.count)
        return;
    notes.sorted = arena_array(arena, notes.count, sizeof *notes.sorted);
    for (size_t i = 0; i < notes.count; i++)
        notes.sorted[i] = &notes.all[i];
    qsort(notes.sorted, notes.count, sizeof *notes.sorted, by_mark);
    for (size_t i = 0; i < tree->count; i++)
        if (!notes.defines[i])
            want(&notes, tree->blocks[i].node);
    take_wanted(&notes);
    for (size_t i = 0; i < tree->count; i++) {
        struct block *block = &tree->blocks[i];
        if (notes.defines[i]) {
            node_unlink(block->node);
            continue;
        }
        blocks_add(arena, &notes.blocks, block);
        size_t last = notes.blocks.count;
        place_all(&notes, block);
        for (size_t extra = last; extra < notes.blocks.count; extra++)
            node_insert_after(notes.blocks.all[extra - 1].node, notes.blocks.all[extra].node);
    }
    tree->blocks = notes.blocks.all;
    tree->count = notes.blocks.count;
}
