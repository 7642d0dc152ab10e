#!/usr/bin/python3
"""Figures of a whole gateway: starting with 10,000 APIs, an edit of one of
them, reloads at full load, and the memory of the idle demo.

    bench/gateway.py BUILD [--apis 10000] [--reloads 100]
"""
import argparse
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request

import servers

EDITED = 4711
EDITS = 9
ASKED = 40  # connections after each edit, so that every worker has some
HERE = pathlib.Path(__file__).resolve().parent


def definition(n, port, edition):
    return {
        "api_id": f"api{n}", "name": f"API {n}", "org_id": "default",
        "active": True, "use_keyless": True,
        "proxy": {"listen_path": f"/team-{n % 97}/api{n}/",
                  "strip_listen_path": True,
                  "target_url": f"http://127.0.0.1:{port}"},
        "version_data": {"not_versioned": True, "versions": {"Default": {
            "name": "Default", "global_headers": {
                "X-Edition": str(edition)}}}}}


def path_of(n):
    return f"/team-{n % 97}/api{n}/get"


def milliseconds(call, *args):
    start = time.monotonic()
    result = call(*args)
    return (time.monotonic() - start) * 1000, result


def ask(server, n):
    """The answer to one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                            timeout=10)
    connection.request("GET", path_of(n))
    body = connection.getresponse().read()
    connection.close()
    return body


def reload(server):
    request = urllib.request.Request(
        f"{server.control}/tyk/reload/?block=true",
        headers={"X-Tyk-Authorization": "bench"})
    urllib.request.urlopen(request, timeout=20).read()


def edit(server, port, edition):
    """Change one definition and reload: how long the call took, how many
    answers after it were old, and how long the slowest of them took."""
    (server.folder / f"apps/api{EDITED}.json").write_text(
        json.dumps(definition(EDITED, port, edition)))
    call_ms, _ = milliseconds(reload, server)
    answers = [milliseconds(ask, server, EDITED) for _ in range(ASKED)]
    old = sum(body != f"{edition}\n".encode() for _, body in answers)
    return call_ms, old, max(ms for ms, _ in answers)


def under_load(server, change, times):
    """<change> so many times while wrk asks: (requests, failed ones)."""
    wrk = subprocess.Popen(
        ["wrk", "-t1", "-c16", "-d300s", "-s", HERE / "load.lua",
         server.url + path_of(1), "--", ""], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    try:
        for i in range(times):
            change(i)
    finally:
        wrk.send_signal(signal.SIGINT)
        out, _ = wrk.communicate(timeout=30)
    line = next(x for x in out.splitlines() if x.startswith("RESULT "))
    requests, failed, *_ = (int(float(x)) for x in line.split()[1:])
    return requests, failed


def hang_up(server):
    """A reload by signal: new nginx workers, when its settings changed."""
    said = server.log.read_text().count("loaded ")
    server.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while server.log.read_text().count("loaded ") == said and \
            time.monotonic() < deadline:
        time.sleep(0.01)


def load_and_reload(place, apis, reloads):
    upstream = place.nginx("upstream", "", 'return 200 "$http_x_edition\\n";',
                           None)
    definitions = [definition(n, upstream.port, 0) for n in range(apis)]
    server = place.jotgate("large", definitions, None)
    loaded_ms = int(re.search(r"loaded .* in (\d+) ms",
                              server.log.read_text()).group(1))
    first_ms, _ = milliseconds(ask, server, EDITED)
    kib = server.memory_kib()
    edits = [edit(server, upstream.port, n + 1) for n in range(EDITS)]
    call_ms, slowest_ms = (statistics.median(e[i] for e in edits)
                           for i in (0, 2))
    old = sum(e[1] for e in edits)

    def change(n):
        (server.folder / f"apps/api{EDITED}.json").write_text(
            json.dumps(definition(EDITED, upstream.port, f"load {n}")))
        reload(server)

    requests, failed = under_load(server, change, reloads)
    signals, lost = under_load(server, lambda n: hang_up(server), reloads // 5)
    server.stop()
    start_ms, _ = milliseconds(start_again, server)
    workers = len(os.sched_getaffinity(0))
    return [
        (f"load of {apis:,} files at the first start", "< 1 s",
         f"{loaded_ms} ms"),
        ("later start, until ready", "", f"{start_ms:.0f} ms"),
        ("the first request, which builds the snapshot", "",
         f"{first_ms:.0f} ms"),
        (f"one edited, live on all {workers} workers: the reload call, and the "
         "slowest request after it", "< 100 ms",
         f"{call_ms:.0f} + {slowest_ms:.0f} ms, {old} old answers"),
        (f"{reloads} reloads of {apis:,} APIs by the control API at full load",
         "0 failed", f"{failed} of {requests:,} requests"),
        (f"{reloads // 5} reloads by SIGHUP at full load", "0 failed",
         f"{lost} of {signals:,} requests"),
        (f"memory with {apis:,} APIs, all processes (PSS)", "",
         f"{kib / 1024:.1f} MiB"),
    ]


def start_again(server):
    again = servers.Server(server.process.args, server.port, None, server.log)
    server.process = again.process
    server.wait_ready()


def demo(place):
    port, control = servers.free_port(), servers.free_port()
    server = place.start("demo", [
        place.build / "jotgate", "demo", "--dir", place.dir / "demo", "--port",
        port, "--control-port", control], port, None)
    server.url = f"http://127.0.0.1:{control}"
    server.wait_ready()
    time.sleep(2)
    kib = server.memory_kib()
    return [("idle memory of the whole demo, all processes (PSS)", "< 80 MiB",
             f"{kib / 1024:.1f} MiB")]


def figures(build, apis=10000, reloads=100):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-bench-"))
    folder.chmod(0o755)
    try:
        with servers.Place(build.resolve(), folder) as place:
            return load_and_reload(place, apis, reloads) + demo(place)
    finally:
        shutil.rmtree(folder)


def table(rows):
    return "\n".join(["| figure | target | measured |", "| --- | --- | --- |",
                      *(f"| {a} | {b} | {c} |" for a, b, c in rows)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--apis", type=int, default=10000)
    parser.add_argument("--reloads", type=int, default=100)
    options = parser.parse_args()
    print(table(figures(options.build, options.apis, options.reloads)))


if __name__ == "__main__":
    main()
