#include "core/buf.h"
#include "core/sentence.h"
#include "desk/inner.h"
#include "desk/moved.h"
#include "desk/moves.h"
#include "desk/paste.h"
#include "desk/trouble.h"
#include "state/copies.h"
#include "state/rehearsal.h"

enum { REQUESTS_MAX = 8, REFUSED_MAX = 3 };

bool repeatable(const struct job *job, int64_t at)
{
    /* Replacing a message by the same text twice is the same as once, and so is taking it away. */
    if (is_change(&job->post))
        return true;
    if (*job->post.edit && job->delivery.part == 0 && job->place->adapter->edit)
        return true;
    int64_t window = adapter_idempotent_for(job->place->adapter, job->place->settings) * 1000 / 2;
    return window > 0 && job->delivery.first_at > 0 && at >= job->delivery.first_at &&
           at - job->delivery.first_at < window;
}

/* What the platform's answer came to, for /metrics. */
static void count_verdict(struct turn *turn, const struct job *job, enum ledger_event event)
{
    static const struct {
        enum ledger_event event;
        enum tally_verdict verdict;
    } counted[] = {{LEDGER_SENT, TALLY_SENT}, {LEDGER_LATER, TALLY_LATER}, {LEDGER_RETRY, TALLY_RETRY},
        {LEDGER_REFUSED, TALLY_REFUSED}, {LEDGER_UNSURE, TALLY_UNSURE}};
    struct tally *tally = &turn->memory->tally;
    if (!job->place)
        return;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (counted[i].event == event)
            tally_verdict(tally, job->place->adapter, counted[i].verdict);
    if (event != LEDGER_SENT)
        return;
    int64_t from = job_answers(job) ? job->post.created_at : job->post.due_at;
    histogram_add(
        job_answers(job) ? &tally->answers : &tally->late, (double)(turn->now.wall_ms - from) / 1000);
}

static int apply(struct turn *turn, struct job *job, struct change *change, struct ledger_move *did)
{
    count_verdict(turn, job, change->event);
    change->now_ms = turn->now.wall_ms;
    change->chinese = in_chinese(turn);
    change->facts = (struct ledger_facts){
        .newest = job->newest,
        .repeatable = is_change(&job->post) || (job->place && repeatable(job, change->due_at)),
        .assume = job_answers(job),
        .when_unknown = job->place ? unknown_rule(job->place) : UNKNOWN_ASK,
    };
    return moves_apply(turn->state, turn->arena, change, &job->delivery, did, turn->err);
}

static int64_t back_off(struct turn *turn, const struct job *job)
{
    const struct adapter *adapter = job->place->adapter;
    if (adapter->backoff_count && !job_answers(job))
        return turn->now.wall_ms + pace_step(adapter->backoff, adapter->backoff_count,
                                       job->delivery.tries + 1, &turn->memory->rng);
    return turn->now.wall_ms + pace_backoff(job->delivery.tries + 1, turn->now.wall_ms - job->post.due_at,
                                   job_answers(job), &turn->memory->rng);
}

/* An alert that may have arrived is sent again: twice is better than not at all, and nobody is asked about
 * it.
 */
enum when_unknown unknown_rule(const struct place *place)
{
    if (!place->conf)
        return UNKNOWN_ASK;
    if (place->conf->kind == CHANNEL_OPERATOR)
        return UNKNOWN_RESEND;
    /* What is with a person is not handed over twice by itself. */
    bool twice = place->adapter->by_hand && place->conf->when_unknown == UNKNOWN_RESEND;
    return twice ? UNKNOWN_ASK : place->conf->when_unknown;
}

/* --- verdicts --- */

/* Where it stands is kept with the post: links to it, corrections and retractions need that. */
static int note_told(struct turn *turn, struct job *job, const struct step *step)
{
    if (job_answers(job) || job->delivery.part > 0)
        return 0;
    const char *chat = step->chat_moved_to ? step->chat_moved_to : job->errand.chat;
    if (strcmp(chat, job->post.told_in) != 0 &&
        state_post_told_in(turn->state, job->post.id, chat, turn->err))
        return -1;
    return touch_contents(turn, job->place, &job->post);
}

