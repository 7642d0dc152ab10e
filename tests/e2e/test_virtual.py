"""Virtual endpoints: scripts that answer, in a process that can do nothing."""
import base64
import json
import threading
import time

import pytest

from gateway import SECRET
from tokens import hs256

FAILED = (b'{\n    "error": "Error during virtual endpoint execution. Contact '
          b'Administrator for more details."\n}')


def virtual(path, function, source, kind="blob", method="GET", **more):
    uri = base64.b64encode(source.encode()).decode() if kind == "blob" \
        else str(source)
    return {"path": path, "method": method, "response_function_name": function,
            "function_source_type": kind, "function_source_uri": uri, **more}


def versions(*entries, **more):
    return {"not_versioned": True, "versions": {"Default": {
        "name": "Default", "use_extended_paths": True,
        "extended_paths": {"virtual": list(entries)}, **more}}}


ECHO = """
function echo(request, session, config) {
  return TykJsResponse({
    Body: JSON.stringify({request: request, session: session, config: config}),
    Headers: {"Content-Type": "application/json", "X-Script": "yes"},
    Code: 201}, session.meta_data);
}
var calls = 0;
function count(request, session, config) {
  calls++;
  Object.prototype.seen = calls;
  return TykJsResponse({Body: "" + calls + ({}).seen, Code: 200}, {});
}
function spin() { while (true); }
function bad() { throw new Error("no luck"); }
function nothing() { return 7; }
function crlf() {
  return TykJsResponse({Body: "x", Headers: {"X-A": "b\\r\\nX-C: d"}}, {});
}
function accel() {
  return TykJsResponse({Body: "x", Headers: {"X-Accel-Redirect": "/"}}, {});
}
function odd() { return TykJsResponse({Body: "x", Code: 99999}, {}); }
function logs() {
  log("hello"); rawlog("secret eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl");
  return TykJsResponse({Body: b64enc("a") + b64dec("YQ==") + rawb64enc("a") +
    typeof rawb64dec("YQ=="), Code: 200}, {});
}
"""


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.conf["jsvm_timeout"] = 1
    gw.add_policy(meta_data={"team": "red"}, rate=7, per=60, quota_max=9,
                  quota_renewal_rate=3600, tags=["gold"])
    names = ["count", "spin", "bad", "nothing", "crlf", "accel", "odd", "logs",
             "missing"]
    gw.add_api("open", use_keyless=True, enable_jwt=False,
               config_data={"a": [1]}, org_id="default",
               version_data=versions(
                   virtual("/echo", "echo", ECHO, method="POST"),
                   virtual("/fallback", "bad", ECHO, proxy_on_error=True),
                   virtual("/broken", "f", "function ( {"),
                   *[virtual(f"/{n}$", n, ECHO) for n in names]))
    gw.add_api(version_data=versions(
        virtual("/who", "echo", ECHO, use_session=True),
        virtual("/anonymous", "echo", ECHO)))
    (gw.folder / "script.js").write_text(ECHO)
    gw.add_api("file", use_keyless=True, enable_jwt=False,
               version_data=versions(virtual("/count", "count",
                                             gw.folder / "script.js", "file")))
    return gw.start()


def test_a_script_is_told_everything_and_answers(gw):
    answer = gw.call("POST", "/open/echo?a=1&a=2&b=%20x", {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "me"}, body="c=3&a=4")
    assert answer.status == 201
    assert answer.headers["X-Script"] == "yes"
    assert answer.headers["Server"] == "tyk"
    assert answer.headers["Content-Type"] == "application/json"
    got = answer.json()
    assert got["request"]["Body"] == "c=3&a=4"
    assert got["request"]["URL"] == "/open/echo?a=1&a=2&b=%20x"
    assert got["request"]["Params"] == {"a": ["4", "1", "2"], "b": [" x"],
                                        "c": ["3"]}
    assert got["request"]["Headers"]["User-Agent"] == ["me"]
    assert got["request"]["Scheme"] == "http"
    assert got["config"] == {"OrgID": "default", "APIID": "open",
                             "config_data": {"a": [1]}}
    assert got["session"] == {}


