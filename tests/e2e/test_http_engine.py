"""nginx and the module: connections, streams, TLS, refusals that are nginx's."""
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from tokens import hs256

TOKEN = hs256({"sub": "ada"})
SECRET_QUERY = "jwt=" + TOKEN
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RawUpstream:
    """Answers each request with serve(connection, head), and counts."""

    def __init__(self, serve, tls=None):
        self.serve, self.tls = serve, tls
        self.connections, self.heads = 0, []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,),
                             daemon=True).start()

    def one(self, connection):
        self.connections += 1
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while head := self.read_head(connection):
                self.heads.append(head)
                if not self.serve(connection, head):
                    break
        except OSError:
            pass
        finally:
            connection.close()

    @staticmethod
    def read_head(connection):
        """One request; its body, of a Content-Length, is read and dropped."""
        data = b""
        while b"\r\n\r\n" not in data:
            part = connection.recv(65536)
            if not part:
                return b""
            data += part
        head, rest = data.split(b"\r\n\r\n", 1)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                left = int(line.split(b":")[1]) - len(rest)
                while left > 0:
                    left -= len(connection.recv(left)) or left
        return head

    def close(self):
        self.listener.close()


def always(answer, keep):
    def serve(connection, head):
        connection.sendall(answer)
        return keep
    return serve


RELEASE = threading.Event()


def two_events(connection, head):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                       b"Content-Type: text/event-stream\r\n\r\n"
                       b"7\r\nfirst\n\n\r\n")
    RELEASE.wait(20)
    connection.sendall(b"8\r\nsecond\n\n\r\n0\r\n\r\n")
    return True


def tunnel(connection, head):
    connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nConnection: "
                       b"Upgrade\r\nUpgrade: websocket\r\n\r\n")
    while data := connection.recv(100):
        connection.sendall(data)
    return False


def certificate(folder, name):
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


@pytest.fixture(scope="module")
def ups(tmp_path_factory):
    cert, context = certificate(tmp_path_factory.mktemp("tls"), "localhost")
    made = {
        "keeps": RawUpstream(always(OK, True)),
        "closes": RawUpstream(always(OK, False)),
        "nonsense": RawUpstream(always(b"SECRET BYTES\r\n\r\n", False)),
        "silent": RawUpstream(always(b"", False)),
        "bighead": RawUpstream(always(
            b"HTTP/1.1 200 OK\r\nX-Big: " + b"x" * 20000 +
            b"\r\nContent-Length: 2\r\n\r\nok", True)),
        "accel": RawUpstream(always(
            b"HTTP/1.1 200 OK\r\nX-Accel-Redirect: /api/\r\nServer: its-own"
            b"\r\nContent-Length: 2\r\n\r\nok", True)),
        "events": RawUpstream(two_events),
        "tunnel": RawUpstream(tunnel),
        "tls": RawUpstream(always(OK, True), context),
    }
    made["tls"].cert = cert
    yield made
    for up in made.values():
        up.close()


@pytest.fixture(scope="module")
def gw(module_gateway, ups):
    gw = module_gateway
    gw.conf["proxy_default_timeout"] = 2
    gw.conf["http_server_options"] = {"enable_websockets": True}
    gw.conf["trusted_ca_file"] = str(ups["tls"].cert)
    gw.add_policy()
    gw.add_api()
    for name, up in ups.items():
        gw.add_api(name, use_keyless=True, enable_jwt=False,
                   proxy={"target_url": f"http://127.0.0.1:{up.port}"})
    port = ups["tls"].port
    for name, target, lax in [
            ("tls", f"https://localhost:{port}", False),
            ("stranger", f"https://127.0.0.1:{port}", False),
            ("lax", f"https://127.0.0.1:{port}", True)]:
        gw.add_api(name, use_keyless=True, enable_jwt=False, proxy={
            "target_url": target,
            "transport": {"ssl_insecure_skip_verify": lax}})
    return gw.start()


def request(target, *headers, method="GET", body=b""):
    lines = [f"{method} {target} HTTP/1.1", "Host: gateway",
             "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize("data, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET / HTTP/9.0\r\nHost: a\r\n\r\n", 400),
    (request("/", "Content-Length: 1", "Transfer-Encoding: chunked"), 400),
    (request("/", "Transfer-Encoding: unheard-of"), 400),
    (request("/", *[f"X-{n}: 1" for n in range(120)]), 400),
    (request("/", method="TRACE"), 405),
    (request("/" + "a" * 120000), 414),
    (request("/", "X: " + "a" * 120000), 431),
])
def test_what_nginx_refuses_has_tyks_envelope(gw, data, status):
    answer = gw.raw(data)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert b'\r\n\r\n{\n    "error": "' in answer
    assert b"X-Generator: tyk.io" in answer


@pytest.mark.parametrize("path", ["/.jotgate/want", "/.jotgate/error"])
def test_internal_places_are_not_there(gw, path):
    answer = gw.get(path)
    assert (answer.status, answer.body) == (404, b"Not Found")


