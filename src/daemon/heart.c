#include "daemon/heart.h"

#include "core/buf.h"
#include "daemon/http.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/memory.h"

enum { TIMEOUT_MS = 10000, ANSWER_MAX = 64 << 10 };

struct heart {
    struct loop *loop;
    struct http *http;
    bool (*well)(void *context);
    void *context;
    const struct setup *setup; /* NULL = not yet */
    struct loop_timer *timer;
    struct http_call *call; /* under way */
    bool failed;            /* and said so */
};

/* The path is a password: only the host is shown. */
static void note_failure(struct heart *heart, const struct answer *answer)
{
    struct buf url = BUF_INIT(512), why = BUF_INIT(1024);
    url_redact(&url, heart->setup->heartbeat->value);
    if (answer->reach == REACH_ANSWERED)
        buf_addf(&why, setup_says(heart->setup, "it answered %d", "它答了 %d"), answer->status);
    else
        buf_adds(&why, answer->trouble);
    log_warning("heartbeat",
        setup_says(heart->setup,
            "%s is not told that all is well: %s. Posts go on; whoever watches there may take digestd for "
            "dead.",
            "没能向 %s 报平安：%s。发送不受影响，但那边可能以为 digestd 停了。"),
        url.data, why.data);
    buf_free(&url);
    buf_free(&why);
}

static void answered(const struct answer *answer, void *context)
{
    struct heart *heart = context;
    heart->call = NULL;
    bool failed = answer->reach != REACH_ANSWERED || answer->status < 200 || answer->status > 299;
    if (failed && !heart->failed)
        note_failure(heart, answer);
    if (!failed && heart->failed)
        log_info(
            "heartbeat", "%s", setup_says(heart->setup, "it is told again that all is well", "又能报平安了"));
    heart->failed = failed;
}

static void beat(void *context)
{
    struct heart *heart = context;
    const struct setup *setup = heart->setup;
    loop_timer_set(heart->timer, setup->heartbeat_ms);
    if (heart->call || !heart->well(heart->context))
        return;
    const struct request request = {.method = "GET",
        .url = setup->heartbeat->value,
        .timeout_ms = TIMEOUT_MS,
        .answer_max = ANSWER_MAX,
        .proxy = setup_proxy(setup, SIZE_MAX)};
    heart->call = http_send(heart->http, &request, answered, heart);
}

struct heart *heart_new(struct loop *loop, struct http *http, bool (*well)(void *context), void *context)
{
    struct heart *heart = memory_new(1, sizeof *heart);
    *heart = (struct heart){.loop = loop, .http = http, .well = well, .context = context};
    heart->timer = loop_timer_new(loop, beat, heart);
    return heart;
}

void heart_setup(struct heart *heart, const struct setup *setup)
{
    if (heart->call)
        http_cancel(heart->call);
    heart->call = NULL;
    heart->setup = setup;
    loop_timer_set(heart->timer, setup->heartbeat ? 0 : -1);
}

void heart_free(struct heart *heart)
{
    if (!heart)
        return;
    if (heart->call)
        http_cancel(heart->call);
    loop_timer_free(heart->timer);
    free(heart);
}
