/* The parent: starts the processes, watches over them, and ends them. */
#ifndef JG_BROKER_SUPERVISE_H
#define JG_BROKER_SUPERVISE_H

#include "settings.h"

/* Exit statuses of the broker, beside 0. */
#define JG_EXIT_FAILURE 1
#define JG_EXIT_USAGE 2
#define JG_EXIT_CONF 3

/* Block the signals that jg_supervise() waits for; before anything else. */
void jg_supervise_block_signals(void);

/*
 * Load the definitions, start all processes, and look after them. SIGHUP reads
 * the configuration (<settings> is replaced) and loads again; SIGTERM, SIGINT
 * and SIGQUIT finish what was begun and end; one of them again ends at once.
 * Returns the exit status.
 */
int jg_supervise(struct jg_broker *broker, const struct jg_options *options,
                 struct jg_settings **settings);

/*
 * How long to wait before a process that lived for <lived_ms> is started
 * again. <deaths> counts its early ends in a row and is brought up to date.
 */
int64_t jg_supervise_pause_ms(int64_t lived_ms, unsigned *deaths);

#endif
