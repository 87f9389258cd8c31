/* Stories for tests: told in words of their own, Chinese or English, so that many are alike (one company
 * twice, one host, one beginning of a title, a phrase that stands under everything) and none is another. A
 * story knows who it is (`id`); whatever an editor does to an item, the truth goes with it. */
#ifndef STORIES_H
#define STORIES_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/digest.h"
#include "core/utf8.h"
#include "words.h"

enum { STORY_CLAUSES = 12, STORY_LINKS = 4, STORY_QUESTIONS = 6, STORY_ASKED = 24 };

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t below(struct chance *chance, size_t limit)
{
    return (size_t)(chance_next(chance) % limit);
}

static inline bool percent(struct chance *chance, size_t of_hundred)
{
    return below(chance, 100) < of_hundred;
}

#define PICK(chance, list) ((list)[below(chance, sizeof(list) / sizeof *(list))])

/* One piece of a text between two marks of punctuation. `is`: which piece it was when it was written. */
struct clause {
    const char *text;
    uint64_t is;
};

struct story {
    int id, family; /* family: of which one it was cut off, if it was */
    bool chinese;
    const char *company, *product, *host;
    const char *title; /* NULL = none */
    struct clause clauses[STORY_CLAUSES];
    size_t clause_count;
    const char *links[STORY_LINKS];
    size_t link_count;
    const char *questions[STORY_QUESTIONS];
    int question_ids[STORY_QUESTIONS];
    size_t question_count;
    const char *asked[STORY_ASKED]; /* ever */
    size_t asked_count;
    bool reworded[STORY_QUESTIONS]; /* this time */
    const char *image;              /* NULL = none */
    uint64_t flow;                  /* how its lines and paragraphs fall */
    size_t section;
    bool touched; /* this time */
    bool done;    /* for this time: the editor has cut it in two, and lets it be */
};

/* What a text is put together from. Everything is drawn first, one after the other: in which order a call
 * works out its arguments is the compiler's own business, and each compiler would tell other stories. */
struct drawn {
    const char *noun, *other, *verb, *how, *place, *person;
    size_t number;
};

static inline const char *a_noun(struct chance *chance, bool chinese)
{
    return chinese ? PICK(chance, zh_nouns) : PICK(chance, en_nouns);
}

static inline const char *a_person(struct arena *arena, struct chance *chance, bool chinese)
{
    const char *family = chinese ? PICK(chance, zh_families) : PICK(chance, en_families);
    const char *given = chinese ? PICK(chance, zh_given) : PICK(chance, en_given);
    return chinese ? arena_printf(arena, "%s%s", family, given) : arena_printf(arena, "%s %s", given, family);
}

static inline struct drawn draw(struct arena *arena, struct chance *chance, bool chinese)
{
    struct drawn drawn;
    drawn.noun = a_noun(chance, chinese);
    drawn.other = a_noun(chance, chinese);
    drawn.verb = chinese ? PICK(chance, zh_verbs) : PICK(chance, en_verbs);
    drawn.how = chinese ? PICK(chance, zh_adjectives) : PICK(chance, en_adjectives);
    drawn.place = chinese ? PICK(chance, zh_places) : PICK(chance, en_places);
    drawn.person = a_person(arena, chance, chinese);
    drawn.number = (size_t)(chance_next(chance) >> 32);
    return drawn;
}

static inline const char *a_product(struct arena *arena, struct chance *chance, bool chinese)
{
    const char *head = PICK(chance, name_heads), *tail = PICK(chance, name_tails);
    const char *given = PICK(chance, zh_given), *noun = PICK(chance, zh_nouns);
    size_t number = below(chance, 9) + 1;
    return chinese && percent(chance, 50) ? arena_printf(arena, "%s%s", given, noun)
                                          : arena_printf(arena, "%s%s %zu", head, tail, number);
}

static inline const char *zh_clause(struct arena *arena, struct chance *chance, const struct story *story)
{
    struct drawn d = draw(arena, chance, true);
    switch (below(chance, 9)) {
    case 0:
        return arena_printf(arena, "%s%s了%s的%s", story->company, d.verb, d.how, d.noun);
    case 1:
        return arena_printf(arena, "%s的%s比上一代%s%zu%%", story->product, d.noun, d.how, d.number % 90 + 5);
    case 2:
        return arena_printf(arena, "%s说%s还要等%s%s", d.person, d.noun, d.place, d.verb);
    case 3:
        return arena_printf(arena, "在%s，%s和%s一起%s", d.place, d.noun, d.other, d.verb);
    case 4:
        return arena_printf(
            arena, "%zu 名研究者%s%s之后发现%s更%s", d.number % 900 + 10, d.verb, d.noun, d.other, d.how);
    case 5:
        return arena_printf(arena, "用%s来%s%s，只要%zu元", d.noun, d.verb, d.other, d.number % 5000 + 3);
    case 6:
        return arena_printf(arena, "%s的团队把%s交给%s", d.place, d.other, d.person);
    case 7:
        return arena_printf(arena, "%s因此%s，%s却不%s", d.noun, d.verb, d.other, d.how);
    default:
        return arena_printf(arena, "谁都没想到%s会这样%s%s", d.other, d.how, d.noun);
    }
}

