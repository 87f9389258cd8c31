#include "desk/import.h"
#include "core/buf.h"
#include "core/path.h"

static const struct source *find_source(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, name))
            return &setup->sources[i];
    return NULL;
}

/* Untouched for so long, a file counts: from its last change, but a clock ahead of ours does not hold it
 * back. */
static int64_t settles_at(const struct source *source, const struct event *event, struct now now)
{
    if (event->read.at_start || !source || !source->settle_ms)
        return 0;
    int64_t changed = event->read.mtime_ns / 1000000;
    if (changed > now.wall_ms)
        changed = now.wall_ms;
    return changed + source->settle_ms;
}

/* One trouble, one line: the same file with the same error says nothing more. */
static int note_file(struct state *state, const struct event *event, const char *trouble, struct arena *arena,
    struct import_report *report, struct error *err)
{
    struct file_row before;
    bool known;
    if (state_file(state, arena, event->read.source, event->read.path, &before, &known, err))
        return -1;
    if (trouble[0] && (!known || strcmp(before.error, trouble) != 0))
        report->warning = trouble;
    if (!trouble[0] && known && before.error[0])
        report->recovered = true;
    struct file_row row = {.path = event->read.path,
        .mtime_ns = event->read.mtime_ns,
        .size = event->read.size,
        .error = trouble,
        .profile = event->read.profile};
    return state_set_file(state, event->read.source, &row, err);
}

/* The fields of an item as people know them; the bits of report->fields follow this order. */
static const struct {
    const char *name, *chinese;
} fields[] = {{"title", "标题"}, {"text", "正文"}, {"links", "链接"}, {"questions", "问题"},
    {"images", "图片"}, {"section", "小节"}, {"order", "顺序"}};
enum { FIELDS = sizeof fields / sizeof *fields };

/* "title, links" as bits. */
static unsigned field_bits(const char *list)
{
    unsigned bits = 0;
    while (*list) {
        size_t len = strcspn(list, ",");
        for (size_t i = 0; i < FIELDS; i++)
            if (strlen(fields[i].name) == len && !strncmp(fields[i].name, list, len))
                bits |= 1u << i;
        list += len;
        list += strspn(list, ", ");
    }
    return bits;
}

static void add_fields(struct buf *out, bool chinese, unsigned bits)
{
    const char *before = "";
    for (size_t i = 0; i < FIELDS; i++)
        if (bits & 1u << i) {
            buf_addf(out, "%s%s", before, chinese ? fields[i].chinese : fields[i].name);
            before = chinese ? "、" : ", ";
        }
}

void import_fields(struct buf *out, bool chinese, const char *list)
{
    add_fields(out, chinese, field_bits(list));
}

void import_count(struct import_report *report)
{
    report->fresh = report->altered = report->back = report->gone = 0;
    report->fields = 0;
    for (size_t i = 0; i < report->change_count; i++) {
        const struct import_change *change = &report->changes[i];
        report->fresh += change->kind == IMPORT_NEW;
        report->altered += change->kind == IMPORT_CHANGED;
        report->back += change->kind == IMPORT_BACK;
        report->gone += change->kind == IMPORT_GONE;
        if (change->kind == IMPORT_CHANGED)
            report->fields |= field_bits(change->fields);
    }
}

