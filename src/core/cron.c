/* Cron lines: five fields, read into sets of bits. */
#include "core/buf.h"
#include "core/calendar.h"
#include "core/error.h"

#include <strings.h>

enum { FIELDS = 5, WEEKDAYS = 4, LINE_MAX_BYTES = 400, SHOWN_MAX = 40 };

/* What a field takes. Names stand for numbers from `first` on. */
struct field {
    const char *english, *chinese;
    int first, last;
    const char *const *names;
};

static const char *const months[] = {
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field fields[FIELDS] = {
    {"minute", "分钟", 0, 59, NULL},
    {"hour", "小时", 0, 23, NULL},
    {"day of the month", "日", 1, 31, NULL},
    {"month", "月", 1, 12, months},
    {"day of the week", "星期", 0, 7, weekdays},
};

/* A stretch of the line: not terminated. */
struct piece {
    const char *text;
    size_t len;
};

struct reader {
    bool chinese;
    struct error *err;
};

static int shown(struct piece piece)
{
    size_t len = piece.len;
    if (len > SHOWN_MAX)
        for (len = SHOWN_MAX; len > 0 && ((unsigned char)piece.text[len] & 0xc0) == 0x80;)
            len--;
    return (int)len;
}

static int refuse(const struct reader *reader, const struct field *field, struct piece piece)
{
    const char *names = field->names == months ? ", jan-dec" : field->names ? ", sun-sat" : "";
    if (reader->chinese)
        return error_set_kind(reader->err, ERROR_USAGE,
            "cron 的第 %d 栏（%s）是 %d-%d%s，可以写 *、列表（1,2）、范围（1-5）、步长（*/2、1-5/2），不能是 "
            "%.*s",
            (int)(field - fields) + 1, field->chinese, field->first, field->last, names, shown(piece),
            piece.text);
    return error_set_kind(reader->err, ERROR_USAGE,
        "the %s of a cron line is %d-%d%s: *, a list (1,2), a range (1-5), with a step (*/2, 1-5/2); not "
        "%.*s",
        field->english, field->first, field->last, names, shown(piece), piece.text);
}

/* Up to the mark, and what stands behind it. False: there is no mark. */
static bool cut(struct piece piece, char mark, struct piece *first, struct piece *rest)
{
    const char *at = memchr(piece.text, mark, piece.len);
    *first = (struct piece){piece.text, at ? (size_t)(at - piece.text) : piece.len};
    *rest =
        at ? (struct piece){at + 1, piece.len - first->len - 1} : (struct piece){piece.text + piece.len, 0};
    return at != NULL;
}

static bool read_digits(struct piece piece, int *value)
{
    *value = 0;
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.text[i] < '0' || piece.text[i] > '9' || i >= 4)
            return false;
        *value = *value * 10 + (piece.text[i] - '0');
    }
    return piece.len > 0;
}

static bool read_value(const struct field *field, struct piece piece, int *value)
{
    if (read_digits(piece, value))
        return *value >= field->first && *value <= field->last;
    for (int i = 0; field->names && field->names[i]; i++)
        if (piece.len == 3 && !strncasecmp(field->names[i], piece.text, 3)) {
            *value = field->first + i;
            return true;
        }
    return false;
}

/* "5", "1-5", "*", each perhaps with "/2". */
static bool read_range(const struct field *field, struct piece piece, uint64_t *bits)
{
    struct piece range, step, low, high;
    int from, to, by = 1;
    bool stepped = cut(piece, '/', &range, &step), all = range.len == 1 && *range.text == '*';
    bool wide = all || cut(range, '-', &low, &high);
    if (stepped && (!wide || !read_digits(step, &by) || by < 1))
        return false;
    if (all) {
        from = field->first;
        to = field == &fields[WEEKDAYS] ? 6 : field->last;
    } else if (!read_value(field, wide ? low : range, &from)) {
        return false;
    } else if (!wide) {
        to = from;
    } else if (!read_value(field, high, &to)) {
        return false;
    }
    if (from > to && field != &fields[WEEKDAYS])
        return false;
    if (from > to) /* fri-mon: over the end of the week */
        to += 7;
    for (int value = from; value <= to; value += by)
        *bits |= UINT64_C(1) << (field == &fields[WEEKDAYS] ? value % 7 : value);
    return true;
}

