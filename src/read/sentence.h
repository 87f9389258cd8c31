/* Where sentences end and go on, for titles that are cut out of them. */
#ifndef READ_SENTENCE_H
#define READ_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

/* The end of the first sentence in a text that has more after it; 0 = it has no such end. */
size_t sentence_end(const char *text, bool questions);
/* Does a sentence end in these words, and more follow? */
bool sentence_parts(const char *words);

/* Do these words, behind a name in bold or a link, go on with its sentence: " says that …", " 将集成到…"? */
bool sentence_goes_on(const char *text);
/* Is this the beginning of one in Chinese that a link goes on with: "他们把", "我们找到了"? */
bool sentence_is_open(const char *text);

/* A host's name that stands alone at the beginning, "editor.example": its length, 0 = none. */
size_t sentence_host(const char *text);

#endif
