/* WeCom's group robot: the descriptor, and what to do next for one delivery.
 *
 * A robot only speaks: it tells no ids, hears nothing, and takes nothing back. There is no idempotency: what
 * may have arrived is never sent again by itself. */
#include "adapters/wecom.h"

#include "adapters/json.h"
#include "core/buf.h"
#include "core/utf8.h"

enum { ODD_MAX = 3, CALLED_MAX = 100, TITLE_POINTS_MAX = 80 };

static const struct option options[] = {
    {.key = "url",
        .kind = OPTION_URL,
        .of = OF_BOT,
        .required = true,
        .secret = true,
        .account = true,
        .help = "the robot's address, exactly as the group shows it",
        .help_zh = "机器人的地址，群里怎么显示就怎么抄"},
    {.key = "mention",
        .kind = OPTION_TEXT,
        .of = OF_CHANNEL,
        .help = "who is called when contents or an edition come: user ids, or @all",
        .help_zh = "发目录或整期时提醒谁：成员账号，或 @all"},
};

/* 20 messages a minute for a robot. We stay below. */
static const struct pace paces[] = {
    {.scope = SCOPE_BOT, .per_minute = 18, .burst = 3},
};

/* --- requests --- */

static const struct header json_headers[] = {{"Content-Type", "application/json"}};

static void make_request(
    const struct settings *settings, json_t *json, struct arena *arena, struct request *out)
{
    const char *url = setting(settings, "url");
    struct header *headers = arena_array(arena, 1, sizeof *headers);
    *headers = json_headers[0];
    *out = (struct request){.method = "POST", .url = url ? url : "", .headers = headers, .header_count = 1};
    out->body = write_json(json, &out->body_len, arena);
}

static json_t *content_json(enum wecom_dialect dialect, const char *content, size_t len)
{
    const char *type = wecom_dialects[dialect];
    return json_pack("{s:s,s:{s:o}}", "msgtype", type, type, "content", json_stringn(content, len));
}

/* --- one delivery --- */

/* What was learnt on the way, kept in the delivery's scratch as numbers: "1 0 2". */
struct way {
    enum wecom_dialect dialect; /* each is tried once, in their order */
    size_t piece;               /* of plain text: those before it are there */
    int odd;                    /* codes in a row that nobody knows */
};

static struct way read_way(const char *scratch)
{
    int numbers[3] = {0};
    for (size_t i = 0; i < 3 && *scratch; i++) {
        size_t digits = strspn(scratch, "0123456789");
        numbers[i] = digits && digits < 4 ? (int)strtol(scratch, NULL, 10) : 0;
        scratch += digits;
        scratch += *scratch != '\0';
    }
    return (struct way){.dialect = numbers[0] < WECOM_DIALECTS ? (enum wecom_dialect)numbers[0] : WECOM_TEXT,
        .piece = (size_t)numbers[1],
        .odd = numbers[2]};
}

static const char *write_way(const struct way *way, struct arena *arena)
{
    return arena_printf(arena, "%d %zu %d", (int)way->dialect, way->piece, way->odd);
}

/* The words of the part that this way asks for; NULL: it is no part of ours. */
static const json_t *words_of(const json_t *part, const struct way *way)
{
    const json_t *words = json_object_get(part, wecom_dialects[way->dialect]);
    if (way->dialect == WECOM_TEXT)
        words = json_array_get(words, way->piece);
    return json_is_string(words) ? words : NULL;
}

static size_t count_pieces(const struct errand *errand)
{
    json_t *part = read_object(errand->part->bytes, errand->part->len);
    size_t count = json_array_size(json_object_get(part, wecom_dialects[WECOM_TEXT]));
    json_decref(part);
    return count;
}

static void fail(struct step *out, enum blame blame, const char *why)
{
    out->kind = STEP_FAILED;
    out->blame = blame;
    out->why = why;
}

static void ask(const struct errand *errand, const struct way *way, struct arena *arena, struct step *out)
{
    json_t *part = read_object(errand->part->bytes, errand->part->len);
    const json_t *words = words_of(part, way);
    out->scratch = write_way(way, arena);
    if (words) {
        out->kind = STEP_REQUEST;
        make_request(errand->settings,
            content_json(way->dialect, json_string_value(words), json_string_length(words)), arena,
            &out->request);
    } else {
        fail(out, BLAME_PAYLOAD, "The stored part is damaged; it is not a message for a WeCom robot.");
    }
    json_decref(part);
}

