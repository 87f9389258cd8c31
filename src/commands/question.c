/* /question: the question of the day. */
#include "commands/answer.h"
#include "desk/pick.h"
#include "desk/subject.h"

static int run_question(const struct call *call, struct message *answer, struct error *err)
{
    struct pick pick;
    bool look_only = call->look_only || !call->channel_id;
    if (pick_subject(call->state, call->setup, call->channel, call->channel_id, WHAT_QUESTION, "", false,
            look_only, call->now, call->arena, &pick, err))
        return -1;
    struct composed composed = {.why = pick.why};
    if (pick.found && compose_subject(call->state, call->setup, call->channel, call->channel_id,
                          WHAT_QUESTION, pick.subject, call->now, call->arena, &composed, err))
        return -1;
    if (!composed.message) {
        answer_text(call, answer, composed.why);
        return 0;
    }
    *answer = *composed.message;
    struct subject subject;
    if (subject_read(call->arena, pick.subject, &subject))
        answer_button(call, answer, 0, call_says(call, "看这一条", "Read the story"),
            arena_printf(call->arena, "/item %s.%d", edition_reference(call, pick.edition, subject.slug),
                subject.item));
    return 0;
}

extern const struct command command_question;
const struct command command_question = {
    .name = "question",
    .words = (const char *const[]){"今日一问", "每日一问", "一问", "提问", "问题", "探索之问",
        "question of the day", "today's question", NULL},
    .arguments = "",
    .arguments_zh = "",
    .help_en = "The question of the day",
    .help_zh = "今日一问",
    .run = run_question,
};
