"""The broker by itself, through its socket: what nginx would ask, and what
happens when its processes are killed or stopped."""
import concurrent.futures
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from broker import (BROKER, PATIENCE_S, SECRET, alive, control, read_answer,
                    scgi, wait_until)

# Requests

def test_a_started_broker_is_ready(broker):
    broker.add("one")
    broker.start()
    for path in ("/hello", "/ready"):
        answer = broker.call("GET", path, secret=None)
        assert answer.status == 200
        assert answer.headers["X-Generator"] == "tyk.io"
        assert answer.headers["Content-Type"].startswith("application/json")
        assert json.loads(answer.body)["status"] == "pass"
    assert broker.apis() == ["one"]


def test_apis_are_made_changed_and_deleted(broker):
    broker.start()
    assert broker.apis() == []
    answer = broker.call("POST", "/tyk/apis", broker.definition("one"))
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "key": "one", "status": "ok", "action": "added"}
    assert (broker.apps / "one.json").exists()
    broker.reload()
    assert broker.apis() == ["one"]

    changed = broker.definition("one", "http://127.0.0.1:10/")
    assert json.loads(broker.call("PUT", "/tyk/apis/one", changed).body) == {
        "key": "one", "status": "ok", "action": "modified"}
    broker.reload()
    got = json.loads(broker.call("GET", "/tyk/apis/one").body)
    assert got["proxy"]["target_url"] == "http://127.0.0.1:10/"

    assert json.loads(broker.call("DELETE", "/tyk/apis/one").body) == {
        "key": "one", "status": "ok", "action": "deleted"}
    broker.reload()
    assert broker.apis() == []
    assert broker.call("GET", "/tyk/apis/one").status == 404


def test_a_reload_without_block_happens_soon(broker):
    broker.start()
    broker.add("later")
    answer = broker.call("GET", "/tyk/reload")
    assert json.loads(answer.body) == {"status": "ok", "message": ""}
    wait_until(lambda: broker.apis() == ["later"], "the API is there")


def test_many_reloads_at_once_all_see_what_was_written_before(broker):
    broker.start()

    def add_and_reload(i):
        broker.add(f"api{i}")
        broker.reload()
        return f"api{i}" in broker.apis()

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(add_and_reload, range(48)))
    assert len(broker.apis()) == 48
    assert broker.metric("jotgate_reloads_total") <= 49


def test_sighup_loads_again(broker):
    broker.start()
    broker.add("after")
    broker.process.send_signal(signal.SIGHUP)
    wait_until(lambda: broker.apis() == ["after"], "the API is there")
    assert len(broker.children()) >= broker.processes()


def test_a_finding_is_logged_once(broker):
    broker.start()
    (broker.apps / "broken.json").write_text("{nonsense")
    broker.add("good")
    broker.reload()
    assert broker.log().count("broken.json") == 1
    broker.add("other")
    (broker.apps / "broken.json").write_text("{nonsense")
    broker.reload()
    broker.reload()
    assert broker.log().count("broken.json") == 1
    assert broker.apis() == ["good", "other"]


def test_a_large_definition_passes_and_a_larger_one_does_not(broker):
    broker.start()
    large = broker.definition("large", config_data={"x": "y" * 9_000_000})
    assert broker.call("POST", "/tyk/apis", large).status == 200
    broker.reload()
    got = json.loads(broker.call("GET", "/tyk/apis/large").body)
    assert got["config_data"] == large["config_data"]
    body = b"x" * (10 * 1024 * 1024 + 1)
    answer = broker.send(scgi(control("POST", "/tyk/apis"), body))
    assert answer.status == 413