@pytest.mark.parametrize("api", ["nonsense", "silent"])
def test_an_upstream_that_speaks_no_http_is_500(gw, api):
    answer = gw.get(f"/{api}/")
    assert answer.status == 500
    assert answer.error == "There was a problem proxying the request"


def test_an_upstreams_large_header_passes(gw):
    assert len(gw.get("/bighead/").headers["X-Big"]) == 20000


def test_an_upstream_steers_nothing_here(gw):
    answer = gw.get("/accel/")
    assert answer.body == b"ok"
    assert answer.headers["X-Accel-Redirect"] == "/api/"
    assert answer.headers["Server"] == "its-own"


def test_connections_to_upstreams_are_kept(gw, ups):
    gw.get("/keeps/")
    before = ups["keeps"].connections
    for _ in range(30):
        assert gw.get("/keeps/").status == 200
    workers = os.cpu_count() or 1
    assert ups["keeps"].connections - before <= workers


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_upstream_that_closes_unannounced_fails_nobody(gw, method):
    for _ in range(40):
        assert gw.call(method, "/closes/", body=b"x").status == 200
        time.sleep(0.05)  # its end has arrived: what comes in between is lost


def knows_localhost():
    try:
        return bool(socket.getaddrinfo("localhost", 1))
    except OSError:
        return False


@pytest.mark.skipif(not knows_localhost(),
                    reason="LOUD SKIP: localhost has no address here")
def test_a_tls_connection_is_never_used_for_another_host(gw, ups):
    bad = "There was a problem proxying the request"
    assert gw.get("/tls/").status == 200
    assert gw.get("/stranger/").error == bad
    assert gw.get("/lax/").status == 200
    assert gw.get("/stranger/").error == bad
    before = ups["tls"].connections
    assert gw.get("/tls/").status == 200
    assert ups["tls"].connections - before <= 1


def test_an_event_passes_before_the_next_one_is_there(gw):
    RELEASE.clear()
    with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
        s.sendall(request("/events/"))
        data = b""
        while b"first" not in data:
            data += s.recv(4096)
        RELEASE.set()
        while part := s.recv(4096):
            data += part
    assert b"second" in data


def test_a_tunnel_outlives_the_upstream_timeout(gw):
    with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
        s.sendall(b"GET /tunnel/ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                  b"Connection: keep-alive, Upgrade\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 101 ")
        time.sleep(3)  # proxy_default_timeout is 2
        s.sendall(b"still there?")
        assert s.recv(100) == b"still there?"


def test_no_other_upgrade_is_passed(gw, ups):
    gw.raw(request("/keeps/", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"
                   ).replace(b"Connection: close",
                             b"Connection: close, Upgrade, HTTP2-Settings"))
    head = ups["keeps"].heads[-1].lower()
    assert b"upgrade" not in head
    assert b"http2-settings" not in head


def test_a_body_is_asked_for_only_when_it_is_wanted(gw):
    expect = ("Expect: 100-continue", "Content-Length: 2")
    passed = gw.raw(request("/keeps/", *expect, method="POST", body=b"hi"))
    refused = gw.raw(request("/api/", *expect, method="POST"), timeout=3)
    assert passed.startswith(b"HTTP/1.1 100 ")
    assert refused.startswith(b"HTTP/1.1 400 ")


def test_the_body_of_a_refused_request_is_no_request(gw):
    inner = request("/keeps/smuggled")
    answer = gw.raw(b"POST /api/ HTTP/1.1\r\nHost: a\r\nContent-Length: %d"
                    b"\r\n\r\n" % len(inner) + inner + request("/keeps/"))
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.endswith(b"ok")


def test_a_head_request_is_refused_without_a_body(gw):
    answer = gw.raw(request("/api/", method="HEAD"))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"\r\n\r\n")


def test_no_query_stands_in_the_log(gw):
    gw.raw(b"GET /api/?%s HTTP/1.1\r\n\r\n" % SECRET_QUERY.encode())
    gw.get(f"/silent/?{SECRET_QUERY}")
    gw.get(f"/stranger/?{SECRET_QUERY}")
    assert "jwt=" not in gw.log()
    assert TOKEN not in gw.log()


def workers_of(gw):
    pids = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            title = (path.parent / "cmdline").read_bytes()
            parent = pathlib.Path(f"/proc/{fields[1]}/stat").read_text()
        except OSError:
            continue
        grandparent = int(parent.rsplit(")", 1)[1].split()[1])
        if title.startswith(b"nginx: worker") and \
                grandparent == gw.process.pid:
            pids.append(int(path.parent.name))
    return pids


def test_clients_that_go_away_leave_nothing_behind(gw):
    before = workers_of(gw)
    for _ in range(40):
        with socket.create_connection(("127.0.0.1", gw.port)) as s:
            s.sendall(request("/events/"))
    assert gw.get("/keeps/").status == 200
    assert workers_of(gw) == before


def test_a_killed_worker_is_replaced(gw):
    before = workers_of(gw)
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            if gw.get("/keeps/").status == 200:
                break
        except OSError:
            time.sleep(0.05)
    assert gw.get("/api/", TOKEN).status != 503
    assert set(workers_of(gw)).isdisjoint(before)