static int note_sent(struct turn *turn, struct job *job, const struct step *step, const char *remote_id)
{
    struct change change = {.event = LEDGER_SENT, .remote_id = remote_id, .scratch = step->scratch};
    struct ledger_move did;
    if (apply(turn, job, &change, &did))
        return -1;
    if (step->aside)
        send_aside(turn, job->place->bot, step->aside);
    if (trouble_taken(turn, job->place->bot, job->place, job_answers(job)))
        return -1;
    if (did.changes)
        tell_sent(turn, job);
    if (did.changes && (is_change(&job->post) ? change_arrived(turn, job->place, &job->post, &job->delivery)
                                              : note_told(turn, job, step)))
        return -1;
    if (job->place->row.failing_since) {
        job->place->row.failing_since = 0;
        if (state_channel_failing(turn->state, job->place->row.id, 0, turn->err))
            return -1;
    }
    if (job_answers(job) || !job->place->row.refused)
        return 0;
    job->place->row.refused = 0;
    return state_channel_refused(turn->state, job->place->row.id, 0, turn->err);
}

/* The room: the row in its table is the delivery. */
static int keep_in_room(struct turn *turn, struct job *job, const struct step *step)
{
    const struct part *part = job->errand.part;
    int64_t id;
    bool gone = *job->errand.retract != 0, edited = *job->errand.edit != 0 || gone;
    if (gone) {
        id = strtoll(job->errand.retract, NULL, 10);
        if (state_room_retract(turn->state, id, turn->err))
            return -1;
    } else if (edited) {
        id = strtoll(job->errand.edit, NULL, 10);
        if (state_room_edit(turn->state, id, part->bytes, turn->err))
            return -1;
    } else {
        struct room_row row = {.kind = job_answers(job) ? "answer" : "post",
            .who = "",
            .post = job->post.id,
            .reply_to = strtoll(job->errand.reply_to, NULL, 10),
            .silent = job->errand.silent,
            .body = part->bytes,
            .at = turn->now.wall_ms};
        if (state_room_add(turn->state, job->place->row.id, &row, &id, turn->err))
            return -1;
    }
    struct action *action = act(turn, ACTION_ROOM);
    action->channel = job->place->row.name;
    action->room_id = id;
    action->edited = edited;
    return note_sent(turn, job, step, arena_printf(turn->arena, "%lld", (long long)id));
}

static int note_later(struct turn *turn, struct job *job, const struct step *step)
{
    const char *chat = *job->errand.chat ? job->errand.chat : job->place->row.name;
    const char *whose = step->scope == SCOPE_CHAT ? chat : step->scope == SCOPE_HOST ? job->host : "";
    int strikes = strike(turn,
        arena_printf(turn->arena, "%c %s %s", "cbh"[step->scope], turn -> bots[job->place->bot].name, whose));
    int64_t wait = pace_blocked(step->wait_ms, strikes, &turn->memory->rng);
    slow_down(turn, job->place, chat, step->scope, job->host);
    struct change change = {.event = LEDGER_LATER,
        .why = step->why,
        .scratch = step->scratch,
        .due_at = turn->now.wall_ms + wait};
    struct ledger_move did;
    if (apply(turn, job, &change, &did) || block_scope(turn, job, step->scope, change.due_at) ||
        takes_nothing(turn, job, step->why))
        return -1;
    if (wait <= HOUR)
        return 0;
    const char *name = job->place->row.name, *until = clock_text(turn, change.due_at);
    const char *text =
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s 要等到 %s：平台这么要求。", name, until)
            : arena_printf(turn->arena, "%s waits until %s: the platform asked for it.", name, until);
    if (job_for_operator(job) || job_answers(job)) {
        tell(turn, TELL_WARNING, name, text);
        return 0;
    }
    return trouble_is(turn, &(struct trouble_note){.key = trouble_key(turn, "blocked", name),
                                .level = TELL_WARNING,
                                .channel = name,
                                .bot = step->scope == SCOPE_CHAT ? NULL : turn->bots[job->place->bot].name,
                                .log = text});
}

