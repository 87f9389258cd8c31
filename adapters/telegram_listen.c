/* Who we are, the menu of commands, then updates for ever: by long polling
 * (https://core.telegram.org/bots/api#getupdates), or pushed to our hook, which is then looked after. The
 * offset confirms what came before it, so it moves only with the answers, in the commit of the turn. */
#include "adapters/html.h"
#include "adapters/json.h"
#include "adapters/telegram.h"
#include "core/buf.h"
#include "core/utf8.h"

#include <inttypes.h>

enum {
    POLL_SECONDS = 50,         /* the server waits no longer */
    POLL_TIMEOUT_MS = 60000,   /* of the whole request */
    POLL_ANSWER_MAX = 8 << 20, /* the server caps updates at about 4 MiB */
    UPDATES_MAX = 100,
    UPDATE_SLICE_MAX = 256 << 10, /* a longer one is none of Telegram's: skipped */
    TRIES_TILL_TROUBLE = 3,
    REFUSED_WAIT_MS =
        300000,           /* a new token comes with a new configuration; this is for a server that erred */
    LOOK_SOON_MS = 60000, /* after the hook was set, and while it has trouble */
    LOOK_MS = 300000,
    STALE_WAIT_MS = 1000,
    EMPTY_WAIT_MS = 200, /* after nothing: Telegram itself takes its time, other servers answer at once */
    MENU_MAX = 100,
    MENU_NAME_MAX = 32,
    MENU_HELP_POINTS_MAX = 256,
    SCRATCH_TEXT_MAX = 1024,
    CAUSE_MAX = 320, /* bytes; of what Telegram says so many characters: */
    CAUSE_POINTS_MAX = 60,
};

static const int64_t backoff_ms[] = {1000, 2000, 5000, 15000, 30000, 60000};
static const int64_t polled_ms[] = {5000, 10000, 20000, 40000, 60000};

/* --- scratch --- */

struct telegram_ear telegram_ear_read(const char *scratch, struct arena *arena)
{
    struct telegram_ear ear = {
        .phase = "", .id = "", .name = "", .trouble = "", .mark = "", .cause = "", .told = ""};
    json_t *json = scratch && scratch[0] ? read_object(scratch, strlen(scratch)) : NULL;
    if (!json)
        return ear;
    int64_t tries = 0, same = 0;
    ear.phase = text_of(json, "phase", 16, arena);
    ear.id = text_of(json, "id", 24, arena);
    ear.name = text_of(json, "name", 64, arena);
    ear.trouble = text_of(json, "trouble", SCRATCH_TEXT_MAX, arena);
    ear.mark = text_of(json, "mark", 24, arena);
    ear.cause = text_of(json, "cause", CAUSE_MAX, arena);
    ear.told = text_of(json, "told", CAUSE_MAX, arena);
    ear.unhooked = true_of(json, "unhooked");
    if (number_of(json, "tries", &tries) && tries > 0)
        ear.tries = tries < 1000 ? (int)tries : 1000;
    if (number_of(json, "same", &same) && same > 0)
        ear.same = same < 1000 ? (int)same : 1000;
    json_decref(json);
    return ear;
}

static const char *ear_write(const struct telegram_ear *ear, struct arena *arena)
{
    json_t *json = json_pack("{s:s,s:s,s:s,s:i,s:b,s:s,s:s,s:s,s:s,s:i}", "phase", ear->phase, "id", ear->id,
        "name", ear->name, "tries", ear->tries, "unhooked", ear->unhooked, "trouble", ear->trouble, "mark",
        ear->mark, "cause", ear->cause, "told", ear->told, "same", ear->same);
    return write_json(json, NULL, arena);
}

/* --- requests --- */

