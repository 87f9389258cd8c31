/* Addresses on the command line, where files are taken. */
#include "cli/words.h"

#include "core/path.h"
#include "daemon/fetch.h"
#include "daemon/reading.h"
#include "daemon/secrets.h"

bool shell_is_address(const char *word)
{
    return !strncmp(word, "https://", 8) || !strncmp(word, "http://", 7);
}

/* Whose proxy and certificates are used; without a configuration neither. The proxy may be a secret. */
static int take_setup(struct shell *shell)
{
    if (!shell->setup && !shell_configured(shell))
        return 0;
    if (shell_setup(shell))
        return -1;
    struct option_value *proxy = shell->setup->proxy;
    return proxy ? secrets_resolve_one(shell->setup, proxy, &shell->arena, &shell->err) : 0;
}

int shell_fetch(struct shell *shell, const char *url, bool secret, struct fetched *fetched)
{
    if (take_setup(shell))
        return -1;
    const struct setup *setup = shell->setup;
    struct fetch_wish wish = {.url = url,
        .secret = secret,
        .etag = "",
        .last_modified = "",
        .proxy = setup ? setup_proxy(setup, SIZE_MAX) : NULL,
        .agent = fetch_agent(&shell->arena, setup ? setup->http_public : ""),
        .chinese = shell->chinese};
    return fetch_wait(&shell->arena, setup ? setup->ca_file : NULL, &wish, fetched, &shell->err);
}

/* "index.md" is called after its folder, wherever one stands; others as they were typed. */
static const char *typed_name(struct shell *shell, const char *path)
{
    char *absolute = path_is_folders(path) ? realpath(path, NULL) : NULL;
    const char *name = absolute ? arena_string(&shell->arena, path_name(absolute)) : path;
    free(absolute);
    return name;
}

int shell_page(struct shell *shell, const char *word, struct reading_input *input)
{
    const char *bytes = NULL;
    int failed;
    input->name = !strcmp(word, "-") ? "standard-input.md" : word;
    if (shell_is_address(word)) {
        input->name = fetch_name(&shell->arena, word, false);
        struct fetched fetched = {0};
        failed = shell_fetch(shell, word, false, &fetched);
        bytes = fetched.bytes;
        input->len = fetched.len;
        input->charset = fetched.charset;
    } else if (strstr(word, "://")) {
        const char *colon = strstr(word, "://"); /* what is behind it may hold a password */
        failed = error_set_kind(&shell->err, ERROR_USAGE,
            shell_says(shell, "%.*s://…: only http and https addresses are fetched",
                "%.*s://…：只取 http 和 https 网址"),
            (int)(colon - word), word);
    } else {
        input->name = strcmp(word, "-") ? typed_name(shell, word) : input->name;
        failed = reading_file(&shell->arena, word, &bytes, &input->len, &shell->err);
    }
    input->bytes = failed ? NULL : bytes;
    return failed;
}
