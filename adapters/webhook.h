/* Standard Webhooks (https://www.standardwebhooks.com, specification 1.0.0): each part of a post is one
 * signed event, sent to an address of the user's own.
 *
 *   POST /hook HTTP/1.1
 *   Content-Type: application/json
 *   webhook-id: msg_5f0c…                     32 hexadecimal digits; the same in every attempt
 *   webhook-timestamp: 1795402800             seconds, of this attempt
 *   webhook-signature: v1,K5oZfzN95Z9UVu1Es…  of "ID.TIMESTAMP.BODY"; two, parted by a space, while
 * old_secret is set
 *
 *   {"type":"digest.item","timestamp":"2026-11-23T01:00:00Z","data":{…}}
 *
 * `timestamp` is when the post was released and stays the same, as every other byte of the body. Data:
 *
 *   always              language ("zh", "en"), part, parts (from 1; joined they are the whole)
 *   all but text        edition {id, source, title, date, number, period, link, tags, items}
 *   digest.item         section (title or null), item
 *   digest.section,     sections [{title, items}]; an edition's first part has its intro {body, text} where
 *   digest.edition      there is one
 *   digest.contents     sections [{title, items}], each item only {id, number, title, url}
 *   digest.question     question (its text), section, item {id, number, title, url}
 *   digest.text         body, text
 *   ….updated           the same for a post that was corrected; data.replaces = webhook-id of what it
 * corrects ….deleted           a post that is taken back; data.replaces likewise
 *
 *   item {id: "2026-11-23-weekly.3", number, title, url, body, text, links [{url, label, text}], questions,
 *         images [{url, alt}]}; body is CommonMark, text the same without marks. An item too large for one
 *         part comes in pieces: {…, piece, pieces}, its links, questions and images with the last.
 *
 * What is not there is null. A part has at most 20000 bytes. */
#ifndef ADAPTERS_WEBHOOK_H
#define ADAPTERS_WEBHOOK_H

#include "adapters/adapter.h"

enum { WEBHOOK_BYTES_MAX = 20000 };

extern const struct adapter webhook_adapter;

/* webhook_part.c. The stored bytes are the body without its timestamp: {"type":"digest.item","data":{…}} */
void webhook_render(const struct message *message, const struct form_options *options, struct arena *arena,
    struct form *form);

/* webhook_sign.c */
/* The value of webhook-signature, one signature for each secret; NULL: a secret is none, *why says. "***"
 * (a secret not read) gives "v1,***". */
const char *webhook_signature(const struct settings *settings, const char *id, long long seconds,
    const char *body, size_t len, struct arena *arena, const char **why);
/* What is wrong with a secret, without showing it; NULL = nothing. */
const char *webhook_secret_unfit(const char *secret, const char *language);

/* webhook_answer.c */
void webhook_judge(const struct errand *errand, const struct answer *answer, const char *id,
    struct arena *arena, struct step *out);
const char *webhook_explain(
    const struct settings *settings, const struct answer *answer, const char *language, struct arena *arena);

#endif
