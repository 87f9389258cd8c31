#include "desk/doubts.h"
#include "core/buf.h"
#include "core/section.h"
#include "desk/filter.h"
#include "desk/inner.h"
#include "desk/subject.h"

enum {
    TIMES_LOOKED_AT = 2000, /* of a rule: more than a day of one that comes every minute */
    EDITIONS_LOOKED_AT = 60,
    NAMES_MAX = 400,
    NAMES_SHOWN = 12,
    TEXT_MAX = 4096,
};

static void doubt(struct doubts *doubts, const char *text)
{
    if (doubts->count < DOUBTS_MAX)
        doubts->texts[doubts->count++] = text;
}

/* --- times --- */

/* How the times of a rule lie in its channel's window. */
struct lie {
    bool seen;      /* there are any outside the pause */
    bool inside;    /* one lies within */
    bool waits;     /* one lies outside, and its post may wait for the opening */
    int64_t wait;   /* the shortest wait for the opening */
    int64_t life;   /* how long its posts may wait */
    bool day_ended; /* a question: its day is over before the opening */
};

static struct lie look_at(const struct channel *channel, const struct rule *rule, int64_t now_ms)
{
    struct lie lie = {.wait = INT64_MAX};
    struct occasion next;
    int64_t opens, after = now_ms;
    for (int i = 0; i < TIMES_LOOKED_AT && !lie.inside; i++) {
        if (!schedule_next(&rule->schedule, channel->zone, after, &next))
            break;
        after = next.at_ms;
        if (channel_pauses(channel, next.at_ms, &opens))
            continue;
        lie.seen = true;
        lie.inside = window_open(&channel->window, channel->zone, next.at_ms, &opens);
        if (lie.inside || opens - next.at_ms >= lie.wait)
            continue;
        int64_t expires = rule_expiry(channel, rule, next.at_ms);
        lie.wait = opens - next.at_ms;
        lie.life = expires - next.at_ms;
        lie.waits = expires > opens;
        lie.day_ended = channel_expiry(channel, rule->what, next.at_ms) <= opens;
    }
    return lie;
}

/* "6h", "90m": as the configuration would have it. */
static const char *duration(struct arena *arena, int64_t ms)
{
    bool hours = ms % HOUR == 0;
    return arena_printf(arena, "%lld%s", (long long)(ms / (hours ? HOUR : MINUTE)), hours ? "h" : "m");
}

void doubts_of_rules(
    const struct channel *channel, bool chinese, struct now now, struct arena *arena, struct doubts *doubts)
{
    const char *opens =
        arena_printf(arena, "%02d:%02d", channel->window.opens / 60, channel->window.opens % 60);
    for (size_t i = 0; i < channel->rule_count; i++) {
        const struct rule *rule = &channel->rules[i];
        if (rule->when_published || rule->every_ms || !channel->zone)
            continue;
        struct lie lie = look_at(channel, rule, now.wall_ms);
        if (!lie.seen || lie.inside)
            continue;
        if (lie.waits)
            doubt(doubts,
                arena_printf(arena,
                    chinese ? "「%s」的时间都在可发的时段之外，每次都要等到 %s。想准时发，就把时间放进时段。"
                            : "\"%s\" comes only outside the window: each of its posts waits until %s. For "
                              "its own time, put it within the window.",
                    rule->text, opens));
        else if (rule->what == WHAT_QUESTION && lie.day_ended)
            doubt(doubts,
                arena_printf(arena,
                    chinese
                        ? "「%s」永远发不出：问题只在当天有效，而它的时间之后，时段（%s "
                          "开）当天不再打开。给它一个时段内的时间。"
                        : "\"%s\" never posts: a question does not outlive its day, and after its times the "
                          "window, which opens at %s, stays shut until that is over. Give it a time within "
                          "the window.",
                    rule->text, opens));
        else
            doubt(doubts,
                arena_printf(arena,
                    chinese
                        ? "「%s」永远发不出：它的时间都在可发的时段之外，离 %s 打开至少 %s，而它只能等 "
                          "%s（max_age）。改成 max_age: %s。"
                        : "\"%s\" never posts: it comes outside the window, which opens at %s, at least %s "
                          "later, and its posts may wait for %s only (max_age). Give it max_age: %s.",
                    rule->text, opens, duration(arena, lie.wait), duration(arena, lie.life),
                    duration(arena, (lie.wait / HOUR + 1) * HOUR)));
    }
}

/* --- names --- */

struct names {
    const char *list[NAMES_MAX];
    size_t count;
};

