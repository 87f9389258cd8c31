#include "cli/entries.h"

#include "cli/explain.h"
#include "core/digest.h"
#include "core/explained.h"
#include "core/section.h"
#include "daemon/digest_json.h"

static void print_item(const struct shell *shell, const struct item *item, int number)
{
    printf("  %3d %s", number, item->title ? item->title : shell_says(shell, "(no title)", "（没有标题）"));
    const char *part = shell_says(shell, "  (", "（");
    bool any = false;
    const struct {
        size_t count;
        const char *one, *many, *chinese;
    } counts[] = {{item->link_count, "link", "links", "个链接"},
        {item->question_count, "question", "questions", "个问题"},
        {item->image_count, "image", "images", "张图"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].count) {
            printf("%s%zu %s", part, counts[i].count,
                shell_says(shell, counts[i].count == 1 ? counts[i].one : counts[i].many, counts[i].chinese));
            part = shell_says(shell, ", ", "，");
            any = true;
        }
    puts(any ? shell_says(shell, ")", "）") : "");
}

static void print_edition(struct shell *shell, const struct edition *edition)
{
    printf("%s\n", edition->title ? edition->title : edition->id);
    size_t items = edition_item_count(edition), sections = 0;
    for (size_t i = 0; i < edition->section_count; i++)
        sections += edition->sections[i].item_count > 0;
    printf(shell_says(shell, "  %s%s%s, %zu item%s in %zu section%s%s\n",
               "  %s%s%s，%zu 条%.0s，%zu 个栏目%.0s%s\n"),
        edition->date ? edition->date : shell_says(shell, "no date", "没有日期"),
        edition->period ? shell_says(shell, ", ", "，") : "", edition->period ? edition->period : "", items,
        items == 1 ? "" : "s", sections, sections == 1 ? "" : "s",
        edition->draft ? shell_says(shell, ", a draft: it will not be told", "，是草稿，不会发") : "");
    int number = 0;
    for (size_t i = 0; i < edition->section_count; i++) {
        const struct section *section = &edition->sections[i];
        if (section->item_count && section->title)
            printf("%s\n", section_path(&shell->arena, section));
        for (size_t j = 0; j < section->item_count; j++)
            print_item(shell, &section->items[j], ++number);
    }
}

/* With what it was read, so that nobody wonders why another place reads it otherwise. */
static void print_how(const struct shell *shell, const char *word, const struct shell_reading *how)
{
    const char *file = shell_flag(shell, "profile");
    const struct source *source = how->source;
    if (file)
        printf(shell_says(shell, "%s, with the profile %s\n", "%s，按 %s 的 profile\n"), word, file);
    else if (source && source->profile)
        printf(shell_says(shell, "%s, as the source %s says (profile%s%s)\n",
                   "%s，按来源 %s 的配置（profile%s%s）\n"),
            word, source->name, *source->profile_file ? shell_says(shell, ": ", "：") : "",
            source->profile_file);
    else if (source)
        printf(shell_says(shell, "%s, as the source %s says (no profile)\n",
                   "%s，按来源 %s 的配置（没有 profile）\n"),
            word, source->name);
    else
        printf(shell_says(shell, "%s, without a profile\n", "%s，没有 profile\n"), word);
}

/* `digest` NULL: it could not be read; then only the explanation is there. */
static int print_json_of(
    struct shell *shell, const struct digest *digest, const struct explanation *explanation)
{
    struct buf out = BUF_INIT(256u << 20);
    int result = digest_json_explained(digest, explanation, &out);
    if (result)
        error_set(&shell->err, "%s",
            shell_says(shell, "what was read is too large to print as JSON", "读到的太大，没法写成 JSON"));
    else
        fwrite(out.data, 1, out.len, stdout);
    buf_free(&out);
    return result;
}

static int read_one(struct shell *shell, const char *word, const struct shell_reading *how)
{
    const struct digest *digest = shell_digest(shell, word, how);
    if (shell->json && (digest || how->explanation))
        return print_json_of(shell, digest, how->explanation) || !digest ? -1 : 0;
    if (how->explanation && (digest || how->explanation->count)) {
        print_how(shell, word, how);
        print_explanation(shell, how->explanation, digest);
    } else {
        for (size_t i = 0; digest && i < digest->count; i++)
            print_edition(shell, &digest->editions[i]);
    }
    return digest ? 0 : -1;
}

static int run(struct shell *shell)
{
    const struct profile *profile = NULL;
    if (shell_setup_if_any(shell) || shell_profile(shell, &profile))
        return -1;
    for (int i = 0; i < shell->word_count; i++) {
        struct explanation explanation = {0};
        struct shell_reading how = {.source = shell_source_of(shell, shell->words[i]),
            .profile = profile,
            .explanation = shell_flag(shell, "explain") ? &explanation : NULL};
        if (read_one(shell, shell->words[i], &how))
            return -1;
    }
    return 0;
}

const struct subcommand cli_read = {.name = "read",
    .words = "FILE|URL|-…",
    .summary = "take an edition apart and print it; stores nothing",
    .details =
        "A file of a configured source is read with that source's link: and profile:. Exit status 2 when a "
        "file cannot be understood, with file:line:column.",
    .flags = {{"explain", NULL, "print what became of each block of the file, and by which rule"},
        {"profile", "FILE", "a YAML file that says how it is written, instead of the source's profile:"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
