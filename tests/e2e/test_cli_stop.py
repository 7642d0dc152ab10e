"""`jotgate stop`: the gateway ends, after what it has to do, and nothing else."""
import fcntl
import json
import os
import re
import socket
import subprocess
import threading

import pytest

from command import expect, on_terminal


@pytest.fixture
def gw(gateway):
    gateway.add_policy()
    return gateway


class Held:
    """An upstream whose answers wait until somebody lets them go."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.asked, self.go = threading.Event(), threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        connection, _ = self.server.accept()
        connection.recv(65536)
        self.asked.set()
        assert self.go.wait(60)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                           b"Connection: close\r\n\r\nok")
        connection.close()


@pytest.fixture
def held(gw):
    """A request that the gateway has and cannot answer yet."""
    upstream, got = Held(), []
    gw.add_api(use_keyless=True, enable_jwt=False, proxy={
        "target_url": f"http://127.0.0.1:{upstream.port}/"})
    gw.start()

    def ask():
        try:
            got.append(gw.get("/api/x").status)
        except OSError as err:
            got.append(type(err))

    client = threading.Thread(target=ask)
    client.start()
    assert upstream.asked.wait(60)
    upstream.status = lambda: (client.join(60), got[0])[1]
    yield upstream
    upstream.go.set()
    client.join(60)
    upstream.server.close()


def test_it_is_gone_when_the_command_returns(gw):
    gw.start()
    done = expect("stop", gateway=gw)
    assert gw.process.wait(20) == 0
    assert done.stdout == "" and re.fullmatch(
        rf"note: the gateway of \S+ ended, after \d+\.\d s "
        rf"\(pid {gw.process.pid}\)\n", done.stderr)
    with pytest.raises(OSError):
        gw.control_call("GET", "/live")


def test_a_report_for_programs(gw):
    gw.start()
    report = json.loads(expect("stop", "--json", gateway=gw).stdout)
    assert report["v"] == 1 and report["stopped"]["pid"] == gw.process.pid
    assert report["stopped"]["seconds"] >= 0


def test_a_request_is_answered_before_it_ends(gw, held):
    late = expect("stop", "--timeout", "0", gateway=gw, code=5)
    assert "takes no more requests, and still has some" in late.stderr
    assert "jotgate stop --now" in late.stderr
    assert gw.process.poll() is None
    held.go.set()
    assert held.status() == 200
    assert gw.process.wait(60) == 0


def test_now_does_not_wait_for_requests(gw, held):
    expect("stop", "--now", gateway=gw)
    assert gw.process.wait(20) == 0
    assert held.status() != 200


def test_a_terminal_sees_what_is_waited_for(gw, held):
    # Longer than the 300 ms after which it says so: the request is held.
    shown, code = on_terminal("stop", "--timeout", "1", gateway=gw)
    assert code == 5 and b"waiting for the requests that it has" in shown


def test_none_runs_is_6(gw):
    gw.start()
    gw.stop()
    done = expect("stop", gateway=gw, code=6)
    assert "no gateway runs with this configuration" in done.stderr
    (gw.folder / "store" / "lock").unlink()
    expect("stop", gateway=gw, code=6)


def test_a_process_that_does_not_hold_the_lock_gets_no_signal(gw):
    """As when the gateway runs in a container: its pid is another's here."""
    gw.start()
    gw.stop()
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        with open(gw.folder / "store" / "lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for pid in (bystander.pid, 1, 2**31 - 1):
                lock.seek(0)
                lock.write(f"{pid}\n")
                lock.truncate()
                lock.flush()
                done = expect("stop", gateway=gw, code=1)
                assert "error: " in done.stderr and "fix: " in done.stderr
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "99999999999", "12 34"])
def test_a_lock_without_a_pid_is_said(gw, text):
    gw.start()
    gw.stop()
    with open(gw.folder / "store" / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write(text)
        lock.flush()
        assert "does not say which process" in \
            expect("stop", gateway=gw, code=1).stderr


def test_a_gateway_elsewhere_is_not_stopped_from_here(folder):
    done = expect("stop", cwd=folder, code=2,
                  env={"JOTGATE_ADDRESS": "http://127.0.0.1:9"})
    assert "one is stopped where it runs" in done.stderr


def test_wrong_options_and_no_configuration_are_2(gw, folder):
    gw.start()
    for wrong in ("-1", "x", "86401"):
        assert "is not 0 to 86400" in expect(
            "stop", f"--timeout={wrong}", gateway=gw, code=2).stderr
    assert gw.process.poll() is None
    if not os.path.exists("/etc/jotgate"):
        empty = folder / "empty"
        empty.mkdir()
        done = expect("stop", cwd=empty, code=2,
                      env={"TMPDIR": str(empty), "HOME": str(empty)})
        assert "-c FILE" in done.stderr
