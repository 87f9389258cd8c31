/* What the operator hears of verdicts: one trouble each, one line of the log. */
#include "core/sentence.h"
#include "desk/inner.h"
#include "desk/trouble.h"

enum { WARN_TRIES = 4 };

bool job_answers(const struct job *job)
{
    return !strcmp(job->post.kind, "answer");
}

/* The channel's own chat, not that of an answer elsewhere. */
bool job_at_home(const struct job *job)
{
    return job->place->conf && (!*job->post.chat || !strcmp(job->post.chat, place_chat(job->place)));
}

/* The operator's own chats make no troubles about their posts; what stops them altogether does. */
bool job_for_operator(const struct job *job)
{
    return job->place->conf && job->place->conf->kind == CHANNEL_OPERATOR;
}

/* A host that cannot be reached is one trouble for all of the bot's channels. */
static int tell_retry(struct turn *turn, const struct job *job, const struct answer *last, const char *text)
{
    const char *name = job->place->row.name, *bot = turn->bots[job->place->bot].name;
    bool reach = last && last->reach != REACH_ANSWERED;
    if (job_for_operator(job)) {
        tell(turn, TELL_WARNING, name, text);
        return 0;
    }
    return trouble_is(turn, &(struct trouble_note){.key = reach ? trouble_key(turn, "reach", bot)
                                                                : trouble_key(turn, "retry", name),
                                .level = TELL_WARNING,
                                .channel = name,
                                .bot = reach ? bot : NULL,
                                .log = text});
}

/* At the fourth failure or a quarter of an hour late, then after 1 h, 6 h and daily. One line per channel. */
int tell_retries(
    struct turn *turn, const struct job *job, const char *why, const struct answer *last, bool now)
{
    static const int64_t again[] = {HOUR, 6 * HOUR, DAY};
    const char *name = job->place->row.name;
    if (job_answers(job) ||
        (!now && job->delivery.tries < WARN_TRIES && turn->now.wall_ms - job->post.due_at < 15 * MINUTE))
        return 0;
    struct retries *retries = table_find(&turn->memory->retries, name);
    if (retries && turn->now.boot_ms < retries->next)
        return 0;
    if (!retries) {
        retries = table_add(&turn->memory->retries);
        snprintf(retries->channel, sizeof retries->channel, "%s", name);
    }
    retries->next = turn->now.boot_ms + again[retries->told < 2 ? retries->told : 2];
    retries->told++;
    int count;
    if (waiting_posts(turn, job->place->row.id, &count))
        return -1;
    name = setup_shown(turn->setup, name);
    why = sentence_inner(turn->arena, why);
    return tell_retry(turn, job, last,
        in_chinese(turn)
            ? arena_printf(turn->arena, "%s：%s（试了 %d 次）。%d 条在等，不会丢。", name, why,
                  job->delivery.tries, count)
            : arena_printf(turn->arena, "%s: %s (%d tries). %d post%s wait%s, none lost.", name, why,
                  job->delivery.tries, count, count == 1 ? "" : "s", count == 1 ? "s" : ""));
}

int tell_refused(struct turn *turn, const struct job *job, const char *text)
{
    const char *name = job->place->row.name;
    if (job_for_operator(job)) {
        tell(turn, TELL_WARNING, name, text);
        return 0;
    }
    return trouble_is(turn,
        &(struct trouble_note){
            .key = trouble_key(turn, "refused", name), .level = TELL_WARNING, .channel = name, .log = text});
}

/* Where somebody can see whether it is there. */
static const char *where_to_look(const struct turn *turn, const struct job *job)
{
    bool program = job->place->adapter->program;
    return in_chinese(turn) ? (program ? "问一下接收方" : "去群里看一眼")
                            : (program ? "Ask the receiver" : "Look in the group");
}

int tell_unsure(struct turn *turn, const struct job *job, const char *why, bool log)
{
    const char *name = job->place->row.name, *when = clock_text(turn, turn->now.wall_ms);
    const char *label = post_label(turn, &job->post), *look = where_to_look(turn, job);
    long long id = (long long)job->delivery.id;
    bool chinese = in_chinese(turn);
    why = sentence_inner(turn->arena, why);
    return trouble_is(turn,
        &(struct trouble_note){.key = arena_printf(turn->arena, "unsure %lld", id),
            .level = TELL_ALERT,
            .channel = name,
            .log = !log ? NULL
                        : arena_printf(turn->arena,
                              chinese
                                  ? "%s：%s 不确定发没发出去（%s，%s）。%s：digestd resolve %lld sent（在）/ "
                                    "resend（再发一次）/ drop（算了）。后面的照常发。"
                                  : "%s: %s may or may not be there (%s, %s). %s: digestd resolve %lld "
                                    "sent | resend | drop. Later posts go on.",
                              name, label, why, when, look, id),
            .text = arena_printf(turn->arena,
                chinese ? "%s：%s 不确定发没发出去（%s，%s）。后面的照常发。%s。"
                        : "%s: %s may or may not be there (%s, %s). Later posts go on. %s.",
                name, label, why, when, look)});
}