def test_other_methods_and_paths_go_to_the_upstream(gw):
    assert gw.get("/open/echo").headers.get("X-Script") is None
    assert gw.get("/open/other").status == 200


def test_each_call_begins_anew(gw):
    assert {gw.get("/open/count").body for _ in range(20)} == {b"11"}
    assert gw.get("/open/count").headers["Content-Type"] == \
        "text/plain; charset=utf-8"
    assert {gw.get("/file/count").body for _ in range(5)} == {b"11"}


def test_a_guarded_script_runs_behind_the_token(gw):
    assert gw.get("/api/who").status == 400
    got = gw.get("/api/who", hs256({"sub": "ada"})).json()
    assert got["session"]["alias"] == "ada"
    assert got["session"]["meta_data"]["team"] == "red"
    assert got["session"]["apply_policies"] == ["default"]
    assert (got["session"]["rate"], got["session"]["per"]) == (7, 60)
    assert (got["session"]["quota_max"],
            got["session"]["quota_renewal_rate"]) == (9, 3600)
    assert got["session"]["is_inactive"] is False
    assert gw.get("/api/anonymous", hs256({"sub": "ada"})).json()[
        "session"] == {}


@pytest.mark.parametrize("name", ["bad", "nothing", "crlf", "accel", "odd",
                                  "missing", "broken"])
def test_what_fails_is_tyks_500(gw, name):
    answer = gw.get(f"/open/{name}")
    assert (answer.status, answer.body) == (500, FAILED)
    assert answer.headers["Content-Type"] == "application/json"


def test_proxy_on_error_asks_the_upstream(gw):
    answer = gw.get("/open/fallback", headers={"X-Mine": "1"})
    assert answer.status == 200
    assert answer.headers.get("X-Script") is None


def test_a_runaway_script_ends_at_its_deadline_and_disturbs_nobody(gw):
    results = []

    def spin():
        start = time.monotonic()
        answer = gw.get("/open/spin")
        results.append((answer.status, time.monotonic() - start))

    threads = [threading.Thread(target=spin) for _ in range(2)]
    for t in threads:
        t.start()
    assert gw.get("/open/other").status == 200
    assert gw.get("/open/count").body == b"11"
    assert gw.control_call("GET", "/tyk/apis").status == 200
    for t in threads:
        t.join(30)
    assert [status for status, _ in results] == [500, 500]
    assert all(0.9 < took < 10 for _, took in results)
    assert gw.get("/open/count").body == b"11"


def test_logs_are_lines_without_tokens(gw):
    answer = gw.get("/open/logs")
    assert answer.body == b"YQ==aYQundefined"
    deadline = time.monotonic() + 5
    while "script of API open: hello" not in gw.log() and \
            time.monotonic() < deadline:
        time.sleep(0.05)
    assert "script of API open: hello" in gw.log()
    assert "secret [token]" in gw.log()
    assert "eyJhbGci" not in gw.log()


def test_a_large_answer_passes(gw):
    # Its own gateway would be slow to start: the same API, edited.
    definition = json.loads((gw.apps / "file.json").read_text())
    definition["version_data"] = versions(virtual("/big", "big", """
        function big() {
          var s = "0123456789abcdef";
          while (s.length < 1000000) s += s;
          return TykJsResponse({Body: s, Code: 200}, {});
        }"""))
    (gw.apps / "file.json").write_text(json.dumps(definition))
    gw.reload()
    answer = gw.get("/file/big")
    assert answer.status == 200 and len(answer.body) >= 1_000_000


