#!/usr/bin/python3
"""An identity provider that behaves, and misbehaves on command.

As a fixture: `with Idp() as idp`, then idp.jwks_url, idp.token(), idp.rotate(),
idp.mode = "slow", idp.fetches. As a program: `idp.py --port N`, and the same by
HTTP: POST /control/mode?jwks=slow, POST /control/rotate, GET /control.

Any path is an issuer: /a/b has its discovery document at
/a/b/.well-known/openid-configuration, its keys at /a/b/jwks and its token
endpoint (client_credentials) at /a/b/token. All have the same keys.
"""
import argparse
import collections
import gzip
import hashlib
import json
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from idp_keys import Key, url64

# How long an answer that never ends goes on: a test's server ends by itself.
ENDLESS_S = 120
HUGE_BYTES = 1 << 30
DISCOVERY = "/.well-known/openid-configuration"
JSON = "application/json"


# What may come instead of the right answer. Each takes the handler and the
# right body.

def send(h, body, status=200, content_type=JSON, **headers):
    h.send_response(status)
    h.send_header("Content-Type", content_type)
    h.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        h.send_header(name.replace("_", "-"), value)
    h.end_headers()
    h.wfile.write(body)


def slow(h, body):
    time.sleep(h.idp.delay_s)
    h.good(body)


def huge(h, body):
    h.send_response(200)
    h.send_header("Content-Type", JSON)
    h.send_header("Content-Length", str(HUGE_BYTES))
    h.end_headers()
    stream(h, b" " * 65536, HUGE_BYTES)


def huge_without_length(h, body):
    h.close_connection = True
    h.send_response(200)
    h.send_header("Content-Type", JSON)
    h.send_header("Connection", "close")
    h.end_headers()
    stream(h, b" " * 65536, HUGE_BYTES)


def stream(h, block, n):
    while n > 0:
        h.wfile.write(block)
        h.idp.sent_bytes += len(block)
        n -= len(block)


def bomb(h, body):
    packed = gzip.compress(b'{"keys":[' + b" " * (64 << 20) + b"]}")
    send(h, packed, Content_Encoding="gzip")


def hang(h, body):
    h.send_response(200)
    h.send_header("Content-Type", JSON)
    h.send_header("Content-Length", str(len(body)))
    h.end_headers()
    h.wfile.flush()
    h.idp.stopping.wait(ENDLESS_S)


def silence(h, body):
    h.idp.stopping.wait(ENDLESS_S)


def drip(h, body):
    """One byte at a time, never done: each read succeeds, the whole never."""
    h.send_response(200)
    h.send_header("Content-Type", JSON)
    h.send_header("Content-Length", str(len(body) + 100_000))
    h.end_headers()
    end = time.monotonic() + ENDLESS_S
    while time.monotonic() < end and not h.idp.stopping.wait(0.1):
        h.wfile.write(b" ")


def endless_headers(h, body):
    h.send_response(200)
    end = time.monotonic() + ENDLESS_S
    h.flush_headers()
    while time.monotonic() < end and not h.idp.stopping.is_set():
        h.wfile.write(b"X-More: " + b"y" * 4000 + b"\r\n")


def drop(h, body):
    h.close_connection = True
    h.connection.shutdown(socket.SHUT_RDWR)


