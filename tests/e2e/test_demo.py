"""`jotgate demo`: what `make run` starts, from the first line to Ctrl-C."""
import json
import os
import re
import shlex
import signal
import subprocess
import time

import pytest
from gateway import BUILD, free_port


@pytest.fixture
def demo(folder):
    port, control = free_port(), free_port()
    env = dict(os.environ, TMPDIR=str(folder), XDG_STATE_HOME=str(folder))
    if env.get("JOTGATE_TEST_PRELOAD"):
        env["LD_PRELOAD"] = env["JOTGATE_TEST_PRELOAD"]
    log = open(folder / "out", "w+")
    process = subprocess.Popen(
        [BUILD / "jotgate", "demo", "--port", str(port), "--control-port",
         str(control)], env=env, stdin=subprocess.DEVNULL, stdout=log,
        stderr=log)
    process.output = lambda: (folder / "out").read_text()
    deadline = time.monotonic() + 60
    while process.output().count("curl ") < 3 and process.poll() is None:
        assert time.monotonic() < deadline, process.output()
        time.sleep(0.05)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(20)
    log.close()


def test_the_three_printed_curl_lines_do_what_they_say(demo):
    lines = re.findall(r"curl .*http://\S+.*", demo.output())
    statuses = []
    for line in lines[:3]:
        line = line.split("  #")[0]
        out = subprocess.run([*shlex.split(line), "-s", "-o", "/dev/null",
                              "-w", "%{http_code}", "--max-time", "10"],
                             capture_output=True, text=True)
        statuses.append(out.stdout[-3:])
    assert statuses == ["200", "400", "403"]


def family(pid):
    """The process and everything below it."""
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True,
                         text=True).stdout.split()
    return [pid, *[p for child in out for p in family(int(child))]]


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_commands_find_it_without_being_told(demo, folder):
    def jotgate(*words):
        return subprocess.run(
            [BUILD / "jotgate", *words], text=True, capture_output=True,
            timeout=60, cwd=folder,
            env=dict(os.environ, TMPDIR=str(folder)))

    line = re.findall(r"curl .*http://\S+.*", demo.output())[0]
    subprocess.run(shlex.split(line), capture_output=True, timeout=20)
    assert jotgate("status").returncode == 0
    deadline = time.monotonic() + 30
    while not (seen := jotgate("tail", "--json", "--no-follow", "--since",
                               "-1h")).stdout:
        assert seen.returncode == 0 and time.monotonic() < deadline, seen
    request_id = json.loads(seen.stdout.splitlines()[0])["request_id"]
    done = jotgate("explain", request_id)
    assert done.returncode == 0 and "reason" in done.stdout, done.stderr
    assert f"{folder}/jotgate-demo-" in jotgate("doctor", "--all").stdout


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM,
                                 signal.SIGKILL])
def test_nothing_outlives_it(demo, how):
    pids = family(demo.pid)
    assert len(pids) > 3
    demo.send_signal(how)
    demo.wait(20)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        left = [p for p in pids if is_running(p)]
        if not left:
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {left}")


def test_ctrl_c_leaves_no_file(demo, folder):
    demo.send_signal(signal.SIGINT)
    assert demo.wait(20) in (0, 130)
    assert [p.name for p in folder.iterdir()] == ["out"]
