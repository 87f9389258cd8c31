/* posts: when a channel is told what. */
#include "daemon/config_parts.h"

/* " mon-wed,sun"; nothing for every day. */
static void add_days(struct buf *text, unsigned days)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const char *between = " ";
    for (int day = 0; days != 0x7f && day < 7; day++) {
        int last = day;
        if (!(days & 1u << day))
            continue;
        while (last < 6 && days & 1u << (last + 1))
            last++;
        last = last - day < 2 ? day : last; /* two days are a list */
        buf_addf(text, "%s%s%s%s", between, names[day], last > day ? "-" : "", last > day ? names[last] : "");
        between = ",";
        day = last;
    }
}

static void add_what(struct buf *text, const struct rule *rule)
{
    buf_adds(text, what_names[rule->what]);
    if (*rule->section)
        buf_addf(text, " %s", rule->section);
}

/* The cron line with one space between its fields, else as it stands in the file. */
static void rule_written(struct loader *loader, const struct yaml *cron, struct rule *rule)
{
    struct buf text = BUF_INIT(4096);
    add_what(&text, rule);
    buf_adds(&text, " cron");
    for (const char *at = cron->text + strspn(cron->text, " \t"); *at; at += strspn(at, " \t")) {
        size_t len = strcspn(at, " \t");
        buf_addf(&text, " %.*s", (int)len, at);
        at += len;
    }
    rule->written = buf_keep(&text, loader->arena);
    buf_free(&text);
}

static void rule_text(struct loader *loader, struct rule *rule)
{
    struct buf text = BUF_INIT(2048);
    add_what(&text, rule);
    if (rule->when_published)
        buf_adds(&text, " when published");
    if (rule->schedule.by_cron) {
        buf_adds(&text, " cron ");
        schedule_cron_text(&text, &rule->schedule);
    }
    for (size_t i = 0; !rule->when_published && i < rule->schedule.count; i++)
        buf_addf(&text, "%s%02d:%02d", i ? "," : " at ", rule->schedule.minutes[i] / 60,
            rule->schedule.minutes[i] % 60);
    if (!rule->when_published && !rule->schedule.by_cron)
        add_days(&text, rule->schedule.days);
    rule->text = buf_keep(&text, loader->arena);
    buf_free(&text);
}

static int add_minute(struct loader *loader, const struct yaml *at, struct schedule *schedule)
{
    struct error err = {0};
    uint16_t minute;
    const char *text;
    size_t room = sizeof schedule->minutes / sizeof *schedule->minutes, place = 0;
    if (value_text(loader, at, &text))
        return -1;
    if (schedule_minute(text, &minute, &err))
        return fail(loader, at->line, at->column, "%s", "%s",
            loader->chinese
                ? arena_printf(loader->arena, "“%s” 不是一天里的时间，请写成 \"09:00\"", shown(loader, text))
                : err.text);
    while (place < schedule->count && schedule->minutes[place] < minute)
        place++;
    if (place < schedule->count && schedule->minutes[place] == minute)
        return 0;
    if (schedule->count == room)
        return fail(
            loader, at->line, at->column, "more than %zu times a day", "一天里的时间多于 %zu 个", room);
    memmove(&schedule->minutes[place + 1], &schedule->minutes[place],
        (schedule->count - place) * sizeof(uint16_t));
    schedule->minutes[place] = minute;
    schedule->count++;
    return 0;
}

static int load_times(struct loader *loader, struct yaml *at, struct yaml *days, struct schedule *schedule)
{
    const char *text;
    struct error err = {0};
    schedule->days = 0x7f;
    if (at->kind == YAML_SCALAR && add_minute(loader, at, schedule))
        return -1;
    if (at->kind == YAML_MAP)
        return need(loader, at, YAML_LIST, "at");
    for (const struct yaml *one = at->kind == YAML_LIST ? at->first : NULL; one; one = one->next)
        if (add_minute(loader, one, schedule))
            return -1;
    if (!schedule->count)
        return fail(loader, at->line, at->column, "at: has no time in it", "at: 里没有时间");
    if (!days)
        return 0;
    if (value_text(loader, days, &text))
        return -1;
    return schedule_days(text, &schedule->days, &err)
               ? fail(loader, days->line, days->column, "%s", "%s",
                     loader->chinese
                         ? arena_printf(loader->arena,
                               "“%s” 不是星期几，请写成 mon-fri、mon,wed,fri、daily 或 周一至周五",
                               shown(loader, text))
                         : err.text)
               : 0;
}

static int load_what(struct loader *loader, const struct yaml *at, struct rule *rule)
{
    const char *text;
    if (value_text(loader, at, &text))
        return -1;
    for (enum what what = WHAT_CONTENTS; what <= WHAT_QUESTION; what++)
        if (!strcmp(text, what_names[what])) {
            rule->what = what;
            return 0;
        }
    return fail(loader, at->line, at->column, "what: is contents, edition, section, item or question, not %s",
        "what: 只能是 contents、edition、section、item、question，不能是 %s", shown(loader, text));
}

