#include "desk/command.h"
#include "core/buf.h"
#include "core/utf8.h"

enum {
    LINE_MAX_BYTES = 4096, /* of what somebody wrote that is looked at */
    NAME_BYTES = 64,       /* longest name of a command, and longest natural form */
    NUMBER_MAX = 99999,
};

/* --- numbers as people write them --- */

static int chinese_digit(uint32_t point)
{
    static const uint32_t digits[] = {
        0x3007, 0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03, 0x516b, 0x4e5d};
    for (int i = 0; i < 10; i++)
        if (digits[i] == point)
            return i;
    return point == 0x4e24 ? 2 : point == 0x96f6 ? 0 : -1; /* 两, 零 */
}

/* 十, 百, 千 */
static int chinese_unit(uint32_t point)
{
    return point == 0x5341 ? 10 : point == 0x767e ? 100 : point == 0x5343 ? 1000 : 0;
}

/* 三, 十二, 二十, 一百零二; how many bytes it took, 0 = no number. */
static size_t read_chinese(const char *text, size_t len, int *number)
{
    int sum = 0, digit = -1;
    size_t at = 0;
    while (at < len) {
        size_t size;
        uint32_t point = utf8_decode(text, len, at, &size);
        int unit = chinese_unit(point), value = chinese_digit(point);
        if (unit) {
            sum += (digit < 0 ? 1 : digit) * unit;
            digit = -1;
        } else if (value >= 0) {
            digit = digit > 0 ? digit * 10 + value : value;
        } else {
            break;
        }
        if (sum + digit > NUMBER_MAX)
            return 0;
        at += size;
    }
    *number = sum + (digit > 0 ? digit : 0);
    return *number ? at : 0;
}

static size_t read_number(const char *text, size_t len, int *number)
{
    *number = 0;
    size_t at = 0;
    for (; at < len && text[at] >= '0' && text[at] <= '9'; at++) {
        *number = *number * 10 + (text[at] - '0');
        if (*number > NUMBER_MAX)
            return 0;
    }
    if (at)
        return *number ? at : 0;
    return read_chinese(text, len, number);
}

/* --- one line --- */

struct line {
    struct arena *arena;
    const char *text; /* trimmed */
    size_t len;
    const char *tight; /* folded, without spaces and without a mark at its end; "" when too long for a form */
};

static bool is_space(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\n' || point == '\r' || point == 0x3000 ||
           point == 0xa0;
}

static size_t skip_spaces(const char *text, size_t len, size_t at)
{
    while (at < len) {
        size_t size;
        if (!is_space(utf8_decode(text, len, at, &size)))
            break;
        at += size;
    }
    return at;
}

static const char *trim(struct arena *arena, const char *text, size_t len)
{
    size_t start = skip_spaces(text, len, 0), end = start;
    for (size_t at = start; at < len;) {
        size_t size;
        bool space = is_space(utf8_decode(text, len, at, &size));
        at += size;
        if (!space)
            end = at;
    }
    return arena_copy(arena, text + start, end - start);
}

static bool is_mark(uint32_t point)
{
    return point < 0x80 ? strchr("?!.~,", (int)point) != NULL
                        : point == 0x3002 || point == 0xff01 || point == 0xff1f || point == 0xff5e;
}

/* Folded, for comparing with a form. */
static const char *tighten(struct arena *arena, const char *text, size_t len)
{
    if (len > NAME_BYTES * 3)
        return "";
    struct buf folded = BUF_INIT(NAME_BYTES * 16), tight = BUF_INIT(NAME_BYTES * 16);
    utf8_fold(&folded, text, len);
    size_t end = 0;
    for (size_t at = 0; at < folded.len;) {
        size_t size;
        uint32_t point = utf8_decode(folded.data, folded.len, at, &size);
        if (!is_space(point))
            buf_add(&tight, folded.data + at, size);
        if (!is_space(point) && !is_mark(point))
            end = tight.len;
        at += size;
    }
    buf_truncate(&tight, end);
    const char *kept = buf_keep(&tight, arena);
    buf_free(&folded);
    buf_free(&tight);
    return kept;
}

static struct line make_line(struct arena *arena, const char *text)
{
    struct line line = {.arena = arena, .text = text, .len = strlen(text)};
    line.tight = tighten(arena, text, line.len);
    return line;
}

/* --- forms --- */

enum kind { FORM_WHOLE, FORM_NUMBER, FORM_REST, FORM_ANYTHING };

struct pattern {
    enum kind kind;
    const char *head, *tail; /* around the "#"; before the "*" */
    size_t head_len, tail_len;
    const char *words; /* behind "=", "" = none */
};

static struct pattern read_form(const char *text)
{
    const char *equals = strchr(text, '='), *number = strchr(text, '#');
    struct pattern form = {.kind = FORM_WHOLE,
        .head = text,
        .head_len = equals ? (size_t)(equals - text) : strlen(text),
        .tail = "",
        .words = equals ? equals + 1 : ""};
    if (number) {
        form.kind = FORM_NUMBER;
        form.tail = number + 1;
        form.tail_len = form.head_len - (size_t)(number + 1 - text);
        form.head_len = (size_t)(number - text);
    } else if (form.head_len && text[form.head_len - 1] == '*') {
        form.head_len--;
        form.kind = form.head_len ? FORM_REST : FORM_ANYTHING;
    }
    return form;
}

/* Is `tight` the form's text, spaces in the form not counting? */
static bool same_tight(const char *tight, size_t len, const char *form, size_t form_len)
{
    size_t at = 0;
    for (size_t i = 0; i < form_len; i++) {
        if (form[i] == ' ')
            continue;
        if (at >= len || tight[at] != form[i])
            return false;
        at++;
    }
    return at == len;
}

