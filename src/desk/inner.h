/* Inside src/desk only: the turn under way and the desk's memory.
 *
 * Memory is everything that is not on disk: paces, circuits, what is under way, scratch of the listening
 * bots, rate limits. A turn works on a copy; the copy becomes the memory only after the commit. */
#ifndef DESK_INNER_H
#define DESK_INNER_H

#include "core/rng.h"
#include "desk/command.h"
#include "desk/desk.h"
#include "desk/pace.h"
#include "desk/tally.h"
#include "state/channels.h"
#include "state/history.h"
#include "state/posts.h"
#include "state/room.h"

enum {
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
    GRACE = 35 * SECOND, /* an unknown holds the channel that long: HTTP timeout 30 s + 5 s */
    ANSWER_LIFE = 2 * MINUTE,
    NAME_MAX_BYTES = 128,
};

struct flight { /* a request under way */
    int64_t delivery;
    int attempt;
    int requests; /* of this attempt so far */
    bool before;  /* sent with secrets that may be others now */
    char host[PACE_HOST];
    char way[PACE_HOST]; /* the host and the proxy it goes through */
};
struct lane { /* who was served when, for round robin */
    char key[PACE_KEY];
    uint64_t served;
};
struct ear { /* a bot that listens */
    char bot[NAME_MAX_BYTES];
    bool open;   /* a request or a wait is with the edge */
    bool hooked; /* what is pushed can be heard */
    char scratch[4096];
    int64_t caught_up; /* boot ms: all that was said until then was heard, 0 = not known */
    char trouble[256]; /* told to the operator, "" = all is well */
};
struct asked { /* a question answered a moment ago */
    char key[256];
    int64_t post;
    int64_t boot;
};
struct strikes { /* 429s in a row */
    char key[PACE_KEY];
    int count;
    int64_t boot;
};
struct retries { /* of a channel, as the log tells of them */
    char channel[NAME_MAX_BYTES];
    int told;     /* how often */
    int64_t next; /* boot ms of the next reminder */
};
struct late { /* a channel with something due that nothing holds */
    char channel[NAME_MAX_BYTES];
    int64_t since; /* boot ms */
    bool told;
};
struct every { /* the demo's rules: nothing to tell, look again then */
    char key[PACE_KEY];
    int64_t next; /* wall ms */
};

struct memory {
    const struct setup *setup;
    struct rng rng;
    bool started, stopping;
    bool look;       /* editions may have changed: look at the rules of publication */
    int64_t look_at; /* wall ms: a pause that kept rules of publication back ends; 0 = none does */
    int64_t planned_at, next_occasion; /* wall ms: schedules were planned then; none is due before */
    int64_t began;                     /* boot ms of the first turn */
    char installation[33];             /* tells this state file's events from those of all others */
    int64_t last_wall, last_boot;      /* of the last turn */
    int64_t hold_until;                /* boot ms: the clock is not trusted before, 0 = it is */
    int64_t pruned;                    /* boot ms */
    uint64_t served;
    struct tally tally;
    bool full;          /* the disk: nothing new begins, and the operator knows */
    int64_t safe_until; /* boot ms: nothing is posted before, 0 = safe mode is off */
    int64_t late_ms;    /* how late the oldest post is that should have gone, 0 = none is */
    bool grace_said;    /* run --drain: why it is not over yet */
    bool unheard;       /* a trouble waits for a chat of the operator that works */
    int open_troubles;  /* after the last turn */
    struct table flights, lanes, ears, askers, asked, strikes, retries, everys, lates, buckets, hosts;
};

struct desk {
    struct state *state;
    struct desk_tools tools;
    struct memory now, next; /* `next` is the working copy */
};

/* A channel as this turn knows it: configured, or the answers of a bot outside all channels. */
struct place {
    const struct channel *conf; /* NULL: outside */
    const struct settings *settings;
    const struct adapter *adapter;
    size_t bot;
    struct channel_row row;
};

struct turn {
    struct desk *desk;
    struct state *state;
    const struct setup *setup;
    struct memory *memory;
    struct now now;
    struct arena *arena;
    struct actions *out;
    size_t action_cap;
    struct error *err;
    int64_t wake; /* boot ms */
    struct place *places;
    size_t place_count;
    struct bot_row *bots;       /* as setup->bots */
    bool open;                  /* after the last claims: something is due or sending where it could move */
    bool unsure;                /* posts that are planned now may have gone out already (restore.c) */
    const struct place *graced; /* its posts wait a little, for a part that is unknown; NULL = none */
};

void memory_init(struct memory *memory, const struct setup *setup, uint64_t seed);
void memory_copy(struct memory *to, const struct memory *from);
void memory_free(struct memory *memory);