static inline const char *en_clause(struct arena *arena, struct chance *chance, const struct story *story)
{
    struct drawn d = draw(arena, chance, false);
    switch (below(chance, 8)) {
    case 0:
        return arena_printf(arena, "%s has %s a %s %s", story->company, d.verb, d.how, d.noun);
    case 1:
        return arena_printf(arena, "The %s of %s is %zu%% more %s than before", d.noun, story->product,
            d.number % 90 + 5, d.how);
    case 2:
        return arena_printf(
            arena, "%s says that the %s must be %s in %s first", d.person, d.noun, d.verb, d.place);
    case 3:
        return arena_printf(arena, "A %s from %s was %s next to the %s", d.noun, d.place, d.verb, d.other);
    case 4:
        return arena_printf(
            arena, "It took %zu people to see why the %s is so %s", d.number % 900 + 10, d.other, d.how);
    case 5:
        return arena_printf(arena, "For %zu dollars every %s can be %s with a %s", d.number % 5000 + 3,
            d.noun, d.verb, d.other);
    case 6:
        return arena_printf(arena, "Nobody in %s had %s such a %s %s", d.place, d.verb, d.how, d.other);
    default:
        return arena_printf(arena, "The %s, once %s, leaves the %s %s", d.noun, d.verb, d.other, d.how);
    }
}

static inline struct clause a_clause(struct arena *arena, struct chance *chance, const struct story *story)
{
    const char *text = story->chinese ? zh_clause(arena, chance, story) : en_clause(arena, chance, story);
    return (struct clause){text, chance_next(chance)};
}

static inline const char *a_title(
    struct arena *arena, struct chance *chance, const struct story *story, bool begins)
{
    struct drawn d = draw(arena, chance, story->chinese);
    if (story->chinese)
        return begins ? arena_printf(arena, "%s最新消息：%s%s", story->company, d.verb, d.noun)
                      : arena_printf(
                            arena, "%s%s%s，%s%s", d.how, d.noun, d.verb, PICK(chance, zh_verbs), d.other);
    return begins ? arena_printf(arena, "News from %s: %s %s", story->company, d.how, d.noun)
                  : arena_printf(arena, "%s %s for %s %s", d.how, d.noun, d.place, d.other);
}

static inline const char *a_link(struct arena *arena, struct chance *chance, const struct story *story)
{
    struct drawn d = draw(arena, chance, false);
    const char *name = PICK(chance, name_heads);
    switch (below(chance, 4)) {
    case 0:
        return arena_printf(
            arena, "https://%s/%zu/%s-%zu", story->host, 2020 + below(chance, 7), name, d.number % 100000);
    case 1:
        return arena_printf(arena, "https://%s/s/%llx", story->host, (unsigned long long)chance_next(chance));
    case 2:
        return arena_printf(arena, "https://www.%s/p?id=%zu", story->host, d.number % 1000000);
    default:
        return arena_printf(
            arena, "https://%s/posts/%s-%s-%zu.html", story->host, d.noun, d.verb, d.number % 10000);
    }
}

static inline const char *a_question(struct arena *arena, struct chance *chance, const struct story *story)
{
    struct drawn d = draw(arena, chance, story->chinese);
    bool of_product = percent(chance, 50);
    if (story->chinese)
        return of_product
                   ? arena_printf(arena, "%s的%s会怎样改变%s的%s？", story->product, d.noun, d.place, d.other)
                   : arena_printf(arena, "为什么%s更愿意%s%s？", d.place, d.verb, d.noun);
    return of_product
               ? arena_printf(arena, "How would the %s of %s change %s?", d.noun, story->product, d.place)
               : arena_printf(arena, "Who in %s should have %s the %s?", d.place, d.verb, d.noun);
}