static bool starts_tight(const char *tight, const char *form, size_t form_len, size_t *used)
{
    size_t at = 0;
    for (size_t i = 0; i < form_len; i++) {
        if (form[i] == ' ')
            continue;
        if (tight[at] != form[i])
            return false;
        at++;
    }
    *used = at;
    return true;
}

static bool match_number(const struct line *line, const struct pattern *form, const char **words)
{
    size_t at;
    if (!line->tight[0] || !starts_tight(line->tight, form->head, form->head_len, &at))
        return false;
    int number;
    size_t len = strlen(line->tight), used = read_number(line->tight + at, len - at, &number);
    at += used;
    if (!used || !same_tight(line->tight + at, len - at, form->tail, form->tail_len))
        return false;
    *words = arena_printf(line->arena, "%d", number);
    return true;
}

/* The line begins, folded, with the form's text; the rest is given as it was written. */
static bool match_rest(const struct line *line, const struct pattern *form, const char **words)
{
    struct buf folded = BUF_INIT(NAME_BYTES * 16);
    bool matched = false;
    for (size_t at = 0; at < line->len && !matched && folded.len <= form->head_len;) {
        size_t size;
        uint32_t point = utf8_decode(line->text, line->len, at, &size);
        at += size;
        if (is_space(point))
            buf_addc(&folded, ' ');
        else
            utf8_fold(&folded, line->text + at - size, size);
        if (folded.len != form->head_len || memcmp(folded.data, form->head, form->head_len) != 0)
            continue;
        *words = trim(line->arena, line->text + at, line->len - at);
        matched = (*words)[0] != 0;
    }
    buf_free(&folded);
    return matched;
}

static bool match_form(const struct line *line, const struct pattern *form, const char **words)
{
    switch (form->kind) {
    case FORM_WHOLE:
        *words = form->words;
        return line->tight[0] && same_tight(line->tight, strlen(line->tight), form->head, form->head_len);
    case FORM_NUMBER:
        return match_number(line, form, words);
    case FORM_REST:
        return match_rest(line, form, words);
    default:
        *words = line->text;
        return line->len > 0;
    }
}

/* The most exact form wins: a whole line before a number before a beginning before anything. */
static const struct command *match_forms(
    const struct command *const *commands, const struct line *line, enum kind last, const char **words)
{
    for (enum kind kind = FORM_WHOLE; kind <= last; kind++)
        for (size_t c = 0; commands[c]; c++)
            for (const char *const *word = commands[c]->words; word && *word; word++) {
                struct pattern form = read_form(*word);
                if (form.kind == kind && match_form(line, &form, words))
                    return commands[c];
            }
    return NULL;
}

/* --- all of it --- */

static const struct command *find_name(const struct command *const *commands, const char *folded)
{
    for (size_t i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, folded))
            return commands[i];
    return NULL;
}

/* Behind the slash: a name, then words. */
static const struct command *match_slash(const struct command *const *commands, const char *text,
    enum addressed addressed, struct arena *arena, const char **words)
{
    size_t len = strlen(text), end = 0;
    while (end < len) {
        size_t size;
        if (is_space(utf8_decode(text, len, end, &size)))
            break;
        end += size;
    }
    if (memchr(text, '@', end)) /* another bot's */
        return NULL;
    struct line name = make_line(arena, arena_copy(arena, text, end));
    const struct command *command = find_name(commands, name.tight);
    if (command) {
        *words = trim(arena, text + end, len - end);
        return command;
    }
    struct line line = make_line(arena, trim(arena, text, len));
    return match_forms(commands, &line, addressed == ADDRESSED_US ? FORM_ANYTHING : FORM_WHOLE, words);
}

const struct command *command_match(const struct command *const *commands, const char *text,
    enum addressed addressed, struct arena *arena, const char **words)
{
    *words = "";
    size_t len = strlen(text);
    if (len > LINE_MAX_BYTES)
        len = utf8_prefix(text, len, LINE_MAX_BYTES / 4);
    text = trim(arena, text, len);
    static const char wide_slash[] = "\xef\xbc\x8f"; /* ／ */
    if (text[0] == '/')
        return match_slash(commands, text + 1, addressed, arena, words);
    if (!strncmp(text, wide_slash, 3))
        return match_slash(commands, text + 3, addressed, arena, words);
    if (addressed == ADDRESSED_NOBODY)
        return NULL;
    struct line line = make_line(arena, text);
    size_t name_len = strcspn(text, " \t\n");
    if (name_len < line.len) { /* "item 3", "week last": the name without its slash */
        struct line name = make_line(arena, arena_copy(arena, text, name_len));
        const char *found;
        const struct command *command = match_forms(commands, &line, FORM_REST, &found);
        if (command) {
            *words = found;
            return command;
        }
        command = find_name(commands, name.tight);
        if (command) {
            *words = trim(arena, text + name_len, line.len - name_len);
            return command;
        }
    } else {
        const struct command *command = find_name(commands, line.tight);
        if (command)
            return command;
    }
    return match_forms(commands, &line, addressed == ADDRESSED_US ? FORM_ANYTHING : FORM_REST, words);
}

bool command_number(const char *text, int *number)
{
    static const char *const forms[] = {"#", "第#条", "第#个", "#号", "no.#", "no#", "item#"};
    struct arena arena = {0};
    struct line line = make_line(&arena, trim(&arena, text, strlen(text)));
    bool is = false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms && !is; i++) {
        struct pattern form = read_form(forms[i]);
        const char *digits;
        is = match_number(&line, &form, &digits);
        if (is)
            *number = (int)strtol(digits, NULL, 10);
    }
    arena_free(&arena);
    return is;
}
