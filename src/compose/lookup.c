/* Finding one's way in an edition. */
#include "compose/compose.h"
#include "core/buf.h"
#include "core/utf8.h"

const char *edition_name(const struct edition *edition)
{
    if (edition->title && edition->title[0])
        return edition->title;
    return edition->id ? edition->id : "";
}

const struct item *edition_item(const struct edition *edition, int number, const struct section **section)
{
    for (size_t s = 0; s < edition->section_count; s++) {
        const struct section *here = &edition->sections[s];
        for (size_t i = 0; i < here->item_count; i++) {
            if (here->items[i].number != number)
                continue;
            if (section)
                *section = here;
            return &here->items[i];
        }
    }
    return NULL;
}

int edition_position(const struct edition *edition, int number)
{
    int place = 0;
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            place++;
            if (edition->sections[s].items[i].number == number)
                return place;
        }
    return 0;
}

/* The first line of its text, at most 40 points. */
static const char *beginning(struct arena *arena, const struct item *item)
{
    if (!item->body)
        return "";
    struct buf plain = BUF_INIT(1 << 20);
    message_plain(&plain, item->body, false);
    size_t end = strcspn(plain.data, "\n");
    size_t cut = utf8_prefix(plain.data, end, 40);
    const char *text = arena_copy(arena, plain.data, cut);
    if (cut < end)
        text = arena_printf(arena, "%s…", text);
    buf_free(&plain);
    return text;
}

const char *item_name(struct arena *arena, const struct section *section, const struct item *item)
{
    if (item->title && item->title[0])
        return item->title;
    if (section && section->title && section->title[0] && section->item_count == 1)
        return section->title;
    const char *text = beginning(arena, item);
    if (text[0])
        return text;
    return section && section->title ? section->title : "";
}

/* What a reader takes in a minute: about 360 Chinese characters, or 200 words of a language that parts its
 * words. */
enum { CJK_A_MINUTE = 360, WORDS_A_MINUTE = 200 };

struct amount {
    size_t cjk, words;
};

static void count_text(struct amount *amount, const char *text)
{
    size_t len = strlen(text);
    bool inside = false;
    for (size_t at = 0; at < len;) {
        size_t size;
        uint32_t point = utf8_decode(text, len, at, &size);
        at += size;
        bool cjk = utf8_is_cjk(point);
        amount->cjk += cjk;
        bool space = point == ' ' || point == '\n' || point == '\t';
        if (cjk || space) {
            inside = false;
        } else if (!inside) {
            inside = true;
            amount->words++;
        }
    }
}

static void count_tree(struct amount *amount, const struct node *root)
{
    for (const struct node *node = root; node; node = node_next(root, node))
        if (node->text && node->type != NODE_IMAGE)
            count_text(amount, node->text);
}

int edition_minutes(const struct edition *edition)
{
    struct amount amount = {0};
    count_tree(&amount, edition->intro);
    for (size_t s = 0; s < edition->section_count; s++)
        for (size_t i = 0; i < edition->sections[s].item_count; i++) {
            const struct item *item = &edition->sections[s].items[i];
            if (item->title)
                count_text(&amount, item->title);
            count_tree(&amount, item->body);
        }
    double minutes = (double)amount.cjk / CJK_A_MINUTE + (double)amount.words / WORDS_A_MINUTE;
    return minutes < 1 ? 1 : (int)(minutes + 0.5);
}
