#include "read/template.h"

#include "core/buf.h"
#include "read/footnotes.h"
#include "read/template_walk.h"

#include <ctype.h>
#include <string.h>

enum { IMPORT_LINES_MAX = 50 };

static const char *line_end(const char *at, const char *end)
{
    const char *found = memchr(at, '\n', (size_t)(end - at));
    return found ? found : end;
}

/* --- lines of what comes out --- */

/* The sign of a list item or heading at the beginning of a line; its length with the space after it. */
static size_t sign_size(const char *text, size_t len)
{
    size_t n = 0;
    if (len && strchr("-+*", text[0]))
        n = 1;
    while (!n && n < len && text[n] == '#')
        n++;
    if (!n) {
        while (n < len && n < 9 && isdigit((unsigned char)text[n]))
            n++;
        n = n && n < len && strchr(".)", text[n]) ? n + 1 : 0;
    }
    if (!n || (n < len && !is_white(text[n])))
        return 0;
    while (n < len && is_white(text[n]))
        n++;
    return n;
}

/* A line of which something was taken: no space at its end, which would break it, no sign of nothing. A
 * definition whose address is gone stays one, for links refer to it. */
static void settle_line(struct walk *w)
{
    struct buf *out = w->out;
    size_t end = out->len, start = w->line;
    if (!w->changed)
        return;
    while (end > start && is_white(out->data[end - 1]))
        end--;
    buf_truncate(out, end);
    while (start < end && is_white(out->data[start]))
        start++;
    if (start + sign_size(out->data + start, end - start) >= end)
        buf_truncate(out, w->line);
    else if (end - start > 3 && out->data[start] == '[' && memcmp(out->data + end - 2, "]:", 2) == 0)
        buf_adds(out, " <>");
}

static void new_line(struct walk *w, bool changed)
{
    settle_line(w);
    buf_addc(w->out, '\n');
    w->line = w->out->len;
    w->changed = changed;
}

void walk_drop(struct walk *w, const char *end)
{
    w->changed = true;
    while ((w->at = memchr(w->at, '\n', (size_t)(end - w->at)))) {
        new_line(w, true);
        w->at++;
    }
    w->at = end;
}

void walk_keep(struct walk *w, const char *end)
{
    for (const char *stop; (stop = line_end(w->at, end)) < end; w->at = stop + 1) {
        buf_add(w->out, w->at, (size_t)(stop - w->at));
        new_line(w, false);
    }
    buf_add(w->out, w->at, (size_t)(end - w->at));
    w->at = end;
}

/* --- code --- */

/* A run of backticks: with the code it begins, else alone. */
static void pass_span(struct walk *w)
{
    size_t n = 1;
    while (w->at + n < w->end && w->at[n] == '`')
        n++;
    const char *from = w->at + n, *at = from, *stop = w->end;
    for (; n <= SPANS && at >= w->no_span[n] && at < stop; at++) {
        if (*at == '\n' && blank_rest(w, at + 1))
            break;
        if (*at != '`')
            continue;
        size_t size = 1;
        while (at + size < stop && at[size] == '`')
            size++;
        if (size == n) {
            walk_keep(w, at + size);
            return;
        }
        at += size - 1;
    }
    if (n <= SPANS && at > w->no_span[n])
        w->no_span[n] = at;
    walk_keep(w, from);
}

/* Signs of quotes and items before the text of a line. */
static const char *skip_signs(const char *at, const char *end, bool items)
{
    for (;;) {
        at = skip_white(at, end);
        size_t sign = items && at < end && *at != '#' ? sign_size(at, (size_t)(end - at)) : 0;
        if (at < end && *at == '>')
            at++;
        else if (sign)
            at += sign;
        else
            return at;
    }
}

/* Is the line of a fenced code block, its fences included? */
static bool in_fence(struct walk *w, const char *eol)
{
    const char *at = skip_signs(w->at, eol, !w->fence);
    size_t n = 0;
    while (at + n < eol && (*at == '`' || *at == '~') && at[n] == *at)
        n++;
    if (w->fence) {
        if (n >= w->fence_len && *at == w->fence && blank_rest(w, at + n))
            w->fence = 0;
        return true;
    }
    if (n < 3 || (*at == '`' && memchr(at + n, '`', (size_t)(eol - at) - n)))
        return false;
    w->fence = *at;
    w->fence_len = n;
    return true;
}

