/* Lines and text in WeCom's Markdown: what could be a mark and is none becomes its look-alike. */
#include "adapters/wecom_writer.h"
#include "adapters/html.h"
#include "core/utf8.h"

bool wecom_keeps(const char *url)
{
    enum link_kind kind = link_kind(url);
    return kind == LINK_HTTP || kind == LINK_HTTP_DOT;
}

/* --- lines --- */

/* The last newline begins a line with its prefix; lines before it are empty, within a quote still its own. */
void wecom_new_lines(struct wecom_writer *w, int count)
{
    size_t bare = strlen(w->prefix);
    while (bare && w->prefix[bare - 1] == ' ')
        bare--;
    for (int i = 0; i < count; i++) {
        buf_addc(w->out, '\n');
        buf_add(w->out, w->prefix, i + 1 < count ? bare : strlen(w->prefix));
    }
    w->line_start = true;
    w->guard = false;
}

/* Lengthens the prefix; gives what takes it back. */
size_t wecom_push(struct wecom_writer *w, const char *more)
{
    size_t len = strlen(w->prefix);
    if (len + strlen(more) < sizeof w->prefix)
        memcpy(w->prefix + len, more, strlen(more) + 1);
    return len;
}

uint32_t wecom_last_point(const struct wecom_writer *w)
{
    size_t at = w->out->len, size;
    if (!at)
        return '\n';
    do
        at--;
    while (at && ((unsigned char)w->out->data[at] & 0xc0) == 0x80);
    return utf8_decode(w->out->data, w->out->len, at, &size);
}

bool wecom_joins_words(uint32_t point)
{
    enum utf8_kind kind = utf8_kind(point);
    return kind == UTF8_WORD || kind == UTF8_OTHER;
}

/* Everything written goes through here. */
static void add(struct wecom_writer *w, const char *bytes, size_t len)
{
    size_t size;
    if (!len)
        return;
    if (w->guard && wecom_joins_words(utf8_decode(bytes, len, 0, &size)))
        buf_addc(w->out, ' ');
    w->guard = false;
    w->line_start = false;
    buf_add(w->out, bytes, len);
}

void wecom_adds(struct wecom_writer *w, const char *text)
{
    add(w, text, strlen(text));
}

/* --- text --- */

const char *wecom_look_alike(char c)
{
    static const char marks[] = "*_[]<>|`\\";
    static const char *const wide[] = {"＊", "＿", "［", "］", "＜", "＞", "｜", "｀", "＼"};
    const char *at = c ? strchr(marks, c) : NULL;
    return at ? wide[at - marks] : NULL;
}

static bool is_entity(const char *text, size_t len)
{
    size_t end = 1;
    while (end < len && end < 33 &&
           ((text[end] >= '0' && text[end] <= '9') || (text[end] >= 'a' && text[end] <= 'z') ||
               (text[end] >= 'A' && text[end] <= 'Z') || text[end] == '#'))
        end++;
    return end > 1 && end < len && text[end] == ';';
}

/* What would make a block of a line when it stands at its beginning: length of the harmless start, and what
 * replaces the byte behind it. */
static const char *block_mark(const struct wecom_writer *w, const char *text, size_t len, size_t *before)
{
    size_t digits = 0;
    *before = 0;
    if (text[0] == '#')
        return "＃";
    if (w->dialect != WECOM_V2)
        return NULL;
    char next = len > 1 ? text[1] : '\0';
    bool parted = !next || next == ' ';
    if (text[0] == '-' && (parted || next == '-'))
        return "－";
    if (text[0] == '+' && parted)
        return "＋";
    if (text[0] == '=' && (parted || next == '='))
        return "＝";
    if (text[0] == ':' && next == '-')
        return "：";
    while (digits < len && digits < 10 && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (!digits || digits == 10 || digits == len || (text[digits] != '.' && text[digits] != ')') ||
        (digits + 1 < len && text[digits + 1] != ' '))
        return NULL;
    *before = digits;
    return text[digits] == '.' ? "．" : "）";
}

/* What stands for the byte at `i`; NULL = itself. */
static const char *instead(const char *text, size_t len, size_t i)
{
    char c = text[i];
    if (c == '\n' || c == '\t')
        return " ";
    if (c == '~' && ((i && text[i - 1] == '~') || (i + 1 < len && text[i + 1] == '~')))
        return "～";
    if (c == '&' && is_entity(text + i, len - i))
        return "＆";
    return wecom_look_alike(c);
}

/* Text from an edition or of our own: marks lose their meaning. */
void wecom_add_quiet(struct wecom_writer *w, const char *text, size_t len)
{
    size_t done = 0, before;
    while (w->line_start && done < len && text[done] == ' ') /* four of them would make it code */
        done++;
    if (w->line_start && done < len) {
        const char *wide = block_mark(w, text + done, len - done, &before);
        if (wide) {
            add(w, text + done, before);
            wecom_adds(w, wide);
            done += before + 1;
        }
    }
    for (size_t i = done; i < len; i++) {
        const char *other = instead(text, len, i);
        if (!other)
            continue;
        add(w, text + done, i - done);
        wecom_adds(w, other);
        done = i + 1;
    }
    add(w, text + done, len - done);
}

/* "(" and ")" end an address there, "*" could be a mark. */
void wecom_add_address(struct wecom_writer *w, const char *url)
{
    struct buf clean = BUF_INIT(WECOM_WRITE_MAX);
    link_clean(&clean, url);
    wecom_adds(w, "](");
    for (const char *c = clean.data; *c; c++)
        if (strchr("()*[]", *c))
            buf_addf(w->out, "%%%02X", (unsigned char)*c);
        else
            buf_addc(w->out, *c);
    w->out->overflow |= clean.overflow;
    wecom_adds(w, ")");
    buf_free(&clean);
}

void wecom_open_link(struct wecom_writer *w)
{
    if (w->out->len && w->out->data[w->out->len - 1] == '!') { /* "![" is a picture */
        buf_truncate(w->out, w->out->len - 1);
        buf_adds(w->out, "！");
    }
    wecom_adds(w, "[");
}

/* Running text. A bare address is made a link, for its marks must stay what they are. */
void wecom_write_text(struct wecom_writer *w, const char *text)
{
    size_t len = strlen(text), done = 0;
    for (size_t i = 0; i < len && !w->in_link; i++) {
        if (text[i] != 'h' && text[i] != 'H')
            continue;
        size_t run = link_run(text + i, len - i);
        char url[1024];
        if (!run || run >= sizeof url ||
            (i && utf8_kind((unsigned char)text[i - 1]) == UTF8_WORD && (unsigned char)text[i - 1] < 0x80))
            continue;
        snprintf(url, sizeof url, "%.*s", (int)run, text + i);
        if (!wecom_keeps(url))
            continue;
        wecom_add_quiet(w, text + done, i - done);
        wecom_open_link(w);
        wecom_add_quiet(w, text + i, run);
        wecom_add_address(w, url);
        done = i + run;
        i = done - 1;
    }
    wecom_add_quiet(w, text + done, len - done);
}

struct wecom_mark wecom_mark_here(const struct wecom_writer *w)
{
    return (struct wecom_mark){w->out->len, w->line_start, w->guard};
}

void wecom_take_back(struct wecom_writer *w, struct wecom_mark mark)
{
    buf_truncate(w->out, mark.len);
    w->line_start = mark.line_start;
    w->guard = mark.guard;
}
