#include "read/encoding.h"

#include "core/buf.h"
#include "core/error.h"
#include "core/utf8.h"
#include "read/read.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <strings.h>

enum { HEAD_MAX = 1024 /* where an encoding is named */, NAME_MAX_BYTES = 40, CONVERTERS = 10 };

static const char *const converters[CONVERTERS] = {"GB18030", "BIG5-HKSCS", "CP1252", "CP932", "EUC-JP",
    "EUC-KR", "CP1251", "KOI8-R", "ISO-8859-2", "ISO-8859-15"};

struct encodings {
    iconv_t open[CONVERTERS];
};

/* Names as they stand in files -> the converter, as browsers take them. -1 = not known. */
static int converter_of(const char *name)
{
    static const struct {
        const char *name;
        int converter;
    } names[] = {{"gb2312", 0}, {"gbk", 0}, {"gb18030", 0}, {"x-gbk", 0}, {"cp936", 0}, {"big5", 1},
        {"big5-hkscs", 1}, {"iso-8859-1", 2}, {"latin1", 2}, {"windows-1252", 2}, {"cp1252", 2},
        {"shift_jis", 3}, {"shift-jis", 3}, {"sjis", 3}, {"x-sjis", 3}, {"windows-31j", 3}, {"euc-jp", 4},
        {"euc-kr", 5}, {"ks_c_5601-1987", 5}, {"windows-1251", 6}, {"cp1251", 6}, {"koi8-r", 7},
        {"iso-8859-2", 8}, {"iso-8859-15", 9}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i].name, name) == 0)
            return names[i].converter;
    return -1;
}

static bool is_utf8_name(const char *name)
{
    return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0 ||
           strcasecmp(name, "us-ascii") == 0 || strcasecmp(name, "ascii") == 0;
}

struct encodings *encodings_open(void)
{
    struct encodings *encodings = malloc(sizeof *encodings);
    if (!encodings)
        abort();
    for (int i = 0; i < CONVERTERS; i++)
        encodings->open[i] = iconv_open("UTF-8", converters[i]);
    return encodings;
}

void encodings_close(struct encodings *encodings)
{
    for (int i = 0; encodings && i < CONVERTERS; i++)
        if (encodings->open[i] != (iconv_t)-1)
            iconv_close(encodings->open[i]);
    free(encodings);
}

/* --- UTF-16 --- */

static uint32_t unit_at(const char *bytes, bool little)
{
    unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
    return little ? (uint32_t)second << 8 | first : (uint32_t)first << 8 | second;
}

static void convert_utf16(struct buf *out, const char *bytes, size_t len, bool little)
{
    for (size_t at = 0; at + 1 < len; at += 2) {
        uint32_t point = unit_at(bytes + at, little);
        if (point >= 0xd800 && point < 0xdc00 && at + 3 < len) {
            uint32_t low = unit_at(bytes + at + 2, little);
            if (low >= 0xdc00 && low < 0xe000) {
                point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            }
        }
        utf8_encode(out, point >= 0xd800 && point < 0xe000 ? 0xfffd : point);
    }
}

/* Only what begins like XML, HTML or JSON: Markdown in UTF-16 is an accident that its editor should hear of.
 */
static bool is_utf16(const char *bytes, size_t len, bool *little)
{
    if (len < 4 || len % 2)
        return false;
    *little = memcmp(bytes, "\xff\xfe", 2) == 0;
    if (!*little && memcmp(bytes, "\xfe\xff", 2) != 0)
        return false;
    uint32_t first = unit_at(bytes + 2, *little);
    return first == '<' || first == '{';
}

/* --- the others --- */

/* The name after `mark` in the head: <?xml version="1.0" encoding="GBK"?>, <meta charset="gbk">,
 * <meta http-equiv="Content-Type" content="text/html; charset=gbk">. */
static bool take_name(const char *head, const char *mark, char name[NAME_MAX_BYTES])
{
    const char *at = strcasestr(head, mark);
    if (!at)
        return false;
    at += strlen(mark);
    at += strspn(at, " \t\r\n");
    if (*at != '=')
        return false;
    at++;
    at += strspn(at, " \t\r\n\"'");
    size_t len = 0;
    while (
        len + 1 < NAME_MAX_BYTES && (isalnum((unsigned char)at[len]) || (at[len] && strchr("-_.:", at[len]))))
        len++;
    memcpy(name, at, len);
    name[len] = '\0';
    return len > 0;
}

static bool said_encoding(const char *bytes, size_t len, char name[NAME_MAX_BYTES])
{
    char head[HEAD_MAX + 1];
    size_t size = len < HEAD_MAX ? len : HEAD_MAX;
    memcpy(head, bytes, size);
    head[size] = '\0';
    const char *at = head + strspn(head, " \t\r\n");
    if (strncasecmp(at, "<?xml", 5) == 0) {
        char *end = strstr(head, "?>");
        if (end)
            *end = '\0';
        return take_name(at, "encoding", name);
    }
    if (strncasecmp(at, "<!doctype html", 14) == 0 || strncasecmp(at, "<html", 5) == 0)
        return take_name(at, "charset", name);
    return false;
}

static void convert(iconv_t converter, struct buf *out, const char *bytes, size_t len)
{
    char block[4096];
    union {
        const char *in;
        char *out;
    } from = {.in = bytes}; /* iconv's prototype is older than const; nothing is written there */
    iconv(converter, NULL, NULL, NULL, NULL);
    while (len) {
        char *to = block;
        size_t room = sizeof block;
        size_t done = iconv(converter, &from.out, &len, &to, &room);
        int why = errno;
        buf_add(out, block, (size_t)(to - block));
        if (done == (size_t)-1 && why != E2BIG && len) {
            buf_adds(out, "\xef\xbf\xbd");
            from.in++;
            len--;
        }
    }
}

int encodings_convert(
    struct encodings *encodings, const struct read_request *request, struct buf *out, struct error *err)
{
    const char *bytes = request->bytes, *charset = request->charset ? request->charset : "";
    size_t len = request->len;
    char said[NAME_MAX_BYTES];
    bool little;
    if (is_utf16(bytes, len, &little)) {
        convert_utf16(out, bytes + 2, len - 2, little);
        return 1;
    }
    if (!said_encoding(bytes, len, said)) {
        snprintf(said, sizeof said, "%s", charset);
        if (converter_of(said) < 0)
            return 0; /* a header knows less than a file, and one that errs is no reason to refuse it */
    }
    if (is_utf8_name(said) || utf8_valid(bytes, len))
        return 0; /* many say something else and are UTF-8 */
    int which = converter_of(said);
    iconv_t converter = which < 0   ? (iconv_t)-1
                        : encodings ? encodings->open[which]
                                    : iconv_open("UTF-8", converters[which]);
    if (converter == (iconv_t)-1)
        return error_set(err,
            error_says(err, "%s:1:1: says that it is in %s, which cannot be read here; save it as UTF-8",
                "%s:1:1: 它说自己是 %s 编码，这里读不了；请存成 UTF-8"),
            request->name, said);
    convert(converter, out, bytes, len);
    if (!encodings)
        iconv_close(converter);
    return 1;
}