def cut(h, body):
    h.close_connection = True
    h.send_response(200)
    h.send_header("Content-Type", JSON)
    h.send_header("Content-Length", str(len(body)))
    h.end_headers()
    h.wfile.write(body[:len(body) // 2])


def redirect(h, body):
    send(h, b"", 302, Location=h.idp.redirect_to)


def one_bad_key(h, body):
    good = json.loads(body)["keys"]
    bad = [{"kty": "RSA", "kid": "bad", "n": "!!", "e": "AQAB"},
           {"kty": "EC", "kid": "off", "crv": "P-256", "x": url64(b"\1" * 32),
            "y": url64(b"\1" * 32)},
           {"kty": "unheard-of", "kid": "new"}, {"kid": "no-kty"}, 7, None]
    send(h, json.dumps({"keys": bad + good}).encode())


def many_keys(h, body):
    keys = json.loads(body)["keys"]
    more = [{**keys[0], "kid": f"more-{i}"} for i in range(101)]
    send(h, json.dumps({"keys": keys + more}).encode())


def text(status, body, content_type=JSON, **headers):
    return lambda h, _: send(h, body, status, content_type, **headers)


MODES = {
    "ok": lambda h, body: h.good(body),
    "slow": slow, "hang": hang, "silence": silence, "drip": drip,
    "endless-headers": endless_headers, "drop": drop, "cut": cut,
    "huge": huge, "huge-without-length": huge_without_length,
    "gzip": lambda h, body: send(h, gzip.compress(body),
                                 Content_Encoding="gzip"),
    "bomb": bomb,
    "redirect": redirect,
    "500": text(500, b'{"error":"server_error"}'),
    "503": text(503, b"", Retry_After="1"),
    "404": text(404, b'{"error":"Realm does not exist"}'),
    "html": text(200, b"<!doctype html><title>Sign in</title>", "text/html"),
    "wrong-type": lambda h, body: send(h, body, content_type="text/plain"),
    "empty-set": text(200, b'{"keys":[]}'),
    "empty-body": text(200, b""),
    "not-json": text(200, b'{"keys":['),
    "not-a-set": text(200, b'["keys"]'),
    "deep": text(200, b"[" * 100_000 + b"]" * 100_000),
    "twice": text(200, b'{"keys":[],"keys":[]}'),
    "secrets": text(200, json.dumps({"keys": [
        {"kty": "oct", "kid": "s", "k": url64(b"x" * 32)}]}).encode()),
    "one-bad-key": one_bad_key,
    "many-keys": many_keys,
}
# Answers after which a good set must still be used.
USELESS = ("500", "503", "404", "html", "empty-set", "empty-body", "not-json",
           "not-a-set", "deep", "twice", "secrets", "redirect", "drop", "cut",
           "gzip", "bomb", "many-keys")
# Answers that never end by themselves.
ENDLESS = ("huge", "huge-without-length", "hang", "silence", "drip",
           "endless-headers")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def idp(self):
        return self.server.idp

    def log_message(self, *args):
        if self.idp.verbose:
            super().log_message(*args)

    def date_time_string(self, timestamp=None):
        """Of a clock that may be wrong."""
        now = time.time() if timestamp is None else timestamp
        return super().date_time_string(now + self.idp.clock_s)

    def good(self, body):
        """The right answer, with what HTTP says about caching it."""
        headers = dict(self.idp.headers)
        if self.idp.etag:
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers["ETag"] = tag
            if self.headers.get("If-None-Match") == tag:
                self.idp.not_modified += 1
                self.send_response(304)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                return
        send(self, body, **{k.replace("-", "_"): v
                            for k, v in headers.items()})

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path).path
        issuer = self.idp.url
        try:
            if path == "/control":
                send(self, json.dumps(self.idp.state()).encode())
            elif path.endswith(DISCOVERY):
                issuer += path[:-len(DISCOVERY)]
                self.serve("discovery", self.idp.discovery_mode,
                           json.dumps(self.idp.discovery(issuer)).encode())
            elif path.endswith(("/jwks", "/jwks.json", "/certs")):
                body = json.dumps(self.idp.jwks()).encode()
                self.serve("jwks", self.idp.mode,
                           body.rjust(self.idp.pad_to))
            else:
                self.idp.note("other", self)
                send(self, b'{"error":"not_found"}', 404)
        except OSError:
            self.close_connection = True # the other side left: its right

    def serve(self, kind, mode, body):
        self.idp.note(kind, self)
        MODES[mode](self, body)

    def do_POST(self):
        split = urllib.parse.urlsplit(self.path)
        size = min(int(self.headers.get("Content-Length") or 0), 65536)
        form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
        if split.path.startswith("/control/"):
            query = dict(urllib.parse.parse_qsl(split.query))
            self.idp.command(split.path[len("/control/"):], query)
            return send(self, json.dumps(self.idp.state()).encode())
        self.idp.note("token", self)
        if not split.path.endswith("/token"):
            return send(self, b'{"error":"not_found"}', 404)
        if form.get("grant_type") != "client_credentials":
            return send(self, b'{"error":"unsupported_grant_type"}', 400)
        issuer = self.idp.url + split.path[:-len("/token")]
        token = self.idp.token(iss=issuer, sub=form.get("client_id", "client"))
        return send(self, json.dumps({
            "access_token": token, "token_type": "Bearer",
            "expires_in": 300}).encode())


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (OSError, ssl.SSLError)):
            super().handle_error(request, client_address)


