/* What digestd must know of a platform, and nothing it does by itself.
 *
 * An adapter is a file with one const descriptor. Its functions are pure translators: no I/O, no clock, no
 * state. A member left out means "cannot". Code asks the descriptor's data, never its name.
 *
 * The way of a post: render() makes the frozen bytes of each part, once for all channels of the same form.
 * step() is asked what to do next for one delivery and answers with a request, a wait or a verdict; it is
 * asked again with the answer to its request. listen() is asked likewise for what comes in. */
#ifndef ADAPTERS_ADAPTER_H
#define ADAPTERS_ADAPTER_H

#include "core/arena.h"
#include "core/error.h"
#include "core/message.h"
#include "core/setup.h"
#include "core/wire.h"

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_URL, OPTION_FLAG };
enum option_of { OF_BOT, OF_CHANNEL }; /* a channel that brings its own bot gives both */

struct option {
    const char *key;
    enum option_kind kind;
    enum option_of of;
    bool required;
    bool secret;
    bool account;         /* who has the same value is the same bot to the platform: they share its pace */
    bool reference;       /* may be given as {file: …} and the like; then it is a secret */
    const char *fallback; /* value when absent; NULL = none */
    const char *help;     /* one line, for people */
    const char *help_zh;
    const char *example; /* a line of YAML for the manual; NULL = made from key and kind */
};

enum scope { SCOPE_CHAT, SCOPE_BOT, SCOPE_HOST };

/* A token bucket: `rate` a minute, at most `burst` at once. */
struct pace {
    enum scope scope;
    double per_minute;
    double burst;
};

enum unit { UNIT_BYTES, UNIT_UTF16, UNIT_POINTS };

/* How a message is to look; what forms are shared by. */
struct form_options {
    const char *language; /* "zh", "en" */
    bool preview;         /* link previews wanted */
};

struct part {
    const char
        *bytes; /* what is stored and sent; its inner shape is the adapter's own (usually a JSON object) */
    size_t len;
    size_t units; /* size as the platform counts */
    size_t limit; /* of that */
};

struct form {
    struct part *parts;
    size_t count;
    const char **lost; /* what this platform cannot show, a line each, for preview */
    size_t lost_count;
};

/* One delivery as the adapter sees it. */
struct errand {
    const struct settings *settings;
    /* For platforms that know their own repeats: 32 hexadecimal digits, the same in every attempt, another
     * for anything else that is told, also by other machines and after a state file was restored. */
    const char *id;
    int64_t now_ms;    /* of this attempt, wall clock */
    int64_t told_ms;   /* when the post was released: the same in every attempt */
    const char *chat;  /* where to: the setting, or what the platform said the group moved to; the asker's for
                          answers */
    const char *topic; /* "" = none */
    const struct part *part;
    int index, count; /* part `index` (from 0) of `count` */
    bool silent;
    bool pin;             /* this is the first part of a post to be pinned */
    const char *reply_to; /* remote id of the message to reply to, or "" */
    const char *edit;     /* remote id of our message to be replaced by this part, or "" = post a new one */
    bool repost; /* with edit: where that message is gone, post this as a new one; else gone is the end */
    const char *retract; /* remote id of our message to be taken away, or "": the part is what stands there */
    const char *scratch; /* what step() said the last time, "" at first */
};

/* Who is to blame for a "no" that is final. */
enum blame {
    BLAME_PAYLOAD, /* this delivery alone */
    BLAME_CHAT,    /* the channel pauses */
    BLAME_BOT,     /* every channel of the bot pauses */
};

enum step_kind {
    STEP_REQUEST, /* send `request`, then ask again */
    STEP_SENT,    /* it is there: remote_id */
    STEP_KEEP,    /* (adapter.local) keep the bytes in the room's table; that is the delivery */
    STEP_LATER,   /* answered no for now: again after wait_ms, does not count as an attempt (429) */
    STEP_RETRY,   /* answered no or never left: again after the ledger's back-off */
    STEP_FAILED,  /* answered no for good: blame, why */
    STEP_UNSURE,  /* may have arrived: why */
    STEP_HAND,    /* (adapter.by_hand) give it to the editor; a person says what became of it */
};

struct step {
    enum step_kind kind;
    struct request request; /* STEP_REQUEST */
    struct request *aside;  /* with STEP_SENT: a request whose loss harms nobody (pin it), or NULL */
    const char *remote_id;  /* STEP_SENT; "" when the platform gives none */
    int64_t wait_ms;        /* STEP_LATER: what was asked, -1 = nothing was named */
    enum scope scope;       /* STEP_LATER: what is blocked meanwhile */
    enum blame blame;       /* STEP_FAILED */
    const char *why;        /* one sentence for a person, in the language of `settings`' operator: English */
    const char *scratch;    /* kept with the delivery and given back; NULL = unchanged */
    const char *chat_moved_to; /* the group has this id from now on, or NULL */
    bool alert;                /* STEP_RETRY: goes on until a person does something; tell the operator now */
};

enum heard_kind {
    HEARD_TEXT,  /* somebody wrote something that may be for us */
    HEARD_PRESS, /* somebody pressed a button: text is its command */
    HEARD_OUT,   /* we were removed or may not write any more: why */
    HEARD_IN,    /* we were added or may write again */
    HEARD_MOVED, /* the chat has another id: moved_to */
};