/* Is it a new one? */
static bool learn(struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (filter_same(names->list[i], name))
            return false;
    if (!*name || names->count == NAMES_MAX)
        return false;
    names->list[names->count++] = name;
    return true;
}

static bool knows(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (filter_same(names->list[i], name))
            return true;
    return names->count == NAMES_MAX;
}

static const char *listed(struct arena *arena, const struct names *names, bool chinese)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++)
        buf_addf(&text, "%s%.80s", !i ? "" : chinese ? "、" : ", ", names->list[i]);
    if (names->count > NAMES_SHOWN)
        buf_adds(&text, " …");
    const char *kept = buf_keep(&text, arena);
    buf_free(&text);
    return kept;
}

/* What the editions of a channel have. */
struct known {
    size_t editions;
    struct names sections, tags;             /* sections with those they stand in */
    const struct section *stands[NAMES_MAX]; /* one for each name of a section */
    struct arena *arena;
    bool chinese;
    struct doubts *doubts;
};

static bool knows_section(const struct known *known, const char *name)
{
    for (size_t i = 0; i < known->sections.count; i++)
        if (section_is(known->stands[i], name))
            return true;
    return known->sections.count == NAMES_MAX;
}

/* `where`: "only:", "not:", or the rule. */
static void compare(struct known *known, const char *where, const char *name, bool tag)
{
    const struct names *names = tag ? &known->tags : &known->sections;
    if (tag ? knows(names, name) : knows_section(known, name))
        return;
    const char *there = listed(known->arena, names, known->chinese);
    const char *kind = known->chinese ? (tag ? "标签" : "小节") : tag ? "tag" : "section";
    const char *head = arena_printf(known->arena,
        known->chinese ? "%s 没有哪一期有%s「%s」（看了 %zu 期）。"
                       : "%s no edition has a %s “%s” (%zu looked at).",
        where, kind, name, known->editions);
    const char *tail =
        !*there
            ? arena_printf(known->arena,
                  known->chinese ? "它们没有任何%s，把它去掉。" : "They have no %s at all: leave it out.",
                  kind)
            : arena_printf(known->arena,
                  known->chinese ? "有的是：%s。写其中一个。" : "There are: %s. Write one of these.", there);
    doubt(known->doubts, arena_printf(known->arena, known->chinese ? "%s%s" : "%s %s", head, tail));
}

static void compare_filter(struct known *known, const char *where, const struct filter *filter)
{
    for (size_t i = 0; i < filter->section_count; i++)
        compare(known, where, filter->sections[i], false);
    for (size_t i = 0; i < filter->tag_count; i++)
        compare(known, where, filter->tags[i], true);
}

static int learn_edition(struct state *state, struct known *known, int64_t id, struct error *err)
{
    struct edition *edition;
    if (state_edition(state, known->arena, id, &edition, err))
        return -1;
    if (!edition)
        return 0;
    known->editions++;
    for (size_t i = 0; i < edition->section_count; i++)
        if (learn(&known->sections, section_path(known->arena, &edition->sections[i])))
            known->stands[known->sections.count - 1] = &edition->sections[i];
    for (size_t i = 0; i < edition->tag_count; i++)
        learn(&known->tags, edition->tags[i]);
    return 0;
}

int doubts_of_names(struct state *state, const struct setup *setup, const struct channel *channel,
    bool chinese, struct arena *arena, struct doubts *doubts, struct error *err)
{
    struct known *known = arena_alloc(arena, sizeof *known);
    struct edition_query query = channel_query(arena, setup, channel, EDITIONS_LOOKED_AT);
    struct rows_edition rows;
    bool asks = channel_filters(channel);
    for (size_t i = 0; i < channel->rule_count; i++)
        asks |= channel->rules[i].what == WHAT_SECTION;
    if (!asks || !channel->from_count)
        return 0;
    query.published = false;
    if (state_editions(state, arena, &query, &rows, err))
        return -1;
    *known = (struct known){.arena = arena, .chinese = chinese, .doubts = doubts};
    for (size_t i = 0; i < rows.count; i++)
        if (learn_edition(state, known, rows.rows[i].id, err))
            return -1;
    if (!known->editions)
        return 0;
    compare_filter(known, "only:", &channel->only);
    compare_filter(known, "not:", &channel->not );
    for (size_t i = 0; i < channel->rule_count; i++)
        if (channel->rules[i].what == WHAT_SECTION)
            compare(known, arena_printf(arena, chinese ? "「%s」" : "\"%s\":", channel->rules[i].text),
                channel->rules[i].section, false);
    return 0;
}