class Idp:
    """An identity provider on 127.0.0.1 until the `with` block ends.

    keys       what is published, in order; the first with use "sig" signs
    mode, discovery_mode   a name of MODES
    fetches    how often each kind of document was asked for
    requests   (kind, path, headers) of each request
    """

    def __init__(self, *algs, port=0, tls=None, host="127.0.0.1",
                 verbose=False):
        self.host, self.port = host, port
        self.tls, self.verbose = tls, verbose
        self.keys = [Key(alg) for alg in algs or ("RS256",)]
        self.mode = self.discovery_mode = "ok"
        self.pad_to = 0 # bytes
        self.delay_s, self.redirect_to = 1.0, "http://127.0.0.1:9/"
        self.headers, self.etag = {}, False
        self.clock_s = 0 # how much it is ahead
        self.discovery_changes = {}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.server = None
        self.forget()

    def forget(self):
        with self.lock:
            self.fetches = collections.Counter()
            self.requests = []
            self.not_modified = self.sent_bytes = 0

    # Life

    def start(self):
        """Also after stop(): on the same port again."""
        self.stopping.clear()
        self.server = Server((self.host, self.port), Handler)
        self.server.idp = self
        self.port = self.server.server_address[1]
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.stopping.set()
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *args):
        self.stop()

    # What it says

    @property
    def url(self):
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{self.host}:{self.port}"

    @property
    def jwks_url(self):
        return f"{self.url}/jwks"

    def jwks(self):
        return {"keys": [key.jwk() for key in self.keys]}

    def discovery(self, issuer):
        return {"issuer": issuer, "jwks_uri": f"{issuer}/jwks",
                "token_endpoint": f"{issuer}/token",
                "grant_types_supported": ["client_credentials"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported":
                    sorted({key.alg for key in self.keys}),
                **self.discovery_changes}

    @property
    def key(self):
        return next(k for k in self.keys if k.use == "sig")

    def token(self, key=None, headers=None, **claims):
        now = int(time.time())
        claims = {"iss": self.url, "sub": "ada", "iat": now - 1,
                  "exp": now + 3600, **claims}
        claims = {k: v for k, v in claims.items() if v is not None}
        return (key or self.key).sign(claims, **(headers or {}))

    def rotate(self, alg=None, keep=1, kid=None):
        """A new key signs; the <keep> former ones stay published."""
        new = Key(alg or self.key.alg, kid=kid)
        self.keys = [new, *self.keys[:keep]]
        return new

    # What it saw

    def note(self, kind, handler):
        with self.lock:
            self.fetches[kind] += 1
            self.requests.append((kind, handler.path, handler.headers))

    def state(self):
        return {"mode": self.mode, "discovery_mode": self.discovery_mode,
                "fetches": self.fetches, "issuer": self.url,
                "kids": [key.kid for key in self.keys]}

    def command(self, name, query):
        if name == "mode":
            self.mode = query.get("jwks", self.mode)
            self.discovery_mode = query.get("discovery", self.discovery_mode)
        elif name == "rotate":
            self.rotate(query.get("alg"), int(query.get("keep", 1)),
                        query.get("kid"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--alg", nargs="*", default=["RS256"])
    parser.add_argument("--seconds", type=float, default=3600,
                        help="ends by itself after this time")
    options = parser.parse_args()
    with Idp(*options.alg, port=options.port, verbose=True) as idp:
        print(f"issuer {idp.url}\nkeys   {idp.jwks_url}\n"
              f"a token: {idp.token()}", flush=True)
        try:
            time.sleep(options.seconds)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
