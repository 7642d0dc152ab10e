"""Requests that two parsers might read in two ways, and floods of bytes."""
import socket
import time

import pytest

from attack import StrictUpstream, statuses
from tokens import hs256

TOKEN = hs256({"sub": "ada"})
LAST = b"GET /open/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
SMUGGLED = b"GET /open/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def up():
    made = StrictUpstream()
    yield made
    made.close()


@pytest.fixture(scope="module")
def gw(module_gateway, up):
    gw = module_gateway
    gw.upstream = up
    gw.conf["log_level"] = "debug"
    open_to_all = {"use_keyless": True, "enable_jwt": False}
    gw.add_policy()
    gw.add_api()
    gw.add_api("open", **open_to_all)
    gw.add_api("set", **open_to_all, version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "global_headers": {"X-User": "ours"}}}})
    return gw.start()


def post(*lines, body=b"", path=b"/open/a"):
    return b"\r\n".join([b"POST %s HTTP/1.1" % path, b"Host: a", *lines, b"",
                         body])


CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize("data", [
    post(b"Content-Length: 45", CHUNKED, body=b"0\r\n\r\n" + SMUGGLED),
    post(CHUNKED, b"Content-Length: 45", body=b"0\r\n\r\n" + SMUGGLED),
    post(CHUNKED, b"Transfer-Encoding: identity", body=b"0\r\n\r\n"),
    post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding : chunked", b"Content-Length: 5",
         body=b"0\r\n\r\n" + SMUGGLED),
    post(b"Transfer-Encoding:", b" chunked", body=b"0\r\n\r\n" + SMUGGLED),
    post(CHUNKED, body=b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"),
    post(b"Content-Length: 5", b"Content-Length: 0", body=b"hello"),
    post(b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
    post(b"Content-Length: +5", body=b"hello"),
    post(b"Content-Length: -1", body=b"hello"),
    post(b"Content-Length: 5,5", body=b"hello"),
    post(b"Content-Length: 0x5", body=b"hello"),
    post(b"Content-Length: " + b"9" * 30, body=b"hello"),
    post(CHUNKED, body=b"ffffffffffffffff0\r\nhello\r\n0\r\n\r\n"),
    post(CHUNKED, body=b"-5\r\nhello\r\n0\r\n\r\n"),
    post(CHUNKED, body=b"0x5\r\nhello\r\n0\r\n\r\n"),
    post(CHUNKED, body=b"5\r\nhello0\r\n\r\n"),
    b"GET /open/ HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a\r\nX User: a\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a\r\n X-User: folded\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET /open/ HTTP/1.1\r\nHost: a/b\r\n\r\n",
    b"GET http://u:p@b/open/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /open/a b HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /open/\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
])
def test_what_is_ambiguous_is_refused_and_ends_the_connection(gw, up, data):
    up.forget()
    answer = gw.raw(data + LAST)
    assert statuses(answer) == [400]
    assert up.requests == [] and up.bad == []


@pytest.mark.parametrize("data, body", [
    (post(CHUNKED, body=b"5;a=b\r\nhello\r\n0\r\n\r\n"), b"hello"),
    (post(CHUNKED, body=b"5\r\nhello\r\n0\r\nX-User: evil\r\n\r\n"), b"hello"),
    (post(b"Content_Length: 50", b"Content-Length: 5", body=b"hello"),
     b"hello"),
    (b"GET /open/a HTTP/1.1\nHost: a\n\n", b""),
    (post(b"Content-Length: 5", body=b"hello").replace(b"POST", b"HEAD"),
     b"hello"),
])
def test_what_passes_is_framed_anew(gw, up, data, body):
    up.forget()
    answer = gw.raw(data + LAST)
    assert statuses(answer) == [200, 200]
    assert up.bad == []
    assert [up.requests[0][2], up.lines[1]] == [body, "GET /last HTTP/1.1"]
    names = [n for n, _ in up.requests[0][1]]
    assert "x-user" not in names and "content_length" not in names


@pytest.mark.parametrize("data", [
    post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED, path=b"/api/"),
    post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED, path=b"/none"),
    post(b"Content-Length: %d" % len(SMUGGLED), body=SMUGGLED,
         path=b"/open/%2f"),
    post(CHUNKED, body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED),
         path=b"/api/"),
    post(CHUNKED, body=b"zz\r\n" + SMUGGLED, path=b"/api/"),
])
def test_the_body_of_a_refusal_is_never_a_request(gw, up, data):
    up.forget()
    gw.raw(data + LAST)
    assert not any("smuggled" in line for line in up.lines)
    assert up.bad == []