/* Is the line of an indented code block? */
static bool in_indented(struct walk *w, const char *eol)
{
    const char *at = skip_white(w->at, eol);
    size_t columns = 0;
    for (const char *sign = w->at; sign < at; sign++)
        columns += *sign == '\t' ? 4 : 1;
    bool blank = at == eol;
    if (!blank) {
        bool item = *at != '#' && sign_size(at, (size_t)(eol - at)) > 0;
        w->list = columns >= 4 ? w->list : item || (w->list && columns > 0);
        w->code = columns >= 4 && !w->list && (w->code || w->after_blank);
    }
    w->after_blank = blank;
    return w->code && !blank;
}

/* --- lines --- */

/* ":::tip Title", "::: {.note}", ":::": the words behind the container's name are its title. */
static bool container(struct walk *w, const char *eol)
{
    const char *at = skip_signs(w->at, eol, false), *start = at;
    while (at < eol && *at == ':')
        at++;
    if (at - start < 3)
        return false;
    at = skip_white(at, eol);
    const char *name = at;
    while (at < eol && (isalnum((unsigned char)*at) || *at == '-' || *at == '_'))
        at++;
    if (at < eol && !is_white(*at) && !strchr("[{", *at))
        return false;
    if (at == name && at < eol && *at != '{')
        return false;
    buf_add(w->out, w->at, (size_t)(start - w->at));
    w->changed = true;
    const char *last = eol;
    for (at = skip_white(at, eol); at < eol && (*at == '[' || *at == '{');) {
        const char *close = memchr(at, *at == '[' ? ']' : '}', (size_t)(eol - at));
        if (*at == '[' || !close) {
            at++;
            last = close ? close : eol;
            break;
        }
        at = skip_white(close + 1, eol);
    }
    while (last > at && is_white(last[-1]))
        last--;
    if (last > at) {
        buf_add(w->out, at, (size_t)(last - at));
        settle_line(w);
        buf_adds(w->out, "  "); /* a line by itself, whatever follows it */
        w->changed = false;
    }
    w->at = eol;
    return true;
}

/* "* TOC" with {:toc} below it stands for a list of contents. */
static bool contents(struct walk *w, const char *eol)
{
    const char *at = skip_white(w->at, eol);
    if (at == eol || *at == '#' || !sign_size(at, (size_t)(eol - at)) || eol == w->end)
        return false;
    const char *below = skip_white(eol + 1, w->end);
    if (w->end - below < 6 || strncmp(below, "{:", 2) != 0)
        return false;
    below = skip_white(below + 2, w->end);
    if (w->end - below < 4 || strncmp(below, "toc", 3) != 0 || isalnum((unsigned char)below[3]))
        return false;
    w->at = eol;
    return true;
}

/* import A from './a'; and what follows it up to an empty line, on top of the file. */
static bool is_import(const char *at, const char *eol)
{
    if (eol - at < 10 || strncmp(at, "import ", 7) != 0)
        return false;
    while (eol > at && (is_white(eol[-1]) || eol[-1] == ';'))
        eol--;
    char quote = eol[-1];
    if (quote != '"' && quote != '\'')
        return false;
    const char *open = memchr(at, quote, (size_t)(eol - at) - 1);
    return open && (open == at + 7 || memmem(at, (size_t)(open - at), " from ", 6));
}

/* import {⏎ A,⏎} from './a': the end of its last line; NULL = it is none. */
static const char *import_end(const char *at, const char *eol, const char *end)
{
    if (is_import(at, eol))
        return eol;
    if (strncmp(at, "import {", 8) != 0)
        return NULL;
    for (int lines = IMPORT_LINES_MAX; lines && eol < end; lines--) {
        const char *line = eol + 1;
        eol = line_end(line, end);
        if (eol - line > 7 && strncmp(line, "} from ", 7) == 0)
            return eol;
        if (skip_white(line, eol) == eol)
            return NULL;
    }
    return NULL;
}

static const char *imports_end(const char *text, const char *end)
{
    const char *at = text, *done = text;
    while (at < end) {
        const char *eol = line_end(at, end), *first = skip_white(at, eol);
        if (first == eol) {
            at = eol + (eol < end);
            continue;
        }
        bool exports = done > text && strncmp(first, "export ", 7) == 0;
        const char *stop = exports ? eol : import_end(first, eol, end);
        if (!stop)
            return done;
        while (exports && stop < end && skip_white(stop + 1, end) < line_end(stop + 1, end))
            stop = line_end(stop + 1, end);
        done = at = stop + (stop < end);
    }
    return done;
}

