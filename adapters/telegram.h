/* Telegram's Bot API (https://core.telegram.org/bots/api), and what its files share. */
#ifndef ADAPTERS_TELEGRAM_H
#define ADAPTERS_TELEGRAM_H

#include "adapters/adapter.h"

extern const struct adapter telegram_adapter;

struct buf;

enum {
    TELEGRAM_TEXT_MAX = 4096,    /* characters after parsing; we count UTF-16 units, which are never fewer */
    TELEGRAM_RAW_MAX = 32768,    /* bytes of "text" with its markup */
    TELEGRAM_ENTITIES_MAX = 100, /* what is beyond is dropped silently, so we stay below */
    TELEGRAM_DATA_MAX = 64,      /* bytes of a button's callback data */
    TELEGRAM_HTML_MAX = TELEGRAM_RAW_MAX + 8192, /* more is too long anyway: writing stops there */
};

/* telegram_html.c */
struct telegram_size {
    size_t units;    /* UTF-16 units of the text as Telegram counts it, before it trims */
    size_t entities; /* styles and links */
};
struct telegram_size telegram_html(
    struct buf *out, const struct node *document, const struct form_options *options);
/* Does Telegram keep a link to this address, and may an edition have one? (Not tg://user: it would call a
 * member.) */
bool telegram_keeps(const char *url);
/* Must a word joiner go behind text[i], so that no /command, @mention or #tag comes alive? `last` stands
 * before. */
bool telegram_is_live(const char *text, size_t len, size_t i, char last);
bool telegram_is_blank(const char *text);

/* telegram_part.c: a part is {"text":HTML,"parse_mode":"HTML","link_preview_options":…,"reply_markup":…}
 * without what belongs to one chat. */
void telegram_render(const struct message *message, const struct form_options *options, struct arena *arena,
    struct form *form);
/* The plain text of our own HTML, for when Telegram refuses the formatting; links as "text (url)" if `urls`.
 * False when it is not HTML that telegram_render() makes. */
bool telegram_plain(struct buf *out, const char *html, bool urls);

/* telegram.c: POST api/bot<token>/method. `body` lives as long as the request. */
void telegram_request(const struct settings *settings, const char *method, const char *body, size_t len,
    struct arena *arena, struct request *out);

/* telegram_answer.c: what an answer means. */
enum telegram_case {
    TELEGRAM_OK,
    TELEGRAM_NEVER_LEFT,
    TELEGRAM_PROXY,       /* never left: the proxy did not take it there */
    TELEGRAM_CERTIFICATE, /* never left: the peer is not who it should be */
    TELEGRAM_SILENT,      /* may have arrived: timeout, reset, cut-off */
    TELEGRAM_GARBLED,     /* 200, but not an answer of the Bot API: may have arrived */
    TELEGRAM_BROKEN,      /* 5xx: may have arrived */
    TELEGRAM_FOREIGN,     /* somebody else answered no: a redirect, a proxy's page */
    TELEGRAM_TOKEN,
    TELEGRAM_PATH, /* 404 */
    TELEGRAM_FLOOD,
    TELEGRAM_POLLED,  /* 409: another getUpdates */
    TELEGRAM_WEBHOOK, /* 409: a webhook is set */
    TELEGRAM_MOVED,
    TELEGRAM_CHAT,
    TELEGRAM_KICKED,
    TELEGRAM_BLOCKED,
    TELEGRAM_RIGHTS,
    TELEGRAM_TOPIC,
    TELEGRAM_TOPIC_CLOSED,
    TELEGRAM_ENTITIES,
    TELEGRAM_LONG,
    TELEGRAM_EMPTY,
    TELEGRAM_REPLY,
    TELEGRAM_SAME,
    TELEGRAM_EDIT_GONE,
    TELEGRAM_DELETE_GONE,
    TELEGRAM_DELETE_LATE, /* older than 48 hours, or not ours */
    TELEGRAM_BUTTONS,
    TELEGRAM_HOOK,  /* the address of the hook is not taken */
    TELEGRAM_OTHER, /* any other 4xx of the Bot API */
    TELEGRAM_CASES
};

