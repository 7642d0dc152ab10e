"""Headers that the gateway sets: what arrives at the upstream, byte for byte,
and what comes back to the client."""
import json
import os
import re
import socket
import threading

import pytest
from gateway import Gateway
from tokens import hs256

RESPONSE = ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n"
            "X-Up: 1\r\nX-up: 2\r\nETag: \"of-upstream\"\r\nServer: up\r\n"
            "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-Keep: yes\r\n\r\nok")


class Recorder:
    """An upstream that keeps the bytes of each request's header, and answers
    <response>."""

    def __init__(self, response=RESPONSE):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.seen, self.response = [], response
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(30)
            head = b""
            for line in stream:
                head += line
                if line == b"\r\n":
                    self.seen.append(head)
                    connection.sendall(self.response.encode())
                    head = b""

    def lines(self, name):
        """Lines of the last request whose name CGI takes for <name>."""
        want = name.lower().encode()
        return [line for line in self.seen[-1].split(b"\r\n")[1:]
                if re.sub(rb"[_.]", b"-", line.split(b":")[0].lower()) == want]

    def close(self):
        self.listener.close()


def version(**fields):
    return {"not_versioned": True,
            "versions": {"Default": {"name": "Default", **fields}}}


def headers(remove=(), **add):
    return {"enabled": True, "remove": list(remove),
            "add": [{"name": n.replace("_", "-"), "value": v}
                    for n, v in add.items()]}


def oas(url):
    return {
        "openapi": "3.0.3", "info": {"title": "o", "version": "1"},
        "paths": {"/users/{id}": {"get": {"operationId": "user"},
                                  "post": {"operationId": "change"}}},
        "x-tyk-api-gateway": {
            "info": {"id": "oas", "orgId": "default", "name": "oas",
                     "state": {"active": True}},
            "upstream": {"url": url},
            "server": {"listenPath": {"value": "/oas/", "strip": True}},
            "middleware": {
                "global": {"contextVariables": {"enabled": True},
                           "transformRequestHeaders": headers(x_all="1"),
                           "transformResponseHeaders": headers(["X-Keep"],
                                                               y_all="1")},
                "operations": {
                    "user": {
                        "transformRequestHeaders": headers(
                            ["X-All"], x_path="$tyk_context.path"),
                        "transformResponseHeaders": headers(y_user="1")},
                    "change": {"transformRequestHeaders": {
                        "enabled": False,
                        "add": [{"name": "X-Off", "value": "1"}]}}}}}}


@pytest.fixture(scope="module")
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture(scope="module")
def gw(module_folder, recorder, upstream):
    gw = Gateway(module_folder, upstream)
    to = {"target_url": recorder.url}
    os.environ["TYK_SECRET_UPSTREAM_KEY"] = "from the environment"
    gw.conf["secrets"] = {"upstream": "s3cr3t-of-conf"}
    gw.conf["http_server_options"] = {"enable_websockets": True}
    gw.conf["proxy_default_timeout"] = 1
    gw.add_policy(apis=["claims", "secrets", "back", "dead", "ends", "raw"])
    gw.add_api("claims", proxy=to, enable_context_vars=True, strip_auth_data=True,
               version_data=version(global_headers={
                   "X-User": "$tyk_context.jwt_claims_sub",
                   "x-roles": "$tyk_context.jwt_claims_roles",
                   "X-Level": "l$tyk_context.jwt_claims_level",
                   "X-Id": "$tyk_context.request_id",
                   "X-Client": "$tyk_context.remote_addr"}))
    gw.add_api("secrets", proxy=to, version_data=version(global_headers={
        "Authorization": "Bearer $secret_conf.upstream",
        "X-Env": "$secret_env.upstream_key",
        "X-None": "$secret_conf.unknown",
        "Host": "evil", "Content-Length": "5", "Connection": "X-Env"}))
    gw.add_policy("rich", apis=["meta", "broken"], meta_data={
        "access_token": "upstream.token", "limits": [1, 2.5, "x y"],
        "nested": {"a": 1}, "broken": "a\nb", "count": 3})
    gw.add_api("meta", proxy=to, version_data=version(global_headers={
        "Authorization": "Bearer $tyk_meta.access_token",
        "X-Limits": "$tyk_meta.limits", "X-Count": "$tyk_meta.count",
        "X-Nested": "<$tyk_meta.nested>", "X-None": "$tyk_meta.none"}))
    gw.add_api("broken", proxy=to, version_data=version(global_headers={
        "X-Broken": "$tyk_meta.broken"}))
    back = version(
        global_response_headers={"X-Set": "$tyk_context.jwt_claims_sub",
                                 "etag": "\"ours\"", "x-up": "ours",
                                 "Content-Type": "application/x-ours",
                                 "Content-Length": "7",
                                 "Transfer-Encoding": "chunked"},
        global_response_headers_remove=["X-Keep", "server", "Content-Length"])
    gw.add_api("back", proxy=to, enable_context_vars=True, version_data=back,
               response_processors=[{"name": "header_injector", "options": {
                   "add_headers": {"X-Last": "1"},
                   "remove_headers": ["X-Set-Not"]}}])
    gw.add_api("dead", proxy={"target_url": "http://127.0.0.1:1"},
               enable_context_vars=True, version_data=back)
    gw.add_api("raw", enable_context_vars=True, version_data=back)
    ends = version(
        global_headers={"X-All": "1"}, use_extended_paths=True,
        extended_paths={
            "transform_headers": [
                {"path": "^/ends/me$", "method": "GET",
                 "add_headers": {"x-user": "$tyk_context.jwt_claims_sub"},
                 "delete_headers": ["X-Secret"]}],
            "transform_response_headers": [
                {"path": "^/ends/me$", "method": "GET",
                 "add_headers": {"x-me": "$tyk_context.jwt_claims_sub"},
                 "delete_headers": ["X-Keep"]}]})
    gw.add_api("ends", proxy=to, enable_context_vars=True, version_data=ends)
    (gw.apps / "oas.json").write_text(json.dumps(oas(recorder.url)))
    yield gw.start()
    gw.stop()
    del os.environ["TYK_SECRET_UPSTREAM_KEY"]


