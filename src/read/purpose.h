/* What a heading, list or paragraph is for, by its words: not every one leads to news. */
#ifndef READ_PURPOSE_H
#define READ_PURPOSE_H

#include <stdbool.h>

struct reader;
struct node;

/* "References", "参考资料": links of the edition as a whole. */
bool purpose_is_references(const struct reader *reader, const char *title);
/* "Links": of the edition as a whole where it is the last that is told, else what is told itself. */
bool purpose_is_links(const struct reader *reader, const char *title);
/* "Join us", "关注我们": invites, advertises, thanks; or the profile says to skip it. */
bool purpose_is_promotion(const struct reader *reader, const char *title);
/* "Contents", "本期目录". */
bool purpose_is_contents(const struct reader *reader, const char *title);
/* An entry or paragraph that says there is nothing: "*No events this week.*", "本周暂无". */
bool purpose_is_placeholder(const struct reader *reader, const struct node *block);
/* A paragraph that closes the file: all of it in italics, or "--The End--", "（完）". */
bool purpose_is_closing(const struct reader *reader, const struct node *block);
/* A paragraph or list that only leads away or takes leave: links and nothing else, "Share this: …", "Thanks
 * for reading", "下期见". */
bool purpose_is_farewell(const struct reader *reader, const struct node *block);
/* One link and nothing else. */
bool purpose_is_link_alone(const struct node *paragraph);

#endif
