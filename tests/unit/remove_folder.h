/* A folder of a test, with all that is in it. */
#ifndef JG_TEST_REMOVE_FOLDER_H
#define JG_TEST_REMOVE_FOLDER_H

#include <ftw.h>
#include <stdio.h>

#define REMOVE_FILES_OPEN 16 /* at a time */

static inline int
remove_entry(const char *path, const struct stat *st, int type,
             struct FTW *place)
{
    (void)st;
    (void)type;
    (void)place;
    return remove(path);
}

/* 0, or what nftw() says. */
static inline int
remove_folder(const char *path)
{
    return nftw(path, remove_entry, REMOVE_FILES_OPEN, FTW_DEPTH | FTW_PHYS);
}

#endif
