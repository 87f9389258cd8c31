#include "core/split.h"

#include "core/arena.h"
#include "core/message.h"
#include "core/utf8.h"

#include <assert.h>

/* The document is seen as a row of leaves. A cut is a place between two leaves or inside one; a part is what
 * lies between two cuts, with all styles and blocks around it opened again. */

enum rank { /* how good a cut is, best first */
    RANK_BLOCK,
    RANK_ITEM,
    RANK_LINE,
    RANK_SENTENCE,
    RANK_WORD,
    RANK_GRAPHEME,
    RANK_POINT, /* inside a grapheme that is monstrous */
    RANKS
};

/* How much of what would fit a part must at least hold, in percent, for a cut of that rank to be taken. */
static const unsigned least_filled[RANKS] = {40, 50, 60, 60, 75, 0, 0};

enum { MONSTROUS = 128 }; /* bytes of one grapheme */

struct cut {
    size_t leaf, offset; /* what follows begins here */
    size_t position;     /* bytes of text before it */
    enum rank rank;
};

struct cuts {
    struct cut *list;
    size_t count, room;
};

struct leaves {
    const struct node **list;
    size_t count;
};

static bool is_leaf(const struct node *node)
{
    return !node->first;
}

static bool holds_text(const struct node *node)
{
    return node->type == NODE_TEXT || node->type == NODE_CODE || node->type == NODE_CODE_BLOCK;
}

static struct leaves gather_leaves(struct arena *arena, const struct node *root)
{
    struct leaves leaves = {0};
    for (const struct node *node = root; node; node = node_next(root, node))
        leaves.count += is_leaf(node) && node != root;
    leaves.list = arena_array(arena, leaves.count, sizeof *leaves.list);
    size_t i = 0;
    for (const struct node *node = root; node; node = node_next(root, node))
        if (is_leaf(node) && node != root)
            leaves.list[i++] = node;
    return leaves;
}

/* --- where to cut
 * ------------------------------------------------------------------------------------------------- */

static void add_cut(struct cuts *cuts, size_t leaf, size_t offset, size_t position, enum rank rank)
{
    if (cuts->count == cuts->room) {
        cuts->room = cuts->room ? cuts->room * 2 : 256;
        cuts->list = realloc(cuts->list, cuts->room * sizeof *cuts->list);
        if (!cuts->list)
            abort(); /* out of memory ends the process */
    }
    cuts->list[cuts->count++] = (struct cut){leaf, offset, position, rank};
}

static int depth_of(const struct node *node)
{
    int depth = 0;
    for (; node->parent; node = node->parent)
        depth++;
    return depth;
}

/* The nearest node that holds both; *below is its child on the way to `b`. */
static const struct node *common(const struct node *a, const struct node *b, const struct node **below)
{
    int deep_a = depth_of(a), deep_b = depth_of(b);
    *below = b;
    for (; deep_a > deep_b; deep_a--)
        a = a->parent;
    for (; deep_b > deep_a; deep_b--) {
        *below = b;
        b = b->parent;
    }
    while (a != b) {
        *below = b;
        a = a->parent;
        b = b->parent;
    }
    return a;
}

static const struct node *ancestor(const struct node *node, enum node_type type)
{
    for (; node; node = node->parent)
        if (node->type == type)
            return node;
    return NULL;
}

/* A cut between two neighbours; false when there must be none. */
static bool rank_between(const struct node *before, const struct node *after, enum rank *rank)
{
    const struct node *below, *both = common(before, after, &below);
    if (ancestor(both, NODE_LINK))
        return false;
    if (node_is_block(below->type) || both->type == NODE_DOCUMENT) {
        if (ancestor(before, NODE_HEADING))
            *rank = RANK_GRAPHEME; /* a heading stays with what it heads */
        else if (both->type == NODE_ROW)
            *rank = RANK_WORD;
        else
            *rank = both->type == NODE_DOCUMENT ? RANK_BLOCK : RANK_ITEM;
        return true;
    }
    if (before->type == NODE_BREAK)
        *rank = RANK_LINE;
    else if (holds_text(before) && *before->text && before->text[strlen(before->text) - 1] == ' ')
        *rank = RANK_WORD;
    else
        *rank = RANK_GRAPHEME;
    return true;
}

