/* The command line: one file per subcommand, one const entry each. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/now.h"
#include "core/setup.h"
#include "state/state.h"

enum { SHELL_FLAGS_MAX = 16 };

struct flag {
    const char *name;     /* "to": --to */
    const char *argument; /* what its value is called in the help; NULL = a switch */
    const char *help;     /* one that ends in a space goes on with the names of all platforms */
};

struct digest;
struct shell;

struct subcommand {
    const char *name;
    const char *words;   /* of the usage line: "WHAT… --to CHANNEL"; "" = none */
    const char *summary; /* one line, begins with a small letter */
    const char *details; /* more lines for --help, "" = none */
    struct flag flags[SHELL_FLAGS_MAX];
    int words_min, words_max; /* -1 = any number */
    bool json;                /* takes --json */
    /* The exit code (0…3), or -1 with shell->err set. */
    int (*run)(struct shell *shell);
};

/* One call of the program. */
struct shell {
    const struct subcommand *command;
    struct arena arena;
    struct error err;
    struct now now;
    const char *config; /* path given with -c, or NULL */
    char **words;
    int word_count;
    const char *values[SHELL_FLAGS_MAX]; /* of the entry's flags; a switch that is given has "" */
    bool json;
    bool chinese;        /* what people read, see cli/words.h */
    struct setup *setup; /* shell_setup() */
    struct state *state; /* shell_state() */
};

extern const struct subcommand *const subcommands[]; /* NULL-terminated, in the order of the help */

int cli_main(int argc, char **argv);

/* What the help says of a flag. */
void flag_help(const struct flag *flag, struct buf *out);

/* The manual, made from the tables (cli/manual.c): every key of the configuration and every rule of reading
 * as Markdown; man pages. False: no such page. */
bool manual_print(const char *page, const char *language);

/* The value of a flag, NULL = not given. The entry must list it. */
const char *shell_flag(const struct shell *shell, const char *name);
/* Reads the configuration (no secrets) once, prints its warnings to stderr. -1: shell->err. */
int shell_setup(struct shell *shell);
/* The same with the secrets' values: only `run` and `check` may want them. */
int shell_secrets(struct shell *shell);
bool shell_configured(const struct shell *shell); /* is there a configuration? It is not read */
/* Is the word an address (http, https), where a file may be as well? */
bool shell_is_address(const char *word);
/* Fetches it with the configuration's proxy and certificates, where there is a configuration. `secret`: only
 * the host may be shown. What came lives in the arena. */
struct fetched;
int shell_fetch(struct shell *shell, const char *url, bool secret, struct fetched *fetched);
/* A file ("-": standard input) or an address: fills in name and bytes. */
struct reading_input;
int shell_page(struct shell *shell, const char *word, struct reading_input *input);
/* The configured source whose path (or url) that word matches; NULL = none. */
const struct source *shell_source_of(struct shell *shell, const char *word);
/* The configuration when there is one. One that was not asked for and cannot be read is told, and done
 * without. */
int shell_setup_if_any(struct shell *shell);
/* --profile FILE; leaves *profile as it is without it. */
struct profile;
int shell_profile(struct shell *shell, const struct profile **profile);
/* How a file is to be read. */
struct explanation;
struct shell_reading {
    const struct source *source;   /* whose link pattern and profile hold; NULL = nobody's */
    const struct profile *profile; /* instead of the source's; NULL = that one */
    struct explanation
        *explanation; /* gets what became of each block, also of what failed; NULL = nobody asked */
};
/* The same read in the child; prints its warnings. `how` may be NULL. NULL: shell->err, of kind ERROR_USAGE
 * where it is what stands there that is wrong. */
struct digest *shell_digest(struct shell *shell, const char *word, const struct shell_reading *how);
/* Opens the state file of the configuration once. */
int shell_state(struct shell *shell, enum state_open how);
/* After a write: wakes the daemon; says on stderr when none is running. */
/* Prints the error and forgets it, where the work goes on; returns the exit status it asks for. */
int shell_failed(struct shell *shell);
void shell_ring(struct shell *shell, const char *what_waits);
/* The channels of --to (names parted by commas, or "all"), or of --channel; NULL: shell->err. */
const struct channel **shell_channels(struct shell *shell, const char *names, size_t *count);
/* Reads the time a flag was given. -1: shell->err. */
int shell_moment(struct shell *shell, const char *flag, const char *text, int64_t *at_ms);
/* "shell:NAME" for history. */
const char *shell_who(struct shell *shell);
/* What the words mean to post: fills a wish (desk/desk.h). */
struct wish;
int shell_wish(struct shell *shell, struct wish *wish);

size_t shell_columns(const char *text); /* how wide it is on the screen: wide characters count two */

/* A table on stdout whose columns line up (wide characters count two). Cells are "" … never NULL. */
struct table {
    const char **cells;
    size_t columns, count, room;
};
void table_row(struct table *table, size_t columns, const char *const *cells);
void table_print(struct table *table);
/* "08-25 09:00" in the zone, for people; "" for 0. */
const char *shell_time(struct shell *shell, const struct zone *zone, int64_t ms);
/* RFC 3339 UTC, for --json. */
const char *shell_stamp(struct shell *shell, int64_t ms);

#endif
