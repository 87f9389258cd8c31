/* Chats and topics as they stand in the configuration: what cannot be one, and what hardly is. */
#include "adapters/telegram.h"

/* Ids have at most 52 significant bits (https://core.telegram.org/bots/api#chat), names 4 to 32 letters. */
enum { ID_DIGITS_MAX = 16, NAME_MIN = 4, NAME_MAX = 32, TOPIC_DIGITS_MAX = 10 };

static bool is_id(const char *text, size_t digits_max)
{
    size_t len = strlen(text);
    return len && len <= digits_max && *text != '0' && strspn(text, "0123456789") == len;
}

/* "123456:ABC-DEF1234ghIkl" */
static bool is_token(const char *token)
{
    size_t digits = strspn(token, "0123456789");
    return digits && token[digits] == ':' && token[digits + 1] && !strpbrk(token, "/?# ");
}

/* "@digest_readers" */
static bool is_name(const char *chat)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t len = strlen(chat + 1);
    return *chat == '@' && len >= NAME_MIN && len <= NAME_MAX && strspn(chat + 1, letters) == len &&
           !strchr("0123456789_", chat[1]);
}

const char *telegram_fault(
    const struct settings *settings, const char *language, struct arena *arena, const char **key)
{
    const char *chat = setting(settings, "chat"), *topic = setting(settings, "topic");
    const char *token = setting(settings, "token");
    bool chinese = !strcmp(language, "zh");
    (void)arena;
    *key = "token";
    if (token && !is_token(token))
        return chinese ? "是 @BotFather 给的那一行：数字、冒号、字母；整个复制"
                       : "is what @BotFather gave: digits, a colon, letters; copy all of it";
    *key = "chat";
    if (chat && !is_name(chat) && !is_id(chat + (*chat == '-'), ID_DIGITS_MAX))
        return chinese ? "要写群号，例如 -1001234567890，或公开群的名字，例如 "
                         "\"@mygroup\"；在群里发 /where，照抄那一行"
                       : "is the group's id, such as -1001234567890, or a public group's name, such as "
                         "\"@mygroup\"; send /where in the group and copy its line";
    *key = "topic";
    if (topic && !is_id(topic, TOPIC_DIGITS_MAX))
        return chinese
                   ? "要写话题的号，从 1 起，例如 7；在话题里发 /where，照抄那一行"
                   : "is the topic's id, a number from 1, such as 7; send /where in the topic and copy its "
                     "line";
    return NULL;
}

const char *telegram_doubt(const struct settings *settings, const char *language, struct arena *arena)
{
    const char *chat = setting(settings, "chat");
    if (!chat || !is_id(chat, ID_DIGITS_MAX) || strncmp(chat, "100", 3) != 0 || strlen(chat) < 13)
        return NULL;
    return arena_printf(arena,
        strcmp(language, "zh") ? "chat %s is no group: ids of groups are negative. Is it -%s? /where in the "
                                 "group tells its line."
                               : "chat %s 不是群：群号是负数。是不是 -%s？在群里发 /where，照抄那一行。",
        chat, chat);
}
