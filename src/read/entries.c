#include "read/entries.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/explained.h"
#include "read/dates.h"
#include "read/edition.h"
#include "read/edition_number.h"
#include "read/feed.h"
#include "read/grouped.h"
#include "read/source.h"

#include <ctype.h>
#include <stdint.h>
#include <strings.h>

/* How many entries are looked at to find out what they are, and how long an id of ours may be. */
enum { LOOK_AT = 12, ID_MAX = 72 };

/* --- ids --- */

/* What of a guid tells it from others: of an address all after the host, of "tag:e.org,2026:3" the end. */
static const char *telling_part(const char *id)
{
    const char *host = strstr(id, "://");
    if (host) {
        const char *path = host + 3 + strcspn(host + 3, "/?#");
        path += strspn(path, "/?#");
        return *path ? path : host + 3;
    }
    if (strncasecmp(id, "tag:", 4) == 0 || strncasecmp(id, "urn:", 4) == 0) {
        const char *last = strrchr(id, ':');
        if (last[1])
            return last + 1;
    }
    return id;
}

static uint32_t sum(const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

/* "https://e.org/2026/03/week-12.html" -> "2026-03-week-12": a name that people can type before ".N". */
static const char *make_id(struct arena *arena, const char *id)
{
    struct buf out = BUF_INIT(1 << 16);
    const char *part = telling_part(id);
    size_t len = strlen(part);
    static const char *const endings[] = {".html", ".htm", ".md", "/"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncasecmp(part + len - n, endings[i], n) == 0)
            len -= n;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)part[i];
        if (isalnum(c) || c >= 0x80 || c == '_')
            buf_addc(&out, (char)c);
        else if (out.len && out.data[out.len - 1] != '-')
            buf_addc(&out, '-');
    }
    while (out.len && out.data[out.len - 1] == '-')
        buf_truncate(&out, out.len - 1);
    if (out.len > ID_MAX || out.overflow) {
        size_t cut = ID_MAX;
        while (cut && ((unsigned char)out.data[cut] & 0xc0) == 0x80)
            cut--;
        buf_truncate(&out, cut);
        buf_addf(&out, "-%08x", sum(id));
    }
    const char *kept = out.len ? buf_keep(&out, arena) : NULL;
    buf_free(&out);
    return kept;
}

static const char *entry_id(struct arena *arena, const struct feed_entry *entry)
{
    const char *from = entry->id ? entry->id : entry->link ? entry->link : entry->title;
    const char *id = from ? make_id(arena, from) : NULL;
    return id ? id : entry->date;
}

/* --- what the entries are --- */

static struct front front_of(const struct feed *feed, const struct feed_entry *entry, const char *id)
{
    return (struct front){.id = id,
        .title = entry->title ? entry->title : feed->title,
        .date = entry->date,
        .link = entry->link,
        .language = feed->language,
        .tags = entry->tags,
        .tag_count = entry->tag_count,
        .nameless = true};
}

static bool has_links(const struct edition *edition)
{
    size_t items = 0, linked = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            items++;
            linked += edition->sections[s].items[i].link_count > 0;
        }
    return items >= 3 && linked * 3 >= items * 2;
}

static bool is_numbered(struct arena *arena, const char *title)
{
    char date[11];
    return title && (number_find(arena, title) || date_find(title, date) || period_find(arena, title));
}

/* Does this entry look like an issue of a digest? An article with headings does not. */
static bool is_issue(const struct reader *reader, const struct feed *feed, const struct feed_entry *entry)
{
    struct arena arena = {0};
    struct error err = {0};
    struct warnings warnings = {.arena = &arena, .name = ""};
    struct reader trial = *reader;
    trial.arena = &arena;
    trial.explanation = NULL;
    trial.warnings = &warnings;
    struct tree tree;
    struct edition edition = {0};
    struct node *rest;
    struct front front = front_of(feed, entry, "x");
    bool is = !entry_tree(&arena, reader->request->name, entry, &entry->content, &tree, &err) &&
              !edition_read(&trial, &front, &tree, "", 0, &edition, &rest, &err) &&
              edition_item_count(&edition) >= 2 && (is_numbered(&arena, entry->title) || has_links(&edition));
    arena_free(&arena);
    return is;
}

static bool are_editions(const struct reader *reader, const struct feed *feed)
{
    if (reader->profile->entries != ENTRIES_FOUND)
        return reader->profile->entries == ENTRIES_EDITIONS;
    size_t looked = 0, issues = 0;
    for (size_t i = 0; i < feed->count && looked < LOOK_AT; i++) {
        looked++;
        issues += feed->entries[i].content.kind && is_issue(reader, feed, &feed->entries[i]);
    }
    return issues * 2 > looked;
}