static bool is_menu_name(const char *name)
{
    size_t len = strlen(name);
    return len && len <= MENU_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static json_t *menu_json(const struct listening *listening, bool zh, struct arena *arena)
{
    json_t *commands = json_array();
    for (size_t i = 0; i < listening->menu_count && json_array_size(commands) < MENU_MAX; i++) {
        const struct menu_entry *entry = &listening->menu[i];
        const char *help = zh ? entry->help_zh : entry->help_en;
        if (!is_menu_name(entry->name) || !help || telegram_is_blank(help))
            continue;
        help = arena_copy(arena, help, utf8_prefix(help, strlen(help), MENU_HELP_POINTS_MAX));
        json_array_append_new(commands, json_pack("{s:s,s:s}", "command", entry->name, "description", help));
    }
    return commands;
}

static bool is_zh(const char *language)
{
    return !strncmp(language, "zh", 2);
}

static json_t *poll_json(const char *cursor)
{
    json_t *json = json_pack("{s:i,s:i,s:o}", "timeout", POLL_SECONDS, "limit", UPDATES_MAX,
        "allowed_updates", telegram_allowed_updates());
    if (cursor[0])
        json_object_set_new(json, "offset", json_integer(strtoll(cursor, NULL, 10)));
    return json;
}

/* The request of a phase. */
static void phase_request(const struct listening *listening, const char *phase, const char *cursor,
    struct arena *arena, struct request *out)
{
    const char *method = "getUpdates";
    json_t *json = NULL;
    if (!strcmp(phase, "me")) {
        method = "getMe";
        json = json_object();
    } else if (!strcmp(phase, "unhook")) {
        method = "deleteWebhook";
        json = json_pack("{s:b}", "drop_pending_updates", 0);
    } else if (!strcmp(phase, "hook")) {
        method = "setWebhook";
        json = telegram_hook_json(listening->settings, listening->hook);
    } else if (!strcmp(phase, "look")) {
        method = "getWebhookInfo";
        json = json_object();
    } else if (!strncmp(phase, "menu", 4)) {
        bool zh = phase[4] == '1' || (phase[4] == '0' && is_zh(listening->language));
        method = "setMyCommands";
        json = json_pack("{s:o}", "commands", menu_json(listening, zh, arena));
        if (phase[4] != '0')
            json_object_set_new(json, "language_code", json_string(zh ? "zh" : "en"));
    } else {
        json = poll_json(cursor);
    }
    size_t len;
    const char *body = write_json(json, &len, arena);
    telegram_request(listening->settings, method, body, len, arena, out);
    if (!strcmp(method, "getUpdates")) {
        out->timeout_ms = POLL_TIMEOUT_MS;
        out->answer_max = POLL_ANSWER_MAX;
    }
}

/* Asks for the request of `phase` after wait_ms; the ear goes into the scratch. */
static void go_on(const struct listening *listening, struct telegram_ear *ear, const char *phase,
    int64_t wait_ms, struct arena *arena, struct heed *out)
{
    if (listening->hook[0] && !strcmp(phase, "poll"))
        phase = "hook";
    ear->phase = phase;
    out->kind = HEED_REQUEST;
    out->wait_ms = wait_ms;
    out->scratch = ear_write(ear, arena);
    out->trouble = ear->trouble[0] ? ear->trouble : NULL;
    phase_request(listening, phase, out->cursor ? out->cursor : listening->cursor, arena, &out->request);
}

/* --- answers --- */

static int64_t delay(const int64_t *steps, size_t count, int tries)
{
    size_t at = tries > 0 ? (size_t)tries - 1 : 0;
    return steps[at < count ? at : count - 1];
}

static void refuse(const struct listening *listening, const struct telegram_answer *answer,
    struct telegram_ear *ear, struct arena *arena, struct heed *out)
{
    ear->phase = ""; /* begins with getMe again */
    ear->trouble = telegram_sentence(listening->settings, answer, "", "", listening->language, arena);
    out->kind = HEED_WAIT;
    out->wait_ms = REFUSED_WAIT_MS;
    out->refused = true;
    out->scratch = ear_write(ear, arena);
    out->trouble = ear->trouble;
}

/* Is it worth a sentence of its own? Not while it is the one that is told, nor when it shows just once
 * between.
 */
static bool is_news(struct telegram_ear *ear, const char *cause, int enough)
{
    ear->same = strcmp(ear->cause, cause) ? 1 : ear->same + 1;
    ear->cause = cause;
    if (ear->same < enough || !strcmp(ear->told, cause))
        return false;
    ear->told = cause;
    return true;
}

static bool is_of_hook(const char *cause)
{
    return !strncmp(cause, "hook", 4);
}

static void all_well(struct telegram_ear *ear)
{
    ear->tries = ear->same = 0;
    ear->trouble = ear->cause = ear->told = "";
}

/* No answer, or none that helps: the same again, later and later. One sentence for one cause: a trouble whose
 * words change would be told again and again, and so it is when the cause becomes another one. */
static void back_off(const struct listening *listening, const struct telegram_answer *answer,
    struct telegram_ear *ear, struct arena *arena, struct heed *out)
{
    struct telegram_answer said = *answer;
    bool definite = said.is == TELEGRAM_HOOK, silent = said.is == TELEGRAM_SILENT;
    ear->tries++;
    if (definite && ear->tries < TRIES_TILL_TROUBLE)
        ear->tries = TRIES_TILL_TROUBLE;
    if (silent)
        said.is = TELEGRAM_NEVER_LEFT;
    else if (said.is == TELEGRAM_GARBLED || said.is == TELEGRAM_BROKEN)
        said.is = TELEGRAM_FOREIGN;
    silent = said.is == TELEGRAM_NEVER_LEFT;
    size_t words = definite ? utf8_prefix(said.words, strlen(said.words), CAUSE_POINTS_MAX) : 0;
    const char *cause = arena_printf(arena, "%d %.*s", said.is, (int)words, said.words);
    if (is_news(ear, cause, definite ? 1 : TRIES_TILL_TROUBLE)) {
        said.tries = silent || said.is == TELEGRAM_PROXY ? TRIES_TILL_TROUBLE : 0;
        said.words = silent ? "" : said.words;
        ear->trouble = telegram_sentence(listening->settings, &said, "", "", listening->language, arena);
    }
    go_on(listening, ear, ear->phase, delay(backoff_ms, sizeof backoff_ms / sizeof *backoff_ms, ear->tries),
        arena, out);
}

/* Another program fetches our updates: tell, and look again now and then. */
static void wait_for_other(const struct listening *listening, const struct telegram_answer *answer,
    struct telegram_ear *ear, struct arena *arena, struct heed *out)
{
    ear->tries++;
    ear->trouble = telegram_sentence(listening->settings, answer, "", "", listening->language, arena);
    go_on(listening, ear, ear->phase, delay(polled_ms, sizeof polled_ms / sizeof *polled_ms, ear->tries),
        arena, out);
}

static void judge(const struct listening *listening, const struct telegram_answer *answer,
    struct telegram_ear *ear, struct arena *arena, struct heed *out)
{
    switch (answer->is) {
    case TELEGRAM_TOKEN:
    case TELEGRAM_PATH:
        refuse(listening, answer, ear, arena, out);
        break;
    case TELEGRAM_WEBHOOK:
        if (ear->unhooked) { /* somebody sets it again and again */
            wait_for_other(listening, answer, ear, arena, out);
            break;
        }
        ear->unhooked = true;
        go_on(listening, ear, "unhook", 0, arena, out);
        break;
    case TELEGRAM_POLLED:
        wait_for_other(listening, answer, ear, arena, out);
        break;
    case TELEGRAM_FLOOD:
        go_on(listening, ear, ear->phase, (answer->retry_after_ms < 0 ? 5000 : answer->retry_after_ms) + 1000,
            arena, out);
        break;
    default:
        back_off(listening, answer, ear, arena, out);
    }
}

/* {"ok":true,"result":{"id":99,"is_bot":true,"username":"digest_bot",…}} */
static bool read_self(const struct answer *last, struct telegram_ear *ear, struct arena *arena)
{
    json_t *json = read_object(last->body, last->body_len);
    const json_t *result = json_object_get(json, "result");
    ear->id = id_of(result, "id", arena);
    ear->name = text_of(result, "username", 64, arena);
    json_decref(json);
    return ear->id[0];
}

static bool read_update_id(struct slice update, int64_t *id)
{
    struct slice value;
    char digits[24];
    if (!slice_member(update, "update_id", &value) || !value.len || value.len >= sizeof digits)
        return false;
    memcpy(digits, value.bytes, value.len);
    digits[value.len] = '\0';
    size_t sign = digits[0] == '-';
    if (strspn(digits + sign, "0123456789") != value.len - sign || value.len - sign > 18 || value.len == sign)
        return false;
    *id = strtoll(digits, NULL, 10);
    return true;
}

/* {"ok":true,"result":[update,…]}: each element is taken by itself, so one that is broken hides no other and
 * is confirmed like the rest. After a week without updates ids begin anywhere, perhaps lower; whether an
 * update was heard before is known by its id, not by the offset. False: the answer is cut off or none of
 * getUpdates. */
static bool read_updates(const struct listening *listening, const struct answer *last, struct arena *arena,
    struct heed *out, int64_t *wait_ms)
{
    struct slice body = {last->body, last->body_len}, ok, result, update;
    if (!slice_member(body, "ok", &ok) || ok.len != 4 || memcmp(ok.bytes, "true", 4) != 0 ||
        !slice_member(body, "result", &result) || result.bytes[0] != '[')
        return false;
    int64_t offset = strtoll(listening->cursor, NULL, 10), highest = INT64_MIN;
    out->heard = arena_array(arena, UPDATES_MAX, sizeof *out->heard);
    size_t at = 0, elements = 0;
    while (elements < UPDATES_MAX && slice_element(result, &at, &update)) {
        elements++;
        int64_t id;
        if (!read_update_id(update, &id))
            continue;
        highest = id > highest ? id : highest;
        struct heard *heard;
        size_t count;
        struct error ignored = {0}; /* what is not understood is confirmed and forgotten */
        if (update.len > UPDATE_SLICE_MAX ||
            telegram_hear(listening->settings, listening->scratch, update.bytes, update.len, arena, &heard,
                &count, &ignored) < 0)
            continue;
        for (size_t i = 0; i < count && out->heard_count < UPDATES_MAX; i++)
            out->heard[out->heard_count++] = heard[i];
    }
    if (highest != INT64_MIN)
        out->cursor = arena_printf(arena, "%" PRId64, highest + 1);
    bool stale = elements && (highest == INT64_MIN || (listening->cursor[0] && highest < offset));
    *wait_ms = stale      ? STALE_WAIT_MS
               : elements ? 0
                          : EMPTY_WAIT_MS; /* a server that repeats itself is not hurried */
    return true;
}

static void first_phase_after(const struct listening *listening, const char *phase, struct telegram_ear *ear,
    struct arena *arena, struct heed *out)
{
    static const char *const order[] = {"me", "menu0", "menu1", "menu2", "poll"};
    size_t i = 0;
    while (i < 4 && strcmp(order[i], phase) != 0)
        i++;
    const char *next = i < 4 ? order[i + 1] : "poll";
    if (!strncmp(next, "menu", 4) && !listening->menu_count)
        next = "poll";
    go_on(listening, ear, next, 0, arena, out);
}

static void polled(const struct listening *listening, const struct answer *last, struct telegram_ear *ear,
    struct arena *arena, struct heed *out)
{
    int64_t wait_ms;
    if (!read_updates(listening, last, arena, out, &wait_ms)) {
        struct telegram_answer garbled = {.is = TELEGRAM_GARBLED, .code = last->status, .words = ""};
        back_off(listening, &garbled, ear, arena, out);
        return;
    }
    all_well(ear);
    ear->unhooked = false;
    go_on(listening, ear, "poll", wait_ms, arena, out);
}

/* --- the hook --- */

static void rest(const struct telegram_ear *ear, int64_t wait_ms, struct arena *arena, struct heed *out)
{
    struct telegram_ear resting = *ear;
    resting.phase = "hooked";
    out->kind = HEED_WAIT;
    out->wait_ms = wait_ms;
    out->scratch = ear_write(&resting, arena);
    out->trouble = ear->trouble[0] ? ear->trouble : NULL;
}

/* What is wrong with it, "" = nothing; a cause that was not seen for long changes no sentence. */
static void look_at(const struct listening *listening, const struct telegram_hook *hook,
    struct telegram_ear *ear, struct arena *arena)
{
    bool ours = !strcmp(hook->address, listening->hook);
    ear->tries = 0;
    if (ours && !(hook->waiting && hook->error[0])) {
        all_well(ear);
        return;
    }
    if (!is_of_hook(ear->told))
        ear->trouble = ear->told = ""; /* it was answered, so that is over */
    if (!ours) {
        if (is_news(ear, "hook taken", TRIES_TILL_TROUBLE))
            ear->trouble = telegram_hook_taken(hook, listening->language, arena);
        return;
    }
    const char *cause = arena_printf(arena, "hook fails %s", telegram_hook_cause(hook));
    if (is_news(ear, cause, ear->trouble[0] ? TRIES_TILL_TROUBLE : 1))
        ear->trouble = telegram_hook_trouble(hook, listening->hook, listening->language, arena);
}

/* Somebody took it away, or it does not work: it is set again where that may help. */
static void looked(const struct listening *listening, const struct answer *last, struct telegram_ear *ear,
    struct arena *arena, struct heed *out)
{
    struct telegram_hook hook;
    if (!telegram_hook_read(listening->settings, last, arena, &hook)) {
        struct telegram_answer garbled = {.is = TELEGRAM_GARBLED, .code = last->status, .words = ""};
        back_off(listening, &garbled, ear, arena, out);
        return;
    }
    look_at(listening, &hook, ear, arena);
    bool ours = !strcmp(hook.address, listening->hook);
    if (!ours || !strcmp(ear->cause, "hook fails 401"))
        go_on(listening, ear, "hook", ours ? LOOK_SOON_MS : 0, arena, out);
    else
        rest(ear, ear->cause[0] ? LOOK_SOON_MS : LOOK_MS, arena, out);
}

/* What begins, or goes on after a wait; the configuration may have changed meanwhile. */
static const char *begin(
    const struct listening *listening, const struct telegram_ear *ear, struct arena *arena)
{
    const char *phase = ear->phase;
    bool hooked = !strcmp(phase, "hook") || !strcmp(phase, "hooked") || !strcmp(phase, "look");
    if (!phase[0])
        return "me";
    if (!listening->hook[0])
        return hooked ? "unhook" : phase;
    if (!strcmp(phase, "unhook"))
        return "hook";
    if (!hooked || !strcmp(phase, "hook"))
        return phase;
    const char *mark = telegram_hook_mark(listening->settings, listening->hook, arena);
    return strcmp(ear->mark, mark) ? "hook" : "look";
}

static void go_through(
    const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out)
{
    struct telegram_ear ear = telegram_ear_read(listening->scratch, arena);
    out->hooked = listening->hook[0] && ear.id[0];
    if (!ear.phase[0] || !last) {
        go_on(listening, &ear, begin(listening, &ear, arena), 0, arena, out);
        return;
    }
    if (!strcmp(ear.phase, "poll") && last->reach == REACH_ANSWERED && last->status == 200) {
        polled(listening, last, &ear, arena, out);
        return;
    }
    struct telegram_answer answer;
    telegram_read(listening->settings, last, arena, &answer);
    if (!strcmp(ear.phase, "me") && answer.is == TELEGRAM_OK && !read_self(last, &ear, arena))
        answer.is = TELEGRAM_GARBLED;
    bool refused = answer.is == TELEGRAM_TOKEN || answer.is == TELEGRAM_PATH;
    bool harmless = !strncmp(ear.phase, "menu", 4) && !refused; /* a menu that is not set harms nobody */
    if (answer.is != TELEGRAM_OK && !harmless) {
        judge(listening, &answer, &ear, arena, out);
        return;
    }
    if (!strcmp(ear.phase, "look")) {
        looked(listening, last, &ear, arena, out);
        return;
    }
    /* It was set before and did not work: the next look says whether it does now. */
    bool looks = !strcmp(ear.phase, "hook") && (is_of_hook(ear.cause) || is_of_hook(ear.told));
    if (answer.is == TELEGRAM_OK && strcmp(ear.phase, "unhook") != 0 && !looks)
        all_well(&ear);
    if (!strcmp(ear.phase, "hook")) {
        ear.mark = telegram_hook_mark(listening->settings, listening->hook, arena);
        rest(&ear, LOOK_SOON_MS, arena, out);
        return;
    }
    first_phase_after(listening, ear.phase, &ear, arena, out);
}

void telegram_listen(
    const struct listening *listening, const struct answer *last, struct arena *arena, struct heed *out)
{
    struct listening here = *listening;
    here.hook = here.hook ? here.hook : "";
    *out = (struct heed){0};
    go_through(&here, last, arena, out);
}
