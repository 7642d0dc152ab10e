/*
 * A fuzz target without a fuzzer: every file of the corpus folders named on
 * the command line once, so that what was found once is tested everywhere.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"

#define FILE_MAX (16l * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly as large as the file, so that a sanitizer sees a byte too far. */
static bool
replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    uint8_t *data;
    bool ok;

    if (f == NULL || fstat(fileno(f), &st) != 0 || st.st_size > FILE_MAX) {
        fprintf(stderr, "%s: cannot be read, or too large\n", path);
        if (f != NULL)
            fclose(f);
        return false;
    }
    data = jg_mem_grow(NULL, (size_t)st.st_size);
    ok = data != NULL &&
         fread(data, 1, (size_t)st.st_size, f) == (size_t)st.st_size;
    if (ok) {
        fprintf(stderr, "%s\n", path); /* the last one before a crash */
        LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
    }
    jg_mem_free(data);
    fclose(f);
    return ok;
}

/* How many files were replayed; 0 is a failure too: a corpus got lost. */
static size_t
replay_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    size_t count = 0;
    char path[4096];

    if (dir == NULL)
        return 0;
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (!replay(path)) {
            count = 0;
            break;
        }
        count++;
    }
    closedir(dir);
    return count;
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t count = replay_folder(argv[i]);

        if (count == 0) {
            fprintf(stderr, "%s: nothing was replayed\n", argv[i]);
            return 1;
        }
        printf("%s: %zu inputs\n", argv[i], count);
    }
    return argc > 1 ? 0 : 2;
}
