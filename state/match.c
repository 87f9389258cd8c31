#include "state/match.h"
#include "core/arena.h"
#include "core/utf8.h"
#include "state/traits.h"
#include <assert.h>
#include <stdint.h>

enum {
    SHORT = 20,          /* points of a body that says who it is by itself */
    FEW = 8,             /* items that share what makes them worth a look */
    RARE_WORDS = 12,     /* of an item that are looked for in others */
    PAIRS_MAX = 2 << 20, /* of items looked at; beyond it what is unclear is new */
    ROUNDS_MAX = 8,
};
/* Well above the runner-up: as much as half an address. */
static const double margin = 0.25;
/* Any two stories of one company, with the same phrases around them, have so much of their texts in common.
 * Half of a text is as much as an editor leaves of a story he writes anew. One character makes another
 * season's title. */
static const struct measure of_items = {
    .enough = 6, .unlike = 0.10, .alike = 0.38, .corrected = 0.2, .with_title = true};
/* Questions are short, and those of one item speak of the same things; but one character makes no other
 * question, nor do some words that are put before it. */
static const struct measure of_questions = {.enough = 4, .unlike = 0.30, .alike = 0.65, .corrected = 1};

struct match {
    struct arena *arena;
    struct traits_list stored, fresh;
    const struct measure *measure;
    int *out;
};

static void take(struct match *match, size_t s, size_t f)
{
    assert(!match->stored.list[s].taken && !match->fresh.list[f].taken);
    match->stored.list[s].taken = match->fresh.list[f].taken = true;
    match->out[f] = (int)s;
}

/* --- by number, by equality --- */

struct numbered {
    int number;
    size_t index;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *one = a, *other = b;
    return (one->number > other->number) - (one->number < other->number);
}

static void match_numbers(struct match *match)
{
    struct traits_list *stored = &match->stored, *fresh = &match->fresh;
    struct numbered *numbers = arena_array(match->arena, stored->count, sizeof *numbers);
    for (size_t s = 0; s < stored->count; s++)
        numbers[s] = (struct numbered){stored->list[s].item->number, s};
    qsort(numbers, stored->count, sizeof *numbers, by_number);
    for (size_t f = 0; f < fresh->count; f++) {
        struct numbered wanted = {.number = fresh->list[f].item->number};
        if (wanted.number <= 0)
            continue;
        struct numbered *found = bsearch(&wanted, numbers, stored->count, sizeof *numbers, by_number);
        if (found && !stored->list[found->index].taken)
            take(match, found->index, f);
    }
}

/* What an item has and others may have: sorted, equal ones stand together, those of the stored side first, in
 * order. */
struct entry {
    const char *text; /* or "", and a hash */
    uint64_t hash;
    size_t index;
    bool fresh;
};

static int by_name(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    if (one->hash != other->hash)
        return one->hash > other->hash ? 1 : -1;
    return strcmp(one->text, other->text);
}

static int by_entry(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    int order = by_name(a, b);
    if (order)
        return order;
    if (one->fresh != other->fresh)
        return one->fresh ? 1 : -1;
    return (one->index > other->index) - (one->index < other->index);
}

static size_t add_equals(
    struct entry *list, size_t count, const struct traits_list *side, bool fresh, bool whole)
{
    for (size_t i = 0; i < side->count; i++)
        if (!side->list[i].taken)
            list[count++] = (struct entry){
                .text = whole ? side->list[i].whole : side->list[i].body, .index = i, .fresh = fresh};
    return count;
}

/* Equal ones are paired in the order they stand in, so that the same text twice stays two items. The same
 * body under another title: where it is long enough to tell, and stands once on each side. */
static void match_equal(struct match *match, bool whole)
{
    size_t most = match->stored.count + match->fresh.count;
    struct entry *list = arena_array(match->arena, most, sizeof *list);
    size_t count = add_equals(list, 0, &match->stored, false, whole);
    count = add_equals(list, count, &match->fresh, true, whole);
    qsort(list, count, sizeof *list, by_entry);
    for (size_t at = 0, end, middle; at < count; at = end) {
        for (end = middle = at; end < count && !by_name(&list[end], &list[at]); end++)
            middle += !list[end].fresh;
        bool once =
            middle == at + 1 && end == at + 2 && utf8_points(list[at].text, strlen(list[at].text)) >= SHORT;
        for (size_t s = at, f = middle; (whole || once) && s < middle && f < end; s++, f++)
            take(match, list[s].index, list[f].index);
    }
}

