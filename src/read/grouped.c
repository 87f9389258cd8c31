#include "read/grouped.h"

#include "core/arena.h"
#include "core/calendar.h"
#include "core/error.h"
#include "core/explained.h"
#include "core/path.h"
#include "core/utf8.h"
#include "read/edition.h"
#include "read/feed.h"
#include "read/flow.h"
#include "read/item.h"
#include "read/markup.h"
#include "read/source.h"

#include <strings.h>

enum { ITEM_NODES_MAX = MESSAGE_NODES_MAX / 2, ENTRY_NAME_MAX = 60 /* code points */ };

struct group {
    const char *id, *period;
    const char *date; /* of its newest entry; NULL = not known */
    struct item *items;
    size_t count, cap;
};

struct groups {
    struct group *list;
    size_t count, cap;
};

/* What a feed's program writes below each entry: "The post Ferries appeared first on Harbour notes." */
static bool is_notice(struct arena *arena, const struct node *block)
{
    static const char *const signs[] = {
        " appeared first on ", " was originally published in ", "最先出现在", "最早出现在", "最早发布于"};
    enum { NOTICE_MAX = 1000 };
    if (block->type != NODE_PARAGRAPH)
        return false;
    const char *line = flow_line(arena, block);
    size_t len = strlen(line);
    for (size_t i = 0; i < sizeof signs / sizeof *signs && len < NOTICE_MAX; i++)
        if (strstr(line, signs[i]))
            return i != 0 || strncasecmp(line, "the post ", 9) == 0 ||
                   strncasecmp(line, "the article ", 12) == 0;
    return false;
}

static void drop_notice(struct arena *arena, struct tree *tree)
{
    struct node *last = tree->root->last;
    if (!last || !is_notice(arena, last) || !tree->count || tree->blocks[tree->count - 1].node != last)
        return;
    node_unlink(last);
    tree->count--;
}

static int take_tree(struct arena *arena, const char *name, const struct feed_entry *entry,
    const struct feed_text *text, struct tree *tree, struct error *err)
{
    struct markup_source source = {
        .name = name, .html = text->text, .base = entry->base, .line = entry->line};
    switch (text->kind) {
    case FEED_HTML:
        source.len = strlen(text->text);
        return markup_read(arena, &source, tree, err);
    case FEED_MARKDOWN:
        if (tree_check(name, text->text, strlen(text->text), err))
            return -1;
        *tree = tree_parse(arena, text->text, strlen(text->text));
        for (size_t i = 0; i < tree->count; i++)
            tree->blocks[i].line = tree->blocks[i].end_line = entry->line;
        return 0;
    case FEED_TREE:
        *tree = (struct tree){.root = node_clone(arena, text->tree.root), .count = text->tree.count};
        tree->blocks = arena_array(arena, tree->count + 1, sizeof *tree->blocks);
        struct block *block = tree->blocks;
        for (struct node *node = tree->root->first; node; node = node->next)
            *block++ = (struct block){.node = node, .line = entry->line, .end_line = entry->line};
        return 0;
    default:
        *tree = markup_plain(arena, text->kind == FEED_PLAIN ? text->text : "", entry->line);
        return 0;
    }
}

int entry_tree(struct arena *arena, const char *name, const struct feed_entry *entry,
    const struct feed_text *text, struct tree *tree, struct error *err)
{
    if (take_tree(arena, name, entry, text, tree, err))
        return -1;
    drop_notice(arena, tree);
    return 0;
}

void entry_warn(struct reader *reader, const struct feed_entry *entry, const struct error *err)
{
    const char *why = err->text, *name = reader->request->name;
    if (strncmp(why, name, strlen(name)) == 0 && why[strlen(name)] == ':') {
        why += strlen(name);
        why += strspn(why, ":0123456789 "); /* the place is the entry's */
    }
    const char *called = entry->title ? entry->title : entry->id ? entry->id : "";
    warn(reader->warnings, entry->line, warn_says(reader->warnings, "entry %.*s: %s", "条目“%.*s”：%s"),
        (int)utf8_prefix(called, strlen(called), ENTRY_NAME_MAX), called, why);
}

/* --- one item --- */

