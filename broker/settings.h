/* The configuration in force, and how the next one takes its place. */
#ifndef JG_BROKER_SETTINGS_H
#define JG_BROKER_SETTINGS_H

#include "broker.h"
#include "options.h"

/* One reading of the configuration file. Everything lives in its arena. */
struct jg_settings {
    struct jg_conf conf;
    struct jg_str text;    /* of the file */
    struct jg_diags diags; /* what was found in it */
    struct jg_arena arena;
};

/*
 * Read the configuration of <options>, with the environment. Findings are
 * printed; with options->strict any of them is an error.
 *   JG_E_CONF_JSON, JG_E_CONF_TYPE, JG_E_CONF_VALUE  printed
 *   JG_E_NOT_FOUND, JG_E_IO, JG_E_NOMEM              logged
 */
enum jg_err jg_settings_read(const struct jg_options *options,
                             const struct jg_log *log,
                             struct jg_settings **out);

/*
 * See to it that there is a control secret: without one in the configuration,
 * it is the content of the file "secret" in the store's folder, which is made
 * (32 random bytes in hex, mode 0600) when it is missing. Never empty.
 *   JG_E_IO, JG_E_NOMEM  logged
 */
enum jg_err jg_settings_secret(struct jg_settings *settings,
                               const struct jg_options *options,
                               const struct jg_log *log);

/* Make <settings> those of <broker>, and of the processes forked from now on.
 */
void jg_settings_use(const struct jg_settings *settings,
                     struct jg_broker *broker);

/*
 * Read the configuration again. When it has changed, it takes the place of
 * <current>, and the service processes and the keeper are told to finish and
 * make room for successors. False: it is faulty, and everything stays.
 */
bool jg_settings_renew(struct jg_settings **current,
                       const struct jg_options *options,
                       struct jg_broker *broker);

void jg_settings_free(struct jg_settings *settings);

#endif