struct telegram_answer {
    enum telegram_case is;
    int code;               /* error_code, else the HTTP status */
    const char *words;      /* Telegram's description, one line, or the network's trouble; "" = none */
    int64_t retry_after_ms; /* -1 = not named */
    const char *moved_to;   /* "" unless TELEGRAM_MOVED */
    bool message;           /* the result is a message */
    int tries;              /* set by who counts them; 0 = not said */
    const char *message_id; /* its id, "" = none or hidden */
};

void telegram_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct telegram_answer *out);
/* One sentence in "zh" or "en". `chat` and `topic` are what the request was for, "" = unknown. */
const char *telegram_sentence(const struct settings *settings, const struct telegram_answer *answer,
    const char *chat, const char *topic, const char *language, struct arena *arena);
/* Words of Telegram's as they may be shown: one line, without the token. */
const char *telegram_words(const struct settings *settings, const char *words, struct arena *arena);
const char *telegram_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena);

/* telegram_settings.c */
const char *telegram_fault(
    const struct settings *settings, const char *language, struct arena *arena, const char **key);
const char *telegram_doubt(const struct settings *settings, const char *language, struct arena *arena);

/* telegram_hear.c */
int telegram_hear(const struct settings *settings, const char *scratch, const char *bytes, size_t len,
    struct arena *arena, struct heard **heard, size_t *count, struct error *err);

/* telegram_hook.c */
enum { TELEGRAM_SECRET = 65 };
struct telegram_hook { /* what getWebhookInfo tells */
    const char *address, *error;
    int64_t waiting;
};
void telegram_hook_secret(const struct settings *settings, char secret[TELEGRAM_SECRET]);
const char *telegram_hook_mark(const struct settings *settings, const char *address, struct arena *arena);
bool telegram_hook_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct telegram_hook *out);
const char *telegram_hook_trouble(
    const struct telegram_hook *hook, const char *address, const char *language, struct arena *arena);
/* The words of Telegram's that its trouble is known by; "" = by none. */
const char *telegram_hook_cause(const struct telegram_hook *hook);
/* Somebody else sets the hook of our bot to an address of his own, again and again. */
const char *telegram_hook_taken(const struct telegram_hook *hook, const char *language, struct arena *arena);
extern const char *const telegram_hook_headers[];
bool telegram_admit(const struct settings *settings, const struct header *headers, size_t count);
bool telegram_probe_hook(const struct settings *settings, struct arena *arena, struct request *out);
const char *telegram_explain_hook(const struct settings *settings, const char *address,
    const struct answer *answer, const char *language, struct arena *arena, bool *right);
struct json_t;
struct json_t *telegram_allowed_updates(void);
struct json_t *telegram_hook_json(const struct settings *settings, const char *address);

/* telegram_listen.c: long polling, or the hook. What it keeps in its scratch: */
struct telegram_ear {
    const char *phase; /* what the last request was: "", "me", "menu0".."menu2", "unhook", "poll"; "hook"
                          (setting it), "hooked" (waiting while it is set), "look" (how it goes) */
    const char *id;    /* of our bot, from getMe; "" = not yet known */
    const char *name;  /* its username without @ */
    int tries;         /* failed in a row */
    bool unhooked;     /* a webhook was taken away once */
    const char *mark;  /* telegram_hook_mark() of the one that was set, "" = none */
    const char *trouble;
    const char *cause; /* of what fails now, a few words that no two causes share; "" = all is well */
    const char *told;  /* the cause that `trouble` tells of */
    int same;          /* how often in a row it was this cause */
};
struct telegram_ear telegram_ear_read(const char *scratch, struct arena *arena);
void telegram_listen(
    const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out);

#endif
