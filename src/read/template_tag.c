#include "read/template_tag.h"

#include "core/buf.h"
#include "read/flow.h"
#include "read/tree.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-./", c));
}

/* The length of a key before "=" or ":"; an address is none. */
static size_t key_size(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == '-'))
        n++;
    bool sign = n && n + 1 < len && (text[n] == '=' || (text[n] == ':' && text[n + 1] != '/'));
    return sign ? n : 0;
}

/* One word at the beginning of the text; its length in the text. */
static size_t read_word(struct tag_word *word, const char *text, size_t len, bool commas)
{
    size_t key = key_size(text, len), at = key ? key + 1 : 0;
    *word = (struct tag_word){.key = text, .key_len = key};
    while (key && at < len && text[at] == ' ')
        at++;
    const char *quote =
        at < len && strchr("\"'`", text[at]) ? memchr(text + at + 1, text[at], len - at - 1) : NULL;
    if (quote) {
        word->text = text + at + 1;
        word->len = (size_t)(quote - word->text);
        word->quoted = true;
        return (size_t)(quote - text) + 1;
    }
    size_t end = at;
    while (end < len && (commas ? text[end] != ',' : !flow_is_space(text[end])))
        end++;
    word->text = text + at;
    word->len = end - at;
    while (word->len && strchr(",) \t\n", word->text[word->len - 1]))
        word->len--;
    return end;
}

static void shift(struct tag_call *call)
{
    call->name = call->words[0].text;
    call->name_len = call->words[0].len;
    memmove(call->words, call->words + 1, --call->count * sizeof *call->words);
}

bool tag_is(const struct tag_call *call, const char *name)
{
    return strlen(name) == call->name_len && strncasecmp(name, call->name, call->name_len) == 0;
}

void tag_read(struct tag_call *call, const char *text, size_t len)
{
    size_t at = 0;
    call->count = 0;
    while (at < len && (flow_is_space(text[at]) || strchr("-+~", text[at])))
        at++;
    call->ends = at < len && text[at] == '/';
    at += call->ends;
    while (at < len && flow_is_space(text[at]))
        at++;
    call->name = text + at;
    while (at < len && is_name(text[at]))
        at++;
    call->name_len = (size_t)(text + at - call->name);
    call->ends = call->ends || (call->name_len > 3 && strncasecmp(call->name, "end", 3) == 0);
    bool commas = tag_is(call, "btn") || tag_is(call, "button") || (at < len && text[at] == '(');
    while (at < len && call->count < TAG_WORDS_MAX) {
        if (flow_is_space(text[at]) || strchr(",()", text[at])) {
            at++;
            continue;
        }
        at += read_word(&call->words[call->count], text + at, len - at, commas);
        call->count += call->words[call->count].len > 0;
    }
    call->includes = tag_is(call, "include") || tag_is(call, "include_relative") || tag_is(call, "render");
    /* What is included tells more than that it is. */
    if ((tag_is(call, "include") || tag_is(call, "render") || tag_is(call, "partial")) && call->count &&
        !call->words[0].key_len)
        shift(call);
}

/* --- words --- */

static bool key_is(const struct tag_word *word, const char *key)
{
    return strlen(key) == word->key_len && strncasecmp(key, word->key, word->key_len) == 0;
}

static bool key_in(const struct tag_word *word, const char *const *keys)
{
    for (; *keys; keys++)
        if (key_is(word, *keys))
            return true;
    return false;
}

static bool is_web(const struct tag_word *word)
{
    return (word->len > 7 && strncasecmp(word->text, "http://", 7) == 0) ||
           (word->len > 8 && strncasecmp(word->text, "https://", 8) == 0);
}

static bool is_path(const struct tag_word *word)
{
    return is_web(word) || memchr(word->text, '/', word->len) || memchr(word->text, '.', word->len);
}

static bool is_number(const struct tag_word *word)
{
    size_t n = 0;
    while (n < word->len && (isdigit((unsigned char)word->text[n]) || strchr("%px", word->text[n])))
        n++;
    return n == word->len;
}

