"""Virtual endpoints as Tyk has them, down to the byte: what a script is told,
what its answer becomes."""
import json

import pytest

from test_virtual import FAILED, virtual, versions
from tokens import hs256

TELL = """
function tell(request, session, config) {
  return TykJsResponse({Body: JSON.stringify([request, session, config]),
                        Headers: {"Content-Type": "application/json"},
                        Code: 200}, session.meta_data);
}
"""

# An answer, and what becomes of it: status, body, headers.
ANSWERS = {
    "plain": ('TykJsResponse({Body: "x", Code: 200}, {})', 200, b"x", {
        "Server": "tyk", "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": "1", "X-RateLimit-Limit": "0",
        "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}),
    "server": ('TykJsResponse({Body: "x", Code: 200, Headers: {"server": "me",'
               '"date": "never", "content-length": "7", "X-A": "1"}}, {})',
               200, b"x", {"Server": "tyk", "X-A": "1",
                           "Content-Length": "1"}),
    "cases": ('JSON.stringify({response: {BODY: "b", cODE: 202, '
              'headers: {"x-b": "2"}}, sessionmeta: null})', 202, b"b",
              {"X-B": "2"}),
    "last": ('\'{"Response":{"Body":"a","body":"b","BODY":null,"Code":200}}\'',
             200, b"b", {}),
    "zero": ('TykJsResponse({Body: "x", Code: 0}, {})', 200, b"x", {}),
    "absent": ('TykJsResponse({Body: "x"}, {})', 200, b"x", {}),
    "nobody": ('TykJsResponse({Code: 201}, {})', 201, b"",
               {"Content-Length": "0", "Content-Type": None}),
    "null": ('TykJsResponse({Code: 200, Body: null, Headers: null}, null)',
             200, b"", {}),
    "nullheader": ('TykJsResponse({Code: 200, Body: "x", '
                   'Headers: {"X-N": null}}, {})', 200, b"x", {"X-N": ""}),
    "odd": ('TykJsResponse({Code: 799, Body: "x"}, {})', 799, b"x", {}),
    "nocontent": ('TykJsResponse({Code: 204, Body: "x"}, {})', 204, b"",
                  {"Content-Length": None}),
    "html": ('TykJsResponse({Code: 200, Body: "  <HTML><p>"}, {})', 200,
             b"  <HTML><p>", {"Content-Type": "text/html; charset=utf-8"}),
    "xml": ('TykJsResponse({Code: 200, Body: "<?xml version=1?>"}, {})', 200,
            b"<?xml version=1?>", {"Content-Type": "text/xml; charset=utf-8"}),
    "json": ('TykJsResponse({Code: 200, Body: "{}"}, {})', 200, b"{}",
             {"Content-Type": "text/plain; charset=utf-8"}),
    "binary": ('TykJsResponse({Code: 200, Body: "\\u0001"}, {})', 200,
               b"\x01", {"Content-Type": "application/octet-stream"}),
    "redirect": ('TykJsResponse({Code: 302, Body: "", '
                 'Headers: {Location: "/there"}}, {})', 302, b"",
                 {"Location": "/there"}),
    "object": ('new String(TykJsResponse({Body: "x", Code: 200}, {}))', 200,
               b"x", {}),
    "tostring": ('({toString: function () { return TykJsResponse({Body: "y", '
                 'Code: 200}, {}); }})', 200, b"y", {}),
    "unicode": ('TykJsResponse({Body: "\\u00e9\\ud83d\\ude00\\ud83d", '
                'Code: 200}, {})', 200, "é😀\ufffd".encode(), {}),
    "sub": ('TykJsResponse({Body: "x", Code: 200}, {"a": {"b": [1]}})', 200,
            b"x", {}),
}

FAULTS = {
    "number": "7", "undefined": "undefined", "nothing": "null",
    "plainobject": "({})", "text": '"hello"', "array": '"[]"',
    "noresponse": '"{}"', "list": 'TykJsResponse([], {})',
    "numberbody": 'TykJsResponse({Body: 1, Code: 200}, {})',
    "objectbody": 'TykJsResponse({Body: {}, Code: 200}, {})',
    "numberheader": 'TykJsResponse({Body: "", Headers: {"X": 1}}, {})',
    "listheader": 'TykJsResponse({Body: "", Headers: {"X": ["1"]}}, {})',
    "headerlist": 'TykJsResponse({Body: "", Headers: ["X"]}, {})',
    "textcode": 'TykJsResponse({Body: "", Code: "200"}, {})',
    "halfcode": 'TykJsResponse({Body: "", Code: 200.5}, {})',
    "lowcode": 'TykJsResponse({Body: "", Code: 99}, {})',
    "negative": 'TykJsResponse({Body: "", Code: -1}, {})',
    "textmeta": 'TykJsResponse({Body: "", Code: 200}, "meta")',
    "listmeta": 'TykJsResponse({Body: "", Code: 200}, [1])',
    "behind": 'TykJsResponse({Body: "", Code: 200}, {}) + "x"',
    "loop": 'TykJsResponse({Code: 302, Headers: '
            '{"location": "tyk://self/x"}}, {})',
    "thrower": '({toString: function () { throw 1; }})',
}


def answering(expressions):
    return [virtual(f"/{name}$", f"f{i}",
                    f"function f{i}() {{ return {text}; }}")
            for i, (name, text) in enumerate(expressions.items())]


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.add_policy()
    keyless = {"use_keyless": True, "enable_jwt": False}
    tell = [virtual("/tell", "tell", TELL, method=m)
            for m in ("GET", "POST", "PUT", "DELETE")]
    gw.add_api("open", **keyless, version_data=versions(
        *tell, global_headers={"X-Added": "yes"},
        global_headers_remove=["X-Gone"],
        global_response_headers={"X-Answer": "transformed"}))
    gw.add_api("data", **keyless, config_data={"b": {"z": 1, "a": None}},
               version_data=versions(*tell))
    gw.add_api("hidden", **keyless, config_data={"b": 1},
               config_data_disabled=True, version_data=versions(*tell))
    gw.add_api("answers", **keyless, version_data=versions(
        *answering({k: v[0] for k, v in ANSWERS.items()})))
    gw.add_api("faults", **keyless, version_data=versions(
        *answering(FAULTS)))
    gw.conf["tyk_js_path"] = str(gw.folder / "tyk.js")
    gw.conf["middleware_path"] = str(gw.folder / "middleware")
    gw.conf["jsvm_timeout"] = 1
    (gw.folder / "tyk.js").write_text("var site = 'mine'; helper = 1;")
    (gw.folder / "middleware").mkdir()
    (gw.folder / "middleware" / "own.js").write_text(
        "function fromFile() { return reply('file'); }")
    gw.add_api("shared", **keyless, version_data=versions(
        virtual("/reply", "early", """
            function reply(x) {
              return TykJsResponse({Body: site + " " + x, Code: 200}, {}); }
            function early() { return reply("early"); }"""),
        virtual("/file", "fromFile", "own.js", "file"),
        virtual("/broken", "broken", "function broken( {"),
        virtual("/throws", "late", "function late() { return reply(state); }"
                "var state = 'before'; throw new Error('no');"),
        virtual("/dotted", "a.b.f", """
            var a = {b: {name: "this", f: function () {
              return reply(this.name); }}};"""),
        virtual("/twice1", "same", "function same() { return reply(1); }"),
        virtual("/twice2", "same", "function same() { return reply(2); }"),
        virtual("/off", "off", "function early() { return 'off'; }",
                disabled=True),
        virtual("/odd", "early", "function early() {}", kind="url"),
        virtual("/gone", "f", "nowhere.js", "file"),
        virtual("/spins", "spins", "function spins() { while (true); }")))
    gw.add_api("query", strip_auth_data=True, auth_configs={"jwt": {
        "use_param": True, "param_name": "token",
        "auth_header_name": "Authorization"}}, version_data=versions(*tell))
    gw.policies.joinpath("default.json").write_text(json.dumps({
        **gw.add_policy(), "access_rights": {
            a: {"api_id": a, "versions": ["Default"]} for a in ("query",)}}))
    return gw.start()


def told(gw, method, path, headers=None, body=None):
    answer = gw.call(method, path, headers, body)
    assert answer.status == 200, gw.log()[-2000:]
    return answer.json()


def test_a_request_has_these_members_in_this_order(gw):
    answer = gw.call("GET", "/open/tell/x?b=1", {"User-Agent": "me"})
    assert list(answer.json()[0]) == ["Headers", "Body", "URL", "Params",
                                      "Scheme"]
    assert answer.headers["X-Answer"] == "transformed"
    request, session, config = answer.json()
    assert (request["Body"], request["URL"], request["Scheme"]) == \
        ("", "/open/tell/x?b=1", "http")
    assert session == {}
    assert list(config) == ["APIID", "OrgID", "config_data"]
    assert config == {"APIID": "open", "OrgID": "default", "config_data": None}


def test_headers_are_named_and_sorted_as_in_go(gw):
    raw = gw.raw(b"GET /open/tell HTTP/1.1\r\nHost: h\r\nx-b: 2\r\nX-GONE: 1"
                 b"\r\nx-a: 1\r\nx-b: 3\r\nuser-agent: me\r\n"
                 b"X-Forwarded-For: 10.0.0.1\r\nConnection: close\r\n\r\n")
    headers = json.loads(raw.split(b"\r\n\r\n", 1)[1])[0]["Headers"]
    assert list(headers) == sorted(headers)
    assert headers == {"User-Agent": ["me"], "X-A": ["1"], "X-Added": ["yes"],
                       "X-B": ["2", "3"], "X-Forwarded-For": ["10.0.0.1"]}


def test_a_script_does_not_see_what_is_added_for_the_upstream(gw):
    headers = told(gw, "GET", "/open/tell")[0]["Headers"]
    assert "User-Agent" not in headers
    assert "X-Forwarded-For" not in headers


def test_headers_of_a_body(gw):
    headers = told(gw, "POST", "/open/tell", {"Content-Type": "text/plain"},
                   b"abc")[0]["Headers"]
    assert headers["Content-Length"] == ["3"]
    assert headers["Content-Type"] == ["text/plain"]
    assert "Host" not in headers


def test_params_are_the_forms_then_the_querys(gw):
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}

    def params(method, path, body, headers=form):
        return told(gw, method, path, headers, body)[0]["Params"]

    assert params("POST", "/open/tell?b=1&a=1", "a=2&c=%C3%A9+x&a=3") == {
        "a": ["2", "3", "1"], "b": ["1"], "c": ["é x"]}
    assert list(params("PUT", "/open/tell?b&a=%zz&=v&&x=a;b", "d=4")) == \
        ["", "b", "d"]
    assert params("DELETE", "/open/tell?a=1", "b=2") == {"a": ["1"]}
    assert params("GET", "/open/tell", "b=2") == {}
    assert params("POST", "/open/tell", "b=2", {}) == {}


def test_a_body_is_text(gw):
    request = told(gw, "POST", "/open/tell", {}, "é😀".encode() + b"\xff\0")[0]
    assert request["Body"] == "é😀\ufffd\0"


def test_config_data(gw):
    assert told(gw, "GET", "/data/tell")[2]["config_data"] == \
        {"b": {"a": None, "z": 1}}
    assert told(gw, "GET", "/hidden/tell")[2] == {"APIID": "hidden",
                                                  "OrgID": "default"}


def test_a_token_that_is_taken_off_is_not_told(gw):
    token = hs256({"sub": "ada"})
    request = told(gw, "GET", f"/query/tell?b=1&token={token}&a=2")[0]
    assert token not in json.dumps(request)
    assert request["URL"] == "/query/tell?b=1&a=2"
    assert request["Params"] == {"a": ["2"], "b": ["1"]}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_script_returns_is_sent(gw, name):
    _, status, body, headers = ANSWERS[name]
    answer = gw.get(f"/answers/{name}")
    assert (answer.status, answer.body) == (status, body), gw.log()[-1000:]
    assert "Date" in answer.headers and answer.headers["Date"] != "never"
    for header, value in headers.items():
        assert answer.headers[header] == value, header


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_no_answer_is_tyks_500(gw, name):
    answer = gw.get(f"/faults/{name}")
    assert (answer.status, answer.body) == (500, FAILED)


@pytest.mark.parametrize("path, body", [
    ("reply", b"mine early"), ("file", b"mine file"),
    ("throws", b"mine before"), ("dotted", b"mine this"),
    ("twice1", b"mine 2"), ("twice2", b"mine 2"), ("odd", b"mine early")])
def test_the_scripts_of_an_api_share_their_globals(gw, path, body):
    answer = gw.get(f"/shared/{path}")
    assert (answer.status, answer.body) == (200, body), gw.log()[-1000:]


@pytest.mark.parametrize("path", ["broken", "gone", "spins"])
def test_an_endpoint_whose_script_does_not_load_or_end_fails(gw, path):
    answer = gw.get(f"/shared/{path}")
    assert (answer.status, answer.body) == (500, FAILED)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Generator"] == "tyk.io"


def test_an_xml_client_is_told_in_xml(gw):
    answer = gw.get("/shared/broken", headers={"Content-Type": "text/xml"})
    assert answer.status == 500
    assert b"<error>Error during virtual endpoint execution." in answer.body


def test_a_changed_file_counts_from_the_next_reload_on(gw):
    path = gw.folder / "middleware" / "own.js"
    before = path.read_text()
    path.write_text("function fromFile() { return reply('new'); }")
    gw.reload()
    assert {gw.get("/shared/file").body for _ in range(8)} == {b"mine new"}
    path.write_text(before)
    gw.reload()
    assert gw.get("/shared/file").body == b"mine file"


def test_blobs_can_be_switched_off(gateway):
    gateway.conf.update(enable_jsvm=True, disable_virtual_path_blobs=True)
    (gateway.folder / "own.js").write_text(
        "function f() { return TykJsResponse({Body: 'file'}, {}); }")
    gateway.add_api("api", use_keyless=True, enable_jwt=False,
                    version_data=versions(
                        virtual("/file", "f", gateway.folder / "own.js",
                                "file"),
                        virtual("/blob", "g", TELL.replace("tell", "g"))))
    gateway.start()
    assert gateway.get("/api/file").body == b"file"
    assert gateway.get("/api/blob").body == FAILED
    assert "Blobs not allowed on this node" in gateway.log()


def test_without_enable_jsvm_the_upstream_answers(gateway):
    gateway.add_api("api", use_keyless=True, enable_jwt=False,
                    version_data=versions(virtual("/tell", "tell", TELL)))
    gateway.start()
    assert gateway.get("/api/tell").json()["target"] == "/tell"
