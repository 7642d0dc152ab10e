/* Locks between processes that a dead process cannot hold. */
#include "lock.h"

#include "base/hash.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_PLACES (UINT64_C(1) << 32)

int
jg_lock_file(void)
{
    return memfd_create("jotgate-locks", MFD_CLOEXEC);
}

/* F_SETLK locks belong to a process, so they are not inherited by a fork. */
static bool
change(int file, uint64_t place, short type)
{
    struct flock range = {
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = (off_t)place,
        .l_len = 1,
    };

    return fcntl(file, F_SETLK, &range) == 0;
}

bool
jg_lock_try(int file, uint64_t place)
{
    return change(file, place, F_WRLCK);
}

void
jg_lock_release(int file, uint64_t place)
{
    change(file, place, F_UNLCK);
}

uint64_t
jg_lock_place(struct jg_str name)
{
    return JG_LOCK_NAMES + jg_hash_plain(name) % NAME_PLACES;
}
