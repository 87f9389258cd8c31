/* WeCom's group robot (https://developer.work.weixin.qq.com/document/path/91770), and what its files share.
 *
 * The robot speaks three dialects. A part holds its text in all of them, so that a refusal of one (an old
 * client's server, a character it does not bear) costs the form and not the post:
 * {"markdown_v2":"…","markdown":"…","text":["…","…"]}. Plain text has half the room, hence its pieces. */
#ifndef ADAPTERS_WECOM_H
#define ADAPTERS_WECOM_H

#include "adapters/adapter.h"

extern const struct adapter wecom_adapter;

struct buf;

enum {
    WECOM_MARKDOWN_MAX = 4096,                /* bytes of UTF-8, both kinds of Markdown */
    WECOM_TEXT_MAX = 2048,                    /* bytes of UTF-8, plain text */
    WECOM_WRITE_MAX = 4 * WECOM_MARKDOWN_MAX, /* more is too long anyway: writing stops there */
};

enum wecom_dialect { WECOM_V2, WECOM_V1, WECOM_TEXT, WECOM_DIALECTS };
extern const char *const wecom_dialects[]; /* "markdown_v2", "markdown", "text": its msgtype */

/* wecom_markdown.c. No escapes are documented, so what could be a mark in an edition's text becomes its
 * full-width look-alike, and "<@", which calls a member, is broken everywhere. */
void wecom_markdown(
    struct buf *out, const struct node *document, enum wecom_dialect dialect, const char *language);
/* Does a link to this address make sense there? */
bool wecom_keeps(const char *url);

/* wecom_part.c */
void wecom_render(const struct message *message, const struct form_options *options, struct arena *arena,
    struct form *form);

/* wecom_answer.c: what an answer means. The HTTP status says nothing here, the body's errcode does. */
enum wecom_case {
    WECOM_OK,
    WECOM_NEVER_LEFT,
    WECOM_CERTIFICATE, /* never left: the peer is not who it should be */
    WECOM_SILENT,      /* may have arrived: timeout, reset, cut-off */
    WECOM_GARBLED,     /* not an answer of the robot's, and not a plain HTTP "no": may have arrived */
    WECOM_FOREIGN,     /* somebody else answered no: a redirect, a proxy's page */
    WECOM_BUSY,        /* -1 */
    WECOM_FLOOD,       /* 45009 */
    WECOM_ROBOT,       /* 93000: removed, or a wrong address */
    WECOM_TYPE,        /* 40008: it does not know the msgtype */
    WECOM_CONTENT,     /* 40058: too long, or something else in it */
    WECOM_CHARACTERS,  /* 40033 */
    WECOM_MEDIA,       /* 40005, 40007 */
    WECOM_EMPTY,       /* 44004 */
    WECOM_OTHER,       /* any other code */
    WECOM_CASES
};

struct wecom_answer {
    enum wecom_case is;
    long long code;         /* errcode, else the HTTP status */
    const char *words;      /* errmsg without its hints, one line, or the network's trouble; "" = none */
    int64_t retry_after_ms; /* -1 = not named */
};

void wecom_read(const struct settings *settings, const struct answer *answer, struct arena *arena,
    struct wecom_answer *out);
/* One sentence in "zh" or "en". */
const char *wecom_sentence(const struct settings *settings, const struct wecom_answer *answer,
    const char *language, struct arena *arena);
const char *wecom_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena);
/* About the robot's address; see adapter.h. */
const char *wecom_fault(
    const struct settings *settings, const char *language, struct arena *arena, const char **key);
const char *wecom_doubt(const struct settings *settings, const char *language, struct arena *arena);

#endif
