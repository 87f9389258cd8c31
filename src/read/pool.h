/* Memory for cmark while one file is parsed: pieces of blocks that are freed all at once.
 *
 * malloc and free for each of cmark's nodes are a quarter of its time. Here a piece is cut off the last
 * block; one that is given back waits for the next of about its size, and the tree is never freed node by
 * node. Out of memory ends the process. */
#ifndef READ_POOL_H
#define READ_POOL_H

struct cmark_mem;

enum { POOL_CLASSES = 96 };

struct pool {
    struct pool_block *last;
    char *at, *end;            /* what is left of the block that pieces are cut off */
    void *spare[POOL_CLASSES]; /* pieces given back, by size; each begins with the next one's address */
};

/* From now on, up to pool_end(), cmark_mem works on this pool; there is one at a time. */
struct cmark_mem *pool_begin(struct pool *pool);
void pool_end(struct pool *pool);

#endif