static int read_field(
    const struct reader *reader, const struct field *field, struct piece piece, uint64_t *bits)
{
    struct piece rest = piece, one;
    *bits = 0;
    for (bool more = true; more;) {
        more = cut(rest, ',', &one, &rest);
        if (!read_range(field, one, bits))
            return refuse(reader, field, one.len ? one : piece);
    }
    return 0;
}

/* @daily and its kin: what to write instead. */
static int refuse_word(const struct reader *reader, const char *text)
{
    static const char *const words[][2] = {{"@hourly", "0 * * * *"}, {"@daily", "0 0 * * *"},
        {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"}, {"@monthly", "0 0 1 * *"},
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}};
    struct piece piece = {text, strlen(text)};
    const char *instead = "0 9 * * 1";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i][0]))
            instead = words[i][1];
    return error_set_kind(reader->err, ERROR_USAGE,
        reader->chinese ? "cron 不认 %.*s，请写五栏：\"%s\""
                        : "cron does not take %.*s; write five fields: \"%s\"",
        shown(piece), text, instead);
}

static int refuse_count(const struct reader *reader, int count)
{
    return error_set_kind(reader->err, ERROR_USAGE,
        reader->chinese
            ? "cron 要五栏（分钟 小时 日 月 星期），例如 \"0 9 * * 1\"，这里有 %d 栏"
            : "a cron line has five fields (minute, hour, day, month, day of the week) like \"0 9 * * 1\"; "
              "this one has %d",
        count);
}

static size_t blanks(const char *text)
{
    return strspn(text, " \t");
}

int schedule_cron(const char *text, bool chinese, struct schedule *schedule, struct error *err)
{
    const struct reader reader = {chinese, err};
    struct piece pieces[FIELDS];
    uint64_t bits[FIELDS];
    int count = 0;
    text += blanks(text);
    if (*text == '@')
        return refuse_word(&reader, text);
    for (const char *at = text; *at && count <= LINE_MAX_BYTES; at += blanks(at)) {
        size_t len = strcspn(at, " \t");
        if (count < FIELDS)
            pieces[count] = (struct piece){at, len};
        count++;
        at += len;
    }
    if (count != FIELDS)
        return refuse_count(&reader, count);
    for (int i = 0; i < FIELDS; i++)
        if (read_field(&reader, &fields[i], pieces[i], &bits[i]))
            return -1;
    /* Sunday comes first in a cron line and last in a schedule. */
    uint8_t days = (uint8_t)((bits[4] >> 1 & 0x3f) | (bits[4] & 1) << 6);
    *schedule = (struct schedule){.by_cron = true,
        .days = days,
        .cron = {.minutes = bits[0],
            .hours = (uint32_t)bits[1],
            .days = (uint32_t)bits[2],
            .months = (uint16_t)bits[3]}};
    struct occasion first;
    if (schedule_next(schedule, zone_utc(), 0, &first))
        return 0;
    return error_set_kind(err, ERROR_USAGE,
        chinese ? "cron \"%.*s\" 永远不会到：没有这样的日子；换一个那个月有的日子"
                : "the cron line \"%.*s\" never comes: there is no such day; write one that its month has",
        shown((struct piece){text, strlen(text)}), text);
}

/* "1,3-5": three in a row are a range. */
static void add_set(struct buf *out, const struct field *field, uint64_t bits, int last)
{
    uint64_t all = 0;
    for (int value = field->first; value <= last; value++)
        all |= UINT64_C(1) << value;
    if (bits == all) {
        buf_adds(out, "*");
        return;
    }
    const char *between = "";
    for (int value = field->first; value <= last; value++) {
        int end = value;
        if (!(bits >> value & 1))
            continue;
        while (end < last && bits >> (end + 1) & 1)
            end++;
        end = end - value < 2 ? value : end;
        buf_addf(out, "%s%d", between, value);
        if (end > value)
            buf_addf(out, "-%d", end);
        between = ",";
        value = end;
    }
}

void schedule_cron_text(struct buf *out, const struct schedule *schedule)
{
    uint64_t weekdays_bits = (uint64_t)(schedule->days & 0x3f) << 1 | (schedule->days >> 6 & 1);
    const uint64_t bits[FIELDS] = {schedule->cron.minutes, schedule->cron.hours, schedule->cron.days,
        schedule->cron.months, weekdays_bits};
    for (int i = 0; i < FIELDS; i++) {
        if (i)
            buf_adds(out, " ");
        add_set(out, &fields[i], bits[i], i == WEEKDAYS ? 6 : fields[i].last);
    }
}
