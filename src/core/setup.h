/* What the operator configured, as pure values: made by the configuration file (src/daemon/config), by
 * `demo`, by tests. Lives in one arena and never changes; a reload makes a new one. Strings are never NULL
 * unless said. */
#ifndef CORE_SETUP_H
#define CORE_SETUP_H

#include "core/calendar.h"

struct profile; /* core/profile.h */
struct adapter; /* adapters/adapter.h; core knows only that there is one */

/* One option of a bot or channel, as the adapter's table names it. */
struct option_value {
    const char *key;
    const char *value; /* for a secret not resolved: "***" */
    bool secret;
    /* Where a secret comes from: 'f' {file: PATH (absolute)}, 'e' {env: NAME}, 'c' {credential: NAME}, 'l'
     * literal. */
    char from;
    const char *reference;
    int line, column;
};

/* From `opens` on, up to `closes`: minutes of the local day. closes <= opens: across midnight. */
struct window {
    uint16_t opens, closes;
};

/* Local days on which rules tell nothing, `pause:`. Their times on these days make no post; what came out
 * meanwhile is told afterwards if it is young enough; what waited already goes on waiting. Both ends belong
 * to it. Days as civil_days() counts them. */
struct day_range {
    int64_t first, last;
};

/* `only:` and `not:`: names of sections, tags of the edition, words in title or text; folded comparison
 * (utf8_fold). What they do is told in desk/filter.h. Empty = says nothing. */
struct filter {
    const char **sections, **tags, **words;
    size_t section_count, tag_count, word_count;
};

/* Everything an adapter may know of one channel: the bot's options and the channel's own, the latter winning.
 */
struct settings {
    const struct adapter *adapter;
    const char *name; /* of the channel, or of the bot while it listens */
    struct option_value *values;
    size_t count;
};
const char *setting(const struct settings *settings, const char *key); /* NULL = not set */

enum what { WHAT_CONTENTS, WHAT_EDITION, WHAT_SECTION, WHAT_ITEM, WHAT_QUESTION, WHAT_TEXT, WHAT_ANSWER };
extern const char *const what_names[]; /* "contents", "edition", …; the words of SQL and the command line */

/* What becomes of occasions that were missed (the program did not run, the clock was wrong, the channel stood
 * still): `one` tells one post for all of them while the newest is younger than max_age; `skip` tells none
 * that is more than a quarter of an hour late. */
enum catch_up { CATCH_UP_ONE, CATCH_UP_SKIP };

/* One line of a routine (`posts:`). */
struct rule {
    enum what what;      /* never TEXT or ANSWER */
    const char *section; /* for WHAT_SECTION: its title; else "" */
    bool when_published; /* told when an edition is published; else by schedule or every_ms */
    struct schedule schedule;
    int64_t every_ms; /* the demo's own kind: this long after the last one; 0 = not used */
    enum catch_up catch_up;
    int64_t max_age_ms; /* how long a post of it may wait, `max_age:`; a question never outlives its day; 0 =
                           as plan_expiry() has it */
    const char
        *text; /* the rule in its normal form, e.g. "item at 09:00,18:30 mon-fri"; part of a run's key */
    const char *written; /* for people, where it is another: a cron line as it was written; NULL = text */
    int line;
};

const char *rule_shown(const struct rule *rule); /* to people */

struct source {
    const char *name;
    const char *path;              /* absolute glob; "" when url */
    struct option_value *url;      /* where the editions are fetched from; NULL when path. May be a secret */
    int64_t every_ms;              /* how often it is asked, at most; when url */
    const char *link;              /* pattern "https://…/:year/:month/:day/:title/", or "" */
    const struct profile *profile; /* how its editions are written; NULL = as the reader finds */
    const char *profile_file;      /* where that stands, absolute; "" = in the configuration itself */
    int64_t settle_ms; /* untouched this long before a new or changed file counts; default 10 min, 0 in the
                          room */
    int line;
};

struct bot {
    const char *name; /* of a channel's own bot: the channel's name */
    struct settings settings;
    bool own; /* brought by its channel, not listed under bots: */
    int line;
};

enum when_unknown { UNKNOWN_ASK, UNKNOWN_RESEND, UNKNOWN_ASSUME_SENT };
enum start { START_NONE, START_NEWEST };
enum leftovers { LEFTOVERS_RETIRE, LEFTOVERS_KEEP };
enum sound { SOUND_DEFAULT /* contents and edition ring, the rest is silent */, SOUND_ALWAYS, SOUND_NEVER };

