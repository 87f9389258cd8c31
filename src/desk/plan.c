#include "desk/inner.h"
#include "desk/moved.h"
#include "desk/pick.h"
#include "desk/subject.h"
#include "state/claims.h"

enum { MISSED_MAX = 64, LATE = 15 * MINUTE /* for catch_up: skip */ };
#define LOOK_BACK ((int64_t)8 * DAY)

/* --- how long a post may wait --- */

static int64_t end_of_day(const struct zone *zone, int64_t at_ms)
{
    struct civil day = zone_civil(zone, at_ms / 1000);
    struct civil next = civil_from_days(civil_days(day.year, day.month, day.day) + 1);
    return zone_moment(zone, next) * 1000;
}

int64_t plan_expiry(enum what what, const struct zone *zone, int64_t due_at)
{
    switch (what) {
    case WHAT_CONTENTS:
    case WHAT_EDITION:
    case WHAT_SECTION:
        return due_at + 7 * (int64_t)DAY;
    case WHAT_QUESTION:
        return end_of_day(zone, due_at);
    case WHAT_ANSWER:
        return due_at + ANSWER_LIFE;
    default:
        return due_at + DAY;
    }
}

int64_t channel_expiry(const struct channel *channel, enum what what, int64_t due_at)
{
    int64_t life = channel->settings.adapter->life_ms;
    if (life && what != WHAT_QUESTION && what != WHAT_ANSWER)
        return due_at + life;
    return plan_expiry(what, channel->zone, due_at);
}

int64_t rule_expiry(const struct channel *channel, const struct rule *rule, int64_t due_at)
{
    int64_t usual = channel_expiry(channel, rule->what, due_at);
    if (!rule->max_age_ms || (rule->what == WHAT_QUESTION && usual < due_at + rule->max_age_ms))
        return usual;
    return due_at + rule->max_age_ms;
}

/* --- a rule's time has come --- */

static int run_row(struct turn *turn, const struct place *place, const struct rule *rule, const char *nominal,
    int64_t post, const char *why)
{
    bool fresh;
    return state_run_add(
        turn->state, place->row.id, rule->text, nominal, post, why, turn->now.wall_ms, &fresh, turn->err);
}

static int pick_for(struct turn *turn, const struct place *place, const struct rule *rule, struct pick *pick)
{
    /* Why there is nothing, is for the operator. */
    struct channel conf = *place->conf;
    conf.language = turn->setup->language;
    return pick_subject(turn->state, turn->setup, &conf, place->row.id, rule->what,
        rule->what == WHAT_SECTION ? rule->section : "", false, false, turn->now, turn->arena, pick,
        turn->err);
}

static int add_post(struct turn *turn, const struct place *place, const struct rule *rule,
    const struct pick *pick, const char *occasion, int64_t *id, int64_t *before)
{
    int64_t now = turn->now.wall_ms;
    struct post_row post = {.channel = place->row.id,
        .kind = what_names[pick->what],
        .subject = pick->subject,
        .occasion = occasion,
        .due_at = now,
        .expires_at = rule_expiry(place->conf, rule, now),
        .who = "rule",
        .rule = rule->text,
        .created_at = now};
    if (restore_doubts(turn, post.kind, pick->edition, &post.unsure))
        return -1;
    if (state_post_add(turn->state, &post, id, before, turn->err))
        return -1;
    if (!*id)
        return 0;
    return state_history_add(turn->state,
        &(struct history_row){.at = now,
            .channel = place->row.id,
            .post = *id,
            .who = "rule",
            .was = "",
            .became = "planned",
            .why = rule->text},
        turn->err);
}

/* The same was planned before. One that got too old through no fault of its own has another chance; items
 * that were refused or dropped by hand are not even picked (spoken.h). */
static int after_before(struct turn *turn, const struct place *place, const struct rule *rule,
    const struct pick *pick, int64_t before, int64_t *id, const char **why)
{
    struct post_row old;
    struct claim claim;
    bool found, zh = in_chinese(turn), question = pick->what == WHAT_QUESTION;
    *id = 0;
    *why = zh ? "已经有了" : "it is there already";
    if (state_claim(turn->state, place->row.id, what_names[pick->what], pick->subject, &claim, turn->err) ||
        state_post(
            turn->state, turn->arena, claim.post > before ? claim.post : before, &old, &found, turn->err))
        return -1;
    if (!found)
        return 0;
    if (!strcmp(old.state, "sent"))
        *why = question ? (zh ? "今天的问题问过了" : "today's question was asked already")
                        : (zh ? "发过了" : "it was told already");
    else if (!strcmp(old.state, "dropped"))
        *why = zh ? "上次不发了" : "it was dropped before";
    else if (!strcmp(old.state, "failed"))
        *why = zh ? "上次没发成" : "it failed before";
    else
        *why = zh ? "已经在排队" : "it waits already";
    if (!moved_may_return(&old))
        return 0;
    if (moved_returns_at(&old, claim.count) > turn->now.wall_ms) {
        *why = zh ? "上次等得太久，过些时候再试" : "it got too old and has another chance later";
        return 0;
    }
    int64_t other;
    return add_post(
        turn, place, rule, pick, arena_printf(turn->arena, "later:%lld", (long long)old.id), id, &other);
}