static bool is_ascii(const struct tag_word *word)
{
    for (size_t i = 0; i < word->len; i++)
        if ((unsigned char)word->text[i] >= 0x80)
            return false;
    return true;
}

/* "fab fa-visa" names a picture of a font. */
static bool is_icon(const struct tag_word *word)
{
    return memmem(word->text, word->len, "fa-", 3) || memmem(word->text, word->len, "icon-", 5);
}

/* Is a word that stands alone for people to read? Beside an address most are, elsewhere what is in another
 * script than the names of things, or a phrase in quotation marks. */
static bool is_for_people(const struct tag_word *word, bool beside)
{
    if (is_number(word) || is_icon(word))
        return false;
    if (!is_ascii(word))
        return true;
    bool flag = (word->len == 4 && memcmp(word->text, "true", 4) == 0) ||
                (word->len == 5 && memcmp(word->text, "false", 5) == 0);
    return (beside && !flag) || (word->quoted && memchr(word->text, ' ', word->len));
}

/* --- what is shown --- */

static void add_words(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("[]\\`", text[i]))
            buf_addc(out, '\\');
        buf_addc(out, flow_is_space(text[i]) ? ' ' : text[i]);
    }
}

/* An address as a link's destination. */
static void add_address(struct buf *out, const char *text, size_t len)
{
    bool odd = false;
    for (size_t i = 0; i < len; i++)
        odd = odd || strchr(" ()", text[i]);
    if (odd)
        buf_addc(out, '<');
    for (size_t i = 0; i < len; i++)
        if (!strchr("<>\n\t", text[i]))
            buf_addc(out, text[i]);
    if (odd)
        buf_addc(out, '>');
}

/* Titles and the like, each once; " – " between them. `address` is not repeated. */
static void add_label(const struct tag_call *call, const struct tag_word *address, struct buf *out)
{
    static const char *const keys[] = {"title", "caption", "text", "content", "summary", "label", "header",
        "heading", "alt", "attr", "author", NULL};
    size_t start = out->len;
    bool alone = false;
    for (size_t i = 0; i < call->count; i++) {
        const struct tag_word *word = &call->words[i];
        bool keyed = word->key_len > 0;
        if (word == address || !(keyed ? key_in(word, keys) : is_for_people(word, address != NULL)))
            continue;
        if (out->len > start) {
            if (memmem(out->data + start, out->len - start, word->text, word->len))
                continue;
            buf_adds(out, keyed || !alone ? " – " : " ");
        }
        alone = !keyed;
        add_words(out, word->text, word->len);
    }
}

static bool holds(const struct tag_call *call, const char *part)
{
    size_t size = strlen(part);
    for (size_t at = 0; at + size <= call->name_len; at++)
        if (strncasecmp(call->name + at, part, size) == 0)
            return true;
    return false;
}