/* The first line of the plain text: what somebody who is called reads. */
static json_t *title_json(const struct errand *errand)
{
    json_t *part = read_object(errand->part->bytes, errand->part->len);
    const char *text =
        json_string_value(json_array_get(json_object_get(part, wecom_dialects[WECOM_TEXT]), 0));
    size_t len = text ? strcspn(text, "\n") : 0;
    json_t *title = len ? json_stringn(text, utf8_prefix(text, len, TITLE_POINTS_MAX)) : json_string("…");
    json_decref(part);
    return title;
}

/* Calls members by a message of its own, for markdown_v2 knows no mentions. NULL = nobody is to be called. */
static struct request *call_request(const struct errand *errand, struct arena *arena)
{
    const char *names = setting(errand->settings, "mention");
    if (!names || errand->silent || errand->index)
        return NULL;
    json_t *list = json_array();
    while (*names && json_array_size(list) < CALLED_MAX) {
        size_t len = strcspn(names, ", ");
        if (len)
            json_array_append_new(list, json_stringn(names, len));
        names += len;
        names += strspn(names, ", ");
    }
    if (!json_array_size(list)) {
        json_decref(list);
        return NULL;
    }
    struct request *request = arena_alloc(arena, sizeof *request);
    json_t *text = json_pack("{s:o,s:o}", "content", title_json(errand), "mentioned_list", list);
    make_request(errand->settings, json_pack("{s:s,s:o}", "msgtype", "text", "text", text), arena, request);
    return request;
}

static void sent(const struct errand *errand, struct way *way, struct arena *arena, struct step *out)
{
    if (way->dialect == WECOM_TEXT && way->piece + 1 < count_pieces(errand)) {
        way->piece++;
        way->odd = 0;
        ask(errand, way, arena, out);
        return;
    }
    out->kind = STEP_SENT;
    out->scratch = write_way(way, arena);
    out->aside = call_request(errand, arena);
    if (way->dialect != WECOM_V2)
        out->why =
            arena_printf(arena, "WeCom refused the better forms; told as %s.", wecom_dialects[way->dialect]);
}

/* A refusal of this form, which the next one may heal. */
static bool find_other_way(struct way *way, const struct wecom_answer *answer)
{
    bool formal = answer->is == WECOM_TYPE || answer->is == WECOM_CONTENT || answer->is == WECOM_CHARACTERS;
    if (!formal || way->dialect == WECOM_TEXT)
        return false;
    way->dialect++;
    way->odd = 0;
    return true;
}

static void judge(const struct errand *errand, const struct wecom_answer *answer, struct way *way,
    struct arena *arena, struct step *out)
{
    out->why = wecom_sentence(errand->settings, answer, "en", arena);
    switch (answer->is) {
    case WECOM_NEVER_LEFT:
    case WECOM_CERTIFICATE:
    case WECOM_FOREIGN:
    case WECOM_BUSY:
        out->kind = STEP_RETRY;
        break;
    case WECOM_FLOOD:
        out->kind = STEP_LATER;
        out->wait_ms = answer->retry_after_ms;
        out->scope = SCOPE_BOT;
        break;
    case WECOM_ROBOT:
        fail(out, BLAME_CHAT, out->why);
        break;
    case WECOM_OTHER:
        if (way->odd++ < ODD_MAX)
            out->kind = STEP_RETRY;
        else
            fail(out, BLAME_PAYLOAD, out->why);
        break;
    case WECOM_SILENT:
    case WECOM_GARBLED:
        out->kind = STEP_UNSURE;
        break;
    default:
        fail(out, BLAME_PAYLOAD, out->why);
    }
    out->scratch = write_way(way, arena);
}

static void step(
    const struct errand *errand, const struct answer *last, struct arena *arena, struct step *out)
{
    *out = (struct step){.remote_id = "", .why = "", .wait_ms = -1};
    struct way way = read_way(errand->scratch);
    if (!last) {
        ask(errand, &way, arena, out);
        return;
    }
    struct wecom_answer answer;
    wecom_read(errand->settings, last, arena, &answer);
    if (answer.is == WECOM_OK)
        sent(errand, &way, arena, out);
    else if (find_other_way(&way, &answer))
        ask(errand, &way, arena, out);
    else
        judge(errand, &answer, &way, arena, out);
}

const struct adapter wecom_adapter = {
    .name = "wecom",
    .title = "WeCom",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .unit = UNIT_BYTES,
    .text_limit = WECOM_MARKDOWN_MAX,
    .images = true,
    .paces = paces,
    .pace_count = sizeof paces / sizeof *paces,
    .render = wecom_render,
    .step = step,
    .fault = wecom_fault,
    .doubt = wecom_doubt,
    .explain = wecom_explain,
};