/* --- by evidence --- */

struct rival {
    size_t stored, fresh;
    bool named; /* they share a title or an address, not only a word */
    double evidence;
};

static int by_pair(const void *a, const void *b)
{
    const struct rival *one = a, *other = b;
    if (one->stored != other->stored)
        return one->stored > other->stored ? 1 : -1;
    return (one->fresh > other->fresh) - (one->fresh < other->fresh);
}

static int by_rarity(const void *a, const void *b)
{
    const struct word *one = *(const struct word *const *)a, *other = *(const struct word *const *)b;
    if (one->others != other->others)
        return one->others > other->others ? 1 : -1;
    return (one->hash > other->hash) - (one->hash < other->hash);
}

/* The words of an item that few others have, but some of the other side. */
static size_t add_words(
    struct arena *arena, struct entry *list, struct traits *traits, size_t index, bool fresh)
{
    const struct word **rare = arena_array(arena, traits->all.count, sizeof *rare);
    size_t count = 0;
    for (size_t w = 0; w < traits->all.count; w++)
        if (traits->all.list[w].others && traits->all.list[w].others <= FEW)
            rare[count++] = &traits->all.list[w];
    if (count > RARE_WORDS) {
        qsort(rare, count, sizeof *rare, by_rarity);
        count = RARE_WORDS;
    }
    for (size_t w = 0; w < count; w++)
        list[w] = (struct entry){.text = "", .hash = rare[w]->hash, .index = index, .fresh = fresh};
    traits->rare = count;
    return count;
}

static size_t count_entries(const struct traits_list *side)
{
    size_t most = 0;
    for (size_t i = 0; i < side->count; i++)
        if (!side->list[i].taken)
            most += 1 + side->list[i].address_count + RARE_WORDS;
    return most;
}

static size_t add_entries(struct match *match, struct entry *list, size_t count, bool fresh)
{
    const struct traits_list *side = fresh ? &match->fresh : &match->stored;
    for (size_t i = 0; i < side->count; i++) {
        struct traits *traits = &side->list[i];
        if (traits->taken)
            continue;
        if (traits->title.text[0])
            list[count++] = (struct entry){.text = traits->title.text, .hash = 0, .index = i, .fresh = fresh};
        for (size_t a = 0; a < traits->address_count; a++)
            list[count++] =
                (struct entry){.text = traits->addresses[a].text, .hash = 1, .index = i, .fresh = fresh};
        count += add_words(match->arena, list + count, traits, i, fresh);
    }
    return count;
}

/* The pairs worth a look: a title, an address or a rare word in common. Nothing is compared with everything.
 */
static size_t list_pairs(struct match *match, struct rival **rivals)
{
    size_t most = count_entries(&match->stored) + count_entries(&match->fresh), pairs = 0;
    struct entry *list = arena_array(match->arena, most, sizeof *list);
    size_t count = add_entries(match, list, 0, false);
    count = add_entries(match, list, count, true);
    qsort(list, count, sizeof *list, by_entry);
    for (int pass = 0; pass < 2; pass++) { /* counts them, then lists them */
        size_t found = 0;
        for (size_t at = 0, end, middle; at < count; at = end) {
            for (end = middle = at; end < count && !by_name(&list[end], &list[at]); end++)
                middle += !list[end].fresh;
            bool few = middle - at <= FEW && end - middle <= FEW && found <= PAIRS_MAX;
            for (size_t s = at; few && s < middle; s++)
                for (size_t f = middle; f < end; f++, found++)
                    if (pass)
                        (*rivals)[found] = (struct rival){
                            .stored = list[s].index, .fresh = list[f].index, .named = list[s].text[0] != 0};
        }
        if (!pass)
            *rivals = arena_array(match->arena, found, sizeof **rivals);
        pairs = found;
    }
    return pairs;
}

/* One that is in the edition goes before one that is gone, which does not make it doubtful. */
static double back(const struct match *match, size_t stored)
{
    return match->stored.list[stored].gone ? 3 * margin : 0;
}

/* One that shares a single word of many is left out: half a text is not kept so. */
static bool is_likely(const struct match *match, const struct rival *rival, size_t words)
{
    size_t of_stored = match->stored.list[rival->stored].rare,
           of_fresh = match->fresh.list[rival->fresh].rare;
    return rival->named || words * 4 >= (of_stored < of_fresh ? of_stored : of_fresh);
}

