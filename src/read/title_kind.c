#include "read/title.h"

#include "core/utf8.h"
#include "read/edition.h"
#include "read/flow.h"
#include "read/label.h"
#include "read/punct.h"
#include "read/sentence.h"

#include <string.h>

static bool is_bare(const struct reader *reader, const struct node *link)
{
    const char *text = flow_line(reader->arena, link);
    return !text[0] || strcmp(text, link->url) == 0;
}

static bool holds_link(const struct node *parent)
{
    for (const struct node *node = parent->first; node; node = node->next)
        if (node->type == NODE_LINK)
            return true;
    return false;
}

static bool is_colon_alone(const char *text)
{
    size_t gap = strspn(text, " \n"), colon = label_colon(text + gap);
    return colon && !text[gap + colon + punct_skip(text + gap + colon, PUNCT_SPACE)];
}

/* "**Ferries:** leave at ten past from Monday. [More](…)": a sentence, told under that title. */
static bool tells_before_link(const struct node *strong)
{
    enum { TOLD_POINTS_MIN = 24 };
    const struct node *words = strong->next, *link = words ? words->next : NULL;
    if (!link || words->type != NODE_TEXT || link->type != NODE_LINK || strchr(words->text, '|'))
        return false;
    size_t len = punct_trim(words->text, strlen(words->text), PUNCT_SPACE);
    return title_points(words->text) >= TOLD_POINTS_MIN || punct_before(words->text, len, PUNCT_STOP);
}

bool title_is_label(const struct reader *reader, const struct node *paragraph)
{
    const struct node *first = flow_first_seen(paragraph);
    struct label label;
    size_t len;
    if (!first)
        return false;
    if (first->type == NODE_STRONG)
        return !tells_before_link(first) &&
               label_is_link_label(reader->profile, flow_line(reader->arena, first), &len) &&
               (label_colon(flow_line(reader->arena, first) + len) ||
                   (first->next && first->next->type == NODE_TEXT && is_colon_alone(first->next->text) &&
                       first->next->next && first->next->next->type == NODE_LINK));
    if (first->type != NODE_TEXT || !first->next || first->next->type != NODE_LINK)
        return false;
    return label_find(reader->profile, first->text, strlen(first->text), true, &label) && label.start == 0 &&
           is_bare(reader, first->next);
}

bool title_is_bold(const struct reader *reader, const struct node *paragraph)
{
    const struct node *first = flow_first_seen(paragraph);
    return first && first->type == NODE_STRONG &&
           title_points(flow_line(reader->arena, first)) <= TITLE_POINTS_MAX &&
           !label_question(reader->profile, flow_line(reader->arena, first), true) &&
           !title_is_label(reader, paragraph);
}

bool title_bold_goes_on(const struct reader *reader, const struct node *paragraph)
{
    if (!title_is_bold(reader, paragraph))
        return false;
    const struct node *strong = flow_first_seen(paragraph), *next = strong->next;
    const char *words = flow_line(reader->arena, strong);
    return !holds_link(strong) && !punct_before(words, strlen(words), PUNCT_PART | PUNCT_STOP | PUNCT_ASK) &&
           next && next->type == NODE_TEXT && sentence_goes_on(next->text);
}