@pytest.mark.parametrize("data", [
    b"x", b"GET / HTTP/1.0\r\n\r\n", b"0:,", b"17:CONTENT_LENGTH\x000\x00;",
    b"999999:", b"18:CONTENT_LENGTH\x00-1\x00,", scgi([]),
    scgi([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/hello")]),
    scgi([("JOTGATE_PORT", "root")]), scgi(control("GET", "hello")),
    scgi(control("GET", "/a%2fb")), scgi(control("GET", "/%")),
    scgi(control("GET", "/../..")), scgi(control("GET", "")),
    scgi([("JOTGATE_WANT", "")]), scgi([("JOTGATE_WANT", "address")]),
    scgi([("JOTGATE_WANT", "address ")]), scgi([("JOTGATE_WANT", "key a")]),
    scgi([("JOTGATE_WANT", "address " + "a" * 254)]),
    scgi([(f"A{i}", "") for i in range(300)]),
])
def test_malformed_requests_are_refused(broker, data):
    broker.start()
    assert 400 <= broker.send(data).status < 500
    assert broker.call("GET", "/hello").status == 200
    assert "signal" not in broker.log()


def test_the_secret_decides(broker):
    broker.start()
    for secret in (None, "", "wrong", SECRET + "x", SECRET[:-1]):
        answer = broker.call("GET", "/tyk/apis", secret=secret)
        assert answer.status == 403
        assert json.loads(answer.body)["message"] == (
            "Attempted administrative access with invalid or missing key!")
    assert broker.call("GET", "/tyk/apis", port="listen").status != 200


def test_guessing_the_secret_does_not_keep_others_waiting(broker):
    broker.start()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        guesses = [pool.submit(broker.call, "GET", "/tyk/apis", None, f"x{i}")
                   for i in range(600)]
        for _ in range(50):
            assert broker.apis() == []
        assert {guess.result().status for guess in guesses} <= {403, 503}


def test_without_a_secret_one_is_made(broker):
    del broker.conf["secret"]
    broker.start()
    path = broker.store / "secret"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip()
    assert len(secret) == 64
    assert broker.call("GET", "/tyk/apis", secret=secret).status == 200
    assert broker.call("GET", "/tyk/apis", secret="").status == 403
    broker.stop()
    broker.start()
    assert path.read_text().strip() == secret


# Starting

def test_strict_config_refuses_findings(broker):
    broker.add("odd", no_such_field=True)
    assert broker.launch("--strict-config") == b""
    assert broker.process.wait(PATIENCE_S) == 3
    assert "no_such_field" in broker.log()
    assert not broker.socket.exists()
    broker.start()
    assert broker.apis() == ["odd"]


def test_a_faulty_configuration_is_refused(broker):
    broker.conf["broker_processes"] = "many"
    assert broker.launch() == b""
    assert broker.process.wait(PATIENCE_S) == 3
    assert "broker_processes" in broker.log()


@pytest.mark.parametrize("options", [
    [], ["--conf", "x"], ["--conf", "x", "--store", "y"],
    ["--conf", "x", "--store", "y", "--socket", "z", "more"],
    ["--conf", "x", "--store", "y", "--socket", "z", "--ready-fd", "one"],
    ["--what"],
])
def test_a_wrong_command_line_is_explained(broker, options):
    run = subprocess.run([BROKER, *options], env=broker.environment(),
                         capture_output=True, timeout=PATIENCE_S)
    assert run.returncode == 2
    assert b"usage: jotgate-broker" in run.stderr


def test_a_second_broker_leaves_the_first_one_alone(broker):
    broker.start()
    run = subprocess.run(broker.command(), env=broker.environment(),
                         capture_output=True, timeout=PATIENCE_S)
    assert run.returncode == 1
    assert b"another broker answers" in run.stderr
    assert broker.call("GET", "/hello").status == 200


def test_the_socket_is_for_its_group_only(broker):
    broker.start()
    assert broker.socket.stat().st_mode & 0o777 == 0o660


# Ends

def test_sigterm_finishes_what_was_begun_and_leaves_nothing(broker):
    broker.start()
    children = broker.children()
    request = scgi(control("GET", "/tyk/apis"))
    begun, waiting = broker.connect(), broker.connect()
    with begun, waiting:
        begun.sendall(request[:20])
        broker.process.terminate()
        wait_until(lambda: not broker.socket.exists(), "no new requests")
        begun.sendall(request[20:])
        waiting.sendall(request)
        assert read_answer(begun).status == 200
        assert read_answer(waiting).status == 200
    assert broker.process.wait(PATIENCE_S) == 0
    assert not any(alive(child) for child in children)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_a_signal_to_all_processes_ends_it_cleanly(broker, number):
    broker.start()
    children = broker.children()
    for pid in [*children, broker.process.pid]:
        os.kill(pid, number)
    assert broker.process.wait(PATIENCE_S) == 0
    assert not any(alive(child) for child in children)
    assert "ended by signal" not in broker.log()


def test_children_do_not_outlive_a_killed_parent(broker):
    broker.start()
    children = broker.children()
    broker.process.kill()
    broker.process.wait()
    wait_until(lambda: not any(alive(child) for child in children),
               "the children are gone")
    broker.start() # over the socket that was left behind
    assert broker.call("GET", "/hello").status == 200


def test_the_broker_does_not_outlive_its_launcher(broker):
    launcher = subprocess.Popen(
        ["/usr/bin/python3", "-c",
         "import subprocess, sys, time\n"
         "p = subprocess.Popen(sys.argv[1:])\n"
         "print(p.pid, flush=True)\n"
         "time.sleep(600)", *broker.command()],
        env=broker.environment(), stdout=subprocess.PIPE)
    pid = int(launcher.stdout.readline())
    wait_until(broker.socket.exists, "the broker listens")
    launcher.kill()
    launcher.wait()
    launcher.stdout.close()
    wait_until(lambda: not alive(pid), "the broker is gone")
    wait_until(lambda: not broker.socket.exists(), "its socket, too")


# Accidents

def test_killed_processes_are_replaced_under_load(broker):
    for i in range(20):
        broker.add(f"api{i}")
    broker.start()
    stop = threading.Event()
    good, lost, wrong = [0], [0], []

    def load(i):
        while not stop.is_set():
            try:
                if i % 4 == 0:
                    broker.add(f"api{i % 20}", f"http://127.0.0.1:{i + 1}/")
                    broker.reload()
                elif len(broker.apis()) != 20:
                    wrong.append("an answer without all APIs")
                good[0] += 1
            except (ConnectionError, socket.timeout):
                lost[0] += 1 # its process was killed
            except Exception as e: # noqa: BLE001
                wrong.append(repr(e))

    threads = [threading.Thread(target=load, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    kills = 0
    for round_ in range(25):
        children = broker.children()
        for child in children[round_ % 2::2]:
            os.kill(child, signal.SIGKILL)
            kills += 1
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert good[0] > 50 and kills > 25
    wait_until(lambda: len(broker.children()) == broker.processes(),
               "all processes run again")
    for _ in range(100): # nothing is lost once nobody kills
        assert len(broker.apis()) == 20
    assert "was ended by signal 9" in broker.log()


def test_a_process_that_crashes_in_a_loop_is_called_so(broker):
    broker.start()
    victims = set(broker.children())

    def looped():
        for child in set(broker.children()) - victims | victims:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return "ends again and again" in broker.log()

    wait_until(looped, "the log speaks of a loop")
    wait_until(lambda: len(broker.children()) == broker.processes(),
               "all processes run again")
    assert broker.call("GET", "/hello").status == 200


def test_a_process_past_its_deadline_is_killed_and_replaced(broker):
    broker.conf["broker_deadline"] = 4 # sanitizers are slow, and in time
    broker.start()
    before = set(broker.children())
    with broker.connect() as stuck:
        stuck.sendall(scgi(control("GET", "/tyk/keys/top-secret-key"))[:-1])
        time.sleep(0.2)
        for child in before: # whoever has it will never answer
            os.kill(child, signal.SIGSTOP)
        wait_until(lambda: "past its deadline" in broker.log(), "a kill")
        for child in before & set(broker.children()):
            os.kill(child, signal.SIGCONT)
        with pytest.raises(ConnectionError):
            read_answer(stuck)
    assert broker.metric("jotgate_broker_killed_total") == 1
    wait_until(lambda: len(broker.children()) == broker.processes(),
               "all processes run again")
    assert len(before & set(broker.children())) == broker.processes() - 1
    assert "top-secret-key" not in broker.log()


def test_a_half_sent_request_is_given_up(broker):
    broker.start()
    with broker.connect() as one, broker.connect() as two:
        one.sendall(b"17:CONT")
        two.sendall(scgi(control("GET", "/hello"))[:-1])
        for _ in range(20): # the others go on
            assert broker.call("GET", "/hello").status == 200
        assert one.recv(1) == b"" and two.recv(1) == b""


# A new configuration

def test_sighup_puts_a_new_configuration_in_force(broker):
    broker.start()
    broker.add("old")
    broker.reload()
    before = set(broker.children())
    broker.apps = broker.folder / "other"
    broker.apps.mkdir()
    broker.add("new")
    broker.conf.update(secret="another-secret", app_path=str(broker.apps))
    broker.command() # writes the file
    broker.process.send_signal(signal.SIGHUP)

    def changed():
        answer = broker.call("GET", "/tyk/apis", secret="another-secret")
        return answer.status == 200 and b'"new"' in answer.body
    wait_until(changed, "the new secret and folder are in force")
    wait_until(lambda: not before & set(broker.children()),
               "all processes are new")
    wait_until(lambda: len(broker.children()) == broker.processes(),
               "all processes run")
    assert broker.call("GET", "/tyk/apis", secret=SECRET).status == 403
    assert "ended" not in broker.log()


def test_a_faulty_new_configuration_changes_nothing(broker):
    broker.start()
    before = broker.children()
    broker.conf["broker_deadline"] = "soon"
    broker.command()
    broker.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "the one in use stays" in broker.log(), "it is said")
    assert broker.apis() == []
    assert broker.children() == before
