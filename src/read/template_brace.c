#include "read/template_walk.h"

#include "core/buf.h"
#include "read/template_tag.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum {
    TAG_MAX = 4000,  /* bytes of a tag */
    VALUE_MAX = 400, /* of {{ … }} and of attributes */
    WHITE_MAX = 100, /* of white space in front of something */
    FENCE_MAX = 64,
};

/* The first one from `at` on, which never goes back; `end` = there is none. */
static const char *find(struct walk *w, enum template_mark mark, const char *at)
{
    static const char *const marks[MARKS] = {"\n", "}", "%}", "}}", "#}", "*/}", "{:/comment}", "endcomment",
        "endraw", "endhighlight", "endcodeblock", "endcode", "/highlight"};
    const char **next = &w->next[mark];
    if (!*next || *next < at) {
        const char *found = memmem(at, (size_t)(w->end - at), marks[mark], strlen(marks[mark]));
        *next = found ? found : w->end;
    }
    return *next;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

/* Does what comes next stand where an address does: "](", "[a]: ", href="? */
static bool in_address(const struct walk *w)
{
    const char *text = w->out->data + w->line;
    size_t len = w->out->len - w->line;
    if (len >= 2 && (memcmp(text + len - 2, "](", 2) == 0 || memcmp(text + len - 2, "=\"", 2) == 0 ||
                        memcmp(text + len - 2, "='", 2) == 0))
        return true;
    if (len >= 3 && memcmp(text + len - 3, "](<", 3) == 0)
        return true;
    for (int white = WHITE_MAX; len && text[len - 1] == ' ' && white; white--)
        len--;
    return len > 3 && memcmp(text + len - 2, "]:", 2) == 0;
}

/* --- tags --- */

static bool blank_line_so_far(const struct walk *w)
{
    size_t len = w->out->len - w->line, i = 0;
    while (i < len && i < WHITE_MAX && is_white(w->out->data[w->line + i]))
        i++;
    return i == len;
}

/* The tag that ends what begins at `at`: from "{%" on to behind "%}". False = it never ends. */
static bool find_close(
    struct walk *w, enum template_mark mark, const char *at, const char **from, const char **to)
{
    const char *name = find(w, mark, at), *sign = name;
    if (name == w->end)
        return false;
    while (sign > at && name - sign < WHITE_MAX && (is_white(sign[-1]) || strchr("-+~", sign[-1])))
        sign--;
    bool hugo = mark == MARK_HUGO;
    size_t left = (size_t)(w->end - name);
    const char *after = memmem(name, left < TAG_MAX ? left : TAG_MAX, hugo ? "}}" : "%}", 2);
    bool opens = sign - at >= (hugo ? 3 : 2) && sign[-1] == (hugo ? '<' : '%') && sign[-2] == '{';
    if (!after || !opens)
        return false;
    *from = sign - (hugo ? 3 : 2);
    *to = after + 2;
    return true;
}

static enum template_mark code_mark(const struct tag_call *call, bool hugo)
{
    if (hugo)
        return tag_is(call, "highlight") ? MARK_HUGO : MARKS;
    return tag_is(call, "highlight")   ? MARK_HIGHLIGHT
           : tag_is(call, "codeblock") ? MARK_CODEBLOCK
           : tag_is(call, "code")      ? MARK_CODE
                                       : MARKS;
}

/* A fence that the code does not end. */
static size_t fence_for(const char *from, const char *to)
{
    size_t most = 2;
    for (const char *at = from; (at = memchr(at, '~', (size_t)(to - at)));) {
        size_t n = 1;
        while (at + n < to && at[n] == '~')
            n++;
        most = n > most ? n : most;
        at += n;
    }
    return most + 1;
}

static void add_fence(struct walk *w, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_addc(w->out, '~');
}

/* {% highlight js %} … {% endhighlight %}: on lines of their own a fence for each, else code in the line. */
static bool pass_code(struct walk *w, const struct tag_call *call, const char *after, bool hugo)
{
    const char *from, *to;
    enum template_mark mark = code_mark(call, hugo);
    if (mark == MARKS || call->ends || !find_close(w, mark, after, &from, &to))
        return false;
    const char *rest = blank_rest(w, after), *start = from, *last = blank_rest(w, to);
    while (start > after && from - start < WHITE_MAX && is_white(start[-1]))
        start--;
    if (rest && last && rest < start && start[-1] == '\n' && blank_line_so_far(w)) {
        size_t len = fence_for(after, from);
        if (len > FENCE_MAX) {
            w->next[mark] = w->end; /* nor is it looked for again */
            return false;
        }
        add_fence(w, len);
        tag_language(call, w->out);
        w->at = rest;
        walk_keep(w, from);
        add_fence(w, len);
        w->at = last;
        return true;
    }
    if (from - after > TAG_MAX || memchr(after, '\n', (size_t)(from - after)) ||
        memmem(after, (size_t)(from - after), "``", 2))
        return false;
    buf_adds(w->out, "`` ");
    w->at = after;
    walk_keep(w, from);
    buf_adds(w->out, " ``");
    w->at = to;
    return true;
}

/* The length of the words between a shortcode and its end in the same line; 0 = there are none. */
static size_t inner_size(const struct walk *w, const struct tag_call *call, const char *after)
{
    size_t len = 0, left = (size_t)(w->end - after);
    while (len < left && len < VALUE_MAX && !strchr("{\n[]", after[len]))
        len++;
    const char *end = after + len;
    if (left - len < 4 || memcmp(end, "{{<", 3) != 0)
        return 0;
    end = skip_white(end + 3, w->end);
    size_t size = call->name_len;
    bool closes = (size_t)(w->end - end) > size + 1 && *end == '/' && memcmp(end + 1, call->name, size) == 0;
    return closes ? len : 0;
}

/* {% … %}, and Hugo's {{< … >}} and {{% … %}}: text[from..to) is inside, `after` behind it. */
static void pass_tag(struct walk *w, const char *from, const char *to, const char *after, bool hugo)
{
    struct tag_call call;
    const char *close_from, *close_to;
    tag_read(&call, from, (size_t)(to - from));
    w->includes = w->includes || call.includes;
    if (pass_code(w, &call, after, hugo))
        return;
    if (!hugo && tag_is(&call, "comment") && find_close(w, MARK_COMMENT, after, &close_from, &close_to)) {
        walk_drop(w, close_to);
        return;
    }
    w->raw =
        !hugo && !call.ends && tag_is(&call, "raw") && find_close(w, MARK_RAW, after, &close_from, &close_to);
    size_t inner = hugo && call.count ? inner_size(w, &call, after) : 0;
    if (call.count && !in_address(w) && tag_show(&call, after, inner, w->out))
        after += inner;
    walk_drop(w, after);
}

/* "{%" */
static bool liquid(struct walk *w)
{
    const char *end = find(w, MARK_TAG, w->at + 2), *name = w->at + 2;
    while (name < end && (is_white(*name) || *name == '\n' || strchr("-+~", *name)))
        name++;
    if (end == w->end || end - w->at > TAG_MAX || !(isalpha((unsigned char)*name) || strchr("/#", *name)))
        return false;
    if (*name == '#')
        walk_drop(w, end + 2);
    else
        pass_tag(w, w->at + 2, end, end + 2, false);
    return true;
}

/* In raw text only its end is looked for. */
static bool end_raw(struct walk *w)
{
    const char *from, *to;
    if (!find_close(w, MARK_RAW, w->at, &from, &to) || from != w->at)
        return false;
    w->raw = false;
    walk_drop(w, to);
    return true;
}

/* What generators call their own, at the beginning of {{ … }}. Of other names it is not known that the page
 * does not show them as they stand. */
static bool is_known_value(const char *at, const char *end)
{
    static const char *const roots[] = {"site", "page", "post", "layout", "include", "config", "theme",
        "content", "paginator", "jekyll", "hexo", "forloop", "$frontmatter", "$page", "$site", ".Site",
        ".Page", ".Params", ".Title", "$.Site", "$.Page", "$.Params", "baseurl", "toc", "TOC"};
    size_t len = 0;
    while (at + len < end && (isalnum((unsigned char)at[len]) || strchr("$_", at[len])))
        len++;
    if (at < end && (*at == '.' || *at == '$'))
        for (len++; at + len < end && (isalnum((unsigned char)at[len]) || strchr("._", at[len]));)
            len++;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t size = strlen(roots[i]);
        if (size <= len && strncmp(at, roots[i], size) == 0 && (size == len || at[size] == '.'))
            return true;
    }
    return false;
}

