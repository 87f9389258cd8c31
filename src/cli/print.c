#include "cli/print.h"

int print_json(struct shell *shell, json_t *object)
{
    char *line = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!line)
        return error_set(&shell->err, "%s",
            shell_says(shell, "what was found cannot be written as JSON", "找到的没法写成 JSON"));
    puts(line);
    free(line);
    return 0;
}

json_t *json_text(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

json_t *json_id(int64_t id)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)id);
    return json_string(text);
}

json_t *json_time(struct shell *shell, int64_t ms)
{
    return ms ? json_string(shell_stamp(shell, ms)) : json_null();
}