/* Something that came in. Strings are clean UTF-8, never NULL. */
struct heard {
    enum heard_kind kind;
    const char *id; /* unique for the bot: the same event twice has the same id */
    const char *chat;
    const char *topic; /* "" = none */
    const char *user;  /* the platform's own numeric id, or "" */
    const char *user_name;
    const char *text; /* a command for another bot never comes here; "@ourname" is taken off */
    const char
        *message;   /* remote id of what they wrote, to reply to; for HEARD_PRESS of the message pressed */
    bool direct;    /* a chat with us alone */
    bool addressed; /* direct, or a command, mention or reply to us */
    const char *moved_to;
    const char *why;
    const char *chat_name; /* the other name a chat may be configured by ("@name"), "" = none */
    const char *reply_to;  /* remote id of the message of ours they replied to, "" = none */
    int64_t at_ms;         /* when it was said, by the platform's clock; 0 = unknown */
    struct request *ack;   /* to be sent in any case, its loss harms nobody; NULL = none */
};

/* A command as menus show it. */
struct menu_entry {
    const char *name; /* "week" */
    const char *help_en, *help_zh;
};

/* A bot's listening as the adapter sees it. */
struct listening {
    const struct settings *settings;
    const char *cursor;  /* kept on disk with the answers, in one commit; "" at first */
    const char *scratch; /* kept in memory only; "" after a start */
    const char *language;
    const struct menu_entry *menu;
    size_t menu_count;
    const char *hook; /* address that updates are to be pushed to, "" = they are asked for */
};

enum heed_kind {
    HEED_REQUEST, /* send `request` (after wait_ms), then ask again with its answer */
    HEED_WAIT,    /* nothing to send: ask again after wait_ms, with no answer */
};

struct heed {
    enum heed_kind kind;
    struct request request;
    int64_t wait_ms;
    const char *cursor;  /* NULL = unchanged */
    const char *scratch; /* NULL = unchanged */
    struct heard *heard;
    size_t heard_count;
    const char *trouble; /* one sentence for the operator, NULL = all is well */
    bool refused;        /* the bot itself is refused (401): its channels pause */
    bool hooked;         /* what is pushed can be heard from here on */
};

struct adapter {
    const char *name;  /* "telegram" */
    const char *title; /* "Telegram" */
    const struct option *options;
    size_t option_count;
    enum unit unit;
    size_t text_limit;
    bool edit, retract, topic, silent, buttons, pin, reply;
    bool images;            /* shows pictures by their address, inside the text */
    bool local;             /* the room: posts are rows of the state file, nothing is sent */
    bool program;           /* a program takes the posts: no group of people that one could look into */
    bool by_hand;           /* nothing is sent: an editor is given the text to paste (option "editor") */
    int64_t retract_for;    /* seconds during which a message may be taken back; 0 = for good */
    int64_t idempotent_for; /* seconds during which the same id may be sent again; 0 = never */
    int64_t (*idempotent)(
        const struct settings *settings); /* the same where it depends on these; NULL = not */
    const struct pace *paces;
    size_t pace_count;
    const int64_t
        *backoff; /* ms before the second, third … attempt of a post; NULL = as pace_backoff() has it */
    size_t backoff_count;
    int64_t life_ms;        /* how long a post is tried (a question until its day is over); 0 = as usual */
    int64_t pause_after_ms; /* a channel that took nothing for this long pauses; 0 = never */

    /* The message as this platform shows it. Never fails: what cannot be shown is named in form->lost.
     * Text is taken to come from an edition: what would become a live /command, @mention or #tag is broken. A
     * NODE_TEXT whose info is "own" is our own words and stays live. */
    void (*render)(const struct message *message, const struct form_options *options, struct arena *arena,
        struct form *form);
    /* What to do next; `last` is the answer to the last request of this attempt, NULL at its beginning. */
    void (*step)(
        const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out);
    /* The address of a message of ours that stands there, for links to it; NULL = it has none. */
    const char *(*message_url)(const struct settings *settings, const char *chat, const char *topic,
        const char *remote_id, struct arena *arena);
    /* Events of one payload (an update pushed to a hook, or an element of a poll). -1: not understood, err.
     */
    int (*hear)(const struct settings *settings, const char *scratch, const char *bytes, size_t len,
        struct arena *arena, struct heard **heard, size_t *count, struct error *err);
    /* Which account these settings are, where that is no secret and a new token does not change it; NULL =
     * not known: the hash of the secrets stands for it. */
    const char *(*identity)(const struct settings *settings, struct arena *arena);
    void (*listen)(
        const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out);
    /* Why it cannot work with these settings, secrets and all: a sentence about the option *key, zh or en;
     * NULL = it can, as far as one can tell without asking. */
    const char *(*fault)(
        const struct settings *settings, const char *language, struct arena *arena, const char **key);
    /* Pushes: the headers that prove who pushes (lower case, NULL-terminated; NULL = nothing can be pushed),
     * and whether they do, asked before anything else of the push is read. */
    const char *const *hook_headers;
    bool (*admit)(const struct settings *settings, const struct header *headers, size_t count);
    /* How the hook goes, for `check --online`: the call, and one sentence about its answer. */
    bool (*probe_hook)(const struct settings *settings, struct arena *arena, struct request *out);
    const char *(*explain_hook)(const struct settings *settings, const char *hook,
        const struct answer *answer, const char *language, struct arena *arena, bool *right);
    /* A harmless call that tells whether token and chat are right, for `check --online`; NULL = none. */
    bool (*probe)(const struct settings *settings, struct arena *arena, struct request *out);
    /* One sentence about settings that are valid but hardly meant, with what to do; NULL = none. zh or en. */
    const char *(*doubt)(const struct settings *settings, const char *language, struct arena *arena);
    /* One sentence for a person about an answer that was not a success: what, likely cause, next step. zh or
     * en. */
    const char *(*explain)(const struct settings *settings, const struct answer *answer, const char *language,
        struct arena *arena);
};

extern const struct adapter *const adapters[]; /* NULL-terminated */
const struct adapter *adapter_find(const char *name);
int64_t adapter_idempotent_for(const struct adapter *adapter, const struct settings *settings); /* seconds */

#endif
