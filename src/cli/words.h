/* The words of the command line. Everything people read is said through here, in the language of the
 * configuration; before it is read (wrong usage, no configuration) in that of the environment, and the texts
 * of --help are English. JSON keeps the words of SQL; sentences in it ("text", "why") are for people and
 * follow the configuration too. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include "cli/cli.h"

/* The text in the language of this call; both take the same arguments ("%.0s" passes over a plural). */
const char *shell_says(const struct shell *shell, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));
/* States, kinds and acts as people read them: "sent" is 已发. Words it does not know stay as they are. */
const char *shell_word(const struct shell *shell, const char *word);
/* LC_ALL, LC_MESSAGES or LANG ask for Chinese, the first that is set. */
bool words_chinese_here(void);

#endif
