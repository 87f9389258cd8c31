#include "read/sentence.h"

#include "read/punct.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Is the point at text[at] one of "e.g. ", "No. 5", "J. Doe"? */
static bool is_short_form(const char *text, size_t at)
{
    static const char *const forms[] = {
        "no", "vs", "etc", "dr", "mr", "mrs", "ms", "st", "inc", "ltd", "vol", "fig", "approx", "cf"};
    size_t start = at;
    while (start > 0 && isalpha((unsigned char)text[start - 1]))
        start--;
    size_t len = at - start;
    if (len == 1 || (start > 0 && text[start - 1] == '.'))
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strlen(forms[i]) == len && strncasecmp(text + start, forms[i], len) == 0)
            return true;
    return false;
}

size_t sentence_end(const char *text, bool questions)
{
    for (size_t at = 0, n; text[at]; at++) {
        unsigned char c = (unsigned char)text[at];
        if (c != '.' && c != '!' && c != '?' && c != 0xe3 && c != 0xef)
            continue;
        n = punct_at(text + at, PUNCT_STOP | (questions ? (unsigned)PUNCT_ASK : 0));
        if (!n || (n == 1 && !punct_at(text + at + 1, PUNCT_SPACE)) || (c == '.' && is_short_form(text, at)))
            continue;
        n += punct_skip(text + at + n, PUNCT_CLOSE);
        return text[at + n + punct_skip(text + at + n, PUNCT_SPACE)] ? at + n : 0;
    }
    return 0;
}

bool sentence_parts(const char *words)
{
    return sentence_end(words, false) > 0;
}

bool sentence_goes_on(const char *text)
{
    /* What a Chinese sentence goes on with behind its subject. */
    static const char *const words[] = {"将", "已", "在", "的", "和", "与", "把", "被", "为", "是", "正",
        "向", "对", "从", "让", "给", "发布", "推出", "宣布", "表示", "开源", "上线", "称", "说"};
    text += strspn(text, " ");
    if (islower((unsigned char)text[0]))
        return strncmp(text, "by ", 3) != 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(text, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

bool sentence_is_open(const char *text)
{
    static const char *const words[] = {
        "将", "把", "了", "在", "用", "的", "和", "与", "到", "从", "对", "为"};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (len >= strlen(words[i]) && strcmp(text + len - strlen(words[i]), words[i]) == 0)
            return true;
    return false;
}

size_t sentence_host(const char *text)
{
    size_t at = 0, point = 0;
    for (; isalnum((unsigned char)text[at]) || text[at] == '-' || text[at] == '.'; at++)
        if (text[at] == '.')
            point = at;
    if (!point || point + 2 > at - 1 || (text[at] && !punct_at(text + at, PUNCT_SPACE)))
        return 0;
    for (size_t i = point + 1; i < at; i++)
        if (!islower((unsigned char)text[i]))
            return 0;
    return at;
}
