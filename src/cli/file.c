/* Files on the command line: they are read as the source they belong to would read them. */
#include "cli/words.h"

#include "daemon/config.h"
#include "daemon/reading.h"

#include <fnmatch.h>
#include <unistd.h>

/* The path as the pattern of a source would name it. */
static const char *absolute_path(struct shell *shell, const char *path)
{
    char here[4096];
    while (!strncmp(path, "./", 2))
        path += 2;
    if (*path == '/' || !getcwd(here, sizeof here))
        return path;
    return arena_printf(&shell->arena, "%s/%s", here, path);
}

static bool belongs(const struct source *source, const char *path, const char *real, const char *word)
{
    if (source->url)
        return source->url->from == 'l' && !strcmp(source->url->reference, word);
    return !fnmatch(source->path, path, FNM_PATHNAME | FNM_PERIOD) ||
           (real && !fnmatch(source->path, real, FNM_PATHNAME | FNM_PERIOD));
}

const struct source *shell_source_of(struct shell *shell, const char *word)
{
    const struct source *found = NULL;
    if (!shell->setup || !strcmp(word, "-"))
        return NULL;
    const char *path = absolute_path(shell, word);
    char *real = shell_is_address(word) ? NULL : realpath(word, NULL);
    for (size_t i = 0; i < shell->setup->source_count && !found; i++)
        if (belongs(&shell->setup->sources[i], path, real, word))
            found = &shell->setup->sources[i];
    free(real);
    return found;
}

int shell_setup_if_any(struct shell *shell)
{
    if (shell->setup || !shell_configured(shell))
        return 0;
    if (!shell_setup(shell))
        return 0;
    if (shell->config)
        return -1; /* asked for by name */
    fprintf(stderr,
        shell_says(shell, "%s\n(it is read without the configuration)\n", "%s\n（不按配置，直接读）\n"),
        shell->err.text);
    error_clear(&shell->err);
    return 0;
}

int shell_profile(struct shell *shell, const struct profile **profile)
{
    const char *path = shell_flag(shell, "profile");
    return path ? profile_load(path, shell->chinese, &shell->arena, profile, &shell->err) : 0;
}

struct digest *shell_digest(struct shell *shell, const char *word, const struct shell_reading *how)
{
    static const struct shell_reading plain;
    how = how ? how : &plain;
    struct reading_input input = {.link = how->source ? how->source->link : "",
        .profile = how->profile  ? how->profile
                   : how->source ? how->source->profile
                                 : NULL,
        .explain = how->explanation != NULL,
        .chinese = shell->chinese};
    if (shell_page(shell, word, &input))
        return NULL;
    struct digest *digest = reading_wait(&shell->arena, &input, how->explanation, &shell->err);
    if (!digest)
        shell->err.kind = ERROR_USAGE; /* bad input: nothing was changed */
    for (size_t i = 0; digest && i < digest->warning_count; i++)
        fprintf(stderr, "%s\n", digest->warnings[i]);
    return digest;
}