static struct node *title_node(struct arena *arena, const struct feed_entry *entry)
{
    if (!entry->title)
        return NULL;
    struct node *heading = node_new(arena, NODE_HEADING);
    heading->level = 1;
    if (entry->link)
        node_add_link(arena, heading, entry->link, entry->title);
    else
        node_add_text(arena, heading, entry->title);
    return heading;
}

/* Many begin their text with its title once more. */
static void drop_title(struct arena *arena, struct node *body, const char *title)
{
    struct node *first = body->first;
    bool text = first && (first->type == NODE_HEADING || first->type == NODE_PARAGRAPH);
    if (!title || !text || strcasecmp(flow_line(arena, first), title) != 0)
        return;
    for (const struct node *node = first; node; node = node_next(first, node))
        if (node->type == NODE_LINK || node->type == NODE_IMAGE)
            return;
    node_unlink(first);
}

static bool has_link(const struct item *item, const char *url)
{
    for (size_t i = 0; i < item->link_count; i++)
        if (strcmp(item->links[i].url, url) == 0)
            return true;
    return false;
}

/* What stands beside the text: the link of an entry without a title, attachments, pictures. */
static void add_beside(struct arena *arena, const struct feed_entry *entry, struct item *item)
{
    struct link *links = arena_array(arena, item->link_count + entry->link_count + 1, sizeof *links);
    size_t count = 0;
    if (entry->link && !entry->title && !has_link(item, entry->link))
        links[count++] = (struct link){.url = entry->link};
    memcpy(links + count, item->links, item->link_count * sizeof *links);
    count += item->link_count;
    for (size_t i = 0; i < entry->link_count; i++)
        if (!has_link(item, entry->links[i].url))
            links[count++] = entry->links[i];
    item->links = links;
    item->link_count = count;
    struct image *images = arena_array(arena, item->image_count + entry->image_count + 1, sizeof *images);
    memcpy(images, item->images, item->image_count * sizeof *images);
    for (size_t i = 0; i < entry->image_count; i++) {
        size_t same = 0;
        while (same < item->image_count && strcmp(images[same].url, entry->images[i].url) != 0)
            same++;
        if (same == item->image_count)
            images[item->image_count++] = entry->images[i];
    }
    item->images = images;
}

static int check(const struct item *item, struct error *err)
{
    size_t nodes = 0;
    for (const struct node *node = item->body; node; node = node_next(item->body, node))
        nodes++;
    if (nodes > ITEM_NODES_MAX)
        return error_set(err, error_says(err, "it is made of more than %d pieces", "由超过 %d 个小块组成"),
            ITEM_NODES_MAX);
    if (item->link_count > DIGEST_LINKS_MAX)
        return error_set(
            err, error_says(err, "it has more than %d links", "链接超过 %d 个"), DIGEST_LINKS_MAX);
    if (!item->title && !item->body->first && !item->link_count && !item->image_count)
        return error_set(err, error_says(err, "it holds nothing", "里面什么也没有"));
    return 0;
}

static int read_item(
    struct reader *reader, const struct feed_entry *entry, struct item *item, struct error *err)
{
    struct tree tree;
    const struct feed_text *text = entry->content.kind ? &entry->content : &entry->summary;
    if (entry_tree(reader->arena, reader->request->name, entry, text, &tree, err))
        return -1;
    *item = (struct item){.line = entry->line};
    drop_title(reader->arena, tree.root, entry->title);
    item_read(reader, item, title_node(reader->arena, entry), tree.root, NULL);
    add_beside(reader->arena, entry, item);
    return check(item, err);
}

/* --- groups --- */

/* "2026-06-26" in days since 1970. */
static int64_t day_number(const char *date)
{
    int year = 1970, month = 1, day = 1;
    sscanf(date, "%4d-%2d-%2d", &year, &month, &day);
    return civil_days(year, month, day);
}

/* The ISO week of a day: it belongs to the year that its Thursday is in. */
static void name_week(struct arena *arena, const char *date, struct group *group)
{
    int64_t days = day_number(date);
    struct civil day = civil_from_days(days);
    int64_t monday = days - civil_weekday(day.year, day.month, day.day);
    struct civil first = civil_from_days(monday), last = civil_from_days(monday + 6);
    int year = civil_from_days(monday + 3).year;
    int week = (int)(monday + 3 - civil_days(year, 1, 1)) / 7 + 1;
    group->id = arena_printf(arena, "%04d-W%02d", year, week);
    group->period = arena_printf(arena, "%02d%02d-%02d%02d", first.month, first.day, last.month, last.day);
}