/* {{ "/a.png" | relative_url }}: what is in the quotation marks. */
static bool pass_literal(struct walk *w, const char *at, const char *end)
{
    if (at == end || (*at != '"' && *at != '\''))
        return false;
    const char *quote = memchr(at + 1, *at, (size_t)(end - at) - 1);
    const char *rest = quote ? skip_white(quote + 1, end) : end;
    if (!quote || (rest < end && *rest != '|' && *rest != '-'))
        return false;
    buf_add(w->out, at + 1, (size_t)(quote - at) - 1);
    return true;
}

/* Zola's {{ youtube(id="x") }} */
static bool calls_with_words(const char *at, const char *end)
{
    const char *name = at;
    while (at < end && is_word(*at))
        at++;
    if (at == name || at == end || *at != '(')
        return false;
    const char *word = ++at;
    while (at < end && is_word(*at))
        at++;
    return at > word && at < end && *at == '=';
}

/* "{{": a shortcode, a value, a comment. */
static bool value(struct walk *w)
{
    const char *at = w->at + 2, *end = find(w, MARK_VALUE, at);
    if (end == w->end || end - w->at > TAG_MAX)
        return false;
    if (*at == '<' || *at == '%') {
        bool paired = end - at >= 2 && end[-1] == (*at == '<' ? '>' : '%');
        if (!paired || memcmp(at + 1, "/*", 2) == 0) /* how a shortcode is written */
            return false;
        pass_tag(w, at + 1, end - 1, end + 2, true);
        return true;
    }
    if (*at == '!') {
        walk_drop(w, end + 2);
        return true;
    }
    if (end - at > VALUE_MAX || memchr(at, '\n', (size_t)(end - at)))
        return false;
    at += *at == '-';
    at = skip_white(at, end);
    if (pass_literal(w, at, end) || is_known_value(at, end) || in_address(w)) {
        walk_drop(w, end + 2);
        return true;
    }
    if (!calls_with_words(at, end))
        return false;
    pass_tag(w, at, end, end + 2, true);
    return true;
}

