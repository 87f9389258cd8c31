#include "cli/entries.h"

#include "adapters/adapter.h"
#include "cli/print.h"
#include "desk/desk.h"
#include "state/channels.h"
#include "state/editions.h"

/* One thing to show: a channel (perhaps made up for --platform) and the message for it. */
struct showing {
    struct shell *shell;
    const struct channel *channel;
    const struct message *message;
    enum what what;
};

/* The request that part would be, as a daemon would send it now; NULL method when nothing is sent. */
static void first_request(
    const struct showing *showing, const struct form *form, size_t index, struct step *step)
{
    struct shell *shell = showing->shell;
    const struct channel *channel = showing->channel;
    const char *chat = setting(&channel->settings, "chat"), *topic = setting(&channel->settings, "topic");
    struct channel_row row;
    bool found = false;
    struct error ignored = {0};
    if (shell->state && !state_channel(shell->state, &shell->arena, channel->name, &row, &found, &ignored) &&
        found && *row.chat)
        chat = row.chat;
    bool loud = showing->what == WHAT_CONTENTS || showing->what == WHAT_EDITION;
    struct errand errand = {.settings = &channel->settings,
        .retract = "",
        .chat = chat ? chat : "",
        .topic = topic ? topic : "",
        .part = &form->parts[index],
        .index = (int)index,
        .count = (int)form->count,
        .id = "00000000000000000000000000000000",
        .now_ms = shell->now.wall_ms,
        .told_ms = shell->now.wall_ms,
        .silent = channel->sound == SOUND_NEVER || (channel->sound == SOUND_DEFAULT && !loud) || index,
        .reply_to = "",
        .edit = "",
        .scratch = ""};
    memset(step, 0, sizeof *step);
    channel->settings.adapter->step(&errand, NULL, &shell->arena, step);
}

static const char *unit_name(const struct shell *shell, enum unit unit)
{
    return unit == UNIT_BYTES   ? shell_says(shell, "bytes", "字节")
           : unit == UNIT_UTF16 ? shell_says(shell, "UTF-16 units", "个 UTF-16 单位")
                                : shell_says(shell, "characters", "字");
}

/* An address that may hold a key although it is given plainly: as the log shows it, "https://host/…". */
static size_t mask_address(struct buf *out, const struct settings *settings, const char *at)
{
    const struct adapter *adapter = settings->adapter;
    for (size_t i = 0; i < settings->count; i++) {
        const struct option_value *value = &settings->values[i];
        size_t len = strlen(value->value);
        for (size_t k = 0; k < adapter->option_count; k++) {
            const struct option *option = &adapter->options[k];
            if (!option->reference || strcmp(option->key, value->key) != 0 || !len ||
                strncmp(at, value->value, len) != 0)
                continue;
            url_redact(out, value->value);
            return len;
        }
    }
    return 0;
}

/* The text with its secret settings out of sight. */
static const char *masked(struct shell *shell, const struct settings *settings, const char *text)
{
    struct buf out = BUF_INIT(1 << 22);
    for (const char *at = text; *at;) {
        size_t hidden = 0;
        for (size_t i = 0; i < settings->count; i++) {
            const struct option_value *value = &settings->values[i];
            size_t len = strlen(value->value);
            if (value->secret && len && !strncmp(at, value->value, len))
                hidden = len;
        }
        if (hidden)
            buf_adds(&out, "***");
        else if (!(hidden = mask_address(&out, settings, at)))
            buf_addc(&out, *at);
        at += hidden ? hidden : 1;
    }
    char *kept = buf_keep(&out, &shell->arena);
    buf_free(&out);
    return kept;
}

static json_t *header_object(const struct request *request)
{
    json_t *headers = json_object();
    for (size_t i = 0; i < request->header_count; i++)
        json_object_set_new(headers, request->headers[i].name, json_string(request->headers[i].value));
    return headers;
}

