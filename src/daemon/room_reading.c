#include "daemon/room_reading.h"

#include "adapters/adapter.h"
#include "compose/compose.h"
#include "core/buf.h"
#include "core/section.h"
#include <jansson.h>

enum {
    PACKED_MAX = 64 << 20,
    LISTED_MAX = 500, /* items named in the answer */
    WARNINGS_MAX = 50,
    BLOCKS_MAX = 2000,    /* rows of the explanation in the answer */
    SHOWN_MAX = 64 << 10, /* bytes of one part that the page shows */
};

struct ticket {
    char name[TICKET_SIZE]; /* "" = free */
    uint64_t order;
    bool pending;
    struct arena arena;
    struct digest *digest; /* NULL: error */
    const char *error;
    struct explanation explanation;
};

struct readings {
    struct ticket tickets[READINGS_MAX];
    uint64_t order;
};

struct readings *readings_new(void)
{
    struct readings *readings = calloc(1, sizeof *readings);
    if (!readings)
        abort();
    return readings;
}

static void empty_ticket(struct ticket *ticket)
{
    arena_free(&ticket->arena);
    *ticket = (struct ticket){0};
}

void readings_free(struct readings *readings)
{
    if (!readings)
        return;
    for (size_t i = 0; i < READINGS_MAX; i++)
        empty_ticket(&readings->tickets[i]);
    free(readings);
}

static struct ticket *find(struct readings *readings, const char *name)
{
    for (size_t i = 0; i < READINGS_MAX && name[0]; i++)
        if (!strcmp(readings->tickets[i].name, name))
            return &readings->tickets[i];
    return NULL;
}

/* A free place, else that of the oldest which is not being read. */
static struct ticket *place(struct readings *readings)
{
    struct ticket *best = NULL;
    for (size_t i = 0; i < READINGS_MAX; i++) {
        struct ticket *ticket = &readings->tickets[i];
        if (!ticket->name[0])
            return ticket;
        if (!ticket->pending && (!best || ticket->order < best->order))
            best = ticket;
    }
    return best;
}

const char *readings_open(struct readings *readings, struct rng *rng)
{
    size_t open = 0;
    for (size_t i = 0; i < READINGS_MAX; i++)
        open += readings->tickets[i].pending;
    struct ticket *ticket = open < READINGS_OPEN_MAX ? place(readings) : NULL;
    if (!ticket)
        return NULL;
    empty_ticket(ticket);
    snprintf(ticket->name, sizeof ticket->name, "%016llx%016llx", (unsigned long long)rng_next(rng),
        (unsigned long long)rng_next(rng));
    ticket->order = ++readings->order;
    ticket->pending = true;
    return ticket->name;
}

void readings_drop(struct readings *readings, const char *name)
{
    struct ticket *ticket = find(readings, name);
    if (ticket)
        empty_ticket(ticket);
}

/* Items get the numbers people type, as the import would give them. */
static void number_items(struct digest *digest)
{
    for (size_t e = 0; e < digest->count; e++) {
        int number = 0;
        for (size_t s = 0; s < digest->editions[e].section_count; s++)
            for (size_t i = 0; i < digest->editions[e].sections[s].item_count; i++)
                digest->editions[e].sections[s].items[i].number = ++number;
    }
}

static void keep_explanation(struct ticket *ticket, const struct explanation *explanation)
{
    struct buf packed = BUF_INIT(PACKED_MAX);
    struct error err = {0};
    explanation_pack(&packed, explanation);
    if (explanation_unpack(&ticket->arena, packed.data, packed.len, &ticket->explanation, &err))
        ticket->explanation = (struct explanation){0};
    buf_free(&packed);
}

void readings_done(struct readings *readings, const char *name, const struct digest *digest,
    const char *error, const struct explanation *explanation)
{
    struct ticket *ticket = find(readings, name);
    if (!ticket || !ticket->pending)
        return;
    ticket->pending = false;
    if (explanation)
        keep_explanation(ticket, explanation);
    if (!digest) {
        ticket->error = arena_string(&ticket->arena, error && error[0] ? error : "it could not be read");
        return;
    }
    struct buf packed = BUF_INIT(PACKED_MAX);
    struct error err = {0};
    digest_pack(&packed, digest);
    if (packed.overflow)
        error_set(&err, "what was read is larger than this page takes");
    else
        ticket->digest = digest_unpack(&ticket->arena, packed.data, packed.len, &err);
    buf_free(&packed);
    if (ticket->digest)
        number_items(ticket->digest);
    else
        ticket->error = arena_string(&ticket->arena, err.text);
}

