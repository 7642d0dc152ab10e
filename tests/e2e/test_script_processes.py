"""The processes that run scripts: killed, orphaned, replaced, out of the way.

A script is known to run because it has asked a server of the test, which lets
it wait, or has answered and sees it compute from then on."""
import contextlib
import json
import os
import pathlib
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from broker import alive, wait_until
from test_virtual import FAILED, virtual, versions
from upstream import serving

SCRIPTS = 3
SOURCE = """
function ask(path) {
  return JSON.parse(TykMakeHttpRequest(JSON.stringify({
    Method: "GET", Domain: "%s", Resource: path}))).Body;
}
function honest() { return TykJsResponse({Body: "honest", Code: 200}, {}); }
function waits() { return TykJsResponse({Body: ask("/wait"), Code: 200}, {}); }
function spins() { ask("/now"); while (true); }
function matches() {
  ask("/now");
  /^(a+)+$/.test(new Array(99).join("a") + "b");
}
"""


class Server(ThreadingHTTPServer):
    """Counts who has asked; /wait is answered when the test says so."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived, self.go = 0, threading.Event()
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        with self.server.lock:
            self.server.arrived += 1
        if self.path == "/wait":
            self.server.go.wait(120)
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with serving(Server()) as server:
        yield server
        server.go.set()


@pytest.fixture
def gw(gateway, server):
    gateway.conf.update(enable_jsvm=True, jsvm_timeout=100,
                        script_processes=SCRIPTS)
    source = SOURCE % server.url
    gateway.add_api("scripts", use_keyless=True, enable_jwt=False,
                    version_data=versions(*[
                        virtual(f"/{n}$", n, source)
                        for n in ("honest", "waits", "spins", "matches")]))
    gateway.add_api("plain", use_keyless=True, enable_jwt=False)
    return gateway.start()


def stat(pid):
    """(name, parent, state) of a process; None: it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return name, int(rest.split()[1]), rest.split()[0]


def below(root):
    """{pid: (name, parent, state)} of all processes that come from <root>."""
    every = {int(p.name): s for p in pathlib.Path("/proc").glob("[0-9]*")
             if (s := stat(p.name))}
    found, size = {root: every.get(root)}, 0
    while size != len(found):
        size = len(found)
        found.update({p: s for p, s in every.items() if s[1] in found})
    return found


def scripts(gw):
    return [p for p, (name, _, state) in below(gw.process.pid).items()
            if name == "jotgate-script" and state != "Z"]


def services(gw):
    """Those that have scripts run."""
    return {stat(p)[1] for p in scripts(gw)}


@contextlib.contextmanager
def in_flight(gw, server, name, count):
    """Calls that run at this moment; their answers, once all have ended."""
    answers, before = [], server.arrived
    threads = [threading.Thread(
        target=lambda: answers.append(gw.call("GET", f"/scripts/{name}",
                                              timeout=200)))
               for _ in range(count)]
    for thread in threads:
        thread.start()
    wait_until(lambda: server.arrived == before + count, "scripts that run")
    yield answers
    for thread in threads:
        thread.join(200)
    assert len(answers) == count


def kill(pids):
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, pids)), "their end")


def all_is_served(gw):
    for _ in range(5 * SCRIPTS):
        answer = gw.get("/scripts/honest")
        assert (answer.status, answer.body) == (200, b"honest")
    assert gw.get("/plain/get").status == 200


def open_files(pids):
    return {p: len(list(pathlib.Path(f"/proc/{p}/fd").iterdir()))
            for p in pids}


def all_have_worked(gw, server):
    """So that each service has a process, and a connection. Who they are."""
    with in_flight(gw, server, "waits", SCRIPTS):
        server.go.set()
    server.go.clear()
    assert len(services(gw)) == SCRIPTS
    return services(gw)


def test_a_killed_process_costs_its_own_call_only(gw, server):
    before = open_files(all_have_worked(gw, server))
    for name in ("waits", "spins", "matches") * 2:
        with in_flight(gw, server, name, SCRIPTS) as answers:
            kill(scripts(gw))
            server.go.set()
        server.go.clear()
        assert {(a.status, a.body) for a in answers} == {(500, FAILED)}
        all_is_served(gw)
    assert set(before) == all_have_worked(gw, server)
    # What an answer leaves behind goes when the client has it already.
    wait_until(lambda: all(n <= before[pid] for pid, n in
                           open_files(before).items()), "no file more")
    wait_until(lambda: "Z" not in {state for _, _, state in
                                   below(gw.process.pid).values()},
               "no zombie")


def test_one_that_is_killed_between_two_calls_is_missed_by_nobody(gw):
    for _ in range(5):
        all_is_served(gw)
        kill(scripts(gw))
    all_is_served(gw)


@pytest.mark.parametrize("name", ["spins", "matches"])
def test_no_script_outlives_its_service(gw, server, name):
    with in_flight(gw, server, name, SCRIPTS) as answers:
        running = scripts(gw)
        kill(services(gw))
        wait_until(lambda: not any(map(alive, running)),
                   "the end of scripts without a service")
    assert {a.status for a in answers} <= {500, 502}
    all_is_served(gw)


def test_no_script_outlives_the_broker(gw, server):
    with in_flight(gw, server, "matches", SCRIPTS) as answers:
        running = scripts(gw)
        (broker,) = {stat(p)[1] for p in services(gw)}
        kill([broker])
        wait_until(lambda: not any(map(alive, running)),
                   "the end of scripts without a broker")
    assert {a.status for a in answers} <= {500, 502}
    assert gw.get("/plain/get").status == 200  # nginx needs no broker for it
    wait_until(lambda: gw.get("/scripts/honest").status == 200,
               "a new broker that has scripts run")
    all_is_served(gw)


def test_what_runs_is_finished_by_those_that_began_it(gw, server):
    """New definitions, and a new configuration, which has new services."""
    old = all_have_worked(gw, server)
    with in_flight(gw, server, "waits", SCRIPTS - 1) as answers:
        gw.add_api("later", use_keyless=True, enable_jwt=False)
        gw.reload()
        assert gw.get("/later/get").status == 200
        gw.conf["jsvm_timeout"] = 99
        (gw.folder / "tyk.conf").write_text(json.dumps(gw.conf))
        gw.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not all(map(alive, old)), "the idle one's end")
        all_is_served(gw)
        server.go.set()
    assert {(a.status, a.body) for a in answers} == {(200, b"done")}
    wait_until(lambda: not any(map(alive, old)), "new services")
    all_is_served(gw)


def test_a_script_that_computes_lets_everybody_else_go_first(gw, server):
    def idle():
        return [p for p in scripts(gw)
                if os.sched_getscheduler(p) == os.SCHED_IDLE]

    with in_flight(gw, server, "spins", 1):
        wait_until(idle, "a script that gives way")
        all_is_served(gw)
        kill(idle())
    wait_until(lambda: gw.get("/scripts/honest").status == 200 and not idle(),
               "none that gives way")