static int make_post(
    struct turn *turn, const struct place *place, const struct rule *rule, int64_t *id, const char **why)
{
    struct pick pick;
    int64_t before;
    *id = 0;
    if (pick_for(turn, place, rule, &pick))
        return -1;
    *why = pick.why;
    if (!pick.found)
        return 0;
    if (add_post(turn, place, rule, &pick, pick.occasion, id, &before))
        return -1;
    return *id ? 0 : after_before(turn, place, rule, &pick, before, id, why);
}

/* A channel that stands still: its items do not pile up, so that no heap of them comes down when it goes on.
 * *why NULL: nothing speaks against one more. */
static int piles_up(struct turn *turn, const struct place *place, const struct rule *rule, const char **why)
{
    *why = NULL;
    if (!strcmp(place->row.state, "on") && !strcmp(turn->bots[place->bot].state, "on"))
        return 0;
    if (rule->catch_up == CATCH_UP_SKIP)
        *why = in_chinese(turn) ? "那时群停着" : "the channel stood still then";
    struct rows_post posts = {0};
    if (!*why && rule->what == WHAT_ITEM &&
        state_posts_planned(turn->state, turn->arena, turn->now.wall_ms, &posts, turn->err))
        return -1;
    for (size_t i = 0; i < posts.count; i++)
        if (posts.rows[i].channel == place->row.id && !strcmp(posts.rows[i].rule, rule->text) &&
            posts.rows[i].expires_at > turn->now.wall_ms)
            *why =
                in_chinese(turn) ? "群停着，已有一条在等" : "the channel stands still and one waits already";
    return 0;
}

/* The operator hears of it once, however often the rule comes. */
static int tell_misfit(
    struct turn *turn, const struct place *place, const struct rule *rule, const char *why, int64_t opens)
{
    bool said;
    const char *name = place->row.name;
    if (state_run_said(turn->state, place->row.id, rule->text, why, &said, turn->err))
        return -1;
    if (said)
        return 0;
    return tell_left(turn, name, arena_printf(turn->arena, "misfit:%s:%s", name, rule->text), "",
        arena_printf(turn->arena,
            in_chinese(turn)
                ? "%s：「%s」这一次不发，因为要等到 %s 才能发，超过了它的 "
                  "max_age。以后这样的都不发，也不再说。"
                  "要发就改 max_age，或者把时间放进可发的时段。"
                : "%s: \"%s\" makes no post this time: it could not go before %s, and that is longer than "
                  "its "
                  "max_age. The same goes for later times, without a word. If they are to go: a longer "
                  "max_age, or times within the window.",
            name, rule->text, moment_text(turn, opens)));
}

/* What can only leave when it is too old already is not even planned. *why NULL: it can go. */
static int is_misfit(struct turn *turn, const struct place *place, const struct rule *rule, const char **why)
{
    int64_t now = turn->now.wall_ms, opens;
    *why = NULL;
    if (!channel_quiet(place->conf, now, &opens) || rule_expiry(place->conf, rule, now) > opens)
        return 0;
    *why = in_chinese(turn) ? "等到可发的时段就太久了（max_age）"
                            : "it would be too old when the window opens (max_age)";
    return tell_misfit(turn, place, rule, *why, opens);
}

int plan_fire(struct turn *turn, const struct place *place, const struct rule *rule, const char *nominal)
{
    bool known;
    int64_t id = 0;
    const char *why = NULL;
    if (state_run_known(turn->state, place->row.id, rule->text, nominal, &known, turn->err))
        return -1;
    if (known)
        return 0;
    if (!rule->when_published && piles_up(turn, place, rule, &why))
        return -1;
    if (!why && is_misfit(turn, place, rule, &why))
        return -1;
    if (!why && make_post(turn, place, rule, &id, &why))
        return -1;
    return run_row(turn, place, rule, nominal, id, id ? "" : why);
}

/* --- when an edition is published --- */

/* Its date is long gone: somebody put an old edition in. Those that were there when the channel was first
 * seen are another matter: `start` decided about them. */