/* --- as JSON --- */

static char *dump(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        abort(); /* out of memory: every string here is valid UTF-8 */
    return text;
}

static json_t *string(const char *text)
{
    json_t *value = json_string(text ? text : "");
    return value ? value : json_string("");
}

static void put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static void put_count(json_t *object, const char *key, size_t count)
{
    put(object, key, json_integer((json_int_t)count));
}

/* What an edition holds. */
struct counts {
    size_t sections, items, questions, links, images;
};

static json_t *item_json(
    const struct section *section, const struct item *item, struct arena *arena, struct counts *counts)
{
    counts->items++;
    counts->questions += item->question_count;
    counts->links += item->link_count;
    counts->images += item->image_count;
    if (counts->items > LISTED_MAX)
        return NULL;
    json_t *object = json_object();
    put_count(object, "number", (size_t)item->number);
    put(object, "title", string(item_name(arena, section, item)));
    put_count(object, "questions", item->question_count);
    put_count(object, "links", item->link_count);
    put_count(object, "images", item->image_count);
    return object;
}

static json_t *sections_json(const struct edition *edition, struct arena *arena, struct counts *counts)
{
    json_t *sections = json_array();
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        if (!section->item_count)
            continue;
        counts->sections += section->title && section->title[0];
        json_t *items = json_array();
        for (size_t i = 0; i < section->item_count; i++) {
            json_t *item = item_json(section, &section->items[i], arena, counts);
            if (item)
                json_array_append_new(items, item);
        }
        json_t *object = json_object();
        put(object, "title", string(section_path(arena, section)));
        put(object, "items", items);
        json_array_append_new(sections, object);
    }
    return sections;
}

/* One row a block: {"line":3,"end_line":4,"role":"item","name":"条目","text":"…","says":"…","rule":"…"} */
static void put_explained(json_t *object, const struct explanation *explanation, bool chinese)
{
    json_t *blocks = json_array();
    for (size_t i = 0; i < explanation->count && i < BLOCKS_MAX; i++) {
        const struct explained *block = &explanation->blocks[i];
        enum role role = rule_role(block->rule);
        json_array_append_new(blocks,
            json_pack("{s:i,s:i,s:s,s:s,s:o,s:s,s:s}", "line", block->line, "end_line", block->end_line,
                "role", role_name(role, false), "name", role_name(role, chinese), "text", string(block->text),
                "says", rule_says(block->rule, chinese), "rule", rule_name(block->rule)));
    }
    put(object, "explained", blocks);
    put_count(object, "unexplained", explanation->count > BLOCKS_MAX ? explanation->count - BLOCKS_MAX : 0);
}

/* Of several, as a feed has them, the newest: they come in the order of time. */
static const struct edition *shown_edition(const struct digest *digest)
{
    return &digest->editions[digest->count - 1];
}

static char *summary(struct ticket *ticket, bool chinese)
{
    const struct edition *edition = shown_edition(ticket->digest);
    struct arena arena = {0};
    struct counts counts = {.images = edition->image_count};
    json_t *object = json_object();
    put(object, "edition",
        json_pack("{s:o,s:o,s:o,s:o}", "title", string(edition_name(edition)), "date", string(edition->date),
            "number", string(edition->number), "period", string(edition->period)));
    put_count(object, "editions", ticket->digest->count);
    put(object, "sections", sections_json(edition, &arena, &counts));
    json_t *numbers = json_object();
    put_count(numbers, "sections", counts.sections);
    put_count(numbers, "items", counts.items);
    put_count(numbers, "questions", counts.questions);
    put_count(numbers, "links", counts.links);
    put_count(numbers, "images", counts.images);
    put(object, "counts", numbers);
    put_count(object, "unlisted", counts.items > LISTED_MAX ? counts.items - LISTED_MAX : 0);
    json_t *warnings = json_array();
    for (size_t i = 0; i < ticket->digest->warning_count && i < WARNINGS_MAX; i++)
        json_array_append_new(warnings, string(ticket->digest->warnings[i]));
    put(object, "warnings", warnings);
    put_explained(object, &ticket->explanation, chinese);
    arena_free(&arena);
    return dump(object);
}

static char *error_json(const char *text)
{
    return dump(json_pack("{s:o}", "error", string(text)));
}

static const char *gone(bool chinese)
{
    return chinese ? "这个文件这里已经不留了；再拖一次" : "this file is no longer kept here; drop it again";
}

