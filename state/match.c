#include "state/match.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/utf8.h"
#include <assert.h>
#include <stdint.h>

enum {
    TEXT_MAX = 64 << 10,         /* of an item's text that is compared exactly */
    POINTS_MAX = 1500,           /* of its folded text that are compared for likeness */
    WORK_MAX = 40 * 1000 * 1000, /* steps spent on likeness; beyond it what is unclear is new */
    PAIRS_MAX = 250 * 1000,      /* of items compared */
    ROUNDS_MAX = 8,
    TITLE = 6, /* points of a title that says something */
    SHORT = 20,
    LONG = 80, /* pairs of characters: below, a text says little; from there, enough */
};
static const double threshold_long = 0.60, threshold_short = 0.85, numbers_differ = 0.15, same_title = 0.30;
static const double margin = 0.12;
static const double links_alone = 0.5, links_and_text = 0.3, text_unlike = 0.08;

/* --- one text --- */

struct pairs {
    uint64_t *list; /* sorted */
    size_t count;
};

static int by_value(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static struct pairs pairs_of(struct arena *arena, const char *text)
{
    struct buf folded = BUF_INIT(TEXT_MAX * 4);
    size_t len = strlen(text);
    if (len > TEXT_MAX)
        len = utf8_prefix(text, len, TEXT_MAX / 4);
    utf8_fold(&folded, text, len);
    uint64_t list[POINTS_MAX];
    size_t count = 0;
    uint32_t before = 0;
    for (size_t at = 0; at < folded.len && count < POINTS_MAX;) {
        size_t size;
        uint32_t point = utf8_decode(folded.data, folded.len, at, &size);
        at += size;
        if (point == ' ' || point == '\n' || point == '\t')
            continue;
        if (before)
            list[count++] = (uint64_t)before << 32 | point;
        before = point;
    }
    buf_free(&folded);
    struct pairs pairs = {.list = arena_array(arena, count, sizeof *list), .count = count};
    memcpy(pairs.list, list, count * sizeof *list);
    qsort(pairs.list, count, sizeof *list, by_value);
    return pairs;
}

static double dice(const struct pairs *one, const struct pairs *other)
{
    if (!one->count || !other->count)
        return 0;
    size_t both = 0;
    for (size_t i = 0, j = 0; i < one->count && j < other->count;) {
        if (one->list[i] == other->list[j])
            both++, i++, j++;
        else if (one->list[i] < other->list[j])
            i++;
        else
            j++;
    }
    return 2.0 * (double)both / (double)(one->count + other->count);
}

double match_likeness(const char *one, const char *other)
{
    struct arena arena = {0};
    struct pairs a = pairs_of(&arena, one), b = pairs_of(&arena, other);
    double likeness = dice(&a, &b);
    arena_free(&arena);
    return likeness;
}

/* The digits of a title: "8.14" and "8.15" are two days, not a typo. */
static const char *digits_of(struct arena *arena, const char *text)
{
    struct buf digits = BUF_INIT(256);
    bool before = false;
    for (; *text; text++) {
        bool digit = *text >= '0' && *text <= '9';
        if (digit)
            buf_addc(&digits, *text);
        else if (before)
            buf_addc(&digits, ' ');
        before = digit;
    }
    char *kept = buf_keep(&digits, arena);
    buf_free(&digits);
    return kept;
}

/* --- addresses --- */

static void add_lower(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_addc(out, text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i]);
}

static void add_query(struct buf *out, const char *query, size_t len)
{
    char before = '?';
    for (size_t at = 0; at < len;) {
        size_t end = at;
        while (end < len && query[end] != '&')
            end++;
        if (end > at && strncasecmp(query + at, "utm_", 4)) {
            buf_addc(out, before);
            buf_add(out, query + at, end - at);
            before = '&';
        }
        at = end + 1;
    }
}