static bool out_of_date(const struct place *place, const struct edition_row *row)
{
    int year, month, day;
    if (row->published_at <= place->row.seen_at || sscanf(row->date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return false;
    return civil_days(year, month, day) + 7 < row->published_at / DAY;
}

static int rule_published_of(
    struct turn *turn, const struct place *place, const struct rule *rule, const char *source)
{
    struct edition_query query = {.sources = &source, .source_count = 1, .published = true, .limit = 1};
    struct rows_edition rows;
    if (state_editions(turn->state, turn->arena, &query, &rows, turn->err))
        return -1;
    if (!rows.count || rows.rows[0].published_at <= place->row.since)
        return 0;
    const char *nominal = arena_printf(turn->arena, "published %s/%s", source, rows.rows[0].slug);
    int64_t published = rows.rows[0].published_at;
    if (out_of_date(place, &rows.rows[0]))
        return run_row(turn, place, rule, nominal, 0,
            in_chinese(turn) ? "日期在七天以前" : "its date is more than 7 days ago");
    /* It came out while nothing could be told: in a pause. */
    if (published > place->row.seen_at && rule_expiry(place->conf, rule, published) <= turn->now.wall_ms)
        return run_row(turn, place, rule, nominal, 0,
            in_chinese(turn) ? "发布得太久了" : "it was published too long ago");
    return plan_fire(turn, place, rule, nominal);
}

/* In a pause nothing is decided: afterwards the newest edition is looked at, as old as it is then. */
int plan_published(struct turn *turn, const struct place *place, const struct rule *rule)
{
    struct memory *m = turn->memory;
    int64_t until;
    if (channel_pauses(place->conf, turn->now.wall_ms, &until)) {
        m->look_at = !m->look_at || until < m->look_at ? until : m->look_at;
        return 0;
    }
    for (size_t i = 0; i < place->conf->from_count; i++)
        if (rule_published_of(turn, place, rule, turn->setup->sources[place->conf->from[i]].name))
            return -1;
    return 0;
}

/* --- at a time --- */

bool rule_next(struct turn *turn, const struct place *place, const struct rule *rule, struct occasion *next)
{
    if (rule->when_published || rule->every_ms || !place->conf->zone)
        return false;
    return schedule_next(&rule->schedule, place->conf->zone, turn->now.wall_ms, next);
}

/* Is this occasion written on a day of the pause? */
static bool on_pause(const struct channel *channel, const struct occasion *occasion)
{
    int year = 0, month = 0, day = 0;
    return sscanf(occasion->nominal, "%4d-%2d-%2d", &year, &month, &day) == 3 &&
           channel_pauses_on(channel, civil_days(year, month, day));
}

/* The times of a rule that have come since it was looked at last: the newest of them. */
struct come {
    struct occasion list[MISSED_MAX];
    size_t count;
};

static int gather(struct turn *turn, const struct place *place, const struct rule *rule, struct come *come)
{
    int64_t now = turn->now.wall_ms, after = place->row.next_at;
    if (after < now - LOOK_BACK)
        after = now - LOOK_BACK;
    struct occasion next;
    come->count = 0;
    while (schedule_next(&rule->schedule, place->conf->zone, after, &next) && next.at_ms <= now) {
        after = next.at_ms;
        if (on_pause(place->conf, &next)) {
            if (run_row(
                    turn, place, rule, next.nominal, 0, in_chinese(turn) ? "那天停发" : "a day of the pause"))
                return -1;
            continue;
        }
        if (come->count == MISSED_MAX) {
            memmove(come->list, come->list + 1, sizeof come->list - sizeof *come->list);
            come->count--;
        }
        come->list[come->count++] = next;
    }
    return 0;
}

static int fire_late(
    struct turn *turn, const struct place *place, const struct rule *rule, const struct occasion *occasion)
{
    int64_t now = turn->now.wall_ms;
    const char *why = NULL;
    if (rule_expiry(place->conf, rule, occasion->at_ms) <= now)
        why = in_chinese(turn) ? "过时了" : "its time was too long ago";
    else if (rule->catch_up == CATCH_UP_SKIP && occasion->at_ms + LATE < now)
        why = in_chinese(turn) ? "错过了，不补（catch_up: skip）" : "it was missed, and catch_up is skip";
    return why ? run_row(turn, place, rule, occasion->nominal, 0, why)
               : plan_fire(turn, place, rule, occasion->nominal);
}

/* What came while nobody was here is made up for once: the newest occasion, if it is not too old. Two that a
 * change of the clock moved onto one moment come together and are both told. */
static int rule_scheduled(struct turn *turn, struct place *place, const struct rule *rule)
{
    struct come *come = arena_alloc(turn->arena, sizeof *come);
    if (gather(turn, place, rule, come))
        return -1;
    for (size_t i = 0; i < come->count; i++) {
        const struct occasion *occasion = &come->list[i], *last = &come->list[come->count - 1];
        bool together = occasion->at_ms / 1000 == last->at_ms / 1000;
        if (together
                ? fire_late(turn, place, rule, occasion)
                : run_row(turn, place, rule, occasion->nominal, 0,
                      in_chinese(turn) ? "错过了，由后面的一次代替" : "missed; a later time stood in for it"))
            return -1;
    }
    return 0;
}

/* *first: when the next occasion of any rule is. */
static int plan_schedules(struct turn *turn, struct place *place, int64_t *first)
{
    int64_t now = turn->now.wall_ms;
    bool came = false;
    for (size_t i = 0; i < place->conf->rule_count; i++) {
        const struct rule *rule = &place->conf->rules[i];
        struct occasion next;
        if (rule->when_published || rule->every_ms || !place->conf->zone || !rule_known(place, rule) ||
            !schedule_next(&rule->schedule, place->conf->zone, place->row.next_at, &next))
            continue;
        if (next.at_ms <= now) {
            came = true;
            if (rule_scheduled(turn, place, rule))
                return -1;
            if (!schedule_next(&rule->schedule, place->conf->zone, now, &next))
                continue;
        }
        if (next.at_ms < *first)
            *first = next.at_ms;
    }
    if (!came)
        return 0;
    place->row.next_at = now;
    return state_channel_planned(turn->state, place->row.id, now, turn->err);
}

/* --- every so often (the demo) --- */

static int rule_every(struct turn *turn, const struct place *place, const struct rule *rule)
{
    int64_t now = turn->now.wall_ms, last, id;
    if (channel_pauses(place->conf, now, &last)) {
        wake_at(turn, last);
        return 0;
    }
    const char *why = "";
    char key[PACE_KEY];
    snprintf(key, sizeof key, "%s|%s", place->row.name, rule->text);
    struct every *every = table_find(&turn->memory->everys, key);
    if (!every) {
        if (state_run_last(turn->state, place->row.id, rule->text, &last, turn->err))
            return -1;
        every = table_add(&turn->memory->everys);
        snprintf(every->key, sizeof every->key, "%s", key);
        every->next = (last > place->row.seen_at ? last : place->row.seen_at) + rule->every_ms;
    }
    if (every->next > now + rule->every_ms)
        every->next = now + rule->every_ms; /* the clock went back */
    if (every->next > now) {
        wake_at(turn, every->next);
        return 0;
    }
    every->next = now + rule->every_ms;
    wake_at(turn, every->next);
    if (make_post(turn, place, rule, &id, &why))
        return -1;
    return id ? run_row(turn, place, rule, arena_printf(turn->arena, "every %lld", (long long)now), id, "")
              : 0;
}

/* --- all rules --- */

static int plan_place(struct turn *turn, struct place *place)
{
    for (size_t i = 0; i < place->conf->rule_count; i++) {
        const struct rule *rule = &place->conf->rules[i];
        if (!rule_known(place, rule))
            continue;
        if (rule->every_ms && rule_every(turn, place, rule))
            return -1;
        if (rule->when_published && turn->memory->look && plan_published(turn, place, rule))
            return -1;
    }
    return 0;
}

/* Nothing can be due before the next occasion that was found, unless something changed or the clock went
 * back. */
static bool is_planned(const struct turn *turn)
{
    const struct memory *m = turn->memory;
    return !m->look && turn->now.wall_ms >= m->planned_at && turn->now.wall_ms < m->next_occasion;
}

static int plan_all_schedules(struct turn *turn)
{
    struct memory *m = turn->memory;
    if (!is_planned(turn)) {
        m->next_occasion = INT64_MAX;
        m->planned_at = turn->now.wall_ms;
        for (size_t i = 0; i < turn->place_count; i++)
            if (turn->places[i].conf && plan_schedules(turn, &turn->places[i], &m->next_occasion))
                return -1;
    }
    if (m->next_occasion < INT64_MAX)
        wake_at(turn, m->next_occasion);
    return 0;
}

int plan_rules(struct turn *turn)
{
    if (turn->memory->stopping || turn->desk->tools.drain || turn->memory->hold_until)
        return 0;
    struct memory *m = turn->memory;
    if (m->look_at && m->look_at <= turn->now.wall_ms) {
        m->look = true;
        m->look_at = 0;
    }
    if (plan_all_schedules(turn))
        return -1;
    for (size_t i = 0; i < turn->place_count; i++)
        if (turn->places[i].conf && plan_place(turn, &turn->places[i]))
            return -1;
    m->look = false;
    if (m->look_at)
        wake_at(turn, m->look_at);
    return 0;
}
