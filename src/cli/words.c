#include "cli/words.h"

#include "daemon/env.h"

const char *shell_says(const struct shell *shell, const char *english, const char *chinese)
{
    return shell->chinese ? chinese : english;
}

const char *shell_word(const struct shell *shell, const char *word)
{
    static const struct {
        const char *english, *chinese;
    } words[] = {/* channels */
        {"on", "正常"}, {"held", "停着"}, {"paused", "平台不让发"},
        /* deliveries and posts */
        {"planned", "排着"}, {"released", "在等"}, {"due", "在等"}, {"sending", "在发"}, {"sent", "已发"},
        {"failed", "没发成"}, {"unknown", "不确定"}, {"dropped", "不发了"},
        /* kinds */
        {"contents", "目录"}, {"edition", "整期"}, {"section", "栏目"}, {"item", "条目"},
        {"question", "今日一问"}, {"text", "文字"}, {"answer", "回答"},
        /* acts */
        {"edit", "改正"}, {"retract", "撤回"},
        /* editions and what became of them */
        {"draft", "草稿"}, {"published", "已发布"}, {"settling", "等它改完"}, {"new", "新增"},
        {"gone", "没有了"},
        /* who */
        {"rule", "定时"}};
    for (size_t i = 0; shell->chinese && i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i].english, word))
            return words[i].chinese;
    return word;
}

bool words_chinese_here(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = env_get(names[i]);
        if (value)
            return !strncmp(value, "zh", 2);
    }
    return false;
}