/* The same but for one piece in the middle: whoever reads the two takes one for a correction of the other. */
static inline bool nearly(const char *one, const char *other)
{
    size_t a = strlen(one), b = strlen(other), less = a < b ? a : b, start = 0, end = 0;
    while (start < less && one[start] == other[start])
        start++;
    while (end < less - start && one[a - end - 1] == other[b - end - 1])
        end++;
    return (start + end) * 5 > less * 2;
}

static inline void add_question(struct arena *arena, struct chance *chance, struct story *story, size_t at)
{
    story->question_ids[at] = (int)(chance_next(chance) >> 34);
    bool again;
    do {
        const char *question = a_question(arena, chance, story);
        again = false;
        for (size_t i = 0; i < story->asked_count && i < STORY_ASKED; i++)
            again |= nearly(question, story->asked[i]);
        if (!again)
            story->questions[at] = story->asked[story->asked_count++ % STORY_ASKED] = question;
    } while (again);
    story->question_count += at == story->question_count;
}

/* A story of its own. `like`: of the same company, on the same host, with the same beginning of its title. */
static inline struct story a_story(
    struct arena *arena, struct chance *chance, int id, const struct story *like)
{
    struct story story = {.id = id, .chinese = like ? like->chinese : percent(chance, 60)};
    story.company = like            ? like->company
                    : story.chinese ? PICK(chance, zh_companies)
                                    : PICK(chance, en_companies);
    story.product = like && percent(chance, 50) ? like->product : a_product(arena, chance, story.chinese);
    story.host = like ? like->host : PICK(chance, hosts);
    if (!percent(chance, 10))
        story.title = a_title(arena, chance, &story, like || percent(chance, 30));
    story.clause_count = percent(chance, 10) && story.title ? 0 : 2 + below(chance, STORY_CLAUSES - 2);
    for (size_t i = 0; i < story.clause_count; i++)
        story.clauses[i] = a_clause(arena, chance, &story);
    /* What stands under everything says nothing. */
    if (story.clause_count > 2 && percent(chance, 20))
        story.clauses[story.clause_count - 1].text =
            story.chinese ? PICK(chance, zh_phrases) : PICK(chance, en_phrases);
    if (like && like->clause_count > 4 && story.clause_count > 4 && percent(chance, 30))
        story.clauses[0].text = like->clauses[0].text;
    size_t links = percent(chance, 15) ? 0 : 1 + below(chance, 2);
    if (!story.title && !story.clause_count)
        links = 1;
    for (size_t i = 0; i < links; i++)
        story.links[story.link_count++] = a_link(arena, chance, &story);
    if (percent(chance, 10) && story.link_count < STORY_LINKS)
        story.links[story.link_count++] =
            arena_printf(arena, "https://%s/%s", story.host, PICK(chance, index_pages));
    for (size_t i = below(chance, 4); i > 0; i--)
        add_question(arena, chance, &story, story.question_count);
    if (percent(chance, 20))
        story.image = arena_printf(arena, "https://img.%s/%zu.png", story.host, below(chance, 1000000));
    story.flow = chance_next(chance);
    return story;
}

/* The item as it is read: paragraphs and lines as they fall. */
static inline struct item *item_of(struct arena *arena, const struct story *story)
{
    struct item *item = arena_alloc(arena, sizeof *item);
    item->title = story->title;
    item->body = node_new(arena, NODE_DOCUMENT);
    struct buf text = BUF_INIT(1 << 20);
    for (size_t i = 0; i < story->clause_count; i++) {
        bool ends = i + 1 == story->clause_count || (story->flow >> i & 1);
        buf_adds(&text, story->clauses[i].text);
        buf_adds(&text, story->chinese ? (ends ? "。" : "，") : (ends ? ". " : "; "));
        if (ends && (i + 1 == story->clause_count || (story->flow >> (i + 20) & 1))) {
            node_add_text(arena, node_add(arena, item->body, NODE_PARAGRAPH), buf_keep(&text, arena));
            buf_reset(&text);
        }
    }
    buf_free(&text);
    item->links = arena_array(arena, STORY_LINKS, sizeof *item->links);
    item->link_count = story->link_count;
    for (size_t i = 0; i < story->link_count; i++)
        item->links[i].url = story->links[i];
    item->questions = arena_array(arena, STORY_QUESTIONS, sizeof *item->questions);
    item->question_count = story->question_count;
    for (size_t i = 0; i < story->question_count; i++)
        item->questions[i] = story->questions[i];
    item->images = arena_array(arena, 1, sizeof *item->images);
    item->image_count = story->image ? 1 : 0;
    item->images[0] = (struct image){.url = story->image ? story->image : "", .alt = ""};
    return item;
}

#endif
