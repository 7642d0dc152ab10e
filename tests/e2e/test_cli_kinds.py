"""Lists of the control API on the command line: apis, policies, keys, ..."""
import json
import re

import pytest
from command import expect, golden, jotgate, on_terminal
from hostile import Hostile, response


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    module_gateway.add_policy()
    gateway = module_gateway.start()
    for body in ({"jti": "one", "note": "lost"}, {"sub": "mallory"}):
        assert gateway.control_call("POST", "/tyk/revocations",
                                    body).status == 200
    return gateway


@pytest.mark.parametrize("noun", ["apis", "policies", "keys", "keysets"])
def test_lists_in_a_pipe(gw, noun):
    got = jotgate(noun, "list", gateway=gw)
    assert got.returncode == 0
    golden(f"{noun}.tsv", got.stdout)


def test_lists_on_a_terminal(gw):
    for noun in ("apis", "policies", "keys", "keysets"):
        shown, code = on_terminal(noun, "list", gateway=gw)
        assert code == 0
        golden(f"{noun}.txt", shown.decode().replace("\r\n", "\n"))


def test_lists_as_json(gw):
    apis = json.loads(jotgate("apis", "list", "--json", gateway=gw).stdout)
    assert apis["v"] == 1 and apis["apis"][0]["id"] == "api"
    some = jotgate("policies", "list", "--json", "id", gateway=gw).stdout
    assert json.loads(some)["policies"] == [{"id": "policy"}] or \
        list(json.loads(some)["policies"][0]) == ["id"]
    gone = json.loads(jotgate("revocations", "list", "--json",
                              gateway=gw).stdout)["revocations"]
    assert {r["jti"] for r in gone} == {"one", None}
    assert {r["sub"] for r in gone} == {"mallory", None}


def test_one_api_without_its_secrets(gw):
    definition = json.loads((gw.apps / "api.json").read_text())
    got = jotgate("apis", "get", "api", gateway=gw)
    assert got.returncode == 0
    shown = json.loads(got.stdout)
    assert shown["api_id"] == "api"
    assert definition["jwt_source"] not in got.stdout
    assert shown["jwt_source"] == "(hidden)"
    whole = json.loads(jotgate("apis", "get", "api", "--secrets", "--json",
                               gateway=gw).stdout)
    assert whole["api"]["jwt_source"] == definition["jwt_source"]


@pytest.mark.parametrize("noun, near", [("apis", "apo"), ("policies", None)])
def test_what_is_not_there_is_6(gw, noun, near):
    word = near or "x" * 20
    got = jotgate(noun, "get", word, gateway=gw)
    assert got.returncode == 6 and f'"{word}"' in got.stderr
    assert got.stdout == ""
    assert ('did you mean "api"?' in got.stderr) == (near is not None)


def test_ids_are_encoded(gw):
    got = jotgate("apis", "get", "../reload", gateway=gw)
    assert got.returncode == 1 and "/tyk/apis/..%2Freload" in got.stderr


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m"


@pytest.mark.parametrize("words, answer", [
    (("apis", "list"), [{"api_id": HOSTILE, "name": HOSTILE}, 7, None, []]),
    (("apis", "list"), {"apis": []}),
    (("apis", "get", "x"), {"api_id": HOSTILE, HOSTILE: [HOSTILE]}),
    (("keys", "list"), {"keys": [HOSTILE, {"key": HOSTILE}]}),
    (("revocations", "list"), {"revocations": HOSTILE}),
    (("keysets", "list"), {"sets": [{"url": {HOSTILE: HOSTILE}}]}),
])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_hostile_lists_are_never_raw(words, answer, options):
    with Hostile(response(json.dumps(answer))) as port:
        got = jotgate(*words, *options, "--address", port.url,
                      "--timeout", "5")
        text = got.stdout + got.stderr
        assert got.returncode in (0, 1)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_suggestions_are_not_raw():
    with Hostile(response(json.dumps({"status": "error", "message": "no"}),
                          status=404)) as port:
        got = jotgate("apis", "get", "\x1b[2J", "--address", port.url)
        assert got.returncode == 6 and "\x1b" not in got.stderr


def test_one_revocation_by_its_id(gw):
    listed = json.loads(jotgate("revocations", "list", "--json",
                                gateway=gw).stdout)["revocations"]
    one, = [r for r in listed if r["jti"] == "one"]
    got = expect("revocations", "get", one["id"], "--json", gateway=gw)
    assert json.loads(got.stdout)["revocation"]["note"] == "lost"
    got = expect("revocations", "get", "none", gateway=gw, code=6)
    assert 'there is no revocation "none"' in got.stderr


def test_keys_of_which_only_the_name_is_told_are_listed_too():
    answer = json.dumps({"keys": ["a", "b", "c"],
                         "details": [{"key": "a", "alias": "A"}]})
    with Hostile(response(answer)) as port:
        got = expect("keys", "list", "--json", "id,alias", "--address",
                     port.url)
    assert json.loads(got.stdout)["keys"] == [
        {"id": "a", "alias": "A"}, {"id": "b", "alias": None},
        {"id": "c", "alias": None}]
