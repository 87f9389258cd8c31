#include "daemon/hooks.h"

#include "adapters/adapter.h"
#include "daemon/log.h"
#include "daemon/memory.h"
#include "daemon/server.h"

enum { BODY_MAX = 256 << 10, CONNECTIONS_MAX = 64, HEADERS_MAX = 16 };

#define PATH "/hook/"

struct hooks {
    const struct setup *setup;
    struct server *server;
    bool (*pushed)(const struct push *push, void *context);
    void *context;
    bool stranger; /* somebody without the secret was here, and it was said */
    const char *headers[HEADERS_MAX + 1];
};

/* Nothing of the cause goes out: whoever asks may be anybody. */
static void refuse(struct server_answer *answer, int status)
{
    *answer = (struct server_answer){.status = status, .type = "text/plain; charset=utf-8", .body = ""};
}

static const struct bot *bot_at(const struct setup *setup, const char *path)
{
    size_t len = sizeof PATH - 1;
    size_t bot = strncmp(path, PATH, len) ? SIZE_MAX : setup_bot(setup, path + len);
    const char *hook = bot == SIZE_MAX ? NULL : setting(&setup->bots[bot].settings, "hook");
    return hook && !strcmp(hook, "true") ? &setup->bots[bot] : NULL;
}

static void note_stranger(struct hooks *hooks, const struct bot *bot, const char *peer)
{
    if (!hooks->stranger)
        log_warning("hooks",
            setup_says(hooks->setup,
                "somebody at %s pushed to %s without the right secret, and was refused. Said once; if it is "
                "the "
                "platform itself, its hook is set again within minutes.",
                "有人从 %s 往 %s 推送，密钥不对，没收。只说这一次；如果就是平台，几分钟内会自动重设。"),
            peer, bot->name);
    hooks->stranger = true;
}

static void on_request(const struct server_request *request, struct server_answer *answer, void *context)
{
    struct hooks *hooks = context;
    const struct bot *bot = bot_at(hooks->setup, request->path);
    const struct adapter *adapter = bot ? bot->settings.adapter : NULL;
    if (!adapter || !adapter->admit) {
        refuse(answer, 404);
    } else if (strcmp(request->method, "POST") != 0) {
        refuse(answer, 405);
    } else if (!adapter->admit(&bot->settings, request->headers, request->header_count)) {
        refuse(answer, 401);
        note_stranger(hooks, bot, request->peer);
    } else {
        const struct push push = {bot->name, request->body, request->body_len, request->ticket};
        refuse(answer, 503);
        answer->later = hooks->pushed(&push, hooks->context);
    }
}

/* The headers that any adapter wants to see. */
static void collect_headers(struct hooks *hooks)
{
    size_t count = 0;
    for (size_t i = 0; adapters[i]; i++)
        for (size_t j = 0; adapters[i]->hook_headers && adapters[i]->hook_headers[j]; j++)
            if (count < HEADERS_MAX)
                hooks->headers[count++] = adapters[i]->hook_headers[j];
}

struct hooks *hooks_new(struct loop *loop, const struct setup *setup,
    bool (*pushed)(const struct push *push, void *context), void *context, struct error *err)
{
    char address[64], public[256] = "";
    struct hooks *hooks = memory_new(1, sizeof *hooks);
    *hooks = (struct hooks){.setup = setup, .pushed = pushed, .context = context};
    collect_headers(hooks);
    url_host(setup->http_public, public, sizeof public);
    struct server_options options = {.address = address,
        .public_host = public,
        .body_max = BODY_MAX,
        .connections_max = CONNECTIONS_MAX,
        .headers = hooks->headers};
    const struct server_handlers handlers = {.request = on_request};
    if (!server_address(setup->http_hooks, address, sizeof address, &options.port, err))
        hooks->server = server_new(loop, &options, &handlers, hooks, err);
    if (hooks->server)
        return hooks;
    free(hooks);
    return NULL;
}

void hooks_setup(struct hooks *hooks, const struct setup *setup)
{
    if (hooks)
        hooks->setup = setup;
}

void hooks_answer(struct hooks *hooks, uint64_t ticket, bool taken)
{
    struct server_answer answer;
    refuse(&answer, taken ? 200 : 503);
    if (hooks && hooks->server)
        server_reply(hooks->server, ticket, &answer);
}

int hooks_port(const struct hooks *hooks)
{
    return server_port(hooks->server);
}

void hooks_close(struct hooks *hooks)
{
    if (hooks && hooks->server)
        server_free(hooks->server);
    if (hooks)
        hooks->server = NULL;
}

void hooks_free(struct hooks *hooks)
{
    free(hooks);
}