/* "[^1]: …" gets a backslash, for cmark would take it for the definition of a link (read/footnotes.h). */
static void note_definition(struct walk *w, const char *eol)
{
    const char *at = w->at;
    while (at < eol && *at == ' ' && at - w->at < 3)
        at++;
    size_t size = footnote_mark(at, (size_t)(eol - at));
    if (!size || at + size == eol || at[size] != ':')
        return;
    walk_keep(w, at);
    buf_addc(w->out, '\\');
    walk_keep(w, at + size);
}

/* "**<!--why-->**": bold words that nobody sees. cmark would pair their signs with those of the words behind.
 */
static bool hidden_bold(struct walk *w, const char *eol)
{
    enum { HIDDEN_MAX = 200 };
    if (eol - w->at < 11 || memcmp(w->at, "**<!--", 6) != 0)
        return false;
    size_t reach = (size_t)(eol - w->at) < HIDDEN_MAX ? (size_t)(eol - w->at) : HIDDEN_MAX;
    const char *end = memmem(w->at, reach, "-->**", 5);
    if (end)
        walk_drop(w, end + 5);
    return end != NULL;
}

static void walk_line(struct walk *w)
{
    const char *eol = line_end(w->at, w->end);
    if (in_fence(w, eol) || in_indented(w, eol)) {
        walk_keep(w, eol);
        return;
    }
    if (!w->raw && (container(w, eol) || contents(w, eol)))
        return;
    note_definition(w, eol);
    while (w->at < w->end && *w->at != '\n') {
        const char *start = w->at;
        while (w->at < w->end && !strchr("\n{`\\*", *w->at))
            w->at++;
        buf_add(w->out, start, (size_t)(w->at - start));
        if (w->at == w->end || *w->at == '\n')
            return;
        if (*w->at == '*' && hidden_bold(w, eol))
            continue;
        if (*w->at == '`')
            pass_span(w);
        else if (*w->at == '\\')
            walk_keep(w, w->at + (w->at + 1 < w->end && w->at[1] != '\n' ? 2 : 1));
        else if (*w->at != '{' || !walk_brace(w))
            walk_keep(w, w->at + 1);
    }
}

/* Is there anything that may be ours? */
static bool may_have(const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *at = text; (at = memchr(at, '{', (size_t)(end - at))); at++)
        if (end - at > 1 && (strchr("%{:#./", at[1]) || (at > text && strchr(")]`", at[-1]))))
            return true;
    for (const char *at = text; (at = memchr(at, ':', (size_t)(end - at))); at++)
        if (end - at > 2 && at[1] == ':' && at[2] == ':')
            return true;
    for (const char *at = text; (at = memchr(at, '^', (size_t)(end - at))); at++)
        if (at > text && at[-1] == '[')
            return true;
    for (const char *at = text; (at = memchr(at, '<', (size_t)(end - at))); at++)
        if (at - text > 1 && at[-1] == '*' && at[-2] == '*' && end - at > 3 && at[1] == '!' && at[2] == '-')
            return true;
    const char *first = text;
    while (first < end && strchr(" \t\n", *first))
        first++;
    return end - first > 7 && strncmp(first, "import ", 7) == 0;
}

enum template_held template_strip(struct buf *text)
{
    if (!may_have(text->data, text->len))
        return TEMPLATE_NOTHING;
    struct buf out;
    buf_init(&out, text->max);
    struct walk walk = {.at = text->data, .end = text->data + text->len, .out = &out, .after_blank = true};
    for (int i = 0; i <= SPANS; i++)
        walk.no_span[i] = text->data;
    const char *done = imports_end(walk.at, walk.end);
    if (done > walk.at)
        walk_drop(&walk, done);
    while (walk.at < walk.end) {
        walk_line(&walk);
        if (walk.at < walk.end) {
            new_line(&walk, false);
            walk.at++;
        }
    }
    settle_line(&walk);
    buf_free(text);
    *text = out;
    return walk.includes ? TEMPLATE_INCLUDES : TEMPLATE_SOME;
}
