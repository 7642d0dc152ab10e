"""What arrives at the upstream, byte for byte, and what comes back."""
import json
import socket
import threading

import pytest
from tokens import hs256


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    apis = ["api", "kept", "deep", "host", "strip", "inject", "open", "slash",
            "dead", "nameless", "two", "slow", "query"]
    gw.conf["proxy_default_timeout"] = 2
    gw.add_policy(apis=apis)
    gw.add_api()
    gw.add_api("kept", proxy={"strip_listen_path": False})
    gw.add_api("deep", proxy={"target_url": gw.upstream.url + "/base/"})
    gw.add_api("host", proxy={"preserve_host_header": True})
    gw.add_api("slash", proxy={"disable_strip_slash": True})
    gw.add_api("query", proxy={"target_url": gw.upstream.url + "/q?from=target"})
    gw.add_api("strip", strip_auth_data=True, auth_configs={
        "jwt": {"auth_header_name": "X-Token", "use_param": True,
                "param_name": "jwt", "use_cookie": True,
                "cookie_name": "session"}})
    gw.add_api("inject", version_data={
        "not_versioned": True,
        "versions": {"Default": {
            "name": "Default", "global_headers": {"X-Fixed": "yes"},
            "global_headers_remove": ["X-Secret"]}}})
    gw.add_api("open", use_keyless=True, enable_jwt=False)
    gw.add_api("dead", use_keyless=True,
               proxy={"target_url": "http://127.0.0.1:1"})
    gw.add_api("nameless", use_keyless=True,
               proxy={"target_url": "http://no-such-host.invalid"})
    gw.add_api("slow", use_keyless=True)
    gw.add_api("two", use_keyless=True, proxy={
        "enable_load_balancing": True,
        "target_list": ["http://127.0.0.1:1", gw.upstream.url]})
    return gw.start()


TOKEN = hs256({"sub": "ada"})


@pytest.mark.parametrize("path, arrives", [
    ("/api/echo", "/echo"),
    ("/api/echo?a=1&b=%20x", "/echo?a=1&b=%20x"),
    ("/api/", "/"),
    ("/kept/echo", "/kept/echo"),
    ("/deep/echo", "/base/echo"),
    ("/query/echo?x=1", "/q/echo?from=target&x=1"),
    ("/api/a%20b", "/a%20b"),
    ("/api/caf%C3%A9", "/caf%C3%A9"),
    ("/api/a/../b", "/b"),
    ("/api/a/./b", "/a/b"),
    ("/api//a", "/a"),
    ("/api/%61bc", "/abc"),
    ("/api/a;b=c", "/a;b=c"),
    ("/api/a+b", "/a+b"),
])
def test_the_path_that_was_authorised_is_the_path_that_is_sent(gw, path,
                                                               arrives):
    answer = gw.get(path, TOKEN)
    assert answer.status == 200, answer.body
    assert answer.json()["target"] == arrives


@pytest.mark.parametrize("path", [
    "/api/%2e%2e/%2e%2e/x", "/api/../../x", "/api/a%2fb", "/api/a%5cb",
    "/api/a%00b", "/api/%", "/api/%zz", "/api/a\\b", "/api/..;/x",
])
def test_a_path_with_two_readings_is_400(gw, path):
    answer = gw.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: "
                    f"{TOKEN}\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


def headers_of(answer):
    out = {}
    for name, value in answer.json()["headers"]:
        out.setdefault(name.lower(), []).append(value)
    return out


def test_forwarding_headers_are_tyks(gw):
    seen = headers_of(gw.get("/api/echo", TOKEN, headers={
        "X-Forwarded-For": "10.1.1.1", "Connection": "X-Hop, close",
        "X-Hop": "1", "Keep-Alive": "x", "TE": "gzip", "X-Kept": "k"}))
    assert seen["host"] == [f"127.0.0.1:{gw.upstream.port}"]
    assert seen["x-forwarded-for"] == ["10.1.1.1, 127.0.0.1"]
    assert seen["x-kept"] == ["k"]
    assert seen["authorization"] == [f"Bearer {TOKEN}"]
    assert not {"x-hop", "keep-alive", "te"} & set(seen)


def test_host_is_kept_when_asked(gw):
    seen = headers_of(gw.get("/host/echo", TOKEN, headers={"Host": "shop.org"}))
    assert seen["host"] == ["shop.org"]


