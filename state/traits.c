#include "state/traits.h"
#include "core/buf.h"
#include "core/utf8.h"
#include <math.h>

enum {
    TEXT_MAX = 64 << 10, /* of an item's text that is compared exactly */
    WORDS_MAX = 1200,    /* of its words that are compared for likeness */
    URL_MAX = 8192,
    SLOTS_MIN = 1 << 12, /* of the count of words */
    SLOTS_MAX = 1 << 20,
    TITLE_MIN = 3, /* points: a shorter title is half a title */
    TITLE_LONG = 12,
    TYPO_MAX = 3, /* bytes: of a title that may hold a typo, and of the typo */
    RUN = 3, /* neighbours: two texts put together from the same phrases have many pairs in common, few threes
              */
    RUN_SHORT = 2,
    SLUG_MIN =
        12, /* a path of one word, shorter than that, without a digit or hyphen, is a page of many things */
};

/* With the title among the words a good beginning ("News from …") is a great part of them: nearly all must
 * agree. */
static const double all_unlike = 0.50, all_alike = 0.85;
/* What a text says beyond that it is the same tells twins apart, and no more: it does not outdo a title. */
static const double beyond = 0.35;
/* A page that may have many stories on it, a picture that may stand for many. */
static const double index_page = 0.4, picture = 0.4;
/* Where an item was cut in two, the half that has the title is the old one. */
static const double title_weight = 2, address_weight = 1.25;

/* --- words --- */

static uint64_t mix(uint64_t hash, uint32_t point)
{
    hash = (hash ^ point) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 29);
}

static int by_hash(const void *a, const void *b)
{
    uint64_t one = ((const struct word *)a)->hash, other = ((const struct word *)b)->hash;
    return (one > other) - (one < other);
}

/* Runs of neighbouring words; a word is what is between spaces and punctuation, or a character in scripts
 * that have no spaces. */
struct listing {
    struct word *list;
    size_t count, run, have;
    uint64_t word, last[RUN]; /* the last one first */
};

static void add_run(struct listing *listing, size_t run)
{
    uint64_t hash = listing->last[run - 1];
    for (size_t i = run - 1; i-- > 0;)
        hash = mix(hash, (uint32_t)(listing->last[i] >> 16));
    listing->list[listing->count++].hash = hash;
}

static void end_word(struct listing *listing)
{
    if (!listing->word)
        return;
    memmove(listing->last + 1, listing->last, sizeof listing->last - sizeof *listing->last);
    listing->last[0] = listing->word;
    listing->word = 0;
    if (++listing->have >= listing->run)
        add_run(listing, listing->run);
}

static size_t list_words(const char *text, size_t len, size_t run, struct word *list)
{
    struct listing l = {.list = list, .run = run};
    for (size_t at = 0; at < len && l.count + 1 < WORDS_MAX;) {
        size_t size;
        uint32_t point = utf8_decode(text, len, at, &size);
        at += size;
        enum utf8_kind kind = utf8_kind(point);
        /* Punctuation parts no run: it is what editors correct most. */
        if (kind == UTF8_SPACE || kind == UTF8_PUNCTUATION) {
            end_word(&l);
        } else if (utf8_is_cjk(point)) {
            end_word(&l);
            l.word = mix(1, point);
            end_word(&l);
        } else {
            l.word = mix(l.word ? l.word : 2, point);
        }
    }
    end_word(&l);
    if (!l.count && l.have)
        add_run(&l, l.have);
    return l.count;
}

static struct words words_of(struct arena *arena, const char *folded, size_t run)
{
    struct word list[WORDS_MAX];
    size_t count = list_words(folded, strlen(folded), run, list), kept = 0;
    qsort(list, count, sizeof *list, by_hash);
    for (size_t i = 0; i < count; i++)
        if (!kept || list[i].hash != list[kept - 1].hash)
            list[kept++].hash = list[i].hash;
    struct words words = {.list = arena_array(arena, kept, sizeof *list), .count = kept};
    for (size_t i = 0; i < kept; i++)
        words.list[i].hash = list[i].hash;
    return words;
}