static bool ends_sentence(uint32_t point)
{
    return point == 0x3002 || point == 0xff01 || point == 0xff1f || point == 0xff1b || point == '!' ||
           point == '?' || point == '.';
}

static bool closes(uint32_t point)
{
    return point == '"' || point == '\'' || point == ')' || point == ']' || point == 0x201d ||
           point == 0x2019 || point == 0x300d || point == 0x300f || point == 0xff09 || point == 0x300b ||
           point == 0x3011;
}

/* No line begins with these: 、，。 and closing marks. */
static bool may_begin(uint32_t point)
{
    return !closes(point) && !ends_sentence(point) && point != 0xff0c && point != 0x3001 && point != 0xff1a &&
           point != ',' && point != ':' && point != ';';
}

/* How good a cut is between the character(s) before and the one after. `sentence`: a sentence end lies just
 * behind. */
static enum rank rank_inside(const struct node *leaf, uint32_t before, uint32_t after, bool sentence)
{
    if (before == '\n')
        return RANK_LINE;
    if (leaf->type != NODE_TEXT)
        return RANK_GRAPHEME;
    if (before == ' ')
        return sentence ? RANK_SENTENCE : RANK_WORD;
    if (sentence && before != '.' && before < 0x80 && !utf8_is_cjk(after))
        return RANK_GRAPHEME; /* "?!" in an address */
    if (sentence && before >= 0x80 && may_begin(after) && after != ' ')
        return RANK_SENTENCE;
    if ((utf8_is_cjk(before) || utf8_is_cjk(after)) && may_begin(after))
        return RANK_WORD;
    return RANK_GRAPHEME;
}

static void cuts_inside(struct cuts *cuts, const struct node *leaf, size_t index, size_t position)
{
    const char *text = leaf->text;
    size_t len = strlen(text), size;
    bool sentence = false;
    for (size_t at = 0, end; at < len; at = end) {
        end = utf8_grapheme_end(text, len, at);
        uint32_t point = utf8_decode(text, len, at, &size);
        if (end - at > MONSTROUS)
            for (size_t inner = at + size; inner < end; inner += size) {
                utf8_decode(text, len, inner, &size);
                add_cut(cuts, index, inner, position + inner, RANK_POINT);
            }
        if (ends_sentence(point))
            sentence = true;
        else if (!closes(point) && point != ' ')
            sentence = false;
        if (end < len)
            add_cut(cuts, index, end, position + end,
                rank_inside(leaf, point, utf8_decode(text, len, end, &size), sentence));
    }
}

static struct cuts find_cuts(const struct leaves *leaves)
{
    struct cuts cuts = {0};
    size_t position = 0;
    add_cut(&cuts, 0, 0, 0, RANK_BLOCK);
    for (size_t i = 0; i < leaves->count; i++) {
        const struct node *leaf = leaves->list[i];
        enum rank rank;
        if (i && rank_between(leaves->list[i - 1], leaf, &rank))
            add_cut(&cuts, i, 0, position, rank);
        if (!holds_text(leaf)) {
            position++;
            continue;
        }
        if (!ancestor(leaf, NODE_LINK))
            cuts_inside(&cuts, leaf, i, position);
        position += strlen(leaf->text);
    }
    add_cut(&cuts, leaves->count, 0, position, RANK_BLOCK);
    return cuts;
}

/* --- what lies between two cuts
 * ------------------------------------------------------------------------------------ */

/* One node on the way from the root to the leaf that was copied last, with its copy. NULL copy: left out. */
struct step_down {
    const struct node *node;
    struct node *copy;
};

struct copier {
    struct arena *arena;
    struct node *root;
    struct step_down *way; /* as deep as the tree is */
    int depth;
    const struct node *first_leaf;
    bool first_cut; /* the first leaf does not begin its text here */
};

/* Does this part begin inside the node (and not with it)? */
static bool continues(const struct copier *copier, const struct node *node)
{
    if (copier->first_cut && ancestor(copier->first_leaf, NODE_DOCUMENT)) {
        for (const struct node *at = copier->first_leaf; at; at = at->parent)
            if (at == node)
                return true;
    }
    const struct node *at = copier->first_leaf;
    bool inside = false;
    for (; at && at != node; at = at->parent)
        inside = inside || at->prev;
    return at == node && inside;
}

