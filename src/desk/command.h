/* A chat command: one file in src/commands with one const entry. The desk finds it and runs it inside the
 * turn. */
#ifndef DESK_COMMAND_H
#define DESK_COMMAND_H

#include "desk/desk.h"

struct call {
    struct state *state;
    const struct setup *setup;
    const struct command *const *commands;
    const struct channel *channel; /* NULL: a chat that is not configured (only where, help) */
    int64_t channel_id;            /* 0 with NULL */
    const char *language;          /* "zh", "en" */
    const char *words;             /* the arguments, trimmed, "" = none */
    const char *member;            /* "telegram:12345", "room:…", "shell:NAME" */
    bool editor;
    bool direct;              /* a chat with us alone */
    const char *chat, *topic; /* as the platform names them */
    const char *platform;     /* adapter's name */
    bool look_only;           /* nothing may be written (digestd ask) */
    struct now now;
    struct arena *arena;
};

struct command {
    const char *name; /* "week": /week */
    /* Other ways people say it, folded; NULL-terminated, or NULL. "本周" is the whole line (spaces, and a
     * mark at the end do not count); a "#" in it stands for a number (3, 三, 十二), which becomes the words;
     * a "*" at its end for whatever follows, and a "*" alone for anything that no other command takes;
     * "上期=last" gives the words "last". */
    const char *const *words;
    const char *arguments, *arguments_zh; /* "[which]" for help; "" = none */
    const char *help_en, *help_zh;
    bool editors;  /* only they may; others are told so */
    bool anywhere; /* also in a chat that is not configured */
    bool hidden;   /* not in menus */
    /* Fills `answer` (empty = say nothing). -1 only when the state file failed. */
    int (*run)(const struct call *call, struct message *answer, struct error *err);
};

/* Whom a line is said to. A reply to a post of ours is first of all talk among members about that post. */
enum addressed { ADDRESSED_NOBODY, ADDRESSED_US, ADDRESSED_POST };

/* What a line of chat means: the command and its words; NULL = nothing for us. Said to nobody, only what
 * begins with a slash is for us; natural forms (本周, 第3条, 3, 今日一问, 搜 豆包) are understood when it was
 * said to us or to a post; only what was said to us and is nothing else is a search. */
const struct command *command_match(const struct command *const *commands, const char *text,
    enum addressed addressed, struct arena *arena, const char **words);

/* "3", "第3条", "三", "No. 3": the number, when the text is that and nothing else. */
bool command_number(const char *text, int *number);

#endif