static struct group *group_of(struct reader *reader, struct groups *groups, const char *date)
{
    struct arena *arena = reader->arena;
    struct group wanted = {.id = path_stem(arena, reader->request->name)};
    if (date && reader->profile->group == GROUP_WEEK)
        name_week(arena, date, &wanted);
    else if (date && reader->profile->group == GROUP_DAY)
        wanted.id = wanted.period = date;
    for (size_t i = groups->count; i-- > 0;)
        if (strcmp(groups->list[i].id, wanted.id) == 0)
            return &groups->list[i];
    groups->list = arena_grow(arena, groups->list, groups->count, &groups->cap, 16, sizeof *groups->list);
    groups->list[groups->count] = wanted;
    return &groups->list[groups->count++];
}

static struct item *add_item(struct arena *arena, struct group *group)
{
    group->items = arena_grow(arena, group->items, group->count, &group->cap, 16, sizeof *group->items);
    return &group->items[group->count++];
}

/* The day of each entry: where one says none, that of the one before it, else of the first that says one. */
static const char *first_date(const struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++)
        if (feed->entries[i].date)
            return feed->entries[i].date;
    return NULL;
}

static void gather(struct reader *reader, const struct feed *feed, struct groups *groups)
{
    const char *date = first_date(feed);
    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_entry *entry = &feed->entries[i];
        struct error wrong = {.chinese = reader->warnings->chinese};
        struct item item;
        if (entry->date)
            date = entry->date;
        if (read_item(reader, entry, &item, &wrong)) {
            entry_warn(reader, entry, &wrong);
            continue;
        }
        struct group *group = group_of(reader, groups, date);
        *add_item(reader->arena, group) = item;
        if (date && (!group->date || strcmp(date, group->date) > 0))
            group->date = date;
        explain(reader->explanation, reader->arena, entry->line, entry->line, RULE_ITEM_ENTRY,
            entry->title      ? entry->title
            : item.link_count ? item.links[0].url
                              : "");
    }
}

static int by_date(const void *a, const void *b)
{
    const struct group *one = a, *other = b;
    return one->date && other->date ? strcmp(one->date, other->date) : 0;
}

/* Does the title say of itself that it comes each week or day? Then it needs no period beside it. */
static bool names_period(const char *title)
{
    static const char *const words[] = {"week", "daily", "today", "周", "週", "日报", "每日", "今日"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(title, words[i]))
            return true;
    return false;
}

static void describe(
    struct arena *arena, const struct feed *feed, const struct group *group, struct edition *edition)
{
    struct section *section = arena_alloc(arena, sizeof *section);
    section->items = group->items;
    section->item_count = group->count;
    *edition = (struct edition){.origin = ORIGIN_GROUP,
        .id = group->id,
        .title = feed->title,
        .date = group->date,
        .period = group->period,
        .language = feed->language,
        .link = feed->link,
        .sections = section,
        .section_count = 1};
    if (feed->title && group->period && !names_period(feed->title))
        edition->title = arena_printf(arena, "%s %s", feed->title, group->period);
}

int grouped_read(struct reader *reader, const struct feed *feed, struct reading *reading, struct error *err)
{
    struct groups groups = {0};
    gather(reader, feed, &groups);
    if (!groups.count)
        return error_set(err,
            error_says(err, "%s: the feed has no entry that can be read", "%s: 订阅源里没有一条读得了"),
            reader->request->name);
    qsort(groups.list, groups.count, sizeof *groups.list, by_date);
    size_t left = groups.count > DIGEST_EDITIONS_MAX ? groups.count - DIGEST_EDITIONS_MAX : 0;
    if (left)
        warn(reader->warnings, 0,
            warn_says(reader->warnings, "%zu older editions were left out: more than %d in one feed",
                "更早的 %zu 期没有读：一个订阅源里超过 %d 期"),
            left, DIGEST_EDITIONS_MAX);
    reading->digest.count = groups.count - left;
    reading->digest.editions =
        arena_array(reader->arena, reading->digest.count, sizeof *reading->digest.editions);
    for (size_t i = left; i < groups.count; i++)
        describe(reader->arena, feed, &groups.list[i], &reading->digest.editions[i - left]);
    return 0;
}
