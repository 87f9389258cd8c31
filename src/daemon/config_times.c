/* When a channel or a rule is told nothing: window, pause, filters, what was missed. */
#include "daemon/config_parts.h"

enum { PAUSES_MAX = 64, WORDS_MAX = 64 };

/* "08:00-22:00", also across midnight: "20:00-02:00". */
int config_window(struct loader *loader, const struct yaml *at, struct window *window)
{
    const char *text;
    struct error err = {0};
    if (!at)
        return 0;
    if (value_text(loader, at, &text))
        return -1;
    const char *dash = strchr(text, '-');
    if (dash) {
        const char *first = arena_copy(loader->arena, text, (size_t)(dash - text));
        if (!schedule_minute(first, &window->opens, &err) &&
            !schedule_minute(dash + 1, &window->closes, &err) && window->opens != window->closes)
            return 0;
    }
    return fail(loader, at->line, at->column, "window: is two times of the day like \"08:00-22:00\", not %s",
        "window: 是一天里的两个时间，例如 \"08:00-22:00\"，不能是 %s", shown(loader, text));
}

static bool read_day(const char *text, size_t len, int64_t *day)
{
    int year, month, date, used = 0;
    char copy[16];
    if (len != 10)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (sscanf(copy, "%4d-%2d-%2d%n", &year, &month, &date, &used) != 3 || used != 10 || month < 1 ||
        month > 12 || date < 1 || date > 31 || year < 1970)
        return false;
    *day = civil_days(year, month, date);
    struct civil back = civil_from_days(*day);
    return back.month == month && back.day == date;
}

static int add_pause(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    const char *text;
    struct day_range range;
    if (value_text(loader, at, &text))
        return -1;
    const char *dots = strstr(text, "..");
    size_t len = dots ? (size_t)(dots - text) : strlen(text);
    bool good = read_day(text, len, &range.first) &&
                read_day(dots ? dots + 2 : text, dots ? strlen(dots + 2) : len, &range.last);
    if (!good || range.last < range.first)
        return fail(loader, at->line, at->column,
            "pause: has days like \"2026-10-01\" or \"2026-10-01..2026-10-07\" in it, not %s",
            "pause: 里写日期，例如 \"2026-10-01\" 或 \"2026-10-01..2026-10-07\"，不能是 %s",
            shown(loader, text));
    if (channel->pause_count == PAUSES_MAX)
        return fail(
            loader, at->line, at->column, "pause: has more than %d entries", "pause: 多于 %d 条", PAUSES_MAX);
    channel->pauses[channel->pause_count++] = range;
    return 0;
}

int config_pause(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    if (!at)
        return 0;
    channel->pauses = arena_array(loader->arena, PAUSES_MAX, sizeof *channel->pauses);
    channel->pause_count = 0;
    if (at->kind == YAML_SCALAR)
        return add_pause(loader, at, channel);
    if (need(loader, at, YAML_LIST, "pause"))
        return -1;
    for (const struct yaml *one = at->first; one; one = one->next)
        if (add_pause(loader, one, channel))
            return -1;
    return 0;
}

static int load_words(struct loader *loader, const struct yaml *at, const char ***words, size_t *count)
{
    if (!at)
        return 0;
    *words = arena_array(loader->arena, WORDS_MAX, sizeof **words);
    if (at->kind == YAML_MAP)
        return need(loader, at, YAML_LIST, at->key);
    for (const struct yaml *one = at->kind == YAML_LIST ? at->first : at; one;
         one = at->kind == YAML_LIST ? one->next : NULL) {
        if (*count == WORDS_MAX)
            return fail(
                loader, one->line, one->column, "%s: more than %d", "%s: 多于 %d 个", at->key, WORDS_MAX);
        if (value_text(loader, one, &(*words)[*count]))
            return -1;
        ++*count;
    }
    return 0;
}

/* {section: 热点回顾, tag: [ai, chips], word: 招聘} */
int config_filter(struct loader *loader, struct yaml *at, struct filter *filter)
{
    if (!at)
        return 0;
    if (need(loader, at, YAML_MAP, at->key))
        return -1;
    const struct yaml *section = take(loader, at, "section"), *tag = take(loader, at, "tag"),
                      *word = take(loader, at, "word");
    if (leftover(loader, at, at->key, 0) ||
        load_words(loader, section, &filter->sections, &filter->section_count) ||
        load_words(loader, tag, &filter->tags, &filter->tag_count) ||
        load_words(loader, word, &filter->words, &filter->word_count))
        return -1;
    if (filter->section_count + filter->tag_count + filter->word_count)
        return 0;
    return fail(loader, at->line, at->column,
        "%s: names no section:, tag: or word:", "%s: 里没有 section:、tag: 或 word:", at->key);
}

int config_missed(
    struct loader *loader, const struct yaml *catch_up, const struct yaml *max_age, struct missed *missed)
{
    static const char *const choices[] = {"one", "skip", NULL};
    int choice = (int)missed->catch_up;
    if (value_choice(loader, catch_up, choices, &choice) ||
        (max_age && value_duration(loader, max_age, &missed->max_age_ms)))
        return -1;
    missed->catch_up = (enum catch_up)choice;
    if (max_age && missed->max_age_ms < 60 * 1000)
        return fail(loader, max_age->line, max_age->column, "max_age is at least a minute (1m)",
            "max_age 至少一分钟（1m）");
    return 0;
}

/* "12/40": so many an hour, so many a day; "off". */
int config_fuse(struct loader *loader, const struct yaml *at, struct channel *channel)
{
    const char *text;
    int used = 0;
    if (!at)
        return 0;
    if (value_text(loader, at, &text))
        return -1;
    if (!strcmp(text, "off")) {
        channel->fuse_hour = channel->fuse_day = -1;
        return 0;
    }
    bool good = strlen(text) <= 9 &&
                sscanf(text, "%d/%d%n", &channel->fuse_hour, &channel->fuse_day, &used) == 2 && !text[used] &&
                channel->fuse_hour > 0 && channel->fuse_day >= channel->fuse_hour;
    return good ? 0
                : fail(loader, at->line, at->column,
                      "fuse: is posts an hour and a day, like \"12/40\", or off, not %s",
                      "fuse: 是每小时和每天最多几条，例如 \"12/40\"，或 off，不能是 %s", shown(loader, text));
}

int config_mode(struct loader *loader, const struct yaml *at, bool *rehearse)
{
    static const char *const modes[] = {"live", "rehearse", NULL};
    int mode = *rehearse;
    if (value_choice(loader, at, modes, &mode))
        return -1;
    *rehearse = mode;
    return 0;
}