void match_link(struct buf *out, const char *url)
{
    size_t start = out->len;
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    if (!strncasecmp(host, "www.", 4))
        host += 4;
    size_t host_len = strcspn(host, "/?#");
    const char *path = host + host_len;
    if (host_len > 3 && !strncmp(path - 3, ":80", 3))
        host_len -= 3;
    else if (host_len > 4 && !strncmp(path - 4, ":443", 4))
        host_len -= 4;
    add_lower(out, host, host_len);
    size_t only_host = out->len;
    size_t path_len = strcspn(path, "?#");
    const char *rest = path + path_len;
    while (path_len && path[path_len - 1] == '/')
        path_len--;
    buf_add(out, path, path_len);
    if (*rest == '?') {
        size_t query_len = strcspn(rest + 1, "#");
        add_query(out, rest + 1, query_len);
        rest += 1 + query_len;
    }
    if (*rest == '#' && rest[1])
        buf_adds(out, rest);
    if (out->len == only_host)
        buf_truncate(out, start);
}

/* --- one side --- */

struct known {
    const struct item *item;
    const char *text;   /* title and body */
    const char *key;    /* text and links, folded: equal keys are the same item */
    const char *body;   /* the same without the title: equal and long enough, only the title was changed */
    const char *digits; /* of the title */
    struct pairs pairs;
    size_t links; /* different addresses */
    bool taken;
};

struct side {
    struct known *list;
    size_t count;
};

static const char *text_of(struct arena *arena, const struct item *item)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    buf_adds(&text, item->title ? item->title : "");
    buf_addc(&text, '\n');
    if (item->body)
        message_plain(&text, item->body, false);
    char *kept = buf_keep(&text, arena);
    buf_free(&text);
    /* A buffer that is full may end inside a character. */
    size_t len = strlen(kept);
    while (len && !utf8_valid(kept, len))
        kept[--len] = 0;
    return kept;
}

/* The text without its first line, which is the title. */
static const char *body_of(const char *text)
{
    const char *end = strchr(text, '\n');
    return end ? end + 1 : text;
}

static const char *key_of(struct arena *arena, const char *text, const struct item *item)
{
    struct buf key = BUF_INIT(TEXT_MAX * 2);
    utf8_fold(&key, text, strlen(text));
    for (size_t i = 0; i < item->link_count; i++) {
        buf_addc(&key, '\n');
        match_link(&key, item->links[i].url);
    }
    char *kept = buf_keep(&key, arena);
    buf_free(&key);
    return kept;
}

static struct side side_of(struct arena *arena, const struct match_side *given)
{
    struct side side = {.list = arena_array(arena, given->count, sizeof *side.list), .count = given->count};
    for (size_t i = 0; i < given->count; i++) {
        struct known *known = &side.list[i];
        known->item = given->items[i];
        known->text = text_of(arena, known->item);
        known->key = key_of(arena, known->text, known->item);
        known->body = key_of(arena, body_of(known->text), known->item);
        known->digits = digits_of(arena, known->item->title ? known->item->title : "");
    }
    return side;
}

static void take(struct side *stored, struct side *fresh, size_t s, size_t f, int *out)
{
    assert(!stored->list[s].taken && !fresh->list[f].taken);
    stored->list[s].taken = fresh->list[f].taken = true;
    out[f] = (int)s;
}

/* --- by number, by equality --- */

/* A name of an item on one side: sorted, equal ones stand together. */
struct name {
    const char *text;
    size_t index;
    bool fresh;
};

static int by_text(const void *a, const void *b)
{
    const struct name *one = a, *other = b;
    int order = strcmp(one->text, other->text);
    if (order)
        return order;
    if (one->fresh != other->fresh)
        return one->fresh ? 1 : -1;
    return (one->index > other->index) - (one->index < other->index);
}

struct numbered {
    int number;
    size_t index;
};

static int by_number(const void *a, const void *b)
{
    const struct numbered *one = a, *other = b;
    return (one->number > other->number) - (one->number < other->number);
}