static struct node *copy_node(
    struct copier *copier, struct node *parent, const struct node *node, size_t index_in_list)
{
    struct node *copy = node_add(copier->arena, parent, node->type);
    copy->level = node->type == NODE_LIST && node->level ? node->level + (int)index_in_list : node->level;
    copy->fold = node->fold;
    copy->text = node->text;
    copy->url = node->url;
    copy->info = node->info;
    return copy;
}

/* The copies of everything above `leaf`, made where they are not there yet; the copy of its parent. An item
 * that began in an earlier part goes on without its list mark. */
static struct node *open_way(struct copier *copier, const struct node *leaf)
{
    const struct node *above[MESSAGE_DEPTH_MAX + 2];
    int count = 0;
    for (const struct node *at = leaf->parent; at; at = at->parent) {
        assert(count < MESSAGE_DEPTH_MAX + 2);
        above[count++] = at;
    }
    int same = 0;
    while (same < copier->depth && same < count && copier->way[same].node == above[count - 1 - same])
        same++;
    copier->depth = same;
    struct node *parent = same ? copier->way[same - 1].copy : copier->root;
    for (int i = same; i < count; i++) {
        const struct node *node = above[count - 1 - i];
        struct node *copy;
        bool next_goes_on = i + 1 < count && node->type == NODE_LIST &&
                            above[count - 2 - i]->type == NODE_ITEM &&
                            continues(copier, above[count - 2 - i]);
        if (i == 0) {
            copy = copier->root;
        } else if (next_goes_on || (node->type == NODE_ITEM && continues(copier, node))) {
            copy = parent;
        } else {
            size_t before = 0;
            if (node->type == NODE_LIST && i + 1 < count)
                for (const struct node *at = above[count - 2 - i]->prev; at; at = at->prev)
                    before++;
            copy = copy_node(copier, parent, node, before);
        }
        copier->way[i] = (struct step_down){node, copy};
        copier->depth = i + 1;
        parent = copy;
    }
    return parent;
}

/* After an item that went on from the part before, the list itself has to be opened. */
static void reopen_list(struct copier *copier, const struct node *leaf)
{
    for (int i = 1; i < copier->depth; i++) {
        struct step_down *step = &copier->way[i];
        if (step->node->type != NODE_LIST || step->copy != copier->way[i - 1].copy)
            continue;
        const struct node *item = leaf;
        while (item && item->parent != step->node)
            item = item->parent;
        if (item && !continues(copier, item)) {
            copier->depth = i; /* open_way() makes it anew, as the item does not go on */
            return;
        }
    }
}

static struct node *cut_out(
    struct arena *arena, const struct leaves *leaves, const struct cut *from, const struct cut *to)
{
    struct copier copier = {.arena = arena, .root = node_new(arena, NODE_DOCUMENT)};
    copier.way = arena_array(arena, MESSAGE_DEPTH_MAX + 2, sizeof *copier.way);
    copier.first_leaf = from->leaf < leaves->count ? leaves->list[from->leaf] : NULL;
    copier.first_cut = from->offset > 0;
    for (size_t i = from->leaf; i < to->leaf || (i == to->leaf && to->offset); i++) {
        const struct node *leaf = leaves->list[i];
        reopen_list(&copier, leaf);
        struct node *copy = copy_node(&copier, open_way(&copier, leaf), leaf, 0);
        if (!holds_text(leaf))
            continue;
        size_t start = i == from->leaf ? from->offset : 0;
        size_t end = i == to->leaf ? to->offset : strlen(leaf->text);
        if (start || leaf->text[end])
            copy->text = arena_copy(arena, leaf->text + start, end - start);
    }
    return copier.root;
}

/* --- how far a part goes
 * -------------------------------------------------------------------------------------------- */

struct search {
    const struct splitter *splitter;
    const struct leaves *leaves;
    const struct cuts *cuts;
};

static size_t size_between(const struct search *search, size_t from, size_t to)
{
    struct arena scratch = {0};
    struct node *tree = cut_out(&scratch, search->leaves, &search->cuts->list[from], &search->cuts->list[to]);
    size_t size = search->splitter->measure(tree, search->splitter->context);
    arena_free(&scratch);
    return size;
}

static bool fits(const struct search *search, size_t from, size_t to)
{
    return size_between(search, from, to) <= search->splitter->limit;
}