@pytest.mark.parametrize("path, headers", [
    ("/strip/echo?x=1", {"X-Token": TOKEN}),
    (f"/strip/echo?jwt={TOKEN}&x=1", {}),
    ("/strip/echo?x=1", {"Cookie": f"a=b; session={TOKEN}; c=d"}),
])
def test_strip_auth_data_takes_the_token_out(gw, path, headers):
    answer = gw.get(path, headers=headers)
    assert answer.status == 200, answer.body
    assert TOKEN not in answer.body.decode()
    assert answer.json()["target"] == "/echo?x=1"
    if "Cookie" in headers:
        assert headers_of(answer)["cookie"] == ["a=b; c=d"]


def test_fixed_headers_are_set_and_removed_in_every_spelling(gw):
    seen = headers_of(gw.get("/inject/echo", TOKEN, headers={
        "x-fixed": "client", "X_Fixed": "client", "X.Fixed": "client",
        "X-Secret": "s", "X_Secret": "s"}))
    assert seen["x-fixed"] == ["yes"]
    assert not {"x_fixed", "x.fixed", "x-secret", "x_secret"} & set(seen)


def test_a_keyless_api_needs_no_token(gw):
    assert gw.get("/open/echo").status == 200


@pytest.mark.parametrize("path, status, message", [
    ("/dead/x", 500, "There was a problem proxying the request"),
    ("/nameless/x", 500, "Upstream host lookup failed"),
    ("/slow/slow/4", 504, "Upstream service reached hard timeout."),
    ("/open/drop", 500, "There was a problem proxying the request"),
])
def test_upstream_failures_have_tyks_texts(gw, path, status, message):
    answer = gw.get(path)
    assert (answer.status, answer.error) == (status, message)


def test_a_dead_target_is_skipped_for_the_next(gw):
    assert [gw.get("/two/echo").status for _ in range(6)] == [200] * 6


@pytest.mark.parametrize("status", [201, 204, 301, 400, 404, 500, 502, 503, 504])
def test_the_upstreams_own_status_passes(gw, status):
    answer = gw.get(f"/open/status/{status}")
    assert answer.status == status
    assert answer.body == b""
    assert answer.headers["X-Upstream"] == "yes"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE",
                                    "OPTIONS"])
def test_every_method_passes(gw, method):
    answer = gw.call(method, "/open/echo", body=b"hello")
    assert answer.json()["method"] == method
    assert answer.json()["body"] == "hello"


def test_a_chunked_body_arrives_whole(gw):
    connection_body = (b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
    answer = gw.raw(b"POST /open/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:"
                    b" chunked\r\nConnection: close\r\n\r\n" + connection_body)
    body = json.loads(answer.split(b"\r\n\r\n", 1)[1])
    assert body["size"] == 11


def rss_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1])
    return 0


def test_large_bodies_stream_in_both_directions(gw):
    """256 MiB each way; the tree of processes stays small."""
    size = 256 << 20
    with socket.create_connection(("127.0.0.1", gw.port), timeout=60) as s:
        s.sendall(f"POST /open/echo HTTP/1.1\r\nHost: x\r\nContent-Length: "
                  f"{size}\r\nConnection: close\r\n\r\n".encode())
        block = b"x" * (1 << 20)
        for _ in range(size >> 20):
            s.sendall(block)
        answer = b""
        while part := s.recv(65536):
            answer += part
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["size"] == size

    with socket.create_connection(("127.0.0.1", gw.port), timeout=60) as s:
        s.sendall(f"GET /open/bytes/{size} HTTP/1.1\r\nHost: x\r\nConnection: "
                  "close\r\n\r\n".encode())
        total = 0
        while part := s.recv(1 << 20):
            total += len(part)
    assert total > size


def test_an_upgrade_without_permission_is_a_plain_request(gw):
    seen = headers_of(gw.get("/open/echo", headers={
        "Upgrade": "websocket", "Connection": "Upgrade"}))
    assert "upgrade" not in seen


def test_websocket_passes_when_enabled(folder):
    """The handshake and then bytes in both directions."""
    from gateway import Gateway

    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        peer, _ = listener.accept()
        with peer:
            head = b""
            while b"\r\n\r\n" not in head:
                head += peer.recv(4096)
            assert b"upgrade: websocket" in head.lower()
            peer.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
                         b"websocket\r\nConnection: Upgrade\r\n\r\n")
            peer.sendall(b"echo " + peer.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    gw = Gateway(folder)
    gw.conf["http_server_options"] = {"enable_websockets": True}
    gw.add_api("ws", use_keyless=True, proxy={
        "target_url": f"http://127.0.0.1:{listener.getsockname()[1]}"})
    try:
        gw.start()
        with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
            s.sendall(b"GET /ws/x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                      b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            head = s.recv(4096)
            assert head.startswith(b"HTTP/1.1 101")
            s.sendall(b"ping")
            assert s.recv(100) == b"echo ping"
    finally:
        gw.stop()
        listener.close()