static void match_numbers(struct arena *arena, struct side *stored, struct side *fresh, int *out)
{
    struct numbered *numbers = arena_array(arena, stored->count, sizeof *numbers);
    for (size_t s = 0; s < stored->count; s++)
        numbers[s] = (struct numbered){stored->list[s].item->number, s};
    qsort(numbers, stored->count, sizeof *numbers, by_number);
    for (size_t f = 0; f < fresh->count; f++) {
        struct numbered wanted = {.number = fresh->list[f].item->number};
        if (wanted.number <= 0)
            continue;
        struct numbered *found = bsearch(&wanted, numbers, stored->count, sizeof *numbers, by_number);
        if (found && !stored->list[found->index].taken)
            take(stored, fresh, found->index, f, out);
    }
}

/* Equal ones are paired in the order they stand in, so that the same text twice stays two items. */
static void match_equal(struct arena *arena, struct side *stored, struct side *fresh, int *out)
{
    struct name *names = arena_array(arena, stored->count + fresh->count, sizeof *names);
    size_t count = 0;
    for (size_t s = 0; s < stored->count; s++)
        if (!stored->list[s].taken)
            names[count++] = (struct name){stored->list[s].key, s, false};
    for (size_t f = 0; f < fresh->count; f++)
        if (!fresh->list[f].taken)
            names[count++] = (struct name){fresh->list[f].key, f, true};
    qsort(names, count, sizeof *names, by_text);
    for (size_t at = 0; at < count;) {
        size_t end = at, middle = at;
        while (end < count && !strcmp(names[end].text, names[at].text)) {
            middle += !names[end].fresh;
            end++;
        }
        for (size_t s = at, f = middle; s < middle && f < end; s++, f++)
            take(stored, fresh, names[s].index, names[f].index, out);
        at = end;
    }
}

/* The same text under another title: where it is long enough to tell, and stands once on each side. */
static void match_bodies(struct arena *arena, struct side *stored, struct side *fresh, int *out)
{
    struct name *names = arena_array(arena, stored->count + fresh->count, sizeof *names);
    size_t count = 0;
    for (size_t s = 0; s < stored->count; s++)
        if (!stored->list[s].taken)
            names[count++] = (struct name){stored->list[s].body, s, false};
    for (size_t f = 0; f < fresh->count; f++)
        if (!fresh->list[f].taken)
            names[count++] = (struct name){fresh->list[f].body, f, true};
    qsort(names, count, sizeof *names, by_text);
    for (size_t at = 0; at < count;) {
        size_t end = at;
        while (end < count && !strcmp(names[end].text, names[at].text))
            end++;
        bool once = end - at == 2 && !names[at].fresh && names[at + 1].fresh;
        if (once && utf8_points(names[at].text, strlen(names[at].text)) >= SHORT)
            take(stored, fresh, names[at].index, names[at + 1].index, out);
        at = end;
    }
}

/* --- by links and likeness --- */

struct rival {
    size_t stored, fresh;
    double score;
};

/* Takes the pairs that are best for both by `lead`, again until none is left. */
static void take_best(struct arena *arena, struct side *stored, struct side *fresh, struct rival *rivals,
    size_t count, double lead, int *out)
{
    struct best {
        double first, second;
    };
    bool more = true;
    for (int round = 0; more && round < ROUNDS_MAX; round++) {
        more = false;
        struct best *of_stored = arena_array(arena, stored->count, sizeof *of_stored);
        struct best *of_fresh = arena_array(arena, fresh->count, sizeof *of_fresh);
        for (size_t i = 0; i < count; i++) {
            if (stored->list[rivals[i].stored].taken || fresh->list[rivals[i].fresh].taken)
                continue;
            struct best *both[] = {&of_stored[rivals[i].stored], &of_fresh[rivals[i].fresh]};
            for (size_t b = 0; b < 2; b++) {
                if (rivals[i].score > both[b]->first) {
                    both[b]->second = both[b]->first;
                    both[b]->first = rivals[i].score;
                } else if (rivals[i].score > both[b]->second) {
                    both[b]->second = rivals[i].score;
                }
            }
        }
        for (size_t i = 0; i < count; i++) {
            size_t s = rivals[i].stored, f = rivals[i].fresh;
            double score = rivals[i].score;
            if (stored->list[s].taken || fresh->list[f].taken || score < of_stored[s].first ||
                score < of_fresh[f].first || score - of_stored[s].second < lead ||
                score - of_fresh[f].second < lead)
                continue;
            take(stored, fresh, s, f, out);
            more = true;
        }
    }
}