/* The first cut at or behind this position of the text. */
static size_t cut_at(const struct cuts *cuts, size_t low, size_t position)
{
    size_t high = cuts->count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cuts->list[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The farthest cut that fits. A text of n bytes takes at least n/4 units of any kind, so that what lies
 * farther than four times the limit is not even tried; in between the answer is halved in. */
static size_t farthest(const struct search *search, size_t from)
{
    const struct cuts *cuts = search->cuts;
    size_t last = cuts->count - 1;
    size_t high = cut_at(cuts, from + 1, cuts->list[from].position + search->splitter->limit * 4 + 1);
    if (high == last && fits(search, from, last))
        return last;
    size_t low = from + 1; /* taken even when it does not fit: nothing smaller is there */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (fits(search, from, middle))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t best_cut(const struct cuts *cuts, size_t from, size_t far)
{
    if (far == cuts->count - 1)
        return far;
    size_t start = cuts->list[from].position, span = cuts->list[far].position - start;
    for (enum rank rank = RANK_BLOCK; rank < RANKS; rank++)
        for (size_t at = far;
             at > from && (cuts->list[at].position - start) * 100 >= span * least_filled[rank]; at--)
            if (cuts->list[at].rank <= rank)
                return at;
    return far;
}

/* --- links that fit nowhere
 * ------------------------------------------------------------------------------------------ */

static struct node *loosen_links(
    struct arena *arena, const struct node *document, const struct splitter *splitter)
{
    struct node *copy = NULL;
    const struct node *at = document;
    for (; at; at = node_next(document, at)) {
        if (at->type != NODE_LINK)
            continue;
        size_t bytes = strlen(at->url);
        for (const struct node *inner = at->first; inner; inner = node_next(at, inner))
            bytes += strlen(inner->text) + 16;
        if (bytes < splitter->limit / 8)
            continue; /* whatever the marks around it, it fits */
        struct arena scratch = {0};
        struct node *alone = node_new(&scratch, NODE_DOCUMENT);
        node_append(node_add(&scratch, alone, NODE_PARAGRAPH), node_clone(&scratch, at));
        bool too_long = splitter->measure(alone, splitter->context) > splitter->limit;
        arena_free(&scratch);
        if (too_long) {
            copy = node_clone(arena, document);
            break;
        }
    }
    if (!copy)
        return NULL;
    /* In the copy every link of that kind becomes its text. */
    for (struct node *node = copy, *next; node; node = next) {
        next = node_next(copy, node);
        if (node->type != NODE_LINK)
            continue;
        struct arena scratch = {0};
        struct node *alone = node_new(&scratch, NODE_DOCUMENT);
        node_append(node_add(&scratch, alone, NODE_PARAGRAPH), node_clone(&scratch, node));
        if (splitter->measure(alone, splitter->context) > splitter->limit)
            node->type = NODE_EMPHASIS; /* holds inlines as a link does, and may be cut */
        arena_free(&scratch);
    }
    return copy;
}

struct parts split_message(struct arena *arena, const struct node *document, const struct splitter *splitter)
{
    assert(document->type == NODE_DOCUMENT && splitter->limit >= 64);
    struct parts parts = {0};
    if (splitter->measure(document, splitter->context) <= splitter->limit) {
        parts.trees = arena_array(arena, 1, sizeof *parts.trees);
        parts.trees[parts.count++] = node_clone(arena, document);
        return parts;
    }
    struct node *loosened = loosen_links(arena, document, splitter);
    struct leaves leaves = gather_leaves(arena, loosened ? loosened : document);
    struct cuts cuts = find_cuts(&leaves);
    struct search search = {splitter, &leaves, &cuts};
    size_t room = 0;
    for (size_t from = 0; from + 1 < cuts.count;) {
        size_t to = best_cut(&cuts, from, farthest(&search, from));
        if (parts.count == room) {
            struct node **more = arena_array(arena, room = room ? room * 2 : 8, sizeof *more);
            if (parts.count)
                memcpy(more, parts.trees, parts.count * sizeof *more);
            parts.trees = more;
        }
        struct node *tree = cut_out(arena, &leaves, &cuts.list[from], &cuts.list[to]);
        /* The part's texts may point into the document: it has to live on its own. */
        parts.trees[parts.count++] = node_clone(arena, tree);
        from = to;
    }
    free(cuts.list);
    return parts;
}
