/*
 * The fetcher: one process that keeps all key sets by URL fresh, and gets
 * those that requests wait for. Only this process talks to identity providers,
 * so that one that is slow, or answers with something that harms the reader,
 * has nothing else in its hands; and what is asked for twice is fetched once.
 */
#ifndef JG_BROKER_FETCHER_H
#define JG_BROKER_FETCHER_H

#include "broker.h"
#include "options.h"

/* At once, for sets that are due; and with those that requests wait for. */
#define JG_FETCHER_DUE_MAX 16
#define JG_FETCHER_MAX 24

/* Work until a new configuration is in force; the parent ends it otherwise.
 * Returns the exit status of the process. */
int jg_fetcher_run(struct jg_broker *broker);

/*
 * `jotgate-broker --fetch`: print what is at options->fetch_url, fetched as the
 * gateway would. Returns the exit status; the cause of a failure is printed.
 */
int jg_fetcher_show(const struct jg_options *options);

#endif
