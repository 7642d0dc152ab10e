"""`jotgate sessions`: what is kept of callers, listed, shown and ended."""
import json
import re

import pytest

from command import expect, on_terminal
from hostile import Hostile, response
from split_tokens import add_apis, identity_provider, login, refused
from test_split_kept import access_id, refresh_id

KEY = {"org_id": "default", "alias": "of a test", "access_rights": {"plain": {
    "api_id": "plain", "api_name": "plain", "versions": ["Default"]}}}


@pytest.fixture
def gw(gateway):
    with identity_provider() as idp:
        add_apis(gateway, idp)
        yield gateway.start()


def sessions(gw, *words):
    done = expect("sessions", "list", "--json", *words, gateway=gw)
    report = json.loads(done.stdout)
    assert report["v"] == 1
    return {s["id"]: s for s in report["sessions"]}


def add_key(gw):
    return expect("keys", "create", "-", gateway=gw,
                  stdin=json.dumps(KEY)).stdout.strip()


def test_split_tokens_and_keys_are_one_list(gw):
    assert sessions(gw) == {}
    tokens, key = login(gw), add_key(gw)
    listed = sessions(gw)
    assert set(listed) == {access_id(tokens), refresh_id(tokens), key}
    split = listed[access_id(tokens)]
    assert (split["kind"], split["api"], split["subject"]) == \
        ("access", "split", "ada")
    assert split["created"] <= split["expires"]
    assert listed[refresh_id(tokens)]["kind"] == "refresh"
    assert (listed[key]["kind"], listed[key]["subject"]) == ("key", "of a test")
    assert isinstance(listed[key]["created"], int)
    assert set(sessions(gw, "--kind", "key")) == {key}
    assert key not in sessions(gw, "--kind", "split")
    assert set(sessions(gw, "--subject", "ada")) == \
        set(sessions(gw, "--api", "split")) == set(sessions(gw, "--kind",
                                                            "split"))
    assert sessions(gw, "--subject", "eve") == sessions(gw, "--api", "x") == {}
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert token not in json.dumps(listed)


def test_a_list_for_people(gw):
    shown, code = on_terminal("sessions", "list", gateway=gw)
    assert code == 0 and b"nothing is kept" in shown
    login(gw)
    shown, code = on_terminal("sessions", "list", gateway=gw, columns=140)
    lines = shown.decode().splitlines()
    assert code == 0 and len(lines) == 3
    assert re.sub("\x1b[^m]*m", "", lines[0]).split() == [
        "ID", "KIND", "API", "SUBJECT", "CLIENT", "CREATED", "EXPIRES"]


def test_one_of_them_by_its_id(gw):
    tokens, key = login(gw), add_key(gw)
    shown = json.loads(expect("sessions", "get", access_id(tokens), "--json",
                              gateway=gw).stdout)["session"]
    assert shown["refresh_id"] == refresh_id(tokens)
    shown = json.loads(expect("sessions", "get", key, gateway=gw).stdout)
    assert "plain" in shown["access_rights"]
    for unknown in ("none", "a" + "0" * 32):
        for verb in ("get", "revoke"):
            done = expect("sessions", verb, unknown, gateway=gw, code=6)
            assert f'there is no session "{unknown}"' in done.stderr


def test_a_login_ends_at_once_after_a_yes(gw):
    tokens, others = login(gw), login(gw)
    words = ("sessions", "revoke", access_id(tokens))
    assert expect(*words, gateway=gw, code=2).stdout == ""
    shown, code = on_terminal(*words, gateway=gw, answer="n\n")
    assert code == 1 and b"and what else its login gave?" in shown
    assert gw.get("/split/echo", tokens["access_token"]).status == 200
    done = expect(*words, "--yes", gateway=gw)
    assert done.stderr == "note: ended; refused from now on\n"
    assert refused(gw, "split", tokens["access_token"])[0] == 403
    assert gw.get("/split/echo", others["access_token"]).status == 200
    assert set(sessions(gw)) == {access_id(others), refresh_id(others)}


def test_a_caller_s_split_tokens_end_together(gw):
    tokens, key = [login(gw), login(gw)], add_key(gw)
    done = expect("sessions", "revoke", "--subject", "ada", "--yes", "--json",
                  gateway=gw)
    assert "4 tokens ended" in done.stderr
    assert json.loads(done.stdout)["changed"]["deleted"] == 4
    for one in tokens:
        assert refused(gw, "split", one["access_token"])[0] == 403
    assert set(sessions(gw)) == {key}
    expect("sessions", "revoke", key, "--yes", gateway=gw)
    assert sessions(gw) == {}


@pytest.mark.parametrize("words, said", [
    (["list", "--kind", "jwt"], "--kind split, or --kind key"),
    (["list", "--kind", "key", "--api", "x"], "a key is of no caller"),
    (["revoke"], "which session is to end?"),
    (["revoke", "x", "--subject", "y"], "not both")])
def test_wrong_words_are_2(words, said):
    done = expect("sessions", *words, "--address", "http://127.0.0.1:1", code=2)
    assert said in done.stderr


def split(number, **more):
    return {"id": f"a{number:032x}", "kind": "access", "api_id": "x",
            "created": 1, "expires": 2, **more}


def test_a_list_goes_on_over_pages():
    """A gateway that has one more behind each page; ids may be hostile."""
    pages = {"": 1, f"a{1:032x}": 2, f"a{2:032x}": 3}

    def answer(line):
        number = pages[line.split()[1].partition("after=")[2]]
        more = {"next": f"a{number:032x}"} if number < 3 else {
            "next": "\x1b[2J"}
        return response(json.dumps({"splits": [
            split(number, subject="\x1b[31m\u202e")], **more}))

    with Hostile(answer) as port:
        done = expect("sessions", "list", "--kind", "split", "--address",
                      port.url)
    assert [line.split("\t")[0][-1] for line in done.stdout.splitlines()] == \
        ["1", "2", "3"]
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout


def test_what_is_no_list_is_said():
    with Hostile(response('{"splits":{}}')) as port:
        done = expect("sessions", "list", "--address", port.url, code=1)
    assert "the answer is no list" in done.stderr
