#include "cli/explain.h"

#include "core/digest.h"
#include "core/explained.h"
#include "core/utf8.h"

enum { TEXT_COLUMNS = 46, ROLE_COLUMNS = 9 };

/* So that sections and items stand out. */
static int indent_of(enum role role)
{
    switch (role) {
    case ROLE_TITLE:
    case ROLE_SECTION:
        return 0;
    case ROLE_ITEM:
        return 2;
    default:
        return 4;
    }
}

/* As much of the text as fits into so many columns, and spaces up to there. */
static void print_text(const char *text, size_t columns)
{
    size_t len = strlen(text), at = 0, used = 0;
    bool cut = shell_columns(text) > columns;
    while (at < len) {
        size_t end = utf8_grapheme_end(text, len, at), size, width;
        width = utf8_is_cjk(utf8_decode(text, len, at, &size)) ? 2 : 1;
        if (used + width > columns - (cut ? 1 : 0))
            break;
        fwrite(text + at, 1, end - at, stdout);
        used += width;
        at = end;
    }
    if (cut) {
        fputs("…", stdout);
        used++;
    }
    printf("%*s", (int)(columns - used), "");
}

static void print_block(const struct shell *shell, const struct explained *block)
{
    char lines[32] = "";
    enum role role = rule_role(block->rule);
    const char *name = role_name(role, shell->chinese);
    int indent = indent_of(role), pad = ROLE_COLUMNS - (int)shell_columns(name);
    if (block->line && block->end_line > block->line)
        snprintf(lines, sizeof lines, "%d-%d", block->line, block->end_line);
    else if (block->line)
        snprintf(lines, sizeof lines, "%d", block->line);
    printf("%9s  %s%*s  %*s", lines, name, pad > 0 ? pad : 0, "", indent, "");
    print_text(block->text, (size_t)(TEXT_COLUMNS - indent));
    printf("  — %s (%s)\n", rule_says(block->rule, shell->chinese), rule_name(block->rule));
}

/* What the whole holds. */
struct sums {
    size_t items, sections, links, questions, untitled; /* in all editions */
    size_t loose;                                       /* blocks that belong to no item */
    int first_loose;                                    /* line */
};

static void add_edition(struct sums *sums, const struct edition *edition)
{
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *section = &edition->sections[s];
        sums->items += section->item_count;
        sums->sections += section->title && *section->title && section->item_count;
        for (size_t i = 0; i < section->item_count; i++) {
            const struct item *item = &section->items[i];
            sums->links += item->link_count;
            sums->questions += item->question_count;
            sums->untitled += !item->title || !*item->title;
        }
    }
}

static struct sums sum_up(const struct explanation *explanation, const struct digest *digest)
{
    struct sums sums = {0};
    for (size_t e = 0; digest && e < digest->count; e++)
        add_edition(&sums, &digest->editions[e]);
    for (size_t i = 0; i < explanation->count; i++) {
        enum role role = rule_role(explanation->blocks[i].rule);
        int line = explanation->blocks[i].line;
        if (role != ROLE_ASIDE && role != ROLE_TAIL)
            continue;
        sums.loose++;
        if (line && (!sums.first_loose || line < sums.first_loose))
            sums.first_loose = line;
    }
    return sums;
}

/* The first thing that is odd, and what to do about it; NULL = nothing. */
static const char *odd(const struct shell *shell, const struct sums *sums)
{
    if (!sums->items)
        return shell_says(shell,
            "Nothing became an item. Say what begins one in a profile, such as items: bold or items: list; "
            "docs/reading.md has an example of each.",
            "没有一条读成条目。在 profile 里写明什么是条目，例如 items: bold 或 items: "
            "list；docs/reading.zh.md 里每种写法都有例子。");
    if (sums->loose > 2 * sums->items + 4)
        return shell_says(shell,
            "More belongs to no item than to items. If something of it should be one, say what begins an "
            "item (items: in a profile; docs/reading.md).",
            "不属于条目的比条目还多。里面要是有该成条目的，在 profile 里用 items: "
            "写明（docs/reading.zh.md）。");
    if (!sums->links)
        return shell_says(shell,
            "No item has a link. If yours stand behind a word of your own, add it to labels: in a profile "
            "(docs/reading.md).",
            "没有一条带链接。链接前面的词要是自己的说法，把它写进 profile 的 "
            "labels:（docs/reading.zh.md）。");
    if (sums->untitled)
        return shell_says(shell,
            "Some items have no title: their first words are shown instead. A bold beginning or a heading "
            "makes one (docs/reading.md).",
            "有的条目没有标题，会用开头几个字代替；加粗的开头或标题行就是标题（docs/reading.zh.md）。");
    return NULL;
}

/* The summary: what there is, and what belongs to nothing. */
static void print_sums(const struct shell *shell, const struct sums *sums)
{
    printf(shell_says(shell, "%zu item%s in %zu section%s, %zu link%s, %zu question%s",
               "%zu 条%.0s，%zu 个栏目%.0s，%zu 个链接%.0s，%zu 个问题%.0s"),
        sums->items, sums->items == 1 ? "" : "s", sums->sections, sums->sections == 1 ? "" : "s", sums->links,
        sums->links == 1 ? "" : "s", sums->questions, sums->questions == 1 ? "" : "s");
    if (sums->loose && sums->first_loose)
        printf(shell_says(shell, "; %zu block%s belong%s to no item, the first in line %d",
                   "；%zu 段%.0s%.0s不属于任何条目，最前面的在第 %d 行"),
            sums->loose, sums->loose == 1 ? "" : "s", sums->loose == 1 ? "s" : "", sums->first_loose);
    else if (sums->loose)
        printf(shell_says(shell, "; %zu block%s belong%s to no item", "；%zu 段%.0s%.0s不属于任何条目"),
            sums->loose, sums->loose == 1 ? "" : "s", sums->loose == 1 ? "s" : "");
    puts("");
}

void print_explanation(
    const struct shell *shell, const struct explanation *explanation, const struct digest *digest)
{
    for (size_t i = 0; i < explanation->count; i++)
        print_block(shell, &explanation->blocks[i]);
    if (explanation->count == EXPLAINED_MAX)
        puts(shell_says(shell, "        …  (the rest is not listed)", "        …  （后面的没有列出）"));
    struct sums sums = sum_up(explanation, digest);
    print_sums(shell, &sums);
    const char *hint = odd(shell, &sums);
    if (hint)
        puts(hint);
}