static int note_retry(
    struct turn *turn, struct job *job, const struct step *step, const char *why, const struct answer *last)
{
    struct change change = {
        .event = LEDGER_RETRY, .why = why, .scratch = step->scratch, .due_at = back_off(turn, job)};
    struct ledger_move did;
    if (apply(turn, job, &change, &did) || takes_nothing(turn, job, why))
        return -1;
    return tell_retries(turn, job, why, last, step->alert);
}

static int refuse(struct turn *turn, struct job *job, const struct step *step, const char *why)
{
    struct change change = {.event = LEDGER_REFUSED, .why = why, .scratch = step->scratch};
    struct ledger_move did;
    if (apply(turn, job, &change, &did))
        return -1;
    if (job_answers(job) || did.to != DELIVERY_FAILED || !did.changes)
        return 0;
    if (is_change(&job->post))
        return tell_unchanged(turn, job->place, &job->post, why, !strcmp(job->post.act, "edit"));
    const char *name = job->place->row.name;
    const char *rest = job->delivery.part + 1 < job->delivery.parts
                           ? in_chinese(turn) ? "后面几段也不发了。" : " The rest of it is not sent."
                           : "";
    const char *label = post_label(turn, &job->post);
    const char *whole = sentence_whole(turn->arena, why, in_chinese(turn));
    if (tell_refused(turn, job,
            in_chinese(turn)
                ? arena_printf(turn->arena, "%s：%s 被拒了：%s%s", name, label, whole, rest)
                : arena_printf(turn->arena, "%s: %s was refused: %s%s", name, label, whole, rest)))
        return -1;
    struct channel_row *row = &job->place->row;
    row->refused++;
    if (state_channel_refused(turn->state, row->id, row->refused, turn->err))
        return -1;
    if (row->refused < REFUSED_MAX)
        return 0;
    return pause_channel(turn, job->place,
        in_chinese(turn) ? arena_printf(turn->arena, "连着 %d 条被拒（%s）。", row->refused,
                               sentence_inner(turn->arena, why))
                         : arena_printf(turn->arena, "%d posts in a row were refused (%s).", row->refused,
                               sentence_inner(turn->arena, why)));
}

/* Where the chat or the bot is to blame nothing is burnt: the delivery stays due and waits until it goes on.
 */
static int note_failed(struct turn *turn, struct job *job, const struct step *step, const char *why)
{
    bool keep = step->blame == BLAME_BOT || (step->blame == BLAME_CHAT && job_at_home(job));
    if (!keep || (job_answers(job) && step->blame == BLAME_CHAT)) {
        if (refuse(turn, job, step, why))
            return -1;
    } else {
        struct change change = {
            .event = LEDGER_LATER, .why = why, .scratch = step->scratch, .due_at = turn->now.wall_ms};
        struct ledger_move did;
        if (apply(turn, job, &change, &did))
            return -1;
    }
    if (!job->newest || job->before)
        return 0;
    if (step->blame == BLAME_BOT)
        return pause_bot(turn, job->place->bot, why);
    if (step->blame == BLAME_CHAT && job_at_home(job))
        return pause_channel(turn, job->place, why);
    return 0;
}

static int note_unsure(struct turn *turn, struct job *job, const struct step *step, const char *why)
{
    struct change change = {
        .event = LEDGER_UNSURE, .why = why, .scratch = step->scratch, .due_at = back_off(turn, job)};
    struct ledger_move did;
    if (apply(turn, job, &change, &did))
        return -1;
    if (did.changes && takes_nothing(turn, job, why))
        return -1;
    if (!did.changes || did.to != DELIVERY_UNKNOWN)
        return 0;
    wake_in(turn, GRACE);
    if (change.facts.when_unknown != UNKNOWN_ASK)
        return 0;
    return tell_unsure(turn, job, why, true);
}

