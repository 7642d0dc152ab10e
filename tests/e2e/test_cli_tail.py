"""`jotgate tail`: every decision, once, in order, until Ctrl-C."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from command import JOTGATE, expect, jotgate
from tokens import hs256



@pytest.fixture
def gw(gateway):
    gateway.add_policy()
    gateway.add_api()
    return gateway.start()


def entries(gateway, *args):
    done = expect("tail", "--json", "--no-follow", "--since", "-1h", *args,
                  gateway=gateway)
    return [json.loads(line) for line in done.stdout.splitlines()]


def ask(gateway, good):
    token = hs256({"sub": "ada", "exp": int(time.time()) + (60 if good else -60)})
    return gateway.get("/api/echo", token)


def wait_for(gateway, count, *args):
    deadline = time.monotonic() + 30
    while len(entries(gateway, *args)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return entries(gateway, *args)


def test_each_request_is_there_once_and_in_order(gw):
    for n, good in enumerate((True, False, True)):
        ask(gw, good)  # another worker's entry may come a moment later
        got = wait_for(gw, n + 1, "--api", "api")
    assert [e["status"] == 200 for e in got] == [True, False, True]
    assert len({e["request_id"] for e in got}) == 3
    assert all(e["v"] == 1 and e["method"] == "GET" for e in got)


def test_filters_choose(gw):
    for good in (True, False):
        ask(gw, good)
    wait_for(gw, 2, "--api", "api")
    refused, = entries(gw, "--rejected", "--api", "api")
    assert entries(gw, "--reason", refused["reason"]) == [refused]
    assert entries(gw, "--api", "other") == []
    assert entries(gw, "--since", "+1h") == []


def test_it_follows_over_a_reload_and_ends_with_130(gw):
    out = gw.folder / "out"
    process = subprocess.Popen(
        [JOTGATE, "tail", "-c", gw.folder / "tyk.conf", "--since", "-1h"],
        stdout=out.open("wb"))
    try:
        ask(gw, True)
        gw.reload()
        ask(gw, False)
        deadline = time.monotonic() + 30
        while "jotgate explain " not in out.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()
    text = out.read_text()
    assert re.search(r"^\d\d:\d\d:\d\d  200  GET    api  \d+\.\d ms$", text,
                     re.M)
    request_id = re.search(r"jotgate explain ([0-9a-f]{32})", text)[1]
    assert "GET" in expect("explain", request_id, gateway=gw).stdout
    assert "eyJ" not in text


@pytest.mark.parametrize("args, code, words", [
    (["--reason", "JG000x"], 2, "jotgate reason"),
    (["--since", "yesterday"], 2, "is no time"),
])
def test_wrong_options_are_said(gw, args, code, words):
    assert words in expect("tail", *args, gateway=gw, code=code).stderr


def test_without_a_gateway_there_is_no_journal(folder):
    (folder / "tyk.conf").write_text(json.dumps(
        {"storage": {"path": str(folder / "none")}}))
    done = expect("tail", "-c", folder / "tyk.conf", code=6)
    assert "there is no journal" in done.stderr
    assert not (folder / "none").exists()


@pytest.mark.parametrize("conf", [{}, {"storage": {"path": "none"}}])
def test_tail_and_explain_look_in_the_folder_of_serve(folder, conf):
    (folder / "tyk.conf").write_text(json.dumps(conf))
    said = [jotgate(*words, "-c", "tyk.conf", cwd=folder,
                    env={"XDG_STATE_HOME": str(folder)})
            for words in (("tail", "--no-follow"), ("explain", "0" * 32))]
    place = ("none" if conf else "/var/lib/jotgate" if os.geteuid() == 0
             else f"{folder}/jotgate")
    if not os.path.exists(f"{place}/journal"):
        assert [done.returncode for done in said] == [6, 6]
        assert f"there is no journal to read: {place}/journal" in \
            said[0].stderr
        assert said[0].stderr == said[1].stderr
