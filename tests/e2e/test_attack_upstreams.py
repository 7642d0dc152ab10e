"""Upstreams that are broken or hostile: no answer reaches a wrong client."""
import socket

import pytest

from attack import statuses
from test_http_engine import RawUpstream, always, request

FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
ANSWERS = {
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + FINAL,
    "hints": HINTS * 3 + FINAL,
    "flood": HINTS * 20000 + FINAL,
    "body": b"HTTP/1.1 102 Processing\r\nContent-Length: 5\r\n\r\nhello",
    "switch": b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
              b"Upgrade: websocket\r\n\r\nSECRET",
    "zero": b"HTTP/1.1 000 None\r\nContent-Length: 2\r\n\r\nok",
    "hops": b"HTTP/1.1 200 OK\r\nConnection: X-Hop, Content-Length\r\nX-Hop: 1"
            b"\r\nKeep-Alive: 5\r\nProxy-Authenticate: a\r\nTrailer: b\r\n"
            b"Upgrade: h2c\r\nX-Stays: 1\r\nContent-Length: 2\r\n\r\nok",
    "more": FINAL + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n"
               b"Content-Length: 6\r\n\r\npoison",
    "good": FINAL,
}
LAST = request("/good/")


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    ups = {name: RawUpstream(always(data, name in ("good", "more", "nothing")))
           for name, data in ANSWERS.items()}
    ups["dead"] = RawUpstream(always(b"", False))
    gw.conf["http_server_options"] = {"enable_websockets": True}
    gw.conf["proxy_default_timeout"] = 2
    for name, up in ups.items():
        gw.add_api(name, use_keyless=True, enable_jwt=False,
                   proxy={"target_url": f"http://127.0.0.1:{up.port}"})
    yield gw.start()
    for up in ups.values():
        up.close()


def keep_alive(path, method, *headers):
    return request(path, *headers, method=method).replace(
        b"Connection: close\r\n", b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("api", ["continue", "hints"])
def test_an_interim_response_is_not_the_answer(gw, api, method):
    answer = gw.raw(keep_alive(f"/{api}/", method) + LAST)
    assert statuses(answer) == [200, 200]
    assert b"Link" not in answer
    assert answer.count(b"ok") == (1 if method == "HEAD" else 2)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("api", ["flood", "body", "switch", "zero"])
def test_what_is_no_answer_is_a_failed_upstream(gw, api, method):
    answer = gw.raw(keep_alive(f"/{api}/", method) + LAST)
    assert statuses(answer) == [500, 200]
    assert b"SECRET" not in answer


def test_nobody_gets_a_tunnel_that_was_not_asked_for(gw):
    for upgrade in ("h2c", "foo", "websocket, h2c"):
        answer = gw.raw(keep_alive("/switch/", "GET", f"Upgrade: {upgrade}",
                                   "Connection: upgrade") + LAST)
        assert statuses(answer) == [500, 200]
        assert b"SECRET" not in answer


@pytest.mark.parametrize("api", ["more", "nothing"])
def test_bytes_behind_an_answer_are_nobodys(gw, api):
    for _ in range(10):
        assert b"poison" not in gw.raw(keep_alive(f"/{api}/", "GET") +
                                       keep_alive(f"/{api}/", "GET") + LAST)


def test_headers_of_one_hop_end_there(gw):
    answer = gw.get("/hops/")
    assert answer.body == b"ok"
    assert answer.headers["X-Stays"] == "1"
    assert answer.headers["Content-Length"] == "2"
    for name in ("X-Hop", "Keep-Alive", "Proxy-Authenticate", "Trailer",
                 "Upgrade"):
        assert name not in answer.headers


@pytest.mark.parametrize("size", [1, 3 << 20])
def test_a_large_request_changes_nothing_about_an_error(gw, size):
    """nginx looks at the limit of the place that answers with the error."""
    with socket.create_connection(("127.0.0.1", gw.port), timeout=20) as s:
        s.sendall(request("/dead/", f"Content-Length: {size}", method="POST"))
        try:
            s.sendall(b"x" * size)
        except OSError:
            pass  # answered, and closed
        answer = s.recv(65536)
    assert statuses(answer) == [500]
    assert b"There was a problem proxying the request" in answer