static void add_links(
    struct arena *arena, struct side *side, bool is_fresh, struct name *names, size_t *count)
{
    struct buf link = BUF_INIT(8192);
    for (size_t i = 0; i < side->count; i++) {
        for (size_t l = 0; !side->list[i].taken && l < side->list[i].item->link_count; l++) {
            buf_reset(&link);
            match_link(&link, side->list[i].item->links[l].url);
            if (link.len)
                names[(*count)++] = (struct name){buf_keep(&link, arena), i, is_fresh};
        }
    }
    buf_free(&link);
}

static size_t count_links(const struct side *side)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += side->list[i].taken ? 0 : side->list[i].item->link_count;
    return count;
}

static int by_pair(const void *a, const void *b)
{
    const struct rival *one = a, *other = b;
    if (one->stored != other->stored)
        return one->stored > other->stored ? 1 : -1;
    return (one->fresh > other->fresh) - (one->fresh < other->fresh);
}

static void need_pairs(struct arena *arena, struct side *side)
{
    for (size_t i = 0; i < side->count; i++)
        if (!side->list[i].taken && !side->list[i].pairs.list)
            side->list[i].pairs = pairs_of(arena, side->list[i].text);
}

/* An address that stands in one item of each side ties the two together. */
static size_t tied(
    struct name *names, size_t count, struct side *stored, struct side *fresh, struct rival *rivals)
{
    size_t found = 0;
    for (size_t at = 0; at < count;) {
        size_t end = at, of_stored = 0, of_fresh = 0;
        for (; end < count && !strcmp(names[end].text, names[at].text); end++) {
            const struct name *name = &names[end];
            bool again =
                end > at && names[end - 1].fresh == name->fresh && names[end - 1].index == name->index;
            if (again)
                continue;
            (name->fresh ? fresh : stored)->list[name->index].links++;
            *(name->fresh ? &of_fresh : &of_stored) += 1;
        }
        if (of_stored == 1 && of_fresh == 1)
            rivals[found++] = (struct rival){names[at].index, names[end - 1].index, 1};
        at = end;
    }
    return found;
}

static void match_links(struct arena *arena, struct side *stored, struct side *fresh, int *out)
{
    size_t most = count_links(stored) + count_links(fresh), count = 0;
    struct name *names = arena_array(arena, most, sizeof *names);
    struct rival *rivals = arena_array(arena, most, sizeof *rivals);
    add_links(arena, stored, false, names, &count);
    add_links(arena, fresh, true, names, &count);
    qsort(names, count, sizeof *names, by_text);
    size_t ties = tied(names, count, stored, fresh, rivals), kept = 0;
    qsort(rivals, ties, sizeof *rivals, by_pair);
    for (size_t at = 0; at < ties;) {
        size_t end = at;
        while (end < ties && !by_pair(&rivals[end], &rivals[at]))
            end++;
        struct known *one = &stored->list[rivals[at].stored], *other = &fresh->list[rivals[at].fresh];
        double shared = (double)(end - at);
        double share = shared / ((double)(one->links + other->links) - shared);
        double text = dice(&one->pairs, &other->pairs);
        bool little_text = one->pairs.count < SHORT || other->pairs.count < SHORT;
        bool enough = share >= links_alone ? text >= text_unlike || little_text : text >= links_and_text;
        if (enough)
            rivals[kept++] = (struct rival){rivals[at].stored, rivals[at].fresh, share};
        at = end;
    }
    take_best(arena, stored, fresh, rivals, kept, 1e-9, out);
}

