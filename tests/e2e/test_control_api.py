"""The control API as Tyk's scripts call it (statuses and bodies exact)."""
import concurrent.futures
import json

import pytest
from keysets import wait_until

FORBIDDEN = {"status": "error",
             "message": "Attempted administrative access with invalid or "
                        "missing key!"}


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_policy()
    module_gateway.add_api()
    return module_gateway.start()


@pytest.mark.parametrize("path", ["/tyk/apis", "/tyk/policies", "/tyk/reload",
                                  "/tyk/nothing", "/tyk/apis/api"])
@pytest.mark.parametrize("secret", [None, "wrong", "control-secre",
                                    "control-secret2"])
def test_a_wrong_secret_is_403(gw, path, secret):
    answer = gw.control_call("GET", path, secret=secret)
    assert (answer.status, answer.json()) == (403, FORBIDDEN)
    assert answer.headers["Content-Type"] == "application/json"


def test_the_public_port_has_no_control_api(gw):
    answer = gw.call("GET", "/tyk/apis", {"X-Tyk-Authorization": "x"})
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/hello", "/ready"])
def test_health_needs_no_secret(gw, path):
    for port in (gw.port, gw.control):
        answer = gw.call("GET", path, port=port)
        assert answer.status == 200
        assert answer.headers["X-Generator"] == "tyk.io"
    assert gw.call("GET", "/hello").json()["description"] == "Tyk GW"
    assert gw.call("GET", "/hello").json()["status"] == "pass"


def test_an_api_lives_from_post_to_delete(gw):
    definition = gw.api("made", use_keyless=True, enable_jwt=False,
                        x_unknown={"kept": [1, 2, 3]})
    answer = gw.control_call("POST", "/tyk/apis", definition)
    assert answer.status == 200
    assert answer.json()["key"] == "made"
    assert answer.json()["status"] == "ok"
    assert answer.json()["action"] == "added"
    assert gw.get("/made/echo").status == 404  # not before the reload
    gw.reload()
    assert gw.get("/made/echo").status == 200

    got = gw.control_call("GET", "/tyk/apis/made").json()
    assert got["x_unknown"] == {"kept": [1, 2, 3]}
    assert "made" in [a["api_id"] for a in
                      gw.control_call("GET", "/tyk/apis").json()]

    got["proxy"]["listen_path"] = "/renamed/"
    answer = gw.control_call("PUT", "/tyk/apis/made", got)
    assert (answer.status, answer.json()["action"]) == (200, "modified")
    gw.reload()
    assert gw.get("/renamed/echo").status == 200

    answer = gw.control_call("DELETE", "/tyk/apis/made")
    assert answer.json() == {"key": "made", "status": "ok",
                             "action": "deleted"}
    gw.reload()
    assert gw.get("/renamed/echo").status == 404
    answer = gw.control_call("GET", "/tyk/apis/made")
    assert (answer.status, answer.json()["message"]) == (404, "API not found")


@pytest.mark.parametrize("method, path, body, status, message", [
    ("POST", "/tyk/apis", "{", 400, "Request malformed"),
    ("POST", "/tyk/apis", "[]", 400, "Request malformed"),
    ("POST", "/tyk/apis", "[" * 100_000, 400, "Request malformed"),
    ("PUT", "/tyk/apis/api", '{"api_id":"other"}', 400,
     "Request APIID does not match that in Definition! For Update operations "
     "these must match."),
    ("DELETE", "/tyk/apis/no-such", None, 404, "API not found"),
    ("GET", "/tyk/policies/no-such", None, 404, "Policy not found"),
    ("POST", "/tyk/policies", "{", 400, "Request malformed"),
    ("POST", "/tyk/policies", '{"name":"x"}', 400,
     "Unable to create policy without id."),
    ("POST", "/tyk/policies", '{"id":"a b"}', 400,
     "Invalid Policy ID: Allowed characters: a-z, A-Z, 0-9, ., _, -, ~"),
    ("POST", "/tyk/policies", '{"id":"../x"}', 400,
     "Invalid Policy ID: Allowed characters: a-z, A-Z, 0-9, ., _, -, ~"),
    ("PUT", "/tyk/policies/a", '{"id":"b"}', 400,
     "Request ID does not match that in policy! For Update operations these "
     "must match."),
])
def test_bad_calls_have_tyks_answers(gw, method, path, body, status, message):
    answer = gw.control_call(method, path, body)
    assert (answer.status, answer.json()["message"]) == (status, message)
    assert answer.json()["status"] == "error"


def test_members_that_name_a_thing_may_be_in_capitals(gw):
    """As Go reads them; scripts were written for that."""
    answer = gw.control_call("POST", "/tyk/policies", {
        "ID": "capital", "org_id": "default", "state": "active",
        "access_rights": {"api": {"api_id": "api"}}})
    assert (answer.status, answer.json()["key"]) == (200, "capital")
    definition = gw.api("capital", use_keyless=True, enable_jwt=False)
    definition["API_ID"] = definition.pop("api_id")
    answer = gw.control_call("POST", "/tyk/apis", definition)
    assert (answer.status, answer.json()["key"]) == (200, "capital")
    gw.reload()
    assert gw.get("/capital/echo").status == 200
    for path in ("/tyk/apis/capital", "/tyk/policies/capital"):
        assert gw.control_call("DELETE", path).status == 200
    gw.reload()