def test_a_script_can_ask_other_services_and_keep_keys(gw):
    source = """
    function login(request, session, config) {
      var answer = JSON.parse(TykMakeHttpRequest(JSON.stringify({
        "Method": "POST", "resource": "/echo?x=1", "Domain": "%s",
        "Headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "FormData": {"b": "2 3", "a": "1"}})));
      TykSetKeyData("my-key-from-a-script", JSON.stringify({
        org_id: "default", apply_policies: ["default"], expires: 0}), "1");
      var key = JSON.parse(TykGetKeyData("my-key-from-a-script", "open"));
      var none = JSON.parse(TykGetKeyData("never", "open"));
      return TykJsResponse({Body: JSON.stringify([answer.Code, answer.code,
        answer.Body, key.apply_policies, none.message, typeof answer.Headers,
        answer.headers["Content-Type"][0], Object.keys(answer.Headers),
        [key.rate, key.quota_remaining, key.tags, key.access_rights.api.api_id]]),
        Code: 200}, {});
    }""" % gw.upstream.url.rstrip("/")
    definition = json.loads((gw.apps / "file.json").read_text())
    definition["version_data"] = versions(virtual("/login", "login", source))
    (gw.apps / "file.json").write_text(json.dumps(definition))
    gw.reload()
    answer = gw.get("/file/login")
    assert answer.status == 200, gw.log()[-2000:]
    code, code2, body, policies, none, kind, type, names, told = answer.json()
    assert told == [7, 9, ["gold"], "api"]  # by its policies
    assert type == "application/json" and names == sorted(names)
    assert (code, code2, kind) == (200, 200, "object")
    assert "a=1&b=2+3" in body
    assert policies == ["default"] and none == "Key not found"


def test_a_script_is_shown_no_password(gw):
    source = """
    function show(request, session, config) {
      TykSetKeyData("a-user", JSON.stringify({apply_policies: ["default"],
        basic_auth_data: {password: "$2a$10$hash", hash_type: "bcrypt"}}), "1");
      return TykJsResponse({Body: TykGetKeyData("a-user", "file"), Code: 200});
    }"""
    definition = json.loads((gw.apps / "file.json").read_text())
    definition["version_data"] = versions(virtual("/show", "show", source))
    (gw.apps / "file.json").write_text(json.dumps(definition))
    gw.reload()
    answer = gw.get("/file/show")
    assert answer.json()["apply_policies"] == ["default"]
    assert b"hash_type" in answer.body and b"$2a$" not in answer.body


def test_a_self_call_does_not_lock_the_gateway(gw):
    source = """
    function self(request, session, config) {
      var answer = TykMakeHttpRequest(JSON.stringify({
        "Method": "GET", "Resource": "/tyk/apis",
        "Domain": "http://127.0.0.1:%d",
        "Headers": {"x-tyk-authorization": "%s"}}));
      return TykJsResponse({Body: "" + JSON.parse(answer).Code, Code: 200}, {});
    }""" % (gw.control, SECRET)
    definition = json.loads((gw.apps / "file.json").read_text())
    definition["version_data"] = versions(virtual("/self", "self", source))
    (gw.apps / "file.json").write_text(json.dumps(definition))
    gw.reload()
    assert gw.get("/file/self").body == b"200"


def test_forbidden_addresses_are_not_reached(gw):
    source = """
    function ssrf(request, session, config) {
      var out = [];
      ["http://169.254.169.254", "file:///etc", "http://[::ffff:169.254.169.254]",
       "gopher://127.0.0.1"].forEach(function (domain) {
        out.push(typeof TykMakeHttpRequest(JSON.stringify({
          "Method": "GET", "Resource": "/passwd", "Domain": domain})));
      });
      return TykJsResponse({Body: out.join(), Code: 200}, {});
    }"""
    definition = json.loads((gw.apps / "file.json").read_text())
    definition["version_data"] = versions(virtual("/ssrf", "ssrf", source))
    (gw.apps / "file.json").write_text(json.dumps(definition))
    gw.reload()
    assert gw.get("/file/ssrf").body == b",".join([b"undefined"] * 4)