char *readings_result(struct readings *readings, const char *name, const char *language, int *status)
{
    bool chinese = !strcmp(language, "zh");
    struct ticket *ticket = find(readings, name);
    *status = ticket ? ticket->pending ? 202 : 200 : 404;
    if (!ticket)
        return error_json(gone(chinese));
    if (ticket->pending)
        return dump(json_pack("{s:b}", "pending", 1));
    if (ticket->error) {
        json_t *failed = json_pack("{s:o}", "error", string(ticket->error));
        put_explained(failed, &ticket->explanation, chinese);
        return dump(failed);
    }
    if (!ticket->digest->count)
        return error_json(chinese ? "里面没有找到期刊" : "no edition was found in it");
    return summary(ticket, chinese);
}

/* --- an item in each place --- */

static const char *unit_name(enum unit unit)
{
    return unit == UNIT_BYTES ? "bytes" : unit == UNIT_UTF16 ? "utf16" : "points";
}

/* The bytes of a part are the adapter's own; those with a JSON object have their text in one of its members.
 */
static json_t *part_json(const struct adapter *adapter, const struct part *part, const char *plain)
{
    json_t *object = json_object();
    json_t *bytes = json_loadb(part->bytes, part->len, 0, NULL);
    const char *html = json_string_value(json_object_get(bytes, "html"));
    const char *text = json_string_value(json_object_get(bytes, "text"));
    if (!text)
        text = json_string_value(json_object_get(bytes, "markdown_v2"));
    const char *mode = json_string_value(json_object_get(bytes, "parse_mode"));
    if (!html && text && mode && !strcmp(mode, "HTML"))
        html = text;
    if (html)
        put(object, "html", string(html));
    else
        put(object, "text", text ? string(text) : json_stringn_nocheck(part->bytes, part->len));
    const char *own = json_string_value(json_object_get(bytes, "plain"));
    put(object, "plain", own ? string(own) : plain ? string(plain) : json_null());
    put_count(object, "units", part->units);
    put_count(object, "limit", adapter->local || adapter->by_hand ? 0 : part->limit);
    json_decref(bytes);
    return object;
}

static json_t *form_json(
    const struct adapter *adapter, const struct message *message, const char *language, const char *plain)
{
    struct arena arena = {0};
    struct form form = {0};
    struct form_options options = {.language = language};
    adapter->render(message, &options, &arena, &form);
    json_t *parts = json_array(), *lost = json_array();
    for (size_t i = 0; i < form.count; i++)
        json_array_append_new(parts, part_json(adapter, &form.parts[i], form.count == 1 ? plain : NULL));
    for (size_t i = 0; i < form.lost_count; i++)
        json_array_append_new(lost, string(form.lost[i]));
    json_t *object = json_object();
    put(object, "name", string(adapter->name));
    put(object, "title", string(adapter->title));
    put(object, "unit", string(unit_name(adapter->unit)));
    put(object, "parts", parts);
    put(object, "lost", lost);
    arena_free(&arena);
    return object;
}

/* The room first, then the platforms, then what people paste. */
static int rank(const struct adapter *adapter)
{
    return adapter->local ? 0 : adapter->by_hand ? 2 : 1;
}

static json_t *forms_json(const struct edition *edition, const struct item *item, const char *language)
{
    json_t *forms = json_array();
    for (int wanted = 0; wanted < 3; wanted++)
        for (size_t i = 0; adapters[i]; i++) {
            const struct adapter *adapter = adapters[i];
            if (rank(adapter) != wanted || !adapter->render)
                continue;
            struct arena arena = {0};
            struct composer composer = {.arena = &arena,
                .language = language,
                .replies = adapter->reply,
                .buttons = adapter->buttons,
                .images = adapter->images,
                .published = "",
                .today = "",
                .reference = ""};
            struct message *message = compose_item(&composer, edition, item, true);
            struct buf plain = BUF_INIT(SHOWN_MAX);
            message_plain(&plain, message->root, true);
            json_array_append_new(
                forms, form_json(adapter, message, language, plain.overflow ? NULL : plain.data));
            buf_free(&plain);
            arena_free(&arena);
        }
    return forms;
}

char *readings_item(
    struct readings *readings, const char *name, int number, const char *language, int *status)
{
    struct ticket *ticket = find(readings, name);
    const struct edition *edition =
        ticket && ticket->digest && ticket->digest->count ? shown_edition(ticket->digest) : NULL;
    const struct item *item = edition ? edition_item(edition, number, NULL) : NULL;
    *status = item ? 200 : 404;
    if (!item)
        return error_json(gone(!strcmp(language, "zh")));
    const char *own = edition->language ? edition->language : language;
    return dump(json_pack("{s:o}", "forms", forms_json(edition, item, own)));
}
