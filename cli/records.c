/* Opening the gateway's records, or making some of the files. */
#include "records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "admin/load.h"
#include "serve.h"

#define OFFLINE_BYTES (256u * 1024 * 1024) /* of a store that lives seconds */

/* The configuration of the gateway that runs. */
static int
read_config(struct cli *cli, struct cli_config *out)
{
    const char *path = cli_config_running(cli);

    jg_arena_init(&out->arena, 1, 1);
    if (path == NULL)
        return cli_config_none("-c FILE, or start one: jotgate demo");
    return cli_config_load(path, out);
}

static int
find_store(const struct cli_config *config, char out[static PATH_MAX])
{
    return cli_store_folder(config, out)
               ? CLI_OK
               : cli_fail(CLI_CONFIG, NULL, "storage.path is too long");
}

static int
open_store(struct cli_records *r, const char *path, bool writable)
{
    const struct jg_store_options options = {
        .path = path,
        .max_bytes =
            writable ? OFFLINE_BYTES : (size_t)r->config.conf.storage.max_bytes,
        .writable = writable,
        .group = (gid_t)-1,
    };
    char fault[JG_STORE_FAULT_MAX];

    if (jg_store_open(&options, &r->store, fault) == JG_OK)
        return CLI_OK;
    return cli_fail(CLI_FAILED,
                    "run it as the gateway's user, on its machine, or with "
                    "--offline",
                    "the gateway's records cannot be read: %s", fault);
}

/* Everything that a start would load, into a store that nobody else sees. */
static int
load(struct cli_records *r)
{
    struct jg_load_result result;
    struct jg_txn *txn;
    enum jg_err err = jg_txn_write(r->store, &txn);

    if (err != JG_OK)
        return cli_broken(err);
    err = jg_load(&r->config.conf, r->config.text, JG_LOAD_START, time(NULL),
                  txn, &r->config.diags, &result);
    if (err == JG_OK)
        err = jg_txn_commit(txn);
    else
        jg_txn_abort(txn);
    return err == JG_OK ? CLI_OK : cli_broken(err);
}

static int
open_offline(struct cli_records *r)
{
    int code;

    snprintf(r->folder, sizeof(r->folder), "/tmp/jotgate-explain-XXXXXX");
    if (mkdtemp(r->folder) == NULL) {
        r->folder[0] = '\0';
        return cli_fail(CLI_FAILED, NULL, "no temporary folder: %m");
    }
    code = open_store(r, r->folder, true);
    return code == CLI_OK ? load(r) : code;
}

int
cli_records_open(struct cli *cli, struct cli_records *out)
{
    char store[PATH_MAX];
    int code = read_config(cli, &out->config);

    if (code != CLI_OK)
        return code;
    if (cli_has(cli, "offline"))
        return open_offline(out);
    code = find_store(&out->config, store);
    return code == CLI_OK ? open_store(out, store, false) : code;
}

int
cli_journal_open(struct cli *cli, struct jg_journal **out)
{
    char store[PATH_MAX], path[PATH_MAX + 16];
    struct cli_config config;
    int code = read_config(cli, &config);

    if (code == CLI_OK)
        code = find_store(&config, store);
    cli_config_free(&config);
    if (code != CLI_OK)
        return code;
    snprintf(path, sizeof(path), "%s/journal", store);
    if (access(path, R_OK) != 0)
        return cli_fail(CLI_NOT_FOUND,
                        errno == EACCES
                            ? "run it as the gateway's user"
                            : "run it on the gateway's machine, with its "
                              "configuration: -c FILE; from elsewhere, with "
                              "--address URL",
                        "there is no journal to read: %s: %m", path);
    if (jg_journal_open(path, out) != JG_OK)
        return cli_fail(CLI_FAILED, "run it as the gateway's user",
                        "%s cannot be read", path);
    return CLI_OK;
}

static void
remove_folder(const char *folder)
{
    static const char *const names[] = {"data.mdb", "lock.mdb"};
    char path[128];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    if (rmdir(folder) != 0)
        cli_warn("%s was not removed: %m", folder);
}

void
cli_records_close(struct cli_records *records)
{
    jg_store_close(records->store);
    if (records->folder[0] != '\0')
        remove_folder(records->folder);
    cli_config_free(&records->config);
}