def test_a_claim_becomes_a_header(gw, recorder):
    token = hs256({"sub": "ada", "roles": ["a b", "c"], "level": 7.5})
    assert gw.get("/claims/", token).status == 200
    assert recorder.lines("X-User") == [b"X-User: ada"]
    assert recorder.lines("X-Roles") == [b"X-Roles: a+b,c"]
    assert recorder.lines("X-Level") == [b"X-Level: l7.5"]
    assert recorder.lines("X-Client") == [b"X-Client: 127.0.0.1"]
    assert recorder.lines("Authorization") == []
    uuid = rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-" \
           rb"[0-9a-f]{12}"
    assert re.fullmatch(rb"X-Id: " + uuid, recorder.lines("X-Id")[0])


def test_each_request_has_another_id(gw, recorder):
    token = hs256({"sub": "ada"})
    ids = set()
    for _ in range(3):
        gw.get("/claims/", token)
        ids.add(recorder.lines("X-Id")[0])
    assert len(ids) == 3


@pytest.mark.parametrize("name", ["X-User", "x-user", "X-USER", "X_User",
                                  "x_user", "X.User", "X-Roles", "X_ROLES"])
def test_the_clients_own_header_never_passes(gw, recorder, name):
    """Also without the claim: then the header is there, and empty."""
    request = (f"GET /claims/ HTTP/1.1\r\nHost: x\r\nConnection: close, {name}"
               f"\r\nAuthorization: Bearer {hs256({'sub': 'ada'})}\r\n"
               f"{name}: root\r\n{name}: admin\r\n\r\n").encode()
    assert b" 200 OK" in gw.raw(request)
    assert recorder.lines("X-User") == [b"X-User: ada"]
    assert recorder.lines("X-Roles") == [b"X-Roles: "]


@pytest.mark.parametrize("sub", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "\x1b[31m",
                                 "\x7f", "a\x01"])
def test_a_claim_that_would_break_the_request_refuses_it(gw, recorder, sub):
    before = len(recorder.seen)
    answer = gw.get("/claims/", hs256({"sub": sub}))
    assert (answer.status, answer.error) == (400,
                                             "Request headers are malformed")
    assert len(recorder.seen) == before


def test_a_long_claim_refuses_the_request(gw, recorder):
    before = len(recorder.seen)
    answer = gw.get("/claims/", hs256({"sub": "a" * 40000}))
    assert (answer.status, answer.error) == (431,
                                             "Request headers are too long")
    assert len(recorder.seen) == before
    assert gw.get("/claims/", hs256({"sub": "a" * 30000})).status == 200
    assert recorder.lines("X-User") == [b"X-User: " + b"a" * 30000]


def test_secrets_reach_the_upstream_and_nothing_else(gw, recorder):
    assert gw.get("/secrets/", hs256({"sub": "ada"})).status == 200
    assert recorder.lines("Authorization") == [
        b"Authorization: Bearer s3cr3t-of-conf"]
    assert recorder.lines("X-Env") == [b"X-Env: from the environment"]
    assert recorder.lines("X-None") == [b"X-None: "]
    host = recorder.url.removeprefix("http://").encode()
    assert recorder.lines("Host") == [b"Host: " + host]
    assert recorder.lines("Content-Length") == []
    log = gw.log()
    assert "s3cr3t-of-conf" not in log and "from the environment" not in log
    assert "$secret_conf.unknown is not known: it is empty" in log
    assert "Host is not set: it belongs to the connection" in log


def test_meta_data_of_a_policy_becomes_headers(gw, recorder):
    """The second half of the split token recipe."""
    token = hs256({"sub": "ada", "pol": "rich"})
    assert gw.get("/meta/", token).status == 200
    assert recorder.lines("Authorization") == [
        b"Authorization: Bearer upstream.token"]
    assert recorder.lines("X-Limits") == [b"X-Limits: 1,2.5,x+y"]
    assert recorder.lines("X-Count") == [b"X-Count: 3"]
    assert recorder.lines("X-Nested") == [b"X-Nested: <>"]
    assert recorder.lines("X-None") == [b"X-None: "]