static int show_part(const struct showing *showing, const struct form *form, size_t index)
{
    struct shell *shell = showing->shell;
    const struct adapter *adapter = showing->channel->settings.adapter;
    const struct part *part = &form->parts[index];
    struct step step = {0};
    if (adapter->step)
        first_request(showing, form, index, &step);
    bool sends = step.kind == STEP_REQUEST && step.request.method;
    const char *url = sends ? masked(shell, &showing->channel->settings, step.request.url) : "";
    const char *body = sends && step.request.body
                           ? arena_copy(&shell->arena, step.request.body, step.request.body_len)
                           : arena_copy(&shell->arena, part->bytes, part->len);
    if (shell->json) {
        json_t *lost = json_array();
        for (size_t i = 0; i < form->lost_count; i++)
            json_array_append_new(lost, json_string(form->lost[i]));
        return print_json(shell,
            json_pack("{s:s s:s s:i s:i s:o s:o s:o s:s s:i s:i s:o}", "channel", showing->channel->name,
                "platform", adapter->name, "part", (int)index, "parts", (int)form->count, "method",
                sends ? json_string(step.request.method) : json_null(), "url", json_text(url), "headers",
                header_object(&step.request), "body", masked(shell, &showing->channel->settings, body),
                "units", (int)part->units, "limit", (int)part->limit, "lost", lost));
    }
    if (!adapter->by_hand)
        printf(shell_says(shell, "# %s, %s: part %zu of %zu, %zu of %zu %s\n",
                   "# %s，%s：第 %zu 段（共 %zu 段），用了 %zu/%zu %s\n"),
            showing->channel->name, adapter->title, index + 1, form->count, part->units, part->limit,
            unit_name(shell, adapter->unit));
    if (sends)
        printf("%s %s\n", step.request.method, url);
    puts(body);
    for (size_t i = 0; i < form->lost_count && index + 1 == form->count; i++)
        printf(shell_says(shell, "# lost: %s\n", "# 丢了：%s\n"), form->lost[i]);
    return 0;
}

static int show(const struct showing *showing)
{
    struct form_options options = {
        .language = showing->channel->language, .preview = showing->channel->preview};
    struct form form = {0};
    showing->channel->settings.adapter->render(showing->message, &options, &showing->shell->arena, &form);
    for (size_t i = 0; i < form.count; i++)
        if (show_part(showing, &form, i))
            return -1;
    return 0;
}

/* A channel that is in no configuration, for --platform. */
static const struct channel *made_up(struct shell *shell, const char *platform)
{
    const struct adapter *adapter = adapter_find(platform);
    if (!adapter) {
        struct buf known = BUF_INIT(400);
        for (size_t i = 0; adapters[i]; i++)
            buf_addf(&known, "%s%s", i ? ", " : "", adapters[i]->name);
        error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "there is no platform %s; there are: %s", "没有 %s 这个平台；有：%s"), platform,
            known.data);
        buf_free(&known);
        return NULL;
    }
    struct channel *channel = arena_alloc(&shell->arena, sizeof *channel);
    const struct setup *setup = shell->setup;
    *channel = (struct channel){.name = platform,
        .language = setup->language,
        .zone = setup->zone,
        .settings = {.adapter = adapter, .name = platform}};
    channel->settings.values =
        arena_array(&shell->arena, adapter->option_count, sizeof *channel->settings.values);
    for (size_t i = 0; i < adapter->option_count; i++) {
        const struct option *option = &adapter->options[i];
        if (option->fallback || option->required)
            channel->settings.values[channel->settings.count++] = (struct option_value){.key = option->key,
                .value = option->fallback ? option->fallback
                         : option->secret ? "***"
                                          : "0"};
    }
    channel->from = arena_array(&shell->arena, setup->source_count + 1, sizeof(size_t));
    for (size_t i = 0; i < setup->source_count; i++)
        channel->from[channel->from_count++] = i;
    return channel;
}

/* The source that would read this file, also where the configuration has no other part in what is shown. */
static const struct source *source_of_file(struct shell *shell, const char *path)
{
    struct setup *setup = shell->setup;
    bool chinese = shell->chinese;
    if (!setup && shell_setup_if_any(shell))
        error_clear(&shell->err);
    const struct source *source = shell_source_of(shell, path);
    shell->setup = setup;
    shell->chinese = chinese;
    return source;
}

