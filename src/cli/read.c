#include "cli/entries.h"

#include "core/digest.h"

#include "daemon/digest_json.h"

static void print_item(const struct item *item, int number)
{
    printf("  %3d %s", number, item->title ? item->title : "(no title)");
    const char *part = "  (";
    const struct {
        size_t count;
        const char *one, *many;
    } counts[] = {{item->link_count, "link", "links"}, {item->question_count, "question", "questions"},
        {item->image_count, "image", "images"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].count) {
            printf("%s%zu %s", part, counts[i].count, counts[i].count == 1 ? counts[i].one : counts[i].many);
            part = ", ";
        }
    puts(*part == ',' ? ")" : "");
}

static void print_edition(const struct edition *edition)
{
    printf("%s\n", edition->title ? edition->title : edition->id);
    size_t items = edition_item_count(edition);
    printf("  %s%s%s, %zu item%s in %zu section%s%s\n", edition->date ? edition->date : "no date",
        edition->period ? ", " : "", edition->period ? edition->period : "", items, items == 1 ? "" : "s",
        edition->section_count, edition->section_count == 1 ? "" : "s",
        edition->draft ? ", a draft: it will not be told" : "");
    int number = 0;
    for (size_t i = 0; i < edition->section_count; i++) {
        const struct section *section = &edition->sections[i];
        if (section->title)
            printf("%s\n", section->title);
        for (size_t j = 0; j < section->item_count; j++)
            print_item(&section->items[j], ++number);
    }
}

static int print_digest(struct shell *shell, const struct digest *digest)
{
    if (!shell->json) {
        for (size_t i = 0; i < digest->count; i++)
            print_edition(&digest->editions[i]);
        return 0;
    }
    struct buf out = BUF_INIT(256u << 20);
    int result = digest_json(digest, &out);
    if (result)
        error_set(&shell->err, "what was read is too large to print as JSON");
    else
        fwrite(out.data, 1, out.len, stdout);
    buf_free(&out);
    return result;
}

static int run(struct shell *shell)
{
    for (int i = 0; i < shell->word_count; i++) {
        const struct digest *digest = shell_digest(shell, shell->words[i], "");
        if (!digest || print_digest(shell, digest))
            return -1;
    }
    return 0;
}

const struct subcommand cli_read = {.name = "read",
    .words = "FILE|-…",
    .summary = "take an edition apart and print it; stores nothing",
    .details = "Exit status 2 when a file cannot be understood, with file:line:column.",
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
