"""Scripts that are the attacker's, or that are asked by one."""
import json
import socket
import threading
import time

import pytest

from broker import read_answer, scgi
from test_virtual import FAILED, versions, virtual

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"

SCRIPT = """
function answer(body) { return TykJsResponse({Body: body, Code: 200}, {}); }
function throws(request) { throw new Error(request.Headers.Authorization[0]); }
function calls(request) {
  TykMakeHttpRequest(JSON.stringify({Method: "GET", Domain: "http://" +
    request.Headers.Authorization[0].substring(7).split(".")[1] + ".invalid"}));
  return answer("called");
}
function get(request) {
  return answer(TykGetKeyData(request.Params.key[0], "open"));
}
function set(request) {
  TykSetKeyData(request.Params.key[0], JSON.stringify({
    org_id: request.Params.org[0], apply_policies: ["default"]}), "1");
  return answer("done");
}
function brief(request) {
  TykSetKeyData("a-brief-key", JSON.stringify({apply_policies: ["default"],
    expires: 1, post_expiry_action: request.Params.action[0]}), "1");
  return answer(TykGetKeyData("a-brief-key", "open"));
}
function many() {
  var key = "", i;
  for (i = 0; i < 150; i++) key = TykGetKeyData("a-key-of-ours", "open");
  return answer(key);
}
function echo(request) { return answer(request.Body); }
function raw(request) { return request.Body; }
function lines() {
  var answered = JSON.parse(TykMakeHttpRequest(JSON.stringify({
    Method: "GET", Domain: "http://127.0.0.1:%d", Resource: "/"})));
  return answer(answered.Body);
}
"""