static int load_cron(struct loader *loader, const struct yaml *cron, struct schedule *schedule)
{
    const char *text;
    struct error err = {0};
    if (value_text(loader, cron, &text))
        return -1;
    if (!schedule_cron(text, loader->chinese, schedule, &err))
        return 0;
    return fail(loader, cron->line, cron->column, "%s", "%s", err.text);
}

/* `days` belongs to at: alone. */
static int misplaced_days(struct loader *loader, const struct yaml *days, const char *key)
{
    return days ? fail(loader, days->key_line, days->key_column,
                      "days: goes with at:, not with %s:", "days: 要和 at: 一起写，不和 %s: 一起", key)
                : 0;
}

/* When it is told: one of the three is there. */
static int load_when(struct loader *loader, const struct yaml *at, struct yaml *when, struct yaml *times,
    struct yaml *cron, struct yaml *days, struct rule *rule)
{
    const char *text;
    if (cron) {
        if (misplaced_days(loader, days, "cron") || load_cron(loader, cron, &rule->schedule))
            return -1;
        if (loader->zone_given)
            return 0;
        return fail(loader, at->line, at->column,
            "posts by cron, but no time zone. Add timezone: Asia/Shanghai.",
            "按 cron 发，但没写时区。加一行 timezone: Asia/Shanghai。");
    }
    if (times) {
        if (load_times(loader, times, days, &rule->schedule))
            return -1;
        if (loader->zone_given)
            return 0;
        const struct yaml *first = times->kind == YAML_LIST ? times->first : times;
        return fail(loader, at->line, at->column,
            "posts at %s, but no time zone. Add timezone: Asia/Shanghai.",
            "要在 %s 发，但没写时区。加一行 timezone: Asia/Shanghai。", first->text);
    }
    if (value_text(loader, when, &text))
        return -1;
    if (misplaced_days(loader, days, "when"))
        return -1;
    rule->when_published = !strcmp(text, "published");
    return rule->when_published
               ? 0
               : fail(loader, when->line, when->column, "when: can only be published, not %s",
                     "when: 只能是 published，不能是 %s", shown(loader, text));
}

static int load_rule(struct loader *loader, struct yaml *at, struct rule *rule)
{
    const char *owner = say(loader, "a rule", "规则");
    if (need(loader, at, YAML_MAP, owner))
        return -1;
    struct yaml *what = take(loader, at, "what"), *when = take(loader, at, "when"),
                *times = take(loader, at, "at"), *days = take(loader, at, "days"),
                *cron = take(loader, at, "cron"), *section = take(loader, at, "section"),
                *catch_up = take(loader, at, "catch_up"), *max_age = take(loader, at, "max_age");
    struct missed missed = loader->missed;
    *rule = (struct rule){.section = "", .line = at->line};
    if (leftover(loader, at, owner, IN_RULE))
        return -1;
    if (!what)
        return fail(loader, at->line, at->column,
            "a rule needs what: (contents, edition, section, item, question)",
            "规则要有 what:（contents、edition、section、item、question）");
    if (load_what(loader, what, rule) || (section && value_text(loader, section, &rule->section)))
        return -1;
    if ((rule->what == WHAT_SECTION) != (section != NULL))
        return fail(loader, at->line, at->column, "section: belongs to what: section, and it needs it",
            "section: 和 what: section 要一起写");
    if (!!when + !!times + !!cron != 1)
        return fail(loader, at->line, at->column,
            "a rule needs one of when: published, at: \"09:00\" and cron: \"0 9 * * 1\"",
            "规则要写 when: published、at: \"09:00\"、cron: \"0 9 * * 1\" 三者之一");
    if (load_when(loader, at, when, times, cron, days, rule) ||
        config_missed(loader, catch_up, max_age, &missed))
        return -1;
    rule->catch_up = missed.catch_up;
    rule->max_age_ms = missed.max_age_ms;
    rule_text(loader, rule);
    if (cron)
        rule_written(loader, cron, rule);
    return 0;
}

int config_rules(struct loader *loader, struct yaml *at, struct rule **rules, size_t *count)
{
    *count = 0;
    if (need(loader, at, YAML_LIST, "posts"))
        return -1;
    *rules = arena_array(loader->arena, yaml_count(at), sizeof **rules);
    for (struct yaml *one = at->first; one; one = one->next) {
        struct rule *rule = &(*rules)[*count];
        if (load_rule(loader, one, rule))
            return -1;
        for (size_t i = 0; i < *count; i++)
            if (!strcmp((*rules)[i].text, rule->text))
                return fail(loader, one->line, one->column, "the same rule stands in line %d",
                    "第 %d 行已有同样的规则", (*rules)[i].line);
        (*count)++;
    }
    return 0;
}