@pytest.mark.parametrize("lines", [
    b"Connection: close, X-User", b"X_User: evil", b"X.User: evil",
    b"x-USER: evil\r\nX-User: evil", b"Connection: X-Forwarded-For, Host",
])
def test_an_identity_header_is_ours_in_every_spelling(gw, up, lines):
    up.forget()
    gw.raw(b"GET /set/ HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n\r\n" + LAST)
    users = [v for n, v in up.requests[0][1]
             if n.replace("_", "-").replace(".", "-") == "x-user"]
    assert users == ["ours"]
    assert dict(up.requests[0][1])["x-forwarded-for"] == "127.0.0.1"


def test_a_connection_header_cannot_buy_much_work(gw):
    names = b"Connection: " + b"a," * 40000 + b"\r\n"
    others = b"".join(b"b: %d\r\n" % i for i in range(80))
    answer = gw.raw(b"GET /open/ HTTP/1.1\r\nHost: a\r\n" + names + others +
                    b"\r\n" + LAST)
    assert statuses(answer)[0] == 400


@pytest.mark.parametrize("path", ["/hello", "/ready", "/live"])
def test_a_health_check_with_a_body_holds_nobody_up(gw, path):
    """nginx announces a body to the broker that it then does not send."""
    for port in (gw.port, gw.control):
        for body in (b"x", b"x" * 5000):
            answer = gw.call("POST", path, body=body, port=port, timeout=4)
            assert answer.status in (405, 413)
            assert b"<html" not in answer.body


def test_many_health_checks_with_bodies_leave_the_broker_free(gw):
    sockets = []
    for _ in range(64):
        s = socket.create_connection(("127.0.0.1", gw.port))
        s.sendall(b"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                  b"\r\nx")
        sockets.append(s)
    begin = time.monotonic()
    assert gw.control_call("GET", "/tyk/apis").status == 200
    assert time.monotonic() - begin < 4  # the broker's patience is 5 s
    for s in sockets:
        s.close()


def test_no_refusal_names_the_engine(gw):
    for answer in (gw.raw(b"nonsense\r\n\r\n"), gw.raw(b"GET /none HTTP/1.1\r\n"
                   b"Host: a\r\nConnection: close\r\n\r\n"),
                   gw.raw(b"GET /api/ HTTP/1.1\r\nHost: a\r\nConnection: close"
                          b"\r\n\r\n"),
                   gw.raw(b"GET /open/ HTTP/1.1\r\nHost: a\r\nConnection: "
                          b"close\r\n\r\n")):
        assert b"\r\n\r\n" in answer
        assert b"\r\nserver:" not in answer.lower()
    for path in ("/tyk", "/tyk/apis", "/none", "/hello"):
        answer = gw.control_call("GET", path)
        assert answer.headers["Server"] is None
        assert b"<html" not in answer.body
        assert "Location" not in answer.headers


def test_control_apis_own_errors_are_json(gw):
    answer = gw.control_call("GET", "/tyk/apis/a%00b")
    assert answer.status == 400 and answer.json()["status"] == "error"
    answer = gw.control_call("POST", "/nowhere", b"x" * 2000000)
    assert answer.status == 413 and answer.json()["status"] == "error"


def test_tokens_and_queries_stay_out_of_the_log(gw):
    gw.get("/api/a", TOKEN)
    gw.raw(b"GET /api/?jwt=%s HTTP/1.1\r\nHost: %s\r\nReferer: %s\r\n"
           b"User-Agent: %s\r\nX: \x1b[31m\r\nConnection: close\r\n\r\n" %
           ((TOKEN.encode(),) * 4))
    for part in TOKEN.split("."):
        assert part not in gw.log()
    assert "\x1b" not in gw.log()
    assert "tyk123" not in gw.log() and "dHlrMTIz" not in gw.log()
