"""CORS: what a browser is told, on answers of the gateway and the upstream."""
import http.server
import time

import pytest
from split_tokens import CREDENTIALS, identity_provider, post
from test_oas import EXTENSION, document, put
from tokens import hs256
from upstream import serving

APP, EVIL = "https://app.example", "https://evil.example"
CORS = {"enable": True, "allowed_origins": [APP, "https://*.shop.example"],
        "allowed_methods": ["GET", "PUT"],
        "allowed_headers": ["Authorization", "X-Trace"],
        "exposed_headers": ["x-count"], "allow_credentials": True,
        "max_age": 600}
PREFLIGHT_VARY = ("Origin, Access-Control-Request-Method, "
                  "Access-Control-Request-Headers")


class Talkative(http.server.BaseHTTPRequestHandler):
    """An upstream with opinions of its own about CORS."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self):
        self.server.seen.append(self.command)
        self.send_response(299)
        for name, value in (
                ("Access-Control-Allow-Origin", "*"),
                ("Access-Control-Allow-Origin", "https://second.example"),
                ("Access-Control-Allow-Methods", "BREW"),
                ("Access-Control-Expose-Headers", "X-Secret"),
                ("Vary", "Accept-Encoding"), ("Content-Length", "0")):
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_OPTIONS = do_PUT = answer


@pytest.fixture(scope="module")
def talkative():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Talkative)
    server.seen = []
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def gw(module_gateway, talkative):
    gw = module_gateway
    there = {"target_url": f"http://127.0.0.1:{talkative.server_address[1]}"}
    gw.add_api("jwt", CORS=CORS, proxy=there)
    gw.add_api("echo", CORS=CORS)
    gw.add_api("off", proxy=there, CORS={**CORS, "enable": False})
    gw.add_api("all", CORS={"enable": True, "allow_credentials": True},
               proxy=there)
    gw.add_api("pass", CORS={**CORS, "options_passthrough": True}, proxy=there)
    gw.add_api("dead", CORS=CORS, proxy={"target_url": "http://127.0.0.1:9"})
    gw.add_api("white", CORS=CORS, version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "use_extended_paths": True, "extended_paths": {
                "white_list": [{"path": "/open", "method": "GET"}]}}}})
    oas = document("oas", gw.upstream)
    oas[EXTENSION]["middleware"] = {"global": {"cors": {
        "enabled": True, "allowedOrigins": [APP], "allowedMethods": ["PATCH"],
        "maxAge": 5}}}
    put(gw, "oas.json", oas)
    gw.add_policy(apis=["jwt", "echo", "off", "all", "pass", "dead", "oas",
                        "white"])
    return gw.start()


def preflight(gw, path, origin=APP, method="PUT", headers=None, **more):
    asked = {"Access-Control-Request-Method": method, **more}
    if origin:
        asked["Origin"] = origin
    if headers:
        asked["Access-Control-Request-Headers"] = headers
    return gw.call("OPTIONS", path, asked)


def told(answer):
    """All CORS headers, as (name, value)."""
    return sorted((name, value) for name, value in answer.headers.items()
                  if name.lower().startswith("access-control-"))


def token():
    return hs256({"sub": "ada"})


def test_a_preflight_request_needs_no_token_and_no_upstream(gw, talkative):
    before = len(talkative.seen)
    answer = preflight(gw, "/jwt/x", headers="authorization,x-trace")
    assert (answer.status, answer.body) == (204, b"")
    assert told(answer) == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Headers", "authorization,x-trace"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Max-Age", "600")]
    assert answer.headers.get_all("Vary") == [PREFLIGHT_VARY]
    assert "Content-Length" not in answer.headers
    assert "Content-Type" not in answer.headers
    assert len(talkative.seen) == before


@pytest.mark.parametrize("origin, method, headers", [
    (None, "PUT", None), (EVIL, "PUT", None), (APP + ".evil.net", "PUT", None),
    ("null", "PUT", None), (APP + "/", "PUT", None), (APP, "DELETE", None),
    (APP, "put", None), (APP, "PUT", "x-other"),
    (APP, "PUT", ",".join(["x-trace"] * 65)), ("https://" + "a" * 3000, "PUT",
                                               None)])
def test_who_may_not_is_told_nothing(gw, talkative, origin, method, headers):
    before = len(talkative.seen)
    answer = preflight(gw, "/jwt/x", origin, method, headers)
    assert (answer.status, answer.body) == (204, b"")
    assert told(answer) == []
    assert answer.headers.get_all("Vary") == [PREFLIGHT_VARY]
    assert len(talkative.seen) == before


def test_the_headers_are_on_refusals_too(gw):
    for path, sent, status in (
            ("/jwt/x", None, 400), ("/jwt/x", "a.b.c", 403),
            ("/dead/x", token(), 500)):
        answer = gw.get(path, sent, {"Origin": APP})
        assert answer.status == status
        assert told(answer) == [
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Origin", APP),
            ("Access-Control-Expose-Headers", "X-Count")]
        assert answer.headers.get_all("Vary") == ["Origin"]
        assert told(gw.get(path, sent, {"Origin": EVIL})) == []


def test_nothing_of_the_upstream_is_doubled(gw):
    answer = gw.get("/jwt/x", token(), {"Origin": "https://a.shop.example"})
    assert answer.status == 299
    assert told(answer) == [
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "BREW"),
        ("Access-Control-Allow-Origin", "https://a.shop.example"),
        ("Access-Control-Expose-Headers", "X-Count")]
    assert sorted(answer.headers.get_all("Vary")) == ["Accept-Encoding",
                                                      "Origin"]


def test_every_origin_never_sends_an_origin_back(gw):
    for answer in (gw.get("/all/x", token(), {"Origin": EVIL}),
                   preflight(gw, "/all/x", EVIL, "GET")):
        assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]


def test_options_that_is_no_preflight_is_answered_too(gw, talkative):
    before = len(talkative.seen)
    answer = gw.call("OPTIONS", "/jwt/x", {"Origin": APP})
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "0"
    assert ("Access-Control-Allow-Origin", APP) in told(answer)
    assert len(talkative.seen) == before


def test_without_cors_everything_is_the_upstreams(gw, talkative):
    answer = preflight(gw, "/off/x")
    assert answer.status == 400 and told(answer) == []
    before = len(talkative.seen)
    answer = gw.call("OPTIONS", "/off/x",
                     {"Origin": APP, "Authorization": f"Bearer {token()}"})
    assert answer.status == 299 and len(talkative.seen) == before + 1
    assert answer.headers.get_all("Vary") == ["Accept-Encoding"]


def test_options_can_be_left_to_the_upstream(gw, talkative):
    before = len(talkative.seen)
    answer = preflight(gw, "/pass/x")
    assert answer.status == 299
    assert talkative.seen[before:] == ["OPTIONS"]
    assert answer.headers.get_all("Vary") == ["Accept-Encoding"]
    assert answer.headers.get_all("Access-Control-Allow-Origin") == [
        "*", "https://second.example"]
    # And nothing else is open.
    assert gw.get("/pass/x", headers={"Origin": APP}).status == 400
    for lines in (b"options /pass/x HTTP/1.1\r\n",
                  b"OPTIONSX /pass/x HTTP/1.1\r\n",
                  b"GET /pass/x HTTP/1.1\r\nX-HTTP-Method-Override: OPTIONS\r\n"):
        raw = gw.raw(lines + b"Host: a\r\nConnection: close\r\n\r\n")
        assert b" 400 " in raw.split(b"\r\n")[0]
    assert talkative.seen[before:] == ["OPTIONS"]
    assert "CORS.options_passthrough" in gw.log()


def test_a_preflight_request_reaches_no_endpoint_that_is_not_offered(gw):
    """As in Tyk, where the lists of endpoints come before CORS."""
    assert preflight(gw, "/white/open").status == 403
    assert gw.get("/white/open", headers={"Origin": APP}).status == 400


@pytest.mark.parametrize("lines", [
    b"Origin: https://app.example\r\nOrigin: https://evil.example\r\n",
    b"Origin: https://app.example\r\norigin: https://app.example\r\n",
    b"Origin: https://app.example https://evil.example\r\n",
    b"Origin: https://app.example\x01\r\n",
    b"Origin:\r\n https://app.example\r\n",
    b"Origin: \xff\r\n"])
def test_an_origin_that_is_none_is_not_sent_back(gw, lines):
    raw = gw.raw(b"OPTIONS /jwt/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 b"Access-Control-Request-Method: GET\r\n" + lines + b"\r\n")
    assert raw.split(b" ")[1] in (b"204", b"400")
    assert b"Access-Control-Allow" not in raw


def test_a_preflight_request_with_a_body_keeps_the_connection_in_step(gw):
    raw = gw.raw(b"OPTIONS /jwt/x HTTP/1.1\r\nHost: a\r\nContent-Length: 24\r\n"
                 b"Access-Control-Request-Method: GET\r\n\r\n"
                 b"GET /smuggled HTTP/1.1\r\n"
                 b"OPTIONS /jwt/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 b"Access-Control-Request-Method: GET\r\n\r\n")
    assert raw.count(b"HTTP/1.1 204") == 2 and raw.count(b"HTTP/1.1") == 2


def test_a_document_has_the_same_settings(gw):
    answer = preflight(gw, "/oas/x", method="PATCH", headers="content-type")
    assert (answer.status, told(answer)) == (204, [
        ("Access-Control-Allow-Headers", "content-type"),
        ("Access-Control-Allow-Methods", "PATCH"),
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Max-Age", "5")])


def test_explain_and_the_journal_know_who_answered(gw):
    answer = gw.control_call("POST", "/tyk/explain", {
        "api_id": "jwt", "token": "", "method": "OPTIONS", "path": "/x"})
    got = answer.json()
    assert got["verdict"] == "allow"
    assert got["response"]["from"] == "gateway"
    assert got["response"]["status"] == 200
    steps = {step["name"]: step for step in got["steps"]}
    assert "answered here" in steps["cors"]["seen"]
    assert steps["auth"]["outcome"] == "not_reached"
    preflight(gw, "/oas/journal")
    deadline = time.monotonic() + 30    # it is written behind the answer
    while True:
        found = [(d["status"], d["method"], d["reason"]) for d in gw.control_call(
            "GET", "/tyk/journal?limit=500").json()["decisions"]
            if d["api_id"] == "oas"]
        if found or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    assert (204, "OPTIONS", "JG000") in found


def test_a_page_may_ask_the_token_endpoint(gateway):
    with identity_provider() as idp:
        gateway.add_policy(apis=["split"])
        gateway.add_api("split", CORS={**CORS, "allowed_methods": ["POST"]},
                        split_token={"token_url": f"{idp.url}/token"})
        gateway.start()
        answer = preflight(gateway, "/split/token", method="POST")
        assert answer.status == 204
        assert ("Access-Control-Allow-Origin", APP) in told(answer)
        assert not idp.seen
        answer = post(gateway, "/split/token", CREDENTIALS, {"Origin": APP})
        assert answer.status == 200 and "access_token" in answer.json()
        assert ("Access-Control-Allow-Origin", APP) in told(answer)


def test_settings_that_would_break_answers_are_not_taken(gateway):
    gateway.add_api("a", CORS={"enable": True,
                               "exposed_headers": ["X\r\nSet-Cookie: a=b"]})
    gateway.add_api("b", CORS={"enable": "yes"})
    gateway.start()
    assert gateway.get("/a/x").status == 404
    assert gateway.get("/b/x").status == 404
    assert "CORS.exposed_headers.0" in gateway.log()