/* The weight of what both have. */
static double shared(const struct words *one, const struct words *other)
{
    double sum = 0;
    for (size_t i = 0, j = 0; i < one->count && j < other->count;) {
        if (one->list[i].hash == other->list[j].hash)
            sum += one->list[i].weight, i++, j++;
        else if (one->list[i].hash < other->list[j].hash)
            i++;
        else
            j++;
    }
    return sum;
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

/* "example.org/news" is a page where many stories stand, "example.org/2026/hand" is one of them. */
static bool is_index(const char *link)
{
    const char *path = strchr(link, '/');
    return path && !strpbrk(path, "0123456789?#-") && !strchr(path + 1, '/') && strlen(path + 1) < SLUG_MIN;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static void add_address(struct arena *arena, struct traits *traits, const char *url, double worth)
{
    struct buf link = BUF_INIT(URL_MAX);
    match_link(&link, url);
    const char *text = buf_keep(&link, arena);
    if (link.len && !link.overflow)
        traits->addresses[traits->address_count++] =
            (struct name){text, is_index(text) ? index_page * worth : worth};
    buf_free(&link);
}

static void list_addresses(struct arena *arena, struct traits *traits)
{
    const struct item *item = traits->item;
    size_t most = item->link_count + item->image_count, kept = 0;
    traits->addresses = arena_array(arena, most, sizeof *traits->addresses);
    for (size_t i = 0; i < item->link_count; i++)
        add_address(arena, traits, item->links[i].url, 1);
    for (size_t i = 0; i < item->image_count; i++)
        add_address(arena, traits, item->images[i].url, picture);
    if (!traits->address_count)
        return;
    qsort(traits->addresses, traits->address_count, sizeof *traits->addresses, by_text);
    for (size_t i = 0; i < traits->address_count; i++)
        if (!kept || strcmp(traits->addresses[i].text, traits->addresses[kept - 1].text) != 0)
            traits->addresses[kept++] = traits->addresses[i];
    traits->address_count = kept;
}

/* --- one item --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits of a title: "8.14" and "8.15" are two days, not a typo. */
static const char *digits_of(struct arena *arena, const char *text)
{
    struct buf digits = BUF_INIT(256);
    bool before = false;
    for (; *text; text++) {
        bool digit = is_digit(*text);
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

static const char *title_of(struct arena *arena, const char *folded)
{
    char *title = arena_string(arena, folded), *end = title;
    for (const char *from = title; *from; from++)
        if (*from != ' ' && *from != '\n')
            *end++ = *from;
    *end = 0;
    return title;
}

static const char *body_of(struct arena *arena, const struct item *item)
{
    struct buf text = BUF_INIT(TEXT_MAX), folded = BUF_INIT(TEXT_MAX * 4);
    if (item->body)
        message_plain(&text, item->body, false);
    /* A buffer that is full may end inside a character. */
    while (text.len && !utf8_valid(text.data, text.len))
        buf_truncate(&text, text.len - 1);
    utf8_fold(&folded, text.data, text.len);
    const char *kept = buf_keep(&folded, arena);
    buf_free(&text);
    buf_free(&folded);
    return kept;
}

static const char *fold_title(struct arena *arena, const struct item *item)
{
    struct buf folded = BUF_INIT(TEXT_MAX);
    size_t len = item->title ? strlen(item->title) : 0;
    if (len > TEXT_MAX / 8)
        len = utf8_prefix(item->title, len, TEXT_MAX / 32);
    if (len)
        utf8_fold(&folded, item->title, len);
    const char *kept = buf_keep(&folded, arena);
    buf_free(&folded);
    return kept;
}

static struct traits of_item(struct arena *arena, const struct item *item)
{
    struct traits traits = {.item = item};
    const char *title = fold_title(arena, item), *text = body_of(arena, item);
    list_addresses(arena, &traits);
    struct buf body = BUF_INIT(TEXT_MAX * 8);
    buf_adds(&body, text);
    for (size_t i = 0; i < traits.address_count; i++)
        buf_addf(&body, "\n%s", traits.addresses[i].text);
    traits.body = buf_keep(&body, arena);
    buf_free(&body);
    traits.whole = arena_printf(arena, "%s\n%s", title, traits.body);
    traits.title = (struct name){title_of(arena, title), 1};
    traits.digits = digits_of(arena, title);
    traits.text = words_of(arena, text, RUN);
    traits.all = words_of(arena, arena_printf(arena, "%s\n%s", title, text), RUN_SHORT);
    return traits;
}

struct traits_list traits_of(struct arena *arena, const struct match_side *side)
{
    struct traits_list list = {
        .list = arena_array(arena, side->count, sizeof *list.list), .count = side->count};
    for (size_t i = 0; i < side->count; i++) {
        list.list[i] = of_item(arena, side->items[i]);
        list.list[i].gone = i + side->gone >= side->count;
    }
    return list;
}

/* --- how much each says --- */

/* How many items have a word, by a part of its hash: two words that fall together only look more common. */
struct tally {
    unsigned *slots;
    size_t mask;
};

static struct words *words_in(struct traits *traits, bool text)
{
    return text ? &traits->text : &traits->all;
}

static struct tally tally_of(struct arena *arena, const struct traits_list *side, bool text, size_t slots)
{
    struct tally tally = {arena_array(arena, slots, sizeof *tally.slots), slots - 1};
    for (size_t i = 0; i < side->count; i++) {
        const struct words *words = words_in(&side->list[i], text);
        for (size_t w = 0; w < words->count; w++)
            tally.slots[words->list[w].hash & tally.mask]++;
    }
    return tally;
}

static size_t count_words(const struct traits_list *side, bool text)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += words_in(&side->list[i], text)->count;
    return count;
}

static void weigh_words(struct words *words, const struct tally *own, const struct tally *other)
{
    for (size_t i = 0; i < words->count; i++) {
        struct word *word = &words->list[i];
        unsigned here = own->slots[word->hash & own->mask], there = other->slots[word->hash & other->mask];
        unsigned most = here > there ? here : there;
        word->weight = most ? (float)(1 / sqrt(most)) : 1;
        word->others = there ? most : 0;
        words->weight += (double)word->weight;
    }
}

static void weigh_all_words(
    struct arena *arena, struct traits_list *stored, struct traits_list *fresh, bool text)
{
    size_t total = count_words(stored, text) + count_words(fresh, text), slots = SLOTS_MIN;
    while (slots < total * 8 && slots < SLOTS_MAX)
        slots *= 2;
    struct tally old = tally_of(arena, stored, text, slots), new = tally_of(arena, fresh, text, slots);
    for (size_t i = 0; i < stored->count; i++)
        weigh_words(words_in(&stored->list[i], text), &old, &new);
    for (size_t i = 0; i < fresh->count; i++)
        weigh_words(words_in(&fresh->list[i], text), &new, &old);
}

/* Whose name it is: of the stored items, of those that are gone, of the fresh ones. */
struct owned {
    struct name *name;
    enum owner { OWNER_STORED, OWNER_GONE, OWNER_FRESH, OWNERS } owner;
};

static int by_owned(const void *a, const void *b)
{
    return strcmp(((const struct owned *)a)->name->text, ((const struct owned *)b)->name->text);
}

/* worth = 1/n² for a name of n items. A title that one in the edition has is not taken from it by those that
 * are gone; an address, which may be that of several stories, may have been theirs. */
static void share_worth(struct owned *list, size_t count, bool titles)
{
    qsort(list, count, sizeof *list, by_owned);
    for (size_t at = 0, end; at < count; at = end) {
        size_t owners[OWNERS] = {0};
        for (end = at; end < count && !strcmp(list[end].name->text, list[at].name->text); end++)
            owners[list[end].owner]++;
        size_t known = owners[OWNER_STORED] + owners[OWNER_GONE];
        for (; at < end; at++) {
            size_t n = titles && list[at].owner != OWNER_GONE ? owners[OWNER_STORED] : known;
            n = owners[OWNER_FRESH] > n ? owners[OWNER_FRESH] : n;
            list[at].name->worth /= (double)n * (double)n;
        }
    }
}

static size_t add_names(
    struct owned *list, size_t count, struct traits_list *side, enum owner present, bool titles)
{
    for (size_t i = 0; i < side->count; i++) {
        struct traits *traits = &side->list[i];
        enum owner owner = traits->gone ? OWNER_GONE : present;
        if (titles && traits->title.text[0])
            list[count++] = (struct owned){&traits->title, owner};
        for (size_t a = 0; !titles && a < traits->address_count; a++)
            list[count++] = (struct owned){&traits->addresses[a], owner};
    }
    return count;
}

static void weigh_names(
    struct arena *arena, struct traits_list *stored, struct traits_list *fresh, bool titles)
{
    size_t most = stored->count + fresh->count;
    for (size_t i = 0; !titles && i < stored->count; i++)
        most += stored->list[i].address_count;
    for (size_t i = 0; !titles && i < fresh->count; i++)
        most += fresh->list[i].address_count;
    struct owned *list = arena_array(arena, most, sizeof *list);
    size_t count = add_names(list, 0, stored, OWNER_STORED, titles);
    count = add_names(list, count, fresh, OWNER_FRESH, titles);
    if (count)
        share_worth(list, count, titles);
}

/* Titles that say nothing of the story: other editions have them too. */
static struct name *standing(struct arena *arena, const struct match_side *given)
{
    struct name *list = arena_array(arena, given->standing_count, sizeof *list);
    for (size_t i = 0; i < given->standing_count; i++)
        list[i].text = title_of(arena, fold_title(arena, &(struct item){.title = given->standing[i]}));
    if (given->standing_count)
        qsort(list, given->standing_count, sizeof *list, by_text);
    return list;
}

static void settle_titles(struct traits_list *side, const struct match_side *given, const struct name *stands)
{
    for (size_t i = 0; i < side->count; i++) {
        struct name *title = &side->list[i].title;
        if (given->other_edition ||
            (given->standing_count && bsearch(title, stands, given->standing_count, sizeof *stands, by_text)))
            title->worth = 0;
        else if (utf8_points(title->text, strlen(title->text)) < TITLE_MIN)
            title->worth /= 2;
    }
}

void traits_weigh(struct arena *arena, struct traits_list *stored, struct traits_list *fresh,
    const struct match_side *given)
{
    weigh_all_words(arena, stored, fresh, false);
    weigh_all_words(arena, stored, fresh, true);
    weigh_names(arena, stored, fresh, true);
    weigh_names(arena, stored, fresh, false);
    const struct name *stands = standing(arena, given);
    settle_titles(stored, given, stands);
    settle_titles(fresh, given, stands);
}

/* --- two items --- */

/* A character in one place: "模形" and "模型"; or some words more, at an end or in between: the one is within
 * the other. Other numbers are another thing, but a letter where a digit stood is no number. */
static bool is_corrected(const struct traits *one, const struct traits *other)
{
    const char *a = one->title.text, *b = other->title.text;
    size_t of_a = strlen(a), of_b = strlen(b), less = of_a < of_b ? of_a : of_b, start = 0, end = 0;
    while (start < less && a[start] == b[start])
        start++;
    while (end < less - start && a[of_a - end - 1] == b[of_b - end - 1])
        end++;
    size_t put_a = of_a - start - end, put_b = of_b - start - end;
    bool within = start + end == less && put_a + put_b <= less, typo = put_a <= TYPO_MAX && put_b <= TYPO_MAX;
    if (less < TITLE_LONG || (!within && !typo))
        return false;
    bool letter = put_a == 1 && put_b == 1 && is_digit(a[start]) != is_digit(b[start]);
    return letter || !strcmp(one->digits, other->digits);
}

static double titles(const struct traits *one, const struct traits *other, double corrected)
{
    double worth = one->title.worth < other->title.worth ? one->title.worth : other->title.worth;
    if (!one->title.text[0] || !other->title.text[0] || worth <= 0)
        return 0;
    if (!strcmp(one->title.text, other->title.text))
        return worth;
    return is_corrected(one, other) ? worth * corrected : 0;
}

/* One address of its own is enough, if it is not one among many: a list of papers stays not the same by one
 * of them. */
static double addresses(const struct traits *one, const struct traits *other)
{
    double of_one = 0, of_other = 0, both = 0;
    for (size_t i = 0; i < one->address_count; i++)
        of_one += one->addresses[i].worth;
    for (size_t i = 0; i < other->address_count; i++)
        of_other += other->addresses[i].worth;
    for (size_t i = 0, j = 0; i < one->address_count && j < other->address_count;) {
        int order = strcmp(one->addresses[i].text, other->addresses[j].text);
        if (!order)
            both += one->addresses[i].worth;
        i += order <= 0;
        j += order >= 0;
    }
    double less = of_one < of_other ? of_one : of_other, share = both > 0 ? 2 * both / less : 0;
    return (both < 1 ? both : 1) * (share < 1 ? share : 1);
}

/* Twice what both have of all they have: 1 for the same words. A few words that agree are no text yet. */
static double likeness(const struct words *one, const struct words *other, double enough)
{
    double both = shared(one, other), all = one->weight + other->weight;
    if (all <= 0)
        return 0;
    return 2 * both / all * (both < enough ? both / enough : 1);
}

/* 0 for what is unlike, 1 for what is alike. */
static double grade(double likeness_of, double unlike, double alike)
{
    double grade_of = (likeness_of - unlike) / (alike - unlike);
    return grade_of < 0 ? 0 : grade_of < 1 ? grade_of : 1 + (grade_of - 1) * beyond;
}

double traits_evidence(const struct traits *stored, const struct traits *fresh, const struct measure *measure)
{
    bool titled = stored->title.text[0] && fresh->title.text[0];
    double text =
        grade(likeness(&stored->text, &fresh->text, measure->enough), measure->unlike, measure->alike);
    double all = grade(likeness(&stored->all, &fresh->all, measure->enough), all_unlike, all_alike);
    if (!measure->with_title || (titled && strcmp(stored->digits, fresh->digits) != 0))
        all = 0;
    return title_weight * titles(stored, fresh, measure->corrected) +
           address_weight * addresses(stored, fresh) + (text > all ? text : all);
}