/* Groups are what people configure. The others are chats of single people that digestd itself needs. */
enum channel_kind {
    CHANNEL_GROUP,
    CHANNEL_OPERATOR, /* "~operator", "~operator2" …: hears of troubles; never told by rules */
    CHANNEL_EDITOR, /* "telegram:12345": an editor's own chat, for a look before the group; nothing counts as
                       told there */
};

struct channel {
    const char *name;
    enum channel_kind kind;
    size_t bot; /* index into setup.bots */
    struct settings settings;
    const char *language; /* "zh" or "en" */
    const struct zone *zone;
    size_t *from; /* indexes into setup.sources */
    size_t from_count;
    struct rule *rules;
    size_t rule_count;
    enum start start;
    enum leftovers leftovers;
    enum when_unknown when_unknown;
    enum sound sound;
    bool preview;         /* link previews */
    bool pin;             /* pin the contents post */
    struct window window; /* posts of rules leave only inside; opens == closes: always */
    struct day_range *pauses;
    size_t pause_count;
    struct filter only, not ; /* which items and questions it is told */
    int fuse_hour, fuse_day;  /* unattended posts at most; 0 = the usual 12 and 40, -1 = no limit */
    bool rehearse;            /* everything but the last request */
    int line;
};

struct setup {
    const char *file;  /* for error texts; "" for built-in settings */
    const char *bytes; /* what stood in it; NULL = built-in settings */
    size_t byte_count;
    const char *state; /* absolute path of the state file */
    const char *language;
    const struct zone *zone; /* UTC when none was given */
    struct source *sources;
    size_t source_count;
    struct bot *bots;
    size_t bot_count;
    struct channel *channels; /* the groups, and behind them the chats of single people */
    size_t channel_count;     /* groups */
    size_t aside_count;       /* of the others */
    const char **editors;     /* "telegram:12345" */
    size_t editor_count;
    const char *ca_file; /* certificates that are trusted for what goes out; NULL = the system's */
    int ca_line, ca_column;
    const char *http_listen;    /* "127.0.0.1:8080"; "" = no page */
    const char *http_hooks;     /* address of the listener for platforms; "" or NULL = off */
    const char *http_public;    /* "https://digest.example.org" or "" */
    struct option_value *proxy; /* for all that goes out; NULL = none. A secret: it may hold a password */
    struct option_value
        *heartbeat; /* address asked every heartbeat_ms while all is well; NULL = none. A secret */
    int64_t heartbeat_ms;
    bool demo;
    const char **warnings; /* file:line:column: …, to be printed once */
    size_t warning_count;
};

/* Does the window (of rules) stand open then? If not, *opens_ms is when it opens next. */
bool window_open(const struct window *window, const struct zone *zone, int64_t at_ms, int64_t *opens_ms);
/* Is this local day (civil_days) one of the channel's pause; is that moment in it, and until when? */
bool channel_pauses_on(const struct channel *channel, int64_t day);
bool channel_pauses(const struct channel *channel, int64_t at_ms, int64_t *until_ms);
/* Both: posts of rules do not leave then; *until_ms is when they may. What people post by hand and answers
 * always may. */
bool channel_quiet(const struct channel *channel, int64_t at_ms, int64_t *until_ms);

/* By name, also among the chats of single people; NULL = none. */
const struct channel *setup_channel(const struct setup *setup, const char *name);
/* The name as people read it: the operator's chat is "operator", as its key in the file, unless a group is
 * called that. And back: what people typed. */
const char *setup_shown(const struct setup *setup, const char *name);
const char *setup_typed(const struct setup *setup, const char *name);
/* The proxy of a bot's requests (index into bots, SIZE_MAX = of no bot): its own, else the one for all; NULL
 * = none. */
const char *setup_proxy(const struct setup *setup, size_t bot);
/* The same platform, keys and values. */
bool settings_same(const struct settings *a, const struct settings *b);
/* The address a bot's updates are pushed to ("https://digest.example.org/hook/tg"), "" = they are asked for.
 */
struct arena;
const char *setup_hook(const struct setup *setup, size_t bot, struct arena *arena);
size_t setup_bot(const struct setup *setup, const char *name); /* its index, SIZE_MAX = none */
/* Does nothing leave for this channel? The chats of single people rehearse when all groups do. NULL: no
 * channel, as the answers of a bot outside all of them. */
bool setup_rehearses(const struct setup *setup, const struct channel *channel);
/* Every group of that bot rehearses: it does not listen either. */
bool setup_bot_rehearses(const struct setup *setup, size_t bot);
bool setup_is_editor(const struct setup *setup, const char *member);
/* The text in the operator's language, `language:`; both take the same arguments. */
const char *setup_says(const struct setup *setup, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));

#endif