static size_t weigh_pairs(struct match *match, struct rival *rivals, size_t count)
{
    size_t kept = 0;
    qsort(rivals, count, sizeof *rivals, by_pair);
    for (size_t at = 0, end; at < count; at = end) {
        struct rival rival = rivals[at];
        for (end = at; end < count && !by_pair(&rivals[end], &rivals[at]); end++)
            rival.named |= rivals[end].named;
        if (!is_likely(match, &rival, end - at))
            continue;
        rival.evidence = traits_evidence(&match->stored.list[rival.stored], &match->fresh.list[rival.fresh],
                             match->measure) -
                         back(match, rival.stored);
        rivals[kept++] = rival;
    }
    return kept;
}

struct best {
    double first, second;
};

static void improve(struct best *best, double evidence)
{
    if (evidence > best->first) {
        best->second = best->first;
        best->first = evidence;
    } else if (evidence > best->second) {
        best->second = evidence;
    }
}

static bool leads(const struct best *best, double evidence)
{
    return evidence >= best->first && evidence - best->second >= margin;
}

static bool take_round(struct match *match, const struct rival *rivals, size_t count)
{
    struct best *of_stored = arena_array(match->arena, match->stored.count, sizeof *of_stored);
    struct best *of_fresh = arena_array(match->arena, match->fresh.count, sizeof *of_fresh);
    bool more = false;
    for (size_t i = 0; i < count; i++) {
        if (match->stored.list[rivals[i].stored].taken || match->fresh.list[rivals[i].fresh].taken)
            continue;
        improve(&of_stored[rivals[i].stored], rivals[i].evidence);
        improve(&of_fresh[rivals[i].fresh], rivals[i].evidence);
    }
    for (size_t i = 0; i < count; i++) {
        size_t s = rivals[i].stored, f = rivals[i].fresh;
        if (match->stored.list[s].taken || match->fresh.list[f].taken ||
            rivals[i].evidence < 1 - back(match, s) || !leads(&of_stored[s], rivals[i].evidence) ||
            !leads(&of_fresh[f], rivals[i].evidence))
            continue;
        take(match, s, f);
        more = true;
    }
    return more;
}

/* Takes the pairs that are best for both; with them out of the way, again. */
static void match_evidence(struct match *match)
{
    struct rival *rivals;
    size_t count = list_pairs(match, &rivals);
    if (!count)
        return;
    count = weigh_pairs(match, rivals, count);
    for (int round = 0; round < ROUNDS_MAX && take_round(match, rivals, count); round++)
        ;
}

static void match_sides(
    const struct match_side *stored, const struct match_side *fresh, const struct measure *measure, int *out)
{
    for (size_t f = 0; f < fresh->count; f++)
        out[f] = MATCH_NONE;
    if (!stored->count || !fresh->count)
        return;
    struct arena arena = {0};
    struct match match = {.arena = &arena, .measure = measure, .out = out};
    match.stored = traits_of(&arena, stored);
    match.fresh = traits_of(&arena, fresh);
    match_numbers(&match);
    match_equal(&match, true);
    match_equal(&match, false);
    traits_weigh(&arena, &match.stored, &match.fresh, stored);
    match_evidence(&match);
    arena_free(&arena);
}

void match_items(const struct match_side *stored, const struct match_side *fresh, int *out)
{
    match_sides(stored, fresh, &of_items, out);
}

static const struct item **items_of(struct arena *arena, const char *const *texts, size_t count)
{
    const struct item **list = arena_array(arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        struct item *item = arena_alloc(arena, sizeof *item);
        item->title = texts[i];
        item->body = node_new(arena, NODE_DOCUMENT);
        node_add_text(arena, node_add(arena, item->body, NODE_PARAGRAPH), texts[i]);
        list[i] = item;
    }
    return list;
}

void match_texts(
    const char *const *stored, size_t stored_count, const char *const *fresh, size_t fresh_count, int *out)
{
    struct arena arena = {0};
    struct match_side old = {.items = items_of(&arena, stored, stored_count), .count = stored_count};
    struct match_side new = {.items = items_of(&arena, fresh, fresh_count), .count = fresh_count};
    match_sides(&old, &new, &of_questions, out);
    arena_free(&arena);
}