@pytest.mark.parametrize("name", ["../../etc/x", "a/b", ".hidden", "a\x00b",
                                  "%2e%2e%2fx", "x" * 5000])
def test_an_id_never_becomes_a_path(gw, name):
    definition = gw.api(name)
    answer = gw.control_call("POST", "/tyk/apis", definition)
    assert 400 <= answer.status < 500
    outside = [p for p in gw.folder.rglob("*.json")
               if p.parent not in (gw.apps, gw.policies)]
    assert outside == []


def test_a_policy_lives_from_post_to_delete(gw):
    policy = {"id": "p1", "org_id": "default", "active": True,
              "access_rights": {"api": {"api_id": "api", "versions": []}}}
    answer = gw.control_call("POST", "/tyk/policies", policy)
    assert (answer.status, answer.json()["action"]) == (200, "added")
    gw.reload()
    assert gw.control_call("GET", "/tyk/policies/p1").json()["id"] == "p1"
    answer = gw.control_call("PUT", "/tyk/policies/p1",
                             {**policy, "is_inactive": True})
    assert (answer.status, answer.json()["action"]) == (200, "modified")
    answer = gw.control_call("DELETE", "/tyk/policies/p1")
    assert (answer.status, answer.json()["action"]) == (200, "deleted")
    gw.reload()
    assert gw.control_call("GET", "/tyk/policies/p1").status == 404


NOT_SUPPORTED = b'{"status":"error","message":"Method not supported"}\n'
TOO_LARGE = b'{"status":"error","message":"Request is too large"}\n'
BAD = b'{"status":"error","message":"Bad Request"}\n'
MALFORMED_PATH = b'{"status":"error","message":"Request path is malformed"}\n'


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "OPTIONS",
                                    "PROPFIND", "HEAD"])
def test_a_wrong_method_is_405(gw, method):
    answer = gw.control_call(method, "/tyk/apis/api")
    assert answer.status == 405
    assert answer.body == (b"" if method == "HEAD" else NOT_SUPPORTED)


