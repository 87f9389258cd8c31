#include "core/explained.h"

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/pack.h"

#include <stdint.h>
#include <string.h>

#define EXPLAINED_ROW(symbol, name, role, english, chinese) {name, role, english, chinese},
static const struct {
    const char *name;
    enum role role;
    const char *english, *chinese;
} rules[RULES] = {EXPLAINED_RULES(EXPLAINED_ROW)};

static const char *const roles[ROLES][2] = {{"title", "标题"}, {"intro", "开篇"}, {"section", "栏目"},
    {"item", "条目"}, {"text", "正文"}, {"link", "链接"}, {"question", "提问"}, {"aside", "旁白"},
    {"reference", "参考"}, {"tail", "结尾"}};

enum role rule_role(enum reading_rule rule)
{
    return rules[rule].role;
}

const char *rule_name(enum reading_rule rule)
{
    return rules[rule].name;
}

const char *rule_says(enum reading_rule rule, bool chinese)
{
    return chinese ? rules[rule].chinese : rules[rule].english;
}

const char *role_name(enum role role, bool chinese)
{
    return roles[role][chinese];
}

/* At most EXPLAINED_TEXT_MAX bytes of whole characters, on one line. */
static const char *beginning(struct arena *arena, const char *text)
{
    size_t len = strlen(text);
    if (len > EXPLAINED_TEXT_MAX) {
        len = EXPLAINED_TEXT_MAX;
        while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    char *line = arena_copy(arena, text, len);
    for (char *at = line; *at; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    return line;
}

void explain(struct explanation *explanation, struct arena *arena, int line, int end_line,
    enum reading_rule rule, const char *text)
{
    if (!explanation || explanation->count == EXPLAINED_MAX)
        return;
    explanation->blocks = arena_grow(
        arena, explanation->blocks, explanation->count, &explanation->cap, 64, sizeof *explanation->blocks);
    explanation->blocks[explanation->count++] =
        (struct explained){line, end_line, rule, beginning(arena, text ? text : "")};
}

void explanation_pack(struct buf *out, const struct explanation *explanation)
{
    pack_number(out, explanation->count);
    for (size_t i = 0; i < explanation->count; i++) {
        const struct explained *block = &explanation->blocks[i];
        pack_number(out, (uint64_t)block->line);
        pack_number(out, (uint64_t)block->end_line);
        pack_number(out, block->rule);
        pack_string(out, block->text);
    }
}

int explanation_unpack(
    struct arena *arena, const void *bytes, size_t len, struct explanation *explanation, struct error *err)
{
    struct unpack in = unpack_start(bytes, len);
    size_t count = (size_t)unpack_number(&in, EXPLAINED_MAX);
    if (count * 4 > len)
        in.broken = true; /* before memory is taken */
    *explanation = (struct explanation){.count = in.broken ? 0 : count};
    explanation->blocks = arena_array(arena, explanation->count + 1, sizeof *explanation->blocks);
    for (size_t i = 0; i < explanation->count && !in.broken; i++) {
        struct explained *block = &explanation->blocks[i];
        block->line = (int)unpack_number(&in, INT32_MAX);
        block->end_line = (int)unpack_number(&in, INT32_MAX);
        block->rule = (enum reading_rule)unpack_number(&in, RULES - 1);
        block->text = unpack_text(&in, arena);
    }
    return unpack_ended(&in) ? 0 : error_set(err, "a broken packed explanation");
}