@pytest.fixture(scope="module")
def many_lines():
    """A server whose answers have as many header lines as 60 KiB hold."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + b"a:\r\n" * 15000
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def serve():
            try:
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.settimeout(5)
                        connection.recv(4096)
                        connection.sendall(head + b"\r\nok")
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


@pytest.fixture(scope="module")
def gw(module_gateway, many_lines):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.conf["jsvm_timeout"] = 2
    gw.add_policy()
    names = ["throws", "calls", "get", "set", "many", "lines", "brief"]
    gw.add_api("open", use_keyless=True, enable_jwt=False, org_id="default",
               version_data=versions(*[
                   virtual(f"/{n}$", n, SCRIPT % many_lines) for n in names],
                   *[virtual(f"/{n}$", n, SCRIPT % many_lines, method="POST")
                     for n in ("echo", "raw")],
                   virtual("/guard/{id}/x", "many", SCRIPT % many_lines)))
    (gw.folder / "run").mkdir()
    gw.start("--run-dir", gw.folder / "run")
    for key, org in (("a-key-of-ours", "default"), ("a-key-of-theirs", "b")):
        made = gw.control_call("POST", f"/tyk/keys/{key}", {
            "org_id": org, "alias": f"alias-{org}",
            "access_rights": {"open": {"api_id": "open"}}})
        assert made.status == 200, made.body
        gw.keys = getattr(gw, "keys", {}) | {org: made.json()["key"]}
    return gw


def wait_for_log(gw, text):
    deadline = time.monotonic() + 5
    while text not in gw.log() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert text in gw.log()


def test_a_token_that_a_script_throws_is_in_no_log(gw):
    answer = gw.get("/open/throws", TOKEN)
    assert (answer.status, answer.body) == (500, FAILED)
    wait_for_log(gw, "Error: Bearer [token] (line 3)")
    assert "virtual endpoint /throws$: " in gw.log()
    assert "eyJ" not in gw.log() and "c2lnbmF0" not in gw.log()


def test_a_token_that_a_script_takes_for_a_host_is_in_no_log(gw):
    token = "eyJhbGciOiJIUzI1NiJ9." + "q" * 40 + ".c2lnbmF0dXJl"
    assert gw.get("/open/calls", token).body == b"called"
    wait_for_log(gw, "its request failed: ")
    assert "q" * 40 not in gw.log()


def test_keys_of_another_organisation_are_not_read(gw):
    ours = gw.get("/open/get?key=" + gw.keys["default"])
    assert ours.json()["alias"] == "alias-default"
    theirs = gw.get("/open/get?key=" + gw.keys["b"])
    assert theirs.json() == {"status": "error", "message": "Key not found"}


def test_keys_of_another_organisation_are_not_replaced(gw):
    for key, org in ((gw.keys["b"], "default"), ("a-new-key", "b")):
        assert gw.get(f"/open/set?key={key}&org={org}").body == b"done"
    shown = gw.control_call("GET", f"/tyk/keys/{gw.keys['b']}?org_id=b")
    assert shown.json()["alias"] == "alias-b"
    assert "another organisation's" in gw.log()
    assert "error" in gw.get("/open/get?key=a-new-key").json()["status"]
    # Its own are.
    assert gw.get("/open/set?key=a-new-key&org=default").body == b"done"
    assert gw.get("/open/get?key=a-new-key").json()["apply_policies"] == [
        "default"]


def test_a_key_of_a_script_ends_as_its_session_says(gw):
    kept = gw.get("/open/brief?action=nothing").json()
    assert kept["post_expiry_action"] == "nothing"
    ended = gw.get("/open/brief?action=delete").json()
    assert ended["message"] == "Key not found"


def test_one_call_asks_for_so_many_keys_and_no_more(gw):
    assert json.loads(gw.get("/open/many").body)["message"] == "Key not found"


def test_a_long_path_is_no_way_around_a_script(gw):
    for segment in ("1", "a" * 3000):
        answer = gw.get(f"/open/guard/{segment}/x")
        assert answer.json()["message"] == "Key not found"


def test_an_answer_of_very_many_header_lines_takes_no_time(gw):
    answer = gw.get("/open/lines")
    assert (answer.status, answer.body) == (200, b"ok"), gw.log()[-2000:]


def test_a_large_body_reaches_the_script_and_comes_back(gw):
    for size in (10_000, 200_000, 1_000_000):
        answer = gw.call("POST", "/open/echo", body=b"[" * size)
        assert (answer.status, len(answer.body)) == (200, size)
    answer = gw.call("POST", "/open/raw", body=b"[" * 900_000)
    assert (answer.status, answer.body) == (500, FAILED)
    assert "process ended" not in gw.log()


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_has_none(gw, status):
    answer = gw.call("POST", "/open/raw", body=json.dumps(
        {"Response": {"Code": status, "Body": "HTTP/1.1 200 OK\r\n\r\n"}}))
    assert (answer.status, answer.body) == (status, b"")
    assert "Content-Length" not in answer.headers
    assert "more data than specified" not in gw.log()


def test_headers_of_the_connection_are_not_the_scripts(gw):
    names = ["Connection", "Keep-Alive", "Transfer-Encoding", "Trailer", "TE",
             "Upgrade", "Proxy-Authenticate", "Content-Length"]
    answer = gw.call("POST", "/open/raw", body=json.dumps({"Response": {
        "Body": "x", "Headers": {name: "evil" for name in names}}}))
    assert (answer.status, answer.body) == (200, b"x")
    assert "evil" not in str(answer.headers)


def ask_for_script(gw, script):
    """What our nginx would say to the broker."""
    params = [("JOTGATE_SCRIPT", script), ("REQUEST_METHOD", "GET"),
              ("REQUEST_URI", "/open/get?key=none")]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(gw.folder / "run" / "script.sock"))
        connection.sendall(scgi(params))
        return read_answer(connection).status


def test_a_script_runs_only_for_the_endpoint_that_was_decided_on(gw):
    # Between the decision and the script there may be a reload.
    assert ask_for_script(gw, "open\nDefault\n2\nget\n/get$") == 200
    for script in ("open\nDefault\n3\nget\n/get$",
                   "open\nDefault\n2\nget\n/other",
                   "open\nDefault\n2\nset\n/get$", "open\nDefault\n2",
                   "open\nDefault\n99\nget\n/get$", "open\n", ""):
        assert ask_for_script(gw, script) == 503
