/* Opening the gateway's records, or making some of the files. */
#include "records.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "admin/load.h"

#define OFFLINE_BYTES (256u * 1024 * 1024) /* of a store that lives seconds */

static int
read_config(struct cli *cli, struct cli_records *r)
{
    const char *path = cli_value(cli, "config");
    enum jg_err err;

    if (path == NULL)
        path = cli_config_path(cli);
    if (path == NULL)
        return CLI_USAGE;
    err = cli_config_read(path, &r->config);
    if (err == JG_OK)
        return CLI_OK;
    if (r->config.diags.faults == 0)
        return cli_config_fail(path, err);
    cli_config_print(&r->config.diags, stderr);
    return CLI_CONFIG;
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
    int code;

    jg_arena_init(&out->config.arena, 1, 1);
    code = read_config(cli, out);
    if (code != CLI_OK)
        return code;
    if (cli_has(cli, "offline"))
        return open_offline(out);
    return open_store(out, out->config.conf.storage.path.p, false);
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