/* --file: a state of its own in memory that holds just this file, told from a source of its own. */
static int open_file(struct shell *shell, const char *path)
{
    const struct shell_reading how = {.source = source_of_file(shell, path)};
    const struct digest *digest = shell_digest(shell, path, &how);
    if (!digest)
        return -1;
    struct setup *setup = arena_alloc(&shell->arena, sizeof *setup);
    if (shell->setup)
        *setup = *shell->setup;
    else
        *setup = (struct setup){.file = "",
            .state = "",
            .language = "en",
            .zone = zone_utc(),
            .http_listen = "",
            .http_public = ""};
    setup->sources = arena_alloc(&shell->arena, sizeof *setup->sources);
    setup->sources[0] = (struct source){.name = "file", .path = path, .link = ""};
    setup->source_count = 1;
    if (digest->count && digest->editions[0].language && !shell->setup)
        setup->language = !strncmp(digest->editions[0].language, "zh", 2) ? "zh" : "en";
    size_t count = setup->channel_count + setup->aside_count;
    struct channel *channels = arena_array(&shell->arena, count + 1, sizeof *channels);
    for (size_t i = 0; i < count; i++) {
        channels[i] = setup->channels[i];
        channels[i].from = arena_alloc(&shell->arena, sizeof(size_t));
        channels[i].from_count = 1;
    }
    setup->channels = channels;
    shell->setup = setup;
    shell->state = state_open("", STATE_MEMORY, shell->now.wall_ms, &shell->err);
    if (!shell->state || state_begin(shell->state, &shell->err))
        return -1;
    for (size_t i = 0; i < digest->count; i++) {
        struct import_report report = {0};
        struct edition edition = digest->editions[i];
        edition.draft = false; /* a look before publishing */
        edition.date = NULL;
        if (state_import(shell->state, &shell->arena, "file", path, &edition, shell->now.wall_ms, 0, &report,
                &shell->err))
            return -1;
    }
    return state_publish_due(shell->state, shell->now.wall_ms, "9999-12-31", &shell->err) ||
                   state_commit(shell->state, &shell->err)
               ? -1
               : 0;
}

static int prepare(struct shell *shell)
{
    const char *file = shell_flag(shell, "file"), *to = shell_flag(shell, "to");
    if (to && shell_flag(shell, "platform"))
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(shell, "--to and --platform exclude each other", "--to 和 --platform 只能写一个"));
    if (!to && !shell_flag(shell, "platform"))
        return error_set_kind(&shell->err, ERROR_USAGE, "%s",
            shell_says(
                shell, "for whom? --to CHANNEL or --platform NAME", "给谁看？--to 群 或 --platform 平台"));
    if (file && !to)
        return open_file(shell, file);
    if (shell_setup(shell))
        return -1;
    return file ? open_file(shell, file) : shell_state(shell, STATE_READ);
}

static int run(struct shell *shell)
{
    struct wish wish;
    size_t count = 1;
    if (shell_wish(shell, &wish) || prepare(shell))
        return -1;
    wish.again = true; /* a preview is no telling */
    const char *to = shell_flag(shell, "to");
    const struct channel *one = to ? NULL : made_up(shell, shell_flag(shell, "platform"));
    const struct channel **channels = to ? shell_channels(shell, to, &count) : one ? &one : NULL;
    if (!channels)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct message *message = NULL;
        const char *why = "";
        if (desk_preview(shell->state, shell->setup, channels[i], &wish, shell->now, &shell->arena, &message,
                &why, &shell->err))
            return -1;
        if (!message) {
            fprintf(stderr, "%s: %s\n", channels[i]->name, why);
            return 1;
        }
        struct showing showing = {shell, channels[i], message, wish.what};
        if (show(&showing))
            return -1;
    }
    return 0;
}

const struct subcommand cli_preview = {.name = "preview",
    .words = "WHAT…",
    .summary = "the exact requests that would be sent; sends nothing",
    .details = "WHAT: item N | contents | edition | section NAME | question | text STRING\n"
               "--platform text gives text to paste anywhere. Secrets are shown as ***.",
    .flags = {{"to", "CHANNEL[,…]", "as it would go to this channel"},
        {"platform", "NAME", "as it looks on "}, {"file", "FILE", "of this file instead of what is stored"}},
    .words_min = 1,
    .words_max = -1,
    .json = true,
    .run = run};