/* --- each an edition --- */

static bool is_repeated(const struct edition *editions, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(editions[i].id, id) == 0)
            return true;
    return false;
}

static void take_rest(struct node *all, struct node *rest)
{
    node_move_children(rest, all);
}

/* Without a date of its own an entry has that of its title, never that of the feed's file. */
static int read_edition(struct reader *reader, const struct feed *feed, const struct feed_entry *entry,
    const char *id, struct edition *edition, struct node *all, struct error *err)
{
    const struct feed_text *text = entry->content.kind ? &entry->content : &entry->summary;
    struct front front = front_of(feed, entry, id);
    struct tree tree;
    struct node *rest;
    char date[11];
    if (entry_tree(reader->arena, reader->request->name, entry, text, &tree, err))
        return -1;
    if (!front.date && front.title && date_find(front.title, date))
        front.date = arena_string(reader->arena, date);
    if (edition_read(reader, &front, &tree, "", 0, edition, &rest, err))
        return -1;
    edition->origin = ORIGIN_ENTRY;
    take_rest(all, rest);
    return 0;
}

struct dated {
    struct edition edition;
    size_t place; /* in the order of time as the feed has it */
};

static int by_date(const void *a, const void *b)
{
    const struct dated *one = a, *other = b;
    int order = one->edition.date && other->edition.date ? strcmp(one->edition.date, other->edition.date) : 0;
    return order ? order : one->place < other->place ? -1 : one->place > other->place;
}

/* Most feeds begin with the newest entry. */
static bool newest_first(const struct feed *feed)
{
    const char *first = NULL, *last = NULL;
    for (size_t i = 0; i < feed->count; i++) {
        const char *date = feed->entries[i].date;
        first = first ? first : date;
        last = date ? date : last;
    }
    return !first || strcmp(first, last) >= 0;
}

static void keep_newest(struct reader *reader, struct edition *read, size_t count, const struct feed *feed,
    struct reading *reading)
{
    struct dated *dated = arena_array(reader->arena, count + 1, sizeof *dated);
    bool turn = newest_first(feed);
    for (size_t i = 0; i < count; i++)
        dated[i] = (struct dated){read[i], turn ? count - i : i};
    qsort(dated, count, sizeof *dated, by_date);
    size_t left = count > DIGEST_EDITIONS_MAX ? count - DIGEST_EDITIONS_MAX : 0;
    if (left)
        warn(reader->warnings, 0,
            warn_says(reader->warnings, "%zu older editions were left out: more than %d in one feed",
                "更早的 %zu 期没有读：一个订阅源里超过 %d 期"),
            left, DIGEST_EDITIONS_MAX);
    for (size_t i = left; i < count; i++)
        read[i - left] = dated[i].edition;
    reading->digest.editions = read;
    reading->digest.count = count - left;
}

static int read_editions(
    struct reader *reader, const struct feed *feed, struct reading *reading, struct error *err)
{
    struct edition *editions = arena_array(reader->arena, feed->count + 1, sizeof *editions);
    size_t count = 0;
    reading->rest = node_new(reader->arena, NODE_DOCUMENT);
    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_entry *entry = &feed->entries[i];
        struct error wrong = {.chinese = err->chinese};
        const char *id = entry_id(reader->arena, entry);
        if (!id || is_repeated(editions, count, id)) {
            warn(reader->warnings, entry->line,
                id ? warn_says(reader->warnings, "this entry has the id of one before it (%s)",
                         "这一条的 id 和前面的一样（%s）")
                   : warn_says(reader->warnings, "this entry has no id, link or title%s",
                         "这一条没有 id、链接和标题%s"),
                id ? id : "");
            continue;
        }
        editions[count] = (struct edition){0};
        if (read_edition(reader, feed, entry, id, &editions[count], reading->rest, &wrong))
            entry_warn(reader, entry, &wrong);
        else
            count++;
    }
    if (!count)
        return error_set(err,
            error_says(err, "%s: no entry of the feed can be read as an edition",
                "%s: 订阅源里没有一条能当作一期来读"),
            reader->request->name);
    keep_newest(reader, editions, count, feed, reading);
    return 0;
}

int entries_read(struct reader *reader, const struct feed *feed, struct reading *reading, struct error *err)
{
    if (!feed->count)
        return error_set(err, error_says(err, "%s: the feed has no entries", "%s: 订阅源里一条也没有"),
            reader->request->name);
    reading->rest = node_new(reader->arena, NODE_DOCUMENT);
    if (feed->title)
        explain(reader->explanation, reader->arena, 0, 0, RULE_TITLE_FEED, feed->title);
    if (are_editions(reader, feed))
        return read_editions(reader, feed, reading, err);
    return grouped_read(reader, feed, reading, err);
}