/* The report of the last edition that changed, with the counts of all. */
static void add_report(struct import_report *total, struct import_report *one)
{
    struct import_report sum = *total;
    import_count(one);
    if (one->changed || !sum.editions)
        *total = *one;
    total->editions = sum.editions + 1;
    total->created_editions = sum.created_editions + one->created;
    total->changed_editions = sum.changed_editions + (one->changed && !one->created);
    total->fresh = sum.fresh + one->fresh;
    total->altered = sum.altered + one->altered;
    total->back = sum.back + one->back;
    total->gone = sum.gone + one->gone;
    total->fields = sum.fields | one->fields;
    total->changed |= sum.changed;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "1 new item", "2 items changed": the first count says what is counted. */
static void add_count(
    struct buf *out, bool chinese, bool *first, size_t count, const char *english, const char *word)
{
    if (!count)
        return;
    if (!*first)
        buf_adds(out, chinese ? "，" : ", ");
    if (chinese)
        buf_addf(out, "%s %zu 条", word, count);
    else if (!*first)
        buf_addf(out, "%zu %s", count, english);
    else if (!strcmp(english, "new"))
        buf_addf(out, "%zu new item%s", count, plural(count));
    else
        buf_addf(out, "%zu item%s %s", count, plural(count), english);
    *first = false;
}

void import_say(struct buf *out, bool chinese, const struct import_report *report)
{
    bool first = true;
    add_count(out, chinese, &first, report->fresh, "new", "新增");
    add_count(out, chinese, &first, report->altered, "changed", "改了");
    if (report->fields) {
        buf_adds(out, chinese ? "（" : " (");
        add_fields(out, chinese, report->fields);
        buf_adds(out, chinese ? "）" : ")");
    }
    add_count(out, chinese, &first, report->back, "back", "回来");
    add_count(out, chinese, &first, report->gone, "gone", "少了");
    if (first)
        buf_adds(out, chinese ? "有改动，条目没变" : "changed, its items did not");
}

/* "x.md: 12 items" · "x.md: 1 item changed (title, links), 2 gone" · "feed.xml: 3 new editions, 40 items" */
static const char *say(
    struct arena *arena, bool chinese, const char *path, const struct import_report *report)
{
    struct buf text = BUF_INIT(1024);
    buf_addf(&text, chinese ? "%s：" : "%s: ", path_name(path));
    if (report->created_editions > 1)
        buf_addf(&text, chinese ? "新增 %zu 期，%zu 条%.0s" : "%zu new editions, %zu item%s",
            report->created_editions, report->fresh, plural(report->fresh));
    else if (report->created_editions)
        buf_addf(&text, chinese ? "新的一期，%zu 条%.0s" : "a new edition, %zu item%s", report->fresh,
            plural(report->fresh));
    else
        import_say(&text, chinese, report);
    const char *kept = buf_keep(&text, arena);
    buf_free(&text);
    return kept;
}

static int import_all(struct state *state, const struct setup *setup, const struct event *event,
    struct now now, struct arena *arena, struct import_report *report, bool *published_changed,
    struct error *err)
{
    int64_t settles = settles_at(find_source(setup, event->read.source), event, now);
    const struct digest *digest = event->read.digest;
    for (size_t i = 0; i < digest->count; i++) {
        struct import_report one;
        if (state_import(state, arena, event->read.source, event->read.path, &digest->editions[i],
                now.wall_ms, settles, &one, err))
            return -1;
        *published_changed |= one.published && one.changed;
        add_report(report, &one);
    }
    return 0;
}

int desk_import(struct state *state, const struct setup *setup, const struct event *event, struct now now,
    struct arena *arena, struct import_report *report, bool *published_changed, struct error *err)
{
    *report = (struct import_report){.slug = ""};
    *published_changed = false;
    if (event->read.gone)
        return state_forget_file(state, event->read.source, event->read.path, err);
    const char *trouble = "";
    if (!event->read.digest)
        trouble = event->read.error && event->read.error[0] ? event->read.error : "it could not be read";
    if (!trouble[0] && import_all(state, setup, event, now, arena, report, published_changed, err))
        return -1;
    if (note_file(state, event, trouble, arena, report, err))
        return -1;
    if (report->changed)
        report->text = say(arena, !strcmp(setup->language, "zh"), event->read.path, report);
    return 0;
}

const char *import_today(struct arena *arena, const struct setup *setup, struct now now)
{
    struct buf day = BUF_INIT(32);
    day_format(&day, setup->zone ? setup->zone : zone_utc(), now.wall_ms);
    const char *kept = buf_keep(&day, arena);
    buf_free(&day);
    return kept;
}