/* turn.c */
struct action *act(struct turn *turn, enum action_kind kind);
void tell(struct turn *turn, enum tell_level level, const char *channel, const char *text);
bool in_chinese(const struct turn *turn); /* the operator's language */
void wake_in(struct turn *turn, int64_t ms);
void wake_at(struct turn *turn, int64_t wall_ms);
struct place *place_of(struct turn *turn, int64_t channel); /* by row id; NULL = not configured any more */
struct place *place_named(struct turn *turn, const char *name);
const char *place_chat(const struct place *place);
const char *place_topic(const struct place *place);
const char *place_language(const struct turn *turn, const struct place *place);
const char *clock_text(struct turn *turn, int64_t wall_ms);  /* "18:30" in the operator's zone */
const char *moment_text(struct turn *turn, int64_t wall_ms); /* the same, "11-26 18:30" on another day */
int publish_editions(struct turn *turn);

/* stopped.c */
int pause_channel(struct turn *turn, struct place *place, const char *why);
int pause_bot(struct turn *turn, size_t bot, const char *why);
const char *groups_of(struct turn *turn, size_t bot); /* "weekly, other"; "" = it has none */
int waiting_posts(struct turn *turn, int64_t channel, int *count);

/* start.c */
/* EVENT_START (`was` NULL), EVENT_SETUP; `was`: the setup until now. */
int take_up(struct turn *turn, const struct setup *was);
int begin_with_newest(struct turn *turn, struct place *place, const struct post_row *post);
int load_places(struct turn *turn);
int open_unknowns(struct turn *turn);

/* fetched.c */
int heed_fetched(struct turn *turn, const struct event *event);
int begin_fetches(struct turn *turn); /* sources with an address are known from this turn on */
int publish_first(struct turn *turn, const char *source);

/* moved.c */
int take_moves(struct turn *turn);     /* channels that were renamed, went, came back, or are another group */
int note_addresses(struct turn *turn); /* where channels go and who bots are, for the next time */

/* renew.c */
const struct bot *bot_named(const struct setup *setup, const char *name); /* NULL = none */
int renew_secrets(struct turn *turn, const struct setup *was); /* EVENT_RENEWED; part of EVENT_SETUP */
bool secrets_may_help(const struct turn *turn);                /* something is refused that they may mend */

/* plan.c */
int plan_rules(struct turn *turn);
int64_t plan_expiry(enum what what, const struct zone *zone, int64_t due_at);
/* The same for a post of this channel: its platform may be tried longer. */
int64_t channel_expiry(const struct channel *channel, enum what what, int64_t due_at);
int64_t rule_expiry(const struct channel *channel, const struct rule *rule, int64_t due_at);
bool rule_known(const struct place *place, const struct rule *rule);
bool rule_next(struct turn *turn, const struct place *place, const struct rule *rule, struct occasion *next);

/* A rule's time has come: its post is written, and the occasion is known from then on. */
int plan_fire(struct turn *turn, const struct place *place, const struct rule *rule, const char *nominal);
int plan_published(struct turn *turn, const struct place *place, const struct rule *rule);

/* restore.c: what may have been sent and is not known here; state/backup.h tells of the copies. */
/* EVENT_RESTORED. Editions first seen at `at_ms` or later are not of the copy. */
int restore_settle(struct turn *turn, int64_t since_ms, int64_t until_ms, int64_t at_ms);
/* The first start after a restore, when the sources were read: editions that came since. */
int restore_take_up(struct turn *turn);
/* Is this about an edition that may have been out before the restore? */
int restore_doubts(struct turn *turn, const char *kind, int64_t edition, bool *doubtful);
/* The deliveries of a post just released begin as unknown. */
int restore_unsure(struct turn *turn, int64_t post, bool answer);

/* place.c */
int watch_machine(struct turn *turn); /* a start: has the file come from another one? */
int watch_disk(struct turn *turn);
int watch_damage(struct turn *turn);
bool has_room(const struct turn *turn, const struct place *place); /* may something new begin there? */

/* quiet.c */
/* A post of a rule stays where it is now: outside the channel's window, or in its pause. Wakes when it is
 * over. */
bool rule_waits(struct turn *turn, const struct place *place, const char *who);
/* Channels held until a time that has come go on. */
int end_holds(struct turn *turn);

/* safe.c */
int safe_start(struct turn *turn); /* EVENT_START */
int safe_tend(struct turn *turn);
bool safe_stops(const struct turn *turn, const struct place *place); /* nothing is posted there */

/* late.c, report.c */
int watch_lateness(struct turn *turn);
int report_weekly(struct turn *turn);

/* rehearse.c */
int take_up_rehearsals(struct turn *turn);

/* release.c */
const char *post_label(struct turn *turn, const struct post_row *post); /* "Item 3 of EDITION" */
int release_post(struct turn *turn, struct place *place, const struct post_row *post);
int expire_old(struct turn *turn);
int release_posts(struct turn *turn, bool *progress);
bool may_release(struct turn *turn, const struct place *place);
enum what kind_of(const struct post_row *post);
struct form render_for(struct turn *turn, const struct place *place, const struct message *message);
int store_form(struct turn *turn, const struct part *part, int64_t *id);
/* Writes the post's deliveries: renders for the place, shares forms. */
int freeze(
    struct turn *turn, struct place *place, const struct post_row *post, const struct message *message);