static bool is_picture(const struct tag_call *call)
{
    static const char *const parts[] = {"img", "image", "figure", "picture", "photo"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (holds(call, parts[i]))
            return true;
    return false;
}

static const struct tag_word *find_address(const struct tag_call *call, bool picture)
{
    static const char *const keys[] = {"src", "url", "href", "link", "path", "file", "image", NULL};
    static const char *const links[] = {"link", "href", NULL};
    for (size_t i = 0; i < call->count; i++) {
        const struct tag_word *word = &call->words[i];
        bool may = word->key_len ? key_in(word, keys) && !(picture && key_in(word, links))
                                 : (picture ? is_path(word) : is_web(word));
        if (may && (picture || is_web(word)))
            return word;
    }
    return NULL;
}

/* Other people's pages that have a tag of their own: {% youtube ID %}, {{< gist somebody ID >}}. */
static bool show_known(const struct tag_call *call, struct buf *out)
{
    static const struct {
        const char *name, *prefix, *between;
    } sites[] = {{"youtube", "https://www.youtube.com/watch?v=", ""}, {"vimeo", "https://vimeo.com/", ""},
        {"bilibili", "https://www.bilibili.com/video/", ""}, {"gist", "https://gist.github.com/", "/"},
        {"tweet", "https://x.com/", "/status/"}, {"x", "https://x.com/", "/status/"}};
    static const char *const keys[] = {"id", "user", NULL};
    size_t n = 0, start = out->len, found = 0;
    while (n < sizeof sites / sizeof *sites && !tag_is(call, sites[n].name))
        n++;
    if (n == sizeof sites / sizeof *sites || call->ends)
        return false;
    buf_addf(out, "<%s", sites[n].prefix);
    for (size_t i = 0; i < call->count && found < 2; i++) {
        const struct tag_word *word = &call->words[i];
        size_t size = 0;
        while (size < word->len && (is_name(word->text[size]) && word->text[size] != '.'))
            size++;
        if (size < word->len || (word->key_len && !key_in(word, keys)))
            continue;
        if (found && !sites[n].between[0])
            break;
        buf_adds(out, found ? sites[n].between : "");
        buf_add(out, word->text, size);
        found++;
    }
    buf_addc(out, '>');
    if (!found)
        buf_truncate(out, start);
    return found > 0;
}

/* Nothing of these is on the page, whatever words they have. */
static bool is_control(const struct tag_call *call)
{
    static const char *const names[] = {"if", "elsif", "else", "unless", "case", "when", "for", "break",
        "continue", "cycle", "tablerow", "assign", "capture", "increment", "decrement", "set", "with",
        "extends", "block", "import", "from", "macro", "layout", "ref", "relref", "post_url", "param"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (tag_is(call, names[i]))
            return true;
    return false;
}

/* A picture that leads somewhere: what was written since `start` becomes the text of a link. */
static void link_picture(const struct tag_call *call, struct buf *out, size_t start)
{
    static const char *const keys[] = {"link", "href", NULL};
    for (size_t i = 0; i < call->count; i++) {
        const struct tag_word *word = &call->words[i];
        if (!key_in(word, keys) || !is_web(word))
            continue;
        struct buf image = BUF_INIT(out->max);
        buf_add(&image, out->data + start, out->len - start);
        buf_truncate(out, start);
        buf_addc(out, '[');
        buf_add(out, image.data, image.len);
        buf_adds(out, "](");
        add_address(out, word->text, word->len);
        buf_addc(out, ')');
        buf_free(&image);
        return;
    }
}

bool tag_show(const struct tag_call *call, const char *inner, size_t inner_len, struct buf *out)
{
    bool picture = is_picture(call);
    if (call->ends || !call->name_len || is_control(call))
        return false;
    const struct tag_word *address = find_address(call, picture);
    if (!address) {
        if (!show_known(call, out))
            add_label(call, NULL, out);
        return false;
    }
    size_t start = out->len;
    buf_adds(out, picture ? "![" : "[");
    size_t label = out->len;
    add_label(call, address, out);
    bool takes = !picture && out->len == label && inner_len > 0;
    if (takes)
        buf_add(out, inner, inner_len);
    else if (out->len == label && !picture)
        add_words(out, address->text, address->len);
    buf_adds(out, "](");
    add_address(out, address->text, address->len);
    buf_addc(out, ')');
    if (picture)
        link_picture(call, out, start);
    return takes;
}

void tag_language(const struct tag_call *call, struct buf *out)
{
    size_t start = out->len;
    static const char *const keys[] = {"lang", "language", NULL};
    for (int turn = 0; turn < 2; turn++) /* the language first */
        for (size_t i = 0; i < call->count; i++) {
            const struct tag_word *word = &call->words[i];
            bool language = key_in(word, keys);
            if (turn == 0 ? !language
                          : word->key_len > 0 || (out->len > start && !is_for_people(word, false)))
                continue;
            if (out->len > start)
                buf_addc(out, ' ');
            for (size_t n = 0; n < word->len; n++)
                if (word->text[n] != '\n')
                    buf_addc(out, word->text[n]);
        }
}
