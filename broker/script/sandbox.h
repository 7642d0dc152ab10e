/*
 * The walls around a script. After jg_sandbox_enter() this process can compute,
 * and read and write what is open already; any other system call ends it.
 */
#ifndef JG_SCRIPT_SANDBOX_H
#define JG_SCRIPT_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Close every file but <fd>, become nobody when we are root, leave the network,
 * bound address space and files, end with the parent, and forbid the rest by
 * seccomp. False: do not go on; errno says why.
 */
bool jg_sandbox_enter(int fd, size_t address_space_bytes);

#endif
