#include "compose/links.h"
#include "core/buf.h"
#include "core/utf8.h"
#include "core/wire.h"

/* "ref.", "Ref", "refs:", "reference": the word for a source, whatever the editor's habit. */
static bool is_reference(const char *label)
{
    struct buf folded = BUF_INIT(256);
    utf8_fold(&folded, label, strlen(label));
    while (folded.len && strchr(".: ", folded.data[folded.len - 1]))
        buf_truncate(&folded, folded.len - 1);
    bool is = false;
    static const char *const words[] = {"ref", "refs", "reference", "references", "source", "来源", "出处"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        is |= !strcmp(folded.data, words[i]);
    buf_free(&folded);
    return is;
}

static const char *label_of(const struct composer *composer, const struct link *link)
{
    if (!link->label || !link->label[0])
        return "";
    if (is_reference(link->label))
        return part_chinese(composer) ? "来源" : "Source";
    return link->label;
}

/* What the link says: its own text, else where it leads. */
static const char *text_of(const struct composer *composer, const struct link *link)
{
    if (link->text && link->text[0] && strcmp(link->text, link->url) && !part_is_web(link->text))
        return link->text;
    char host[256];
    if (!url_host(link->url, host, sizeof host))
        return link->url;
    return arena_string(composer->arena, strncmp(host, "www.", 4) ? host : host + 4);
}

static bool in_body(const struct item *item, const char *url)
{
    for (const struct node *node = item->body; node; node = node_next(item->body, node))
        if ((node->type == NODE_LINK || node->type == NODE_IMAGE) && node->url && !strcmp(node->url, url))
            return true;
    return false;
}

/* The body shows its own links, the title its address; the others stand below, each once. */
static bool stands_below(const struct item *item, size_t at)
{
    const struct link *link = &item->links[at];
    if (!part_is_web(link->url))
        return false;
    bool labelled = link->label && link->label[0];
    for (size_t i = 0; i < at; i++) {
        const struct link *other = &item->links[i];
        if (!strcmp(other->url, link->url) && (!labelled || (other->label && other->label[0])))
            return false;
    }
    if (labelled)
        return true;
    return !(item->title_url && !strcmp(item->title_url, link->url)) && !in_body(item, link->url);
}

/* Chinese readers want the Chinese text first. */
static bool is_chinese_text(const struct link *link)
{
    return link->label && !strncmp(link->label, "中文", strlen("中文"));
}

struct line {
    struct node *paragraph;
    const char *label; /* of the link before, NULL = none yet */
};

static void add_link(
    const struct composer *composer, struct message *message, struct line *line, const struct link *link)
{
    const char *label = label_of(composer, link);
    if (!line->paragraph)
        line->paragraph = part_paragraph(composer, message);
    if (line->label && !strcmp(line->label, label)) {
        part_text(composer, line->paragraph, " · ");
    } else {
        part_line(composer, line->paragraph);
        if (label[0])
            part_text(composer, line->paragraph, arena_printf(composer->arena, "%s ", label));
    }
    node_add_link(composer->arena, line->paragraph, link->url, text_of(composer, link));
    line->label = label;
}

void part_links(const struct composer *composer, struct message *message, const struct item *item)
{
    struct line line = {0};
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < item->link_count; i++) {
            bool first = part_chinese(composer) && is_chinese_text(&item->links[i]);
            if (first == (round == 0) && stands_below(item, i))
                add_link(composer, message, &line, &item->links[i]);
        }
}
