/* Inside `digestd init`: the questions (init.c), what is written (init_write.c). */
#ifndef CLI_INIT_H
#define CLI_INIT_H

#include "cli/words.h"

struct adapter;

/* The answers. Strings live in the shell's arena. */
struct plan {
    struct shell *shell;           /* speaks the language that was chosen */
    const char *config;            /* absolute path of the file to be written */
    const char *folder;            /* its folder */
    const struct adapter *adapter; /* of the bot, or of the channel where there is no bot */
    const struct adapter *hand;  /* of the channel, where a person pastes: given the text by that bot; NULL */
    const char *group;           /* what that person calls the group; "" = not asked */
    const struct option *option; /* of it, being asked for */
    const char **values;         /* of the adapter's options, by their place; NULL or "" = not given */
    const char *editions;        /* pattern, relative to the folder; or an address */
    bool address;                /* it is one */
    const char *newest;          /* the newest of these files, NULL = none */
    const char *zone;
    const char *items, *asks; /* times of the day, "-" = never */
    const char *editor;       /* digits, "" = not known */
};

struct question {
    const char *english, *chinese;
    const char *flag; /* of the command line, NULL = none */
    bool secret;      /* not shown while it is typed */
    /* Why the answer will not do; NULL = it will. */
    const char *(*check)(struct plan *plan, const char *answer);
};

/* A YAML string in double quotes. */
void init_quote(struct buf *out, const char *text);
const char *init_usual_editions(struct plan *plan);
const char *init_usual_zone(struct plan *plan);
/* "37 files; the newest is x.md: 12 items, 5 questions". */
void init_show_edition(struct plan *plan, size_t files);
/* What stands behind the address now; why nothing does is no obstacle. */
void init_show_address(struct plan *plan, const char *url);
/* Writes all files, says what comes next. The exit code, or -1 with the shell's err. */
int init_write(struct plan *plan);

#endif
