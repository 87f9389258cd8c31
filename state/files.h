/* Inside state/ only: the files beside the database. None of these functions may be given a database that a
 * connection of this process has open: closing any descriptor of it would end SQLite's locks. */
#ifndef STATE_FILES_H
#define STATE_FILES_H

#include "core/error.h"
#include <stdbool.h>
#include <stdint.h>

enum { FILE_NAME = 4200 }; /* room for a path and an ending */

/* Makes an empty file that only its owner reads and writes, whatever the umask is. One that is there stays
 * as it is. */
int file_make(const char *path, struct error *err);
int file_sync(const char *path, struct error *err);
/* A rename or a new name is on the disk only when the folder is. */
int file_sync_folder(const char *path, struct error *err);
bool file_is(const char *path);
bool file_same(const char *one, const char *other); /* the same file under two names */
int64_t file_size(const char *path);                /* 0 = there is none */
/* Bytes that may still be written beside this path; INT64_MAX when the system does not say. */
int64_t file_room(const char *path);
/* The newest of PATH.before-…: copies made before a migration or a restore. */
bool file_newest_copy(const char *path, char out[FILE_NAME]);
/* Removes a database and what SQLite keeps beside it. */
void file_remove_database(const char *path);

#endif