static int rehearse(struct turn *turn, struct job *job, const struct step *step)
{
    tell_rehearsed(turn, job, &step->request);
    if (job->delivery.part == 0 && !job_answers(job) &&
        state_post_rehearsed(turn->state, job->post.id, turn->err))
        return -1;
    struct step sent = {.kind = STEP_SENT, .why = "", .scratch = step->scratch};
    return note_sent(turn, job, &sent, "");
}

/* One more request of the same attempt: only after a definite "no" to the one before. */
static int ask_again(struct turn *turn, struct job *job, const struct step *step, const struct answer *last)
{
    if (!last && setup_rehearses(turn->setup, job->place->conf))
        return rehearse(turn, job, step);
    if (!last)
        return send_request(turn, job, &step->request, 0);
    if (!job->newest || strcmp(job->delivery.state, "sending"))
        return 0;
    if (turn->memory->stopping || job->requests >= REQUESTS_MAX) {
        struct step later = {.kind = STEP_RETRY, .why = "", .scratch = step->scratch};
        return note_retry(turn, job, &later,
            turn->memory->stopping ? (in_chinese(turn) ? "两次请求之间停了" : "stopped between two requests")
            : in_chinese(turn) ? "一段用了太多次请求"
                               : "too many requests for one part",
            last);
    }
    if (step->scratch) {
        job->delivery.scratch = step->scratch;
        if (state_delivery_write(turn->state, &job->delivery, turn->err))
            return -1;
    }
    return send_request(turn, job, &step->request, job->requests);
}

static int take_moved(struct turn *turn, struct job *job, const char *chat)
{
    if (!job_at_home(job) || !strcmp(chat, place_chat(job->place)))
        return 0;
    job->place->row.chat = chat;
    tell(turn, TELL_INFO, job->place->row.name,
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s 的群号变成了 %s，已记下。", job->place->row.name, chat)
            : arena_printf(
                  turn->arena, "%s: the group has the id %s now; noted.", job->place->row.name, chat));
    return state_channel_moved(turn->state, job->place->row.id, chat, turn->now.wall_ms, turn->err);
}

static const char *reason(
    struct turn *turn, const struct job *job, const struct step *step, const struct answer *last)
{
    const char *why = NULL;
    if (last && job->place->adapter->explain && step->kind != STEP_SENT && step->kind != STEP_REQUEST)
        why = job->place->adapter->explain(job->place->settings, last, turn->setup->language, turn->arena);
    if (!why || !*why)
        why = step->why;
    if ((!why || !*why) && last && last->trouble)
        why = last->trouble;
    return why && *why        ? arena_string(turn->arena, why)
           : in_chinese(turn) ? "没有说原因"
                              : "no reason was given";
}

int follow_step(struct turn *turn, struct job *job, const struct step *step, const struct answer *last)
{
    const char *why = reason(turn, job, step, last);
    enum step_kind kind = step->kind;
    if (step->chat_moved_to && take_moved(turn, job, step->chat_moved_to))
        return -1;
    /* Whatever the adapter makes of it: what may have arrived is not sent a second time without permission.
     */
    bool proven = kind == STEP_SENT || kind == STEP_KEEP;
    if (last && last->reach == REACH_UNSURE && !proven && !repeatable(job, turn->now.wall_ms))
        kind = STEP_UNSURE;
    switch (kind) {
    case STEP_REQUEST:
        return ask_again(turn, job, step, last);
    case STEP_SENT:
        return note_sent(turn, job, step, step->remote_id ? step->remote_id : "");
    case STEP_KEEP:
        return keep_in_room(turn, job, step);
    case STEP_HAND:
        return hand_over(turn, job);
    case STEP_LATER:
        return note_later(turn, job, step);
    case STEP_RETRY:
        return note_retry(turn, job, step, why, last);
    case STEP_FAILED:
        return note_failed(turn, job, step, why);
    case STEP_UNSURE:
        return note_unsure(turn, job, step, why);
    }
    return 0;
}

