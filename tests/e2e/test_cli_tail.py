"""`jotgate tail`: every decision, once, in order, until Ctrl-C."""
import json
import os
import re
import signal
import subprocess
import time

import pytest

from command import JOTGATE, environment, expect, jotgate
from gateway import SECRET
from tokens import hs256

READER = "a-reader-of-this-gateway-0123456"

@pytest.fixture
def gw(gateway):
    gateway.conf["read_only_secret"] = READER
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


def far(gateway, secret=READER):
    """Words and environment of a person at another machine."""
    return (["--address", f"http://127.0.0.1:{gateway.control}"],
            {"JOTGATE_SECRET": secret})


@pytest.mark.parametrize("secret", [READER, SECRET])
def test_from_another_machine_it_is_the_same(gw, folder, secret):
    for good in (True, False):
        ask(gw, good)
    local = wait_for(gw, 2, "--api", "api")
    words, env = far(gw, secret)
    words = ("--no-follow", "--since", "-1h", "--api", "api", *words)
    told = expect("tail", "--json", *words, env=env, cwd=folder)
    assert [json.loads(l) for l in told.stdout.splitlines()] == local
    text = expect("tail", *words, env=env, cwd=folder).stdout
    assert text == expect("tail", "--no-follow", "--since", "-1h", "--api",
                          "api", gateway=gw).stdout


def test_a_request_is_explained_from_another_machine(gw, folder):
    ask(gw, False)
    entry, = wait_for(gw, 1, "--rejected")
    words, env = far(gw)
    for form in ([], ["--json"]):
        assert expect("explain", entry["request_id"], *form, *words, env=env,
                      cwd=folder).stdout == \
            expect("explain", entry["request_id"], *form, gateway=gw).stdout
    done = expect("explain", "0" * 32, *words, env=env, cwd=folder, code=6)
    assert "does not have this request" in done.stderr


def test_from_another_machine_it_shows_each_once_and_outlives_a_restart(gw):
    words, env = far(gw)
    out, said = gw.folder / "out", gw.folder / "said"
    process = subprocess.Popen(
        [JOTGATE, "tail", "--json", "--since", "-1h", *words],
        stdout=out.open("wb"), stderr=said.open("wb"),
        env=environment(**env))

    def wait_until(done):
        deadline = time.monotonic() + 60
        while not done():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)

    def shown():
        return out.read_text().count("\n")

    try:
        for n in range(1, 4):
            ask(gw, n % 2)
            wait_until(lambda n=n: shown() == n)
        gw.stop()
        wait_until(lambda: "goes on when it answers again" in said.read_text())
        gw.start()
        ask(gw, True)
        wait_until(lambda: shown() == 4)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    finally:
        process.kill()
        process.wait()
    lines = [json.loads(l) for l in out.read_text().splitlines()]
    assert len({l["request_id"] for l in lines}) == 4
    assert [l["status"] == 200 for l in lines] == [True, False, True, True]


@pytest.mark.parametrize("words", [["tail"], ["explain", "0" * 32]])
def test_a_gateway_elsewhere_that_is_not_there_is_5_a_wrong_secret_4(gw, words):
    there, env = far(gw, "wrong")
    done = expect(*words, *there, env=env, code=4)
    assert "does not take this secret" in done.stderr
    gw.stop()
    done = expect(*words, *there, env=env, code=5)
    assert "does not answer" in done.stderr and done.stdout == ""