@pytest.mark.parametrize("path, status, body", [
    ("/tyk/apis/%00", 400, BAD),
    ("/tyk/apis/api%00.json", 400, BAD),
    ("/tyk/apis/%zz", 400, BAD),
    ("/tyk/apis/a%2fb", 400, MALFORMED_PATH),
    ("/tyk/apis/%2e%2e%2fpolicies", 400, MALFORMED_PATH),
    ("/tyk/apis/%ff", 400, MALFORMED_PATH),
    ("/tyk/apis/a%0ab", 400, MALFORMED_PATH),
    ("/tyk/apis/a%5cb", 400, MALFORMED_PATH),
    ("/tyk/apis/..", 404, b"Not Found"),
    ("/tyk/apis/../../etc/passwd", 404, b"Not Found"),
    ("/tyk/apis/.hidden", 404,
     b'{"status":"error","message":"API not found"}\n'),
    ("/tyk/apis/" + "x" * 5000, 404,
     b'{"status":"error","message":"API not found"}\n'),
])
def test_odd_paths_are_4xx_in_the_api_s_form(gw, path, status, body):
    answer = gw.control_call("GET", path)
    assert (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize("path", ["/tyk/apis/", "/tyk/apis", "/tyk/policies/",
                                  "/tyk/apis/api/"])
def test_a_slash_at_the_end_is_tolerated(gw, path):
    assert gw.control_call("GET", path).status == 200


@pytest.mark.parametrize("path", ["/tyk/apis", "/tyk/policies",
                                  "/tyk/apis/oas", "/tyk/explain"])
def test_a_body_of_10_mib_is_read_and_one_byte_more_is_413(gw, path):
    answer = gw.control_call("POST", path, b" " * (10 << 20))
    assert (answer.status, answer.body.lower()) == \
        (400, b'{"status":"error","message":"request malformed"}\n')
    answer = gw.control_call("POST", path, b" " * ((10 << 20) + 1))
    assert (answer.status, answer.body) == (413, TOO_LARGE)


def test_what_is_no_http_is_400_in_the_api_s_form(gw):
    for data in (b"GET /tyk/apis HTTP/1.1\r\n\r\n", b"\0\r\n\r\n",
                 b"GET /tyk/apis HTTP/1.1\r\nHost: a b\r\n\r\n"):
        answer = gw.raw(data, port=gw.control)
        assert answer.startswith(b"HTTP/1.1 400 ") and answer.endswith(BAD)


def test_what_is_not_known_is_kept_and_warned_of(gw):
    for path, body in (("/tyk/apis", gw.api("odd", x_new={"a": [1, None]})),
                       ("/tyk/policies", {"id": "odd", "x_new": [{"b": 2}],
                                          "access_rights": {}})):
        answer = gw.control_call("POST", path, body)
        assert answer.status == 200
        assert "x_new" in [w["path"] for w in answer.json()["warnings"]]
        gw.reload()
        got = gw.control_call("GET", path + "/odd").json()
        assert got == body
        answer = gw.control_call("PUT", path + "/odd", got)
        assert answer.status == 200
        gw.control_call("DELETE", path + "/odd")


@pytest.mark.parametrize("fields, path", [
    ({"active": 1}, "active"), ({"proxy": {"listen_path": 7}},
                                "proxy.listen_path"),
    ({"jwt_default_policies": "default"}, "jwt_default_policies"),
    ({"tags": {"a": None}, "name": []}, "name"),
])
def test_a_wrong_type_is_named(gw, fields, path):
    answer = gw.control_call("POST", "/tyk/apis", {**gw.api("typed"), **fields})
    assert answer.status == 400
    assert answer.json()["message"].startswith(
        f"Validation of API Definition failed. Reason: {path}: ")
    assert path in [e["path"] for e in answer.json()["errors"]]
    assert not (gw.apps / "typed.json").exists()


STALE = {"status": "error",
         "message": "If-Match: it was changed since it was read; reload, read "
                    "it again and repeat the change"}


def test_a_stale_edit_is_412(gw):
    gw.control_call("POST", "/tyk/apis", gw.api("tagged"))
    gw.reload()
    read = gw.control_call("GET", "/tyk/apis/tagged")
    tag = read.headers["ETag"]
    written = gw.control_call("PUT", "/tyk/apis/tagged",
                              gw.api("tagged", name="first"),
                              headers={"If-Match": tag})
    assert written.status == 200 and written.headers["ETag"] != tag
    answer = gw.control_call("PUT", "/tyk/apis/tagged",
                             gw.api("tagged", name="second"),
                             headers={"If-Match": tag})
    assert (answer.status, answer.json()) == (412, STALE)
    gw.reload()
    answer = gw.control_call("GET", "/tyk/apis/tagged",
                             headers={"If-None-Match": tag})
    assert answer.status == 200 and answer.json()["name"] == "first"
    tag = answer.headers["ETag"]
    assert tag == written.headers["ETag"]
    answer = gw.control_call("GET", "/tyk/apis/tagged",
                             headers={"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == tag
    answer = gw.control_call("POST", "/tyk/apis", gw.api("tagged"),
                             headers={"If-None-Match": "*"})
    assert (answer.status, answer.json()["message"]) == \
        (412, "If-None-Match: it is there already")
    answer = gw.control_call("DELETE", "/tyk/apis/tagged",
                             headers={"If-Match": tag})
    assert answer.status == 200


def test_of_edits_at_once_one_wins(gw):
    for path, body in (("/tyk/apis", gw.api("raced")),
                       ("/tyk/policies", {"id": "raced", "access_rights": {}})):
        gw.control_call("POST", path, body)
        gw.reload()
        tag = gw.control_call("GET", path + "/raced").headers["ETag"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(
                lambda n: gw.control_call("PUT", path + "/raced",
                                          {**body, "name": f"writer {n}"},
                                          headers={"If-Match": tag}),
                range(24)))
        assert sorted(a.status for a in answers) == [200] + [412] * 23
        winner = [n for n, a in enumerate(answers) if a.status == 200][0]
        gw.reload()
        got = gw.control_call("GET", path + "/raced")
        assert got.json()["name"] == f"writer {winner}"
        assert got.headers["ETag"] == answers[winner].headers["ETag"]


def test_metrics_count_what_happened(gw):
    gw.get("/api/echo")
    text = gw.control_call("GET", "/metrics", secret=None).body.decode()
    assert 'reason="JG101"' in text
    for line in text.splitlines():
        assert line.startswith("#") or len(line.rsplit(" ", 1)) == 2
    assert gw.call("GET", "/metrics").status == 404


def test_a_kill_of_the_broker_loses_nothing(gw):
    import os
    import signal
    import subprocess

    answer = gw.control_call("POST", "/tyk/apis", gw.api("kept"))
    assert answer.status == 200
    pids = subprocess.run(["pgrep", "-P", str(gw.process.pid), "-f",
                           "jotgate-broker"], capture_output=True, text=True)
    for pid in pids.stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    assert gw.get("/api/echo").status == 400  # the gateway goes on

    def answers():
        try:  # a process of the old broker may answer once more
            for path in ("/tyk/reload?block=true", "/tyk/apis/kept"):
                answer = gw.control_call("GET", path)
                if answer.status != 200:
                    assert answer.status == 503 and b"<html" not in answer.body
                    return False
        except OSError:
            return False
        return True

    wait_until(answers, "the broker is there again")
    assert json.loads((gw.apps / "kept.json").read_text())["api_id"] == "kept"