/* How alike two items must be: under the same title little is enough; short texts say less, and a title with
 * other numbers means another thing. */
static double threshold(const struct known *one, const struct known *other)
{
    const char *title = one->item->title;
    if (title && other->item->title && !strcmp(title, other->item->title) &&
        utf8_points(title, strlen(title)) >= TITLE)
        return same_title;
    size_t less = one->pairs.count < other->pairs.count ? one->pairs.count : other->pairs.count;
    double limit = threshold_long;
    if (less <= SHORT)
        limit = threshold_short;
    else if (less < LONG)
        limit = threshold_short -
                (threshold_short - threshold_long) * (double)(less - SHORT) / (double)(LONG - SHORT);
    return strcmp(one->digits, other->digits) ? limit + numbers_differ : limit;
}

static void match_likely(struct arena *arena, struct side *stored, struct side *fresh, int *out)
{
    size_t work = 0, possible = 0;
    for (size_t s = 0; s < stored->count; s++)
        for (size_t f = 0; !stored->list[s].taken && f < fresh->count; f++) {
            if (fresh->list[f].taken)
                continue;
            work += stored->list[s].pairs.count + fresh->list[f].pairs.count + 1;
            possible++;
            if (work > WORK_MAX || possible > PAIRS_MAX)
                return;
        }
    struct rival *rivals = arena_array(arena, possible, sizeof *rivals);
    bool *enough = arena_array(arena, possible, sizeof *enough);
    size_t count = 0;
    for (size_t s = 0; s < stored->count; s++)
        for (size_t f = 0; !stored->list[s].taken && f < fresh->count; f++) {
            if (fresh->list[f].taken)
                continue;
            struct known *one = &stored->list[s], *other = &fresh->list[f];
            double score = dice(&one->pairs, &other->pairs);
            rivals[count] = (struct rival){s, f, score};
            enough[count++] = score >= threshold(one, other);
        }
    /* One that is not alike enough still counts as a runner-up of the others: its score stays, but it cannot
     * win. */
    int *wins = arena_array(arena, fresh->count, sizeof *wins);
    for (size_t f = 0; f < fresh->count; f++)
        wins[f] = out[f];
    take_best(arena, stored, fresh, rivals, count, margin, wins);
    for (size_t i = 0; i < count; i++)
        if (enough[i] && wins[rivals[i].fresh] == (int)rivals[i].stored)
            out[rivals[i].fresh] = (int)rivals[i].stored;
}

void match_items(const struct match_side *stored, const struct match_side *fresh, int *out)
{
    for (size_t f = 0; f < fresh->count; f++)
        out[f] = MATCH_NONE;
    if (!stored->count || !fresh->count)
        return;
    struct arena arena = {0};
    struct side old = side_of(&arena, stored), new = side_of(&arena, fresh);
    match_numbers(&arena, &old, &new, out);
    match_equal(&arena, &old, &new, out);
    need_pairs(&arena, &old);
    need_pairs(&arena, &new);
    match_bodies(&arena, &old, &new, out);
    match_links(&arena, &old, &new, out);
    match_likely(&arena, &old, &new, out);
    arena_free(&arena);
}

static const struct item **items_of(struct arena *arena, const char *const *texts, size_t count)
{
    const struct item **list = arena_array(arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        struct item *item = arena_alloc(arena, sizeof *item);
        item->title = texts[i];
        list[i] = item;
    }
    return list;
}

void match_texts(
    const char *const *stored, size_t stored_count, const char *const *fresh, size_t fresh_count, int *out)
{
    struct arena arena = {0};
    struct match_side old = {items_of(&arena, stored, stored_count), stored_count};
    struct match_side new = {items_of(&arena, fresh, fresh_count), fresh_count};
    match_items(&old, &new, out);
    arena_free(&arena);
}