/* correct.c: what stands in the groups is brought up to date */
bool is_change(const struct post_row *post); /* it corrects or takes back what another post told */
int correct_editions(struct turn *turn);
/* An item was told, or taken back: the contents posts that stand there link to it, or not any more. */
int touch_contents(struct turn *turn, struct place *place, const struct post_row *told);

/* amend.c: corrections and retractions become deliveries, and what their verdicts mean for the copy */
int release_changes(struct turn *turn, bool *progress);
int change_arrived(struct turn *turn, const struct place *place, const struct post_row *change,
    const struct delivery_row *delivery);
/* To the log and to the operator, who is told once of each occasion. */
int tell_left(
    struct turn *turn, const char *channel, const char *subject, const char *occasion, const char *text);
/* `quiet`: to the log alone. */
int tell_unchanged(
    struct turn *turn, const struct place *place, const struct post_row *change, const char *why, bool quiet);

/* claim.c */
struct lanes {
    struct candidate *candidates;
    size_t count;
    int64_t *busy; /* channels whose lane is not free for a new post */
    size_t busy_count;
    int64_t *edits; /* channels with a correction on its way */
    size_t edit_count;
    bool open; /* something is due or sending where it could move */
};
int read_lanes(struct turn *turn, struct lanes *lanes);
bool lane_free(const struct lanes *lanes, int64_t channel);
bool edits_free(const struct lanes *lanes, int64_t channel);
int claim_due(struct turn *turn, bool *progress);
int make_errand(struct turn *turn, const struct place *place, const struct post_row *post,
    const struct delivery_row *delivery, const struct part *part, struct errand *errand);
struct job;
int send_request(struct turn *turn, const struct job *job, const struct request *request, int requests);
/* A request of the bot's whose answer nobody waits for. */
void send_aside(struct turn *turn, size_t bot, const struct request *request);
/* A 429 for this chat, bot or host: its buckets give less for a while. */
void slow_down(
    struct turn *turn, const struct place *place, const char *chat, enum scope scope, const char *host);
int load_part(struct turn *turn, const struct delivery_row *delivery, struct part *part);

/* account.c: what the platform counts as one bot, a name for buckets. Bots of the same address are one. */
const char *account_of(struct turn *turn, size_t bot);

/* verdict.c */
struct job { /* one delivery being worked on */
    struct place *place;
    struct post_row post;
    struct delivery_row delivery;
    struct errand errand;
    bool newest;
    int requests;     /* of this attempt so far */
    bool before;      /* its request went out with secrets that may be others now */
    const char *host; /* of the last request, "" = none */
};
int heed_answer(struct turn *turn, int64_t delivery, int attempt, const struct answer *answer);
/* What the adapter said: a verdict into the ledger, or one more request. */
int follow_step(struct turn *turn, struct job *job, const struct step *step, const struct answer *last);
enum when_unknown unknown_rule(const struct place *place);
/* May it be sent again at that time (wall ms) although it may have arrived? */
bool repeatable(const struct job *job, int64_t at);
int settle_unknowns(struct turn *turn);
void tell_sent(struct turn *turn, const struct job *job); /* a line of the log for a post that went out */
void tell_rehearsed(struct turn *turn, const struct job *job, const struct request *request); /* rehearse.c */

/* verdict_told.c */
bool job_answers(const struct job *job); /* it is an answer to somebody */
bool job_at_home(
    const struct job *job); /* it goes to the channel's own chat, not to that of an answer elsewhere */
bool job_for_operator(const struct job *job); /* those chats make no troubles about their posts */
int tell_retries(
    struct turn *turn, const struct job *job, const char *why, const struct answer *last, bool now);
int tell_refused(struct turn *turn, const struct job *job, const char *text);
int tell_unsure(struct turn *turn, const struct job *job, const char *why, bool log);

/* verdict_blocks.c */
int strike(struct turn *turn, const char *key); /* how often it was blocked lately, before this time */
/* On disk, so that a restart does not forget it. Never earlier than an older block. */
int block_scope(struct turn *turn, struct job *job, enum scope scope, int64_t until);
int takes_nothing(struct turn *turn, struct job *job, const char *why);

/* listen.c */
int start_listening(struct turn *turn);
int heed_listened(struct turn *turn, size_t bot, const struct answer *answer);
int heed_pushed(struct turn *turn, const struct event *event);

/* reply.c */
struct asking { /* somebody said something somewhere */
    struct place *place;
    const char *event; /* unique for the bot */
    const char *chat, *topic;
    const char *member; /* "telegram:12345" */
    const char *limit;  /* key of the rate limit */
    const char *text;
    const char *reply_to; /* remote id */
    const char *edit;     /* remote id of the message to be replaced by the answer, "" = none */
    bool direct;
    enum addressed addressed;
    bool configured; /* the place is a channel, not the outside */
};
int reply(struct turn *turn, const struct asking *asking);
int heed_said(struct turn *turn, const struct event *event);

#endif