/* --- answers --- */

static bool is_sick(const struct answer *answer)
{
    return answer->reach != REACH_ANSWERED || answer->status == 502 || answer->status == 503 ||
           answer->status == 504;
}

static void land(
    struct turn *turn, int64_t delivery, int attempt, const struct answer *answer, struct job *job)
{
    struct table *flights = &turn->memory->flights;
    job->host = "";
    for (size_t i = 0; i < flights->count; i++) {
        struct flight *flight = table_at(flights, i);
        if (flight->delivery != delivery || flight->attempt != attempt)
            continue;
        job->requests = flight->requests;
        job->before = flight->before;
        job->host = arena_string(turn->arena, flight->host);
        pace_host_back(pace_host(&turn->memory->hosts, flight->way), is_sick(answer), &turn->memory->rng,
            turn->now.boot_ms);
        table_remove(flights, i);
        return;
    }
}

/* The channel is gone from the configuration while its request was under way. */
static int heed_homeless(struct turn *turn, struct job *job, const struct answer *answer)
{
    bool left = answer->reach != REACH_NEVER_LEFT;
    struct change change = {.event = left ? LEDGER_UNSURE : LEDGER_RETRY,
        .why = moved_why_gone(in_chinese(turn)),
        .due_at = turn->now.wall_ms};
    struct ledger_move did;
    return apply(turn, job, &change, &did);
}

int heed_answer(struct turn *turn, int64_t delivery, int attempt, const struct answer *answer)
{
    struct job job = {0};
    bool found;
    land(turn, delivery, attempt, answer, &job);
    if (state_delivery(turn->state, turn->arena, delivery, &job.delivery, &found, turn->err))
        return -1;
    if (!found)
        return 0;
    if (state_post(turn->state, turn->arena, job.delivery.post, &job.post, &found, turn->err))
        return -1;
    job.newest = job.delivery.attempt == attempt;
    job.place = place_of(turn, job.post.channel);
    if (!job.place)
        return heed_homeless(turn, &job, answer);
    struct part part;
    struct step step = {0};
    if (load_part(turn, &job.delivery, &part))
        return -1;
    if (make_errand(turn, job.place, &job.post, &job.delivery, &part, &job.errand))
        return -1;
    job.place->adapter->step(&job.errand, answer, turn->arena, &step);
    return follow_step(turn, &job, &step, answer);
}

/* --- unknowns --- */

int settle_unknowns(struct turn *turn)
{
    struct rows_open open;
    if (state_open_deliveries(turn->state, turn->arena, &open, turn->err))
        return -1;
    for (size_t i = 0; i < open.count; i++) {
        struct job job = {.delivery = open.rows[i].delivery, .place = place_of(turn, open.rows[i].channel)};
        int64_t since = job.delivery.changed_at;
        bool found;
        if (strcmp(job.delivery.state, "unknown") || !job.place || !job.place->conf ||
            unknown_rule(job.place) == UNKNOWN_ASK)
            continue;
        bool assume = unknown_rule(job.place) == UNKNOWN_ASSUME_SENT;
        if (!assume && since <= turn->now.wall_ms && turn->now.wall_ms - since < GRACE) {
            wake_at(turn, since + GRACE);
            continue;
        }
        if (state_post(turn->state, turn->arena, job.delivery.post, &job.post, &found, turn->err))
            return -1;
        struct change change = {.event = LEDGER_SETTLE,
            .who = "rule",
            .why = assume ? "when_unknown: assume_sent" : "when_unknown: resend",
            .due_at = back_off(turn, &job)};
        struct ledger_move did;
        if (apply(turn, &job, &change, &did))
            return -1;
    }
    return heed_hands(turn);
}
