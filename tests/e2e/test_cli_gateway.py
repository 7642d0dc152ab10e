"""How commands reach a gateway: address, secret, failures, hostile answers."""
import json
import re

import pytest
from command import golden, jotgate, on_terminal
from gateway import SECRET, free_port
from hostile import Hostile, response


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    module_gateway.add_policy()
    return module_gateway.start()


def times_left_out(text):
    return re.sub(r"20\d\d-\S+ \([^)]*\)", "<when>", text)


def test_status_on_one_screen(gw):
    got = jotgate("status", gateway=gw)
    assert got.returncode == 0 and got.stderr == ""
    golden("status.txt", times_left_out(got.stdout), port=gw.control)


def test_status_for_programs(gw):
    status = json.loads(jotgate("status", "--json", gateway=gw).stdout)
    assert status["v"] == 1 and status["status"]["apis"] == 1
    assert status["status"]["started"] > 1_600_000_000
    some = jotgate("status", "--json", "version,apis", gateway=gw).stdout
    assert list(json.loads(some)["status"]) == ["version", "apis"]
    wrong = jotgate("status", "--json", "verison", gateway=gw)
    assert wrong.returncode == 2 and 'Did you mean "version"' in wrong.stderr


def test_status_counts_refusals(gw):
    for _ in range(3):
        gw.get("/api/x")
    got = jotgate("status", gateway=gw).stdout
    assert re.search(r"refused +[3-9]\d*  JG101", got)


def test_a_wrong_secret_is_4_and_is_not_printed(gw):
    got = jotgate("status", gateway=gw, env={"JOTGATE_SECRET": "guessed-it"})
    assert got.returncode == 4
    assert "does not take this secret" in got.stderr
    assert "JOTGATE_SECRET" in got.stderr and "guessed-it" not in got.stderr


def test_the_secret_may_be_in_a_file(gw, tmp_path):
    (tmp_path / "secret").write_text(SECRET + "\n")
    address = ("--address", f"http://127.0.0.1:{gw.control}")
    got = jotgate("status", *address, "--secret-file", tmp_path / "secret",
                  cwd=tmp_path)
    assert got.returncode == 0
    got = jotgate("status", *address, cwd=tmp_path)
    assert got.returncode == 4 and "none was found" in got.stderr


def test_the_configured_secret_goes_to_its_own_gateway_only(gw):
    """./tyk.conf is there, but another address is asked."""
    with Hostile(response("{}")) as other:
        jotgate("status", "--address", other.url, cwd=gw.folder)
        assert other.seen and SECRET.encode() not in other.seen[0]


def test_nobody_there_is_5(tmp_path):
    got = jotgate("status", "--address", f"http://127.0.0.1:{free_port()}",
                  cwd=tmp_path)
    assert got.returncode == 5 and "does not answer" in got.stderr
    assert "fix: " in got.stderr


def test_a_port_that_never_answers_is_5():
    with Hostile(None) as port:
        got = jotgate("status", "--address", port.url, "--timeout", "1")
        assert got.returncode == 5 and "timed out" in got.stderr
        assert "jotgate doctor" in got.stderr
        assert "jotgate status" not in got.stderr


def test_long_waits_are_shown_on_terminals_only():
    with Hostile(None) as port:
        words = ("status", "--address", port.url, "--timeout", "1")
        shown, code = on_terminal(*words)
        assert code == 5 and b"waiting for http://127.0.0.1" in shown
        assert b"waiting" not in shown.rsplit(b"\r\x1b[K", 1)[1]
        assert "waiting" not in jotgate(*words).stderr


def test_no_secret_in_plain_text_to_other_machines():
    got = jotgate("status", "--address", "http://192.0.2.1:8081",
                  env={"JOTGATE_SECRET": "s"})
    assert got.returncode == 2 and "--allow-http" in got.stderr


@pytest.mark.parametrize("address", ["ftp://x", "127.0.0.1:8081", "http://a b",
                                     "http://x/#y", "http://x\r\nA: b"])
def test_what_is_no_address_is_2(address):
    got = jotgate("status", "--address", address)
    assert got.returncode == 2 and "\r" not in got.stderr


def test_no_gateway_to_ask_is_2(tmp_path):
    got = jotgate("status", cwd=tmp_path, env={"TMPDIR": str(tmp_path)})
    assert got.returncode == 2 and "jotgate demo" in got.stderr


HOSTILE = "\x1b]0;owned\x07\x1b[2Jgone\u202e\x9b31m"


@pytest.mark.parametrize("answer", [
    response(json.dumps({"message": HOSTILE}), status=500),
    response(json.dumps({"status": "error", "message": HOSTILE}), status=404),
    response(HOSTILE, status=400, kind="text/plain"),
    response(HOSTILE, kind="text/plain"),
    response(b"\xff\xfe\x1b[31m\x9b31m", status=400, kind="text/plain"),
    response(json.dumps({"sets": HOSTILE, "decisions": [HOSTILE]})),
    response(json.dumps({"sets": [{"url": HOSTILE, "failures": 3,
                                   "fault": HOSTILE}]})),
    response(json.dumps({"sets": {HOSTILE: [HOSTILE]},
                         "decisions": {HOSTILE: {"time": HOSTILE}}})),
    response("[" * 100_000),
    response("{}", head=b"X: " + b"a" * 100_000 + b"\r\n"),
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    b"nonsense\x1b[31m\r\n\r\n",
    b"",
])
def test_a_hostile_answer_does_not_reach_the_terminal_raw(answer):
    with Hostile(answer) as port:
        got = jotgate("status", "--address", port.url, "--timeout", "5")
        text = got.stdout + got.stderr
        assert got.returncode in (0, 1, 5, 6)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert len(text) < 20_000


def test_an_object_is_no_list_of_documents(tmp_path):
    with Hostile(response(json.dumps({"may": "change", "x": [{}]}))) as port:
        got = jotgate("export", tmp_path / "out", "--address", port.url)
        assert got.returncode == 1 and "the answer is no list" in got.stderr


def test_an_endless_answer_is_cut_off():
    body = b"a" * (34 * 1024 * 1024)
    with Hostile(response(body)) as port:
        got = jotgate("status", "--address", port.url)
        assert got.returncode in (1, 5) and len(got.stderr) < 2000
        assert "32 MiB" in got.stderr


def test_what_is_quoted_in_a_fix_is_escaped(tmp_path):
    got = jotgate("token", "inspect", "a\x1b[2J.b\x1b]0;x\x07.c")
    assert got.returncode != 0 and "\x1b" not in got.stderr
