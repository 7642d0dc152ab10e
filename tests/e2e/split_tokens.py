"""An identity provider of tests, and what clients of split tokens do."""
import base64
import contextlib
import http.server
import json
import threading
import time
import urllib.parse

from gateway import free_port
from tokens import hs256
from upstream import serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLIENT = {"client_id": "ada", "client_secret": "right"}
SERVICES = {"stock": "0123456789abcdef", "bills": "fedcba9876543210"}
CREDENTIALS = {"grant_type": "client_credentials", **CLIENT}
UNKNOWN = (403, "Key not authorized") # of refused()


class Provider(http.server.BaseHTTPRequestHandler):
    """Gives HS256 tokens to whoever knows the secret, and misbehaves by the
    scope that is asked for."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        idp = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        idp.seen.append((self.path, form, dict(self.headers)))
        time.sleep(idp.delay_s)
        if not idp.gate.is_set():
            idp.held.set()
            idp.gate.wait(30)
        if self.path == "/revoke":
            return self.send(200, {})
        return self.send(*self.answer(form))

    def answer(self, form):
        idp, mode = self.server, form.get("scope", "")
        basic = self.headers.get("Authorization", "")
        good = form.get("client_secret") == "right" or basic in idp.basics
        if mode == "raw":
            return idp.raw
        if mode == "slow":
            time.sleep(3)
        if mode == "huge":
            return 200, {"access_token": "x" * (2 << 20)}
        if mode == "html":
            return 200, b"<!doctype html>"
        if mode == "opaque":
            return 200, {"access_token": "mF_9.B5f-4.1JqM" * 4}
        if mode == "none":
            return 200, {"token_type": "Bearer"}
        if mode == "broken":
            return 500, {"error": "server_error", "why": "secret-stack-trace"}
        if not good:
            return 401, {"error": "invalid_client",
                         "error_description": "wrong secret"}
        if form["grant_type"] == "refresh_token":
            if form.get("refresh_token") not in idp.refresh:
                return 400, {"error": "invalid_grant"}
            if idp.rotates:
                idp.refresh.discard(form["refresh_token"])
        return 200, self.tokens(form, mode)

    def tokens(self, form, mode):
        idp = self.server
        claims = {"sub": form.get("username", form.get("client_id", "own")),
                  "email": "ada@example.org", "at": time.time_ns(),
                  "exp": int(time.time()) + (2 if mode == "short" else 300)}
        if mode == "same":
            claims = {"sub": "same", "exp": 4102444800}
        token = hs256(claims)
        idp.issued.append(token)
        out = {"access_token": token, "token_type": "Bearer",
               "expires_in": 300, "foo": {"bar": [1, 2]}}
        if form["grant_type"] != "client_credentials":
            again = form["grant_type"] == "refresh_token" and not idp.rotates
            out["refresh_token"] = form["refresh_token"] if again else \
                f"refresh-token-{time.time_ns()}-é/+"
            idp.refresh.add(out["refresh_token"])
            idp.issued_refresh.append(out["refresh_token"])
        return out

    def send(self, status, body, headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass # who does not want more than 1 MiB hangs up


@contextlib.contextmanager
def identity_provider():
    server = Server(("127.0.0.1", 0), Provider)
    server.seen, server.issued, server.issued_refresh = [], [], []
    server.refresh, server.basics = set(), set()
    server.rotates, server.delay_s, server.raw = True, 0, None
    server.gate, server.held = threading.Event(), threading.Event()
    server.gate.set() # while it is not, requests are held
    server.url = f"http://127.0.0.1:{server.server_port}"
    with serving(server):
        yield server


def add_apis(gw, idp):
    token_url = f"{idp.url}/token"
    apis = {
        "split": {"token_url": token_url, "timeout": 1, "strip": ["foo"],
                  "introspect_clients": SERVICES},
        "sealed": {"token_url": token_url, "mode": "sealed", "timeout": 1,
                   "introspect_clients": SERVICES},
        "other": {"accept": True},
        "both": {"accept": True, "allow_jwt": True},
        "own": {"token_url": token_url, "client_id": "gate way",
                "client_secret": "s:e&cret",
                "revocation_url": f"{idp.url}/revoke"},
    }
    idp.basics.add("Basic " + base64.b64encode(
        b"gate%20way:s%3Ae%26cret").decode())
    gw.add_policy(apis=(*apis, "stranger", "stripped", "plain"))
    for name, terms in apis.items():
        gw.add_api(name, split_token=terms)
    gw.add_api("stripped", split_token={"accept": True}, strip_auth_data=True)
    gw.add_api("plain")
    gw.add_api("stranger", org_id="another", split_token={"accept": True})
    gw.add_api("down", split_token={
        "token_url": f"http://127.0.0.1:{free_port()}/token"})


def post(gw, path, form, headers=()):
    if isinstance(form, dict):
        form = urllib.parse.urlencode(form)
    return gw.call("POST", path, {**FORM, **dict(headers)}, form)


def obtain(gw, api="split", **more):
    answer = post(gw, f"/{api}/token", {**CREDENTIALS, **more})
    assert answer.status == 200, (answer.body, gw.log()[-1500:])
    return answer.json()


def login(gw, api="split"):
    return obtain(gw, api, grant_type="password", username="ada", password="x")


def arrived(answer):
    assert answer.status == 200, answer.body
    return [v for n, v in answer.json()["headers"] if n == "Authorization"]


def refused(gw, api, token):
    answer = gw.get(f"/{api}/echo", token)
    return answer.status, answer.error
