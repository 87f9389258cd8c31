#include "cli/entries.h"

#include "cli/print.h"
#include "core/buf.h"
#include "daemon/fetch.h"
#include "desk/import.h"
#include "state/editions.h"

static const char *const change_names[] = {
    [IMPORT_NEW] = "new", [IMPORT_CHANGED] = "changed", [IMPORT_BACK] = "back", [IMPORT_GONE] = "gone"};

/* "title, links": ["title", "links"] */
static json_t *json_fields(const char *fields)
{
    json_t *list = json_array();
    while (*fields) {
        size_t len = strcspn(fields, ",");
        json_array_append_new(list, json_stringn(fields, len));
        fields += len;
        fields += strspn(fields, ", ");
    }
    return list;
}

static int print_report_json(struct shell *shell, const struct import_report *report, size_t items)
{
    json_t *changes = json_array();
    for (size_t i = 0; i < report->change_count; i++) {
        const struct import_change *change = &report->changes[i];
        json_array_append_new(changes,
            json_pack("{s:s s:i s:o s:o}", "kind", change_names[change->kind], "number", change->number,
                "title", json_text(change->title), "fields", json_fields(change->fields)));
    }
    size_t unchanged = items - report->fresh - report->altered - report->back;
    return print_json(
        shell, json_pack("{s:o s:s s:b s:I s:I s:I s:I s:I s:o}", "id", json_id(report->edition), "name",
                   report->slug, "created", report->created, "new", (json_int_t)report->fresh, "changed",
                   (json_int_t)report->altered, "back", (json_int_t)report->back, "gone",
                   (json_int_t)report->gone, "unchanged", (json_int_t)unchanged, "changes", changes));
}

/* "  changed   3  Its title (text, links)" */
static void print_change(struct shell *shell, const struct import_change *change)
{
    static const char *const chinese[] = {
        [IMPORT_NEW] = "新增", [IMPORT_CHANGED] = "改了", [IMPORT_BACK] = "回来", [IMPORT_GONE] = "没了"};
    bool zh = shell->chinese;
    struct buf fields = BUF_INIT(256);
    import_fields(&fields, zh, change->fields);
    if (zh)
        printf("  %s", chinese[change->kind]);
    else
        printf("  %-7s", change_names[change->kind]);
    printf(" %3d  %s", change->number, change->title ? change->title : "");
    if (fields.len)
        printf(zh ? "（%s）" : " (%s)", fields.data);
    printf("\n");
    buf_free(&fields);
}

/* A new edition is one line, and so is one that did not change. */
static int print_report(struct shell *shell, struct import_report *report, size_t items)
{
    import_count(report);
    if (shell->json)
        return print_report_json(shell, report, items);
    if (report->created) {
        printf(shell_says(shell, "%s: stored, %zu item%s\n", "%s：存好了，%zu 条%.0s\n"), report->slug, items,
            items == 1 ? "" : "s");
        return 0;
    }
    struct buf text = BUF_INIT(1024);
    if (report->changed)
        import_say(&text, shell->chinese, report);
    else
        buf_adds(&text, shell_says(shell, "nothing has changed", "没有变化"));
    printf(shell_says(shell, "%s: %s\n", "%s：%s\n"), report->slug, text.data);
    buf_free(&text);
    for (size_t i = 0; i < report->change_count; i++)
        print_change(shell, &report->changes[i]);
    return 0;
}

static int import_digest(
    struct shell *shell, const char *source, const char *path, const struct digest *digest)
{
    for (size_t i = 0; i < digest->count; i++) {
        struct import_report report = {0};
        if (state_begin(shell->state, &shell->err))
            return -1;
        if (state_import(shell->state, &shell->arena, source, path, &digest->editions[i], shell->now.wall_ms,
                shell->now.wall_ms, &report, &shell->err) ||
            state_commit(shell->state, &shell->err)) {
            state_rollback(shell->state);
            return -1;
        }
        if (print_report(shell, &report, edition_item_count(&digest->editions[i])))
            return -1;
    }
    return 0;
}

/* The source whose editions these are: --source, the only one, or the one whose path it matches. */
static const struct source *chosen_source(struct shell *shell, const char *word)
{
    const struct setup *setup = shell->setup;
    const char *name = shell_flag(shell, "source");
    if (!name && setup->source_count == 1)
        return &setup->sources[0];
    const struct source *found = name ? NULL : shell_source_of(shell, word);
    for (size_t i = 0; name && i < setup->source_count; i++)
        if (!strcmp(setup->sources[i].name, name))
            found = &setup->sources[i];
    if (!found)
        error_set_kind(&shell->err, ERROR_USAGE,
            name ? shell_says(shell, "there is no source %s", "配置里没有 %s 这个来源")
                 : shell_says(
                       shell, "which source is it of? --source NAME%s", "是哪个来源的？--source 来源%s"),
            name ? name : "");
    return found;
}

static int import_one(struct shell *shell, const char *path)
{
    const struct shell_reading how = {.source = chosen_source(shell, path)};
    const struct digest *digest = how.source ? shell_digest(shell, path, &how) : NULL;
    if (!digest)
        return -1;
    /* As the daemon has it, so that an edition without an id of its own is the same one. */
    char *absolute = shell_is_address(path) ? NULL : realpath(path, NULL);
    const char *from = shell_is_address(path) ? fetch_name(&shell->arena, path, false)
                       : absolute             ? absolute
                                              : "";
    int failed = import_digest(shell, how.source->name, from, digest);
    free(absolute);
    return failed;
}

/* One that cannot be read keeps nobody from the others: it is named, and the worst tells the exit status. */
static int run(struct shell *shell)
{
    if (shell_setup(shell))
        return -1;
    if (shell_state(shell, STATE_SHELL))
        return -1;
    int worst = 0, taken = 0;
    for (int i = 0; i < shell->word_count; i++) {
        if (!import_one(shell, shell->words[i])) {
            taken++;
            continue;
        }
        int code = shell_failed(shell);
        worst = code > worst ? code : worst;
    }
    if (!taken)
        return worst;
    shell_ring(shell, shell_says(shell, "what is stored is posted when one runs", "存好的要它跑起来才会发"));
    return worst;
}

const struct subcommand cli_import = {.name = "import",
    .words = "FILE|URL|-…",
    .summary = "store editions; never posts by itself",
    .details =
        "Reads as the source does, with its link: and profile:. Says of each edition which items are new, "
        "changed (and what of them: title, text, links, questions, images, section, order), back and gone. "
        "Items keep their numbers, and so do their questions. What cannot be read is named, the rest is "
        "stored.",
    .flags = {{"source", "NAME", "the source they belong to, where several have no path that matches"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
