#include "desk/import.h"
#include "core/buf.h"

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

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
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
        .error = trouble};
    return state_set_file(state, event->read.source, &row, err);
}

static void count_changes(struct import_report *total, const struct import_report *one)
{
    for (size_t i = 0; i < one->change_count; i++) {
        total->fresh += one->changes[i].kind == IMPORT_NEW;
        total->altered += one->changes[i].kind == IMPORT_CHANGED;
        total->gone += one->changes[i].kind == IMPORT_GONE;
    }
}

/* The report of the last edition that changed, with the counts of all. */
static void add_report(struct import_report *total, const struct import_report *one)
{
    struct import_report sum = *total;
    if (one->changed || !sum.editions)
        *total = *one;
    total->editions = sum.editions + 1;
    total->created_editions = sum.created_editions + one->created;
    total->changed_editions = sum.changed_editions + (one->changed && !one->created);
    total->fresh = sum.fresh;
    total->altered = sum.altered;
    total->gone = sum.gone;
    total->changed |= sum.changed;
    count_changes(total, one);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void add_counts(struct buf *text, bool chinese, const struct import_report *report)
{
    const char *comma = chinese ? "，" : ", ", *before = "";
    if (report->fresh) {
        buf_addf(text, chinese ? "新增 %zu 条" : "%zu new item%s", report->fresh, plural(report->fresh));
        before = comma;
    }
    if (report->altered) {
        buf_adds(text, before);
        buf_addf(
            text, chinese ? "改了 %zu 条" : "%zu item%s changed", report->altered, plural(report->altered));
        before = comma;
    }
    if (report->gone) {
        buf_adds(text, before);
        buf_addf(text, chinese ? "少了 %zu 条" : "%zu item%s gone", report->gone, plural(report->gone));
    }
}

/* "x.md: 12 items" · "x.md: 1 item changed, 2 gone" · "feed.xml: 3 new editions, 40 items" */
static const char *say(
    struct arena *arena, bool chinese, const char *path, const struct import_report *report)
{
    struct buf text = BUF_INIT(1024);
    buf_addf(&text, chinese ? "%s：" : "%s: ", file_name(path));
    if (report->created_editions > 1)
        buf_addf(&text, chinese ? "新增 %zu 期，%zu 条%.0s" : "%zu new editions, %zu item%s",
            report->created_editions, report->fresh, plural(report->fresh));
    else if (report->created_editions)
        buf_addf(&text, chinese ? "新的一期，%zu 条%.0s" : "a new edition, %zu item%s", report->fresh,
            plural(report->fresh));
    else if (report->fresh + report->altered + report->gone == 0)
        buf_adds(&text, chinese ? "有改动，条目没变" : "changed, its items did not");
    else
        add_counts(&text, chinese, report);
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