/* --- attributes --- */

/* ".notice", "#news", "target='_blank'" at `at`; where it ends, NULL = it is none of them. */
static const char *attribute_end(const char *at, const char *end)
{
    bool named = *at == '.' || *at == '#';
    const char *start = at + named;
    for (at = start; at < end && (is_word(*at) || (at > start && strchr(":.", *at)));)
        at++;
    if (at == start || (named && isdigit((unsigned char)*start) && start[-1] == '.'))
        return NULL;
    if (named)
        return at;
    if (at == end || *at++ != '=' || at == end || strchr("=>~", *at))
        return NULL;
    if (*at == '"' || *at == '\'') {
        const char *quote = memchr(at + 1, *at, (size_t)(end - at) - 1);
        return quote ? quote + 1 : NULL;
    }
    while (at < end && !is_white(*at))
        at++;
    return at;
}

/* Between "{" or "{:" and "}" are attributes and nothing else; a lone word too where `word` says so. */
static bool are_attributes(const char *at, const char *end, bool word)
{
    size_t count = 0;
    for (at = skip_white(at, end); at < end; at = skip_white(at, end), count++) {
        const char *next = attribute_end(at, end);
        if (!next && word && count == 0)
            for (next = at; next < end && (is_word(*next) || *next == ':');)
                next++;
        if (!next || next == at || (next < end && !is_white(*next) && *next != '.' && *next != '#'))
            return false;
        at = next;
    }
    return count > 0;
}

/* Is the line that we are in a heading? Its text ends at `rest`. */
static bool in_heading(const struct walk *w, const char *rest)
{
    const char *text = w->out->data + w->line, *end = w->out->data + w->out->len;
    for (int white = 3; white && text < end && *text == ' '; white--)
        text++;
    size_t hashes = 0;
    while (text + hashes < end && text[hashes] == '#')
        hashes++;
    if (hashes)
        return hashes <= 6;
    if (rest == w->end || rest + 1 == w->end || !strchr("=-", rest[1]))
        return false;
    const char *under = rest + 1;
    while (under < w->end && *under == rest[1])
        under++;
    return blank_rest(w, under) != NULL;
}

/* "{:", "{.", "{#" and "{" behind a link: kramdown's and others' attributes. */
static bool attributes(struct walk *w)
{
    const char *from = w->at + 1, *to = find(w, MARK_BRACE, from);
    if (to == w->end || to - from > VALUE_MAX || find(w, MARK_LINE, from) < to)
        return false;
    char before = w->out->len > w->line ? w->out->data[w->out->len - 1] : 0;
    bool alone = blank_line_so_far(w) && blank_rest(w, to + 1);
    if (*from == ':') {
        from++;
        bool extension = *from == ':' || *from == '/'; /* {::comment} … {:/comment}, {:/} */
        if (!extension && !are_attributes(from, to, alone))
            return false;
        if (strncmp(from, ":comment}", 9) == 0) {
            const char *close = find(w, MARK_KRAMDOWN, from);
            to = close < w->end ? close + 10 : to;
        }
    } else {
        const char *rest = blank_rest(w, to + 1);
        if (!(strchr(")]`", before) && before) && !alone && !(rest && in_heading(w, rest)))
            return false;
        if (!are_attributes(from, to, false))
            return false;
    }
    walk_drop(w, to + 1);
    return true;
}

/* "{": true = something was passed. */
bool walk_brace(struct walk *w)
{
    char next = w->at + 1 < w->end ? w->at[1] : 0;
    if (w->raw)
        return next == '%' && end_raw(w);
    if (next == '%')
        return liquid(w);
    if (next == '{')
        return value(w);
    if (next == '/' && w->at + 2 < w->end && w->at[2] == '*') { /* of MDX */
        const char *end = find(w, MARK_MDX, w->at);
        if (end == w->end)
            return false;
        walk_drop(w, end + 3);
        return true;
    }
    if (next == '#' && w->at + 2 < w->end && strchr(" -\n", w->at[2])) {
        const char *end = find(w, MARK_NOTE, w->at);
        if (end < w->end) {
            walk_drop(w, end + 2);
            return true;
        }
    }
    return attributes(w);
}
