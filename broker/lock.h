/*
 * Locks between processes that a dead process cannot hold: byte ranges of an
 * anonymous file. The kernel takes them back on exit and on kill -9.
 */
#ifndef JG_BROKER_LOCK_H
#define JG_BROKER_LOCK_H

#include "base/err.h"

#define JG_LOCK_RELOAD 0     /* who loads the definitions */
#define JG_LOCK_FOLLOW 1     /* who publishes the names instead of the keeper */
#define JG_LOCK_NAMES 0x1000 /* and above: one place for each name */

/* The file behind the locks, to be made before forking; -1 when it fails. */
int jg_lock_file(void);

/* Take <place>, without waiting. False: another process has it. */
bool jg_lock_try(int file, uint64_t place);
void jg_lock_release(int file, uint64_t place);

/* The place of <name>. Two names may share one, and then wait in turn. */
uint64_t jg_lock_place(struct jg_str name);

#endif
