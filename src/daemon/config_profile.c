#include "daemon/config.h"
#include "daemon/config_parts.h"

#include "core/profile.h"

#include <errno.h>
#include <unistd.h>

/* The lists of words, in the order of the manual. */
static const struct {
    const char *key;
    size_t offset;
} lists[] = {{"labels", offsetof(struct profile, labels)}, {"questions", offsetof(struct profile, questions)},
    {"skip", offsetof(struct profile, skip)}, {"references", offsetof(struct profile, references)},
    {"link_titles", offsetof(struct profile, link_titles)}};

static int load_word(struct loader *loader, const struct yaml *at, const char *key, const char **word)
{
    if (value_text(loader, at, word))
        return -1;
    if (strlen(*word) > PROFILE_WORD_BYTES_MAX)
        return fail(loader, at->line, at->column, "%s: an entry is longer than %d bytes",
            "%s：有一条超过 %d 字节", key, PROFILE_WORD_BYTES_MAX);
    return 0;
}

/* "Sponsors" or [Sponsors, 招聘] */
static int load_words(struct loader *loader, const struct yaml *at, const char *key, struct words *words)
{
    if (!at)
        return 0;
    bool one = at->kind == YAML_SCALAR;
    if (!one && need(loader, at, YAML_LIST, key))
        return -1;
    size_t count = one ? 1 : yaml_count(at);
    if (count > PROFILE_WORDS_MAX)
        return fail(loader, at->line, at->column, "%s: more than %d entries", "%s：超过 %d 条", key,
            PROFILE_WORDS_MAX);
    words->texts = arena_array(loader->arena, count + 1, sizeof *words->texts);
    for (const struct yaml *entry = one ? at : at->first; entry; entry = one ? NULL : entry->next)
        if (load_word(loader, entry, key, &words->texts[words->count++]))
            return -1;
    return 0;
}

static int load_shape(struct loader *loader, const struct yaml *at, bool of_items, enum shape *shape)
{
    const char *text;
    if (!at)
        return 0;
    if (value_text(loader, at, &text))
        return -1;
    enum shape named = shape_named(text, of_items);
    if (named != SHAPES) {
        *shape = named;
        return 0;
    }
    struct guess guess;
    guess_begin(&guess, text);
    for (enum shape one = SHAPE_HEADING_1; one < SHAPES; one++)
        if (shape_named(shape_name(one), of_items) == one)
            guess_offer(&guess, shape_name(one));
    return of_items ? guess_fail(loader, at, "form of items", "条目写法", &guess)
                    : guess_fail(loader, at, "form of sections", "栏目写法", &guess);
}

static int load_profile(struct loader *loader, struct yaml *at, const char *owner, struct profile *profile)
{
    static const char *const entries[] = {"items", "editions", NULL};
    static const char *const groups[] = {"week", "day", "feed", NULL};
    if (need(loader, at, YAML_MAP, owner))
        return -1;
    take_all(loader, at, IN_PROFILE);
    if (leftover(loader, at, owner, IN_PROFILE) ||
        load_shape(loader, take(loader, at, "sections"), false, &profile->sections) ||
        load_shape(loader, take(loader, at, "items"), true, &profile->items))
        return -1;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (load_words(loader, take(loader, at, lists[i].key), lists[i].key,
                (struct words *)(void *)((char *)profile + lists[i].offset)))
            return -1;
    struct yaml *of_feed = take(loader, at, "entries");
    int entry = 0, group = (int)profile->group;
    if (value_choice(loader, of_feed, entries, &entry) ||
        value_choice(loader, take(loader, at, "group"), groups, &group))
        return -1;
    if (of_feed)
        profile->entries = entry ? ENTRIES_EDITIONS : ENTRIES_ITEMS;
    profile->group = (enum feed_group)group;
    return 0;
}

/* A file that holds nothing but a profile. Its mistakes are told with its own name and places. */
static int load_file(struct loader *loader, const char *path, struct profile *profile)
{
    struct loader own = *loader;
    struct arena file = {0};
    const char *bytes;
    size_t len;
    own.file = path;
    struct yaml *root = NULL;
    if (!config_bytes(path, &file, &bytes, &len, loader->err))
        root = yaml_parse(loader->arena, path, loader->chinese, bytes, len, loader->err);
    arena_free(&file);
    if (!root)
        return -1;
    return load_profile(&own, root, say(loader, "a profile", "profile"), profile);
}

/* The profile in use, when this is the configuration in use: what has become of the file is SIGHUP's
 * business. */
static const struct profile *in_use(const struct loader *loader, const struct source *source)
{
    for (size_t i = 0; loader->was && i < loader->was->source_count; i++) {
        const struct source *was = &loader->was->sources[i];
        if (was->profile && !strcmp(was->name, source->name) &&
            !strcmp(was->profile_file, source->profile_file))
            return profile_copy(loader->arena, was->profile);
    }
    return NULL;
}

int config_profile(struct loader *loader, struct yaml *at, struct source *source)
{
    const char *text;
    if (!at)
        return 0;
    struct profile *profile = arena_alloc(loader->arena, sizeof *profile);
    *profile = (struct profile){0};
    source->profile = profile;
    if (at->kind == YAML_MAP)
        return load_profile(loader, at, "profile", profile);
    if (at->kind == YAML_LIST)
        return need(loader, at, YAML_MAP, "profile");
    if (value_text(loader, at, &text))
        return -1;
    source->profile_file = absolute(loader, text);
    const struct profile *kept = in_use(loader, source);
    if (kept) {
        source->profile = kept;
        return 0;
    }
    if (access(source->profile_file, R_OK))
        return fail(loader, at->line, at->column, "profile: %s: %s", "profile：%s：%s", shown(loader, text),
            strerror(errno));
    return load_file(loader, source->profile_file, profile);
}

int profile_load(
    const char *path, bool chinese, struct arena *arena, const struct profile **out, struct error *err)
{
    struct loader loader = {.arena = arena, .file = path, .folder = "", .chinese = chinese, .err = err};
    struct profile *profile = arena_alloc(arena, sizeof *profile);
    *profile = (struct profile){0};
    *out = profile;
    return load_file(&loader, path, profile);
}
