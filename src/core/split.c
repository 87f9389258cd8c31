#include "core/split.h"

#include "core/arena.h"
#include "core/error.h"
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
    size_t depth; /* of the deepest, the root being 0 */
};

static bool is_leaf(const struct node *node)
{
    return !node->first;
}

static bool holds_text(const struct node *node)
{
    return node->type == NODE_TEXT || node->type == NODE_CODE || node->type == NODE_CODE_BLOCK;
}

static int depth_of(const struct node *node)
{
    int depth = 0;
    for (; node->parent; node = node->parent)
        depth++;
    return depth;
}

static struct leaves gather_leaves(struct arena *arena, const struct node *root)
{
    struct leaves leaves = {0};
    for (const struct node *node = root; node; node = node_next(root, node))
        leaves.count += is_leaf(node) && node != root;
    leaves.list = arena_array(arena, leaves.count, sizeof *leaves.list);
    size_t i = 0;
    for (const struct node *node = root; node; node = node_next(root, node)) {
        if (!is_leaf(node) || node == root)
            continue;
        leaves.list[i++] = node;
        size_t depth = (size_t)depth_of(node);
        leaves.depth = depth > leaves.depth ? depth : leaves.depth;
    }
    return leaves;
}

/* --- where to cut --- */

static void add_cut(struct cuts *cuts, size_t leaf, size_t offset, size_t position, enum rank rank)
{
    if (cuts->count == cuts->room) {
        cuts->room = cuts->room ? cuts->room * 2 : 256;
        cuts->list = realloc(cuts->list, cuts->room * sizeof *cuts->list);
        if (!cuts->list)
            out_of_memory();
    }
    cuts->list[cuts->count++] = (struct cut){leaf, offset, position, rank};
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

/* --- what lies between two cuts --- */

/* One node on the way from the root to the leaf that was copied last, with its copy. NULL copy: left out. */
struct step_down {
    const struct node *node;
    struct node *copy;
};

struct copier {
    struct arena *arena;
    struct node *root;
    struct step_down *way;    /* as deep as the tree is; `depth` of them hold */
    const struct node **down; /* scratch of open_way() */
    size_t depth;
    const struct node *first_leaf;
    bool first_cut; /* the first leaf does not begin its text here */
};

/* Does this part begin inside the node (and not with it)? */
static bool continues(const struct copier *copier, const struct node *node)
{
    bool inside = copier->first_cut;
    const struct node *at = copier->first_leaf;
    for (; at && at != node; at = at->parent)
        inside = inside || at->prev;
    return at == node && inside;
}

static struct node *copy_node(struct copier *copier, struct node *parent, const struct node *node)
{
    struct node *copy = node_add(copier->arena, parent, node->type);
    copy->level = node->level;
    copy->fold = node->fold;
    copy->text = node->text;
    copy->url = node->url;
    copy->info = node->info;
    return copy;
}

static int place_among_items(const struct node *item)
{
    int place = 0;
    for (const struct node *at = item->prev; at; at = at->prev)
        place++;
    return place;
}

/* The copies of everything above `leaf`, made where they are not there yet; the copy of its parent. An item
 * that began in an earlier part goes on without its list mark. */
static struct node *open_way(struct copier *copier, const struct node *leaf)
{
    /* The way down to the leaf, which stands at its end. */
    size_t count = (size_t)depth_of(leaf);
    copier->down[count] = leaf;
    for (size_t i = count; i-- > 0;)
        copier->down[i] = copier->down[i + 1]->parent;
    size_t same = 0;
    while (same < copier->depth && same < count && copier->way[same].node == copier->down[same])
        same++;
    struct node *parent = same ? copier->way[same - 1].copy : copier->root;
    for (size_t i = same; i < count; i++) {
        const struct node *node = copier->down[i], *child = copier->down[i + 1];
        bool item_goes_on = (node->type == NODE_ITEM && continues(copier, node)) ||
                            (node->type == NODE_LIST && continues(copier, child));
        if (i > 0 && !item_goes_on) {
            parent = copy_node(copier, parent, node);
            if (node->type == NODE_LIST && node->level)
                parent->level += place_among_items(child);
        }
        copier->way[i] = (struct step_down){node, parent};
    }
    copier->depth = count;
    return parent;
}

/* After an item that went on from the part before, the list itself has to be opened. */
static void reopen_list(struct copier *copier, const struct node *leaf)
{
    for (size_t i = 1; i < copier->depth; i++) {
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
    copier.way = arena_array(arena, leaves->depth + 1, sizeof *copier.way);
    copier.down = arena_array(arena, leaves->depth + 1, sizeof *copier.down);
    copier.first_leaf = from->leaf < leaves->count ? leaves->list[from->leaf] : NULL;
    copier.first_cut = from->offset > 0;
    for (size_t i = from->leaf; i < to->leaf || (i == to->leaf && to->offset); i++) {
        const struct node *leaf = leaves->list[i];
        reopen_list(&copier, leaf);
        struct node *copy = copy_node(&copier, open_way(&copier, leaf), leaf);
        if (!holds_text(leaf))
            continue;
        size_t start = i == from->leaf ? from->offset : 0;
        size_t end = i == to->leaf ? to->offset : strlen(leaf->text);
        /* A line begins and ends with no space at a cut. */
        while (start && leaf->type == NODE_TEXT && start < end && leaf->text[start] == ' ')
            start++;
        while (leaf->text[end] && leaf->type == NODE_TEXT && end > start && leaf->text[end - 1] == ' ')
            end--;
        if (start || leaf->text[end])
            copy->text = arena_copy(arena, leaf->text + start, end - start);
    }
    return copier.root;
}

/* --- how far a part goes --- */

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

/* --- what cannot be cut and fits nowhere --- */

/* Does this node fit a part by itself, together with what it stands in? */
static bool fits_alone(const struct node *node, const struct splitter *splitter)
{
    size_t bytes = 0, deep = (size_t)depth_of(node);
    for (const struct node *at = node; at; at = node_next(node, at))
        bytes += strlen(at->text) + strlen(at->url) + strlen(at->info) + 16;
    if ((bytes + deep * 16) < splitter->limit / 8)
        return true; /* whatever the marks around it */
    struct arena arena = {0};
    struct node *tree = node_clone(&arena, node);
    for (const struct node *above = node->parent; above; above = above->parent) {
        struct node *copy = node_new(&arena, above->type);
        copy->level = above->level;
        copy->fold = above->fold;
        copy->url = above->url;
        node_append(copy, tree);
        tree = copy;
    }
    bool fits = splitter->measure(tree, splitter->context) <= splitter->limit;
    arena_free(&arena);
    return fits;
}

/* Puts what the node holds in its place; the node that now stands there (or follows). */
static struct node *unwrap(struct node *root, struct node *node)
{
    struct node *parent = node->parent, *first = node->first, *after = NULL;
    if (!first)
        for (after = node; after && after != root && !after->next;)
            after = after->parent;
    after = after && after != root ? after->next : NULL;
    for (struct node *child = node->first; child; child = child->next)
        child->parent = parent;
    struct node *left = node->prev, *right = node->next;
    struct node *begin = first ? first : right, *end = node->last ? node->last : left;
    *(left ? &left->next : &parent->first) = begin;
    *(right ? &right->prev : &parent->last) = end;
    if (first) {
        first->prev = left;
        node->last->next = right;
    }
    return first ? first : after;
}

/* A link too long for a part becomes its text, an image its alternative text; the language of such a code
 * block is left out. What remains can be cut between graphemes. */
static void loosen(struct arena *arena, struct node *root, const struct splitter *splitter)
{
    for (struct node *node = root; node;) {
        if (node->type == NODE_LINK && !fits_alone(node, splitter)) {
            node = unwrap(root, node);
            continue;
        }
        if (node->type == NODE_IMAGE && !fits_alone(node, splitter)) {
            bool block = node->parent->type == NODE_DOCUMENT || node->parent->type == NODE_QUOTE ||
                         node->parent->type == NODE_ITEM;
            node->type = block ? NODE_PARAGRAPH : NODE_TEXT;
            if (block)
                node_add_text(arena, node, node->text);
            node->text = block ? "" : node->text;
            node->url = "";
        }
        if (node->type == NODE_CODE_BLOCK && strlen(node->info) > splitter->limit / 8)
            node->info = "";
        node = node_next(root, node);
    }
}

static bool is_space(const char *text)
{
    size_t len = strlen(text), size;
    for (size_t at = 0; at < len; at += size) {
        uint32_t point = utf8_decode(text, len, at, &size);
        if (point != ' ' && point != '\n' && point != '\t' && point != 0xa0 && point != 0x3000)
            return false;
    }
    return true;
}

/* Nothing that anybody could see: no platform takes such a post. */
static bool is_blank(const struct node *tree)
{
    for (const struct node *node = tree; node; node = node_next(tree, node))
        if (node->type == NODE_IMAGE || node->type == NODE_RULE || node->type == NODE_ITEM ||
            !is_space(node->text))
            return false;
    return true;
}

static void add_part(struct arena *arena, struct parts *parts, size_t *room, struct node *tree)
{
    if (parts->count == *room) {
        struct node **more = arena_array(arena, *room = *room ? *room * 2 : 8, sizeof *more);
        if (parts->count)
            memcpy(more, parts->trees, parts->count * sizeof *more);
        parts->trees = more;
    }
    parts->trees[parts->count++] = tree;
}

struct parts split_message(struct arena *arena, const struct node *document, const struct splitter *splitter)
{
    assert(document->type == NODE_DOCUMENT && splitter->limit >= 64);
    struct parts parts = {0};
    size_t room = 0;
    struct node *whole = node_clone(arena, document); /* the parts' texts may point into it */
    if (splitter->measure(whole, splitter->context) <= splitter->limit) {
        add_part(arena, &parts, &room, whole);
        return parts;
    }
    loosen(arena, whole, splitter);
    struct leaves leaves = gather_leaves(arena, whole);
    struct cuts cuts = find_cuts(&leaves);
    struct search search = {splitter, &leaves, &cuts};
    for (size_t from = 0; from + 1 < cuts.count;) {
        size_t far = farthest(&search, from), to = best_cut(&cuts, from, far);
        /* A shorter part may measure more, such as one that ends in a space that has to be written out. */
        if (to != far && !fits(&search, from, to))
            to = far;
        struct node *tree = cut_out(arena, &leaves, &cuts.list[from], &cuts.list[to]);
        if (!is_blank(tree))
            add_part(arena, &parts, &room, tree);
        from = to;
    }
    if (!parts.count)
        add_part(arena, &parts, &room, node_new(arena, NODE_DOCUMENT));
    free(cuts.list);
    return parts;
}

struct parts split_to_fit(struct arena *arena, const struct node *document, const struct splitter *splitter)
{
    struct parts first = split_message(arena, document, splitter), all = {0};
    struct splitter tighter = *splitter;
    tighter.limit = splitter->limit / 2;
    struct parts *finer = arena_array(arena, first.count, sizeof *finer);
    for (size_t i = 0; i < first.count; i++) {
        finer[i] = (struct parts){&first.trees[i], 1};
        if (splitter->measure(first.trees[i], splitter->context) > splitter->limit)
            finer[i] = split_message(arena, first.trees[i], &tighter);
        all.count += finer[i].count;
    }
    all.trees = arena_array(arena, all.count, sizeof *all.trees);
    size_t at = 0;
    for (size_t i = 0; i < first.count; i++)
        for (size_t k = 0; k < finer[i].count; k++)
            all.trees[at++] = finer[i].trees[k];
    return all;
}