def test_meta_data_that_would_break_the_request_refuses_it(gw, recorder):
    before = len(recorder.seen)
    answer = gw.get("/broken/", hs256({"sub": "ada", "pol": "rich"}))
    assert answer.status == 400 and len(recorder.seen) == before


def test_an_endpoint_has_headers_of_its_own(gw, recorder):
    token = hs256({"sub": "ada"})
    forged = {"X-User": "root", "X-Secret": "1"}
    assert gw.get("/ends/me", token, forged).headers["X-Me"] == "ada"
    assert recorder.lines("X-User") == [b"X-User: ada"]
    assert recorder.lines("X-Secret") == []
    answer = gw.get("/ends/others", token, forged)
    assert "X-Me" not in answer.headers and answer.headers["X-Keep"] == "yes"
    assert recorder.lines("X-User") == []
    assert recorder.lines("X-Secret") == [b"X-Secret: 1"]
    assert recorder.lines("X-All") == [b"X-All: 1"]


def test_operations_of_oas_definitions_have_headers(gw, recorder):
    answer = gw.get("/oas/users/7")
    assert recorder.lines("X-Path") == [b"X-Path: /oas/users/7"]
    assert recorder.lines("X-All") == []
    assert answer.headers["Y-User"] == answer.headers["Y-All"] == "1"
    assert "X-Keep" not in answer.headers
    answer = gw.call("POST", "/oas/users/7")
    assert recorder.lines("X-Path") == recorder.lines("X-Off") == []
    assert recorder.lines("X-All") == [b"X-All: 1"]
    assert "Y-User" not in answer.headers and answer.headers["Y-All"] == "1"


def raw_headers(gw, path, method="GET"):
    answer = gw.raw((f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: "
                     f"close\r\nAuthorization: Bearer "
                     f"{hs256({'sub': 'ada'})}\r\n\r\n").encode())
    head = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    pairs = [line.split(": ", 1) for line in head[1:]]
    return head[0], [(n.lower(), v) for n, v in pairs]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_headers_of_the_answer_are_set_and_removed(gw, method):
    status, headers = raw_headers(gw, "/back/", method)
    assert status == "HTTP/1.1 200 OK"
    assert [v for n, v in headers if n == "x-set"] == ["ada"]
    assert [v for n, v in headers if n == "x-up"] == ["ours"]
    assert [v for n, v in headers if n == "etag"] == ['"ours"']
    assert [v for n, v in headers if n == "x-last"] == ["1"]
    assert [v for n, v in headers
            if n == "content-type"] == ["application/x-ours"]
    assert [v for n, v in headers if n == "content-length"] == ["2"]
    assert [v for n, v in headers if n == "date"] == [
        "Thu, 01 Jan 1970 00:00:00 GMT"]
    assert {"x-keep", "server", "transfer-encoding"}.isdisjoint(
        n for n, _ in headers)


@pytest.mark.parametrize("path, status", [
    ("/dead/", 500), ("/raw/slow/3", 504), ("/raw/drop", 500)])
def test_the_gateways_own_errors_are_not_the_upstreams(gw, path, status):
    line, headers = raw_headers(gw, path)
    assert line.split()[1] == str(status)
    assert "x-set" not in dict(headers)
    assert dict(headers)["content-type"] == "application/json"


def test_a_refusal_has_none_of_them(gw):
    answer = gw.get("/back/", "no.token.x")
    assert answer.status == 403 and "X-Set" not in answer.headers


def test_the_upstreams_own_errors_have_them(gw):
    answer = gw.get("/raw/status/503", hs256({"sub": "ada"}))
    assert answer.status == 503 and answer.headers["X-Set"] == "ada"


def test_a_switch_of_protocols_has_them_and_stays_one(gw, recorder):
    recorder.response = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
                         "websocket\r\nConnection: Upgrade\r\nX-Keep: 1\r\n\r\n")
    try:
        with socket.create_connection(("127.0.0.1", gw.port), timeout=10) as s:
            s.sendall((f"GET /back/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket"
                       f"\r\nConnection: Upgrade\r\nAuthorization: Bearer "
                       f"{hs256({'sub': 'ada'})}\r\n\r\n").encode())
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += s.recv(4096)
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"\r\nUpgrade: websocket\r\n" in head
        assert b"\r\nX-Set: ada\r\n" in head and b"X-Keep" not in head
    finally:
        recorder.response = RESPONSE


def test_too_many_headers_are_a_fault_of_the_definition(folder, upstream):
    gw = Gateway(folder, upstream)
    gw.add_policy(apis=["many"])
    gw.add_api("many", version_data=version(
        global_headers={f"X-{i}": "1" for i in range(121)}))
    gw.start()
    try:
        assert gw.get("/many/echo", hs256({"sub": "a"})).status == 404
        assert "more than 120 headers" in gw.log()
    finally:
        gw.stop()
