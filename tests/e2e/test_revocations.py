"""Revocations: in force on every worker from the answer on, whatever dies."""
import hashlib
import http.client
import os
import signal
import subprocess
import time

import pytest
from tokens import SECRET, hs256, raw

REVOKED = {"error": "Key not authorized: token has been revoked"}


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.conf["worker_processes"] = 2
    module_gateway.add_policy(apis=["api", "other"])
    module_gateway.add_api()
    module_gateway.add_api("other")
    return module_gateway.start()


def token(sub="alice", **claims):
    return hs256({"sub": sub,
                  "exp": int(time.time()) + 600, **claims})


def revoke(gw, **body):
    answer = gw.control_call("POST", "/tyk/revocations", body)
    assert answer.status == 200, answer.body
    assert answer.json()["action"] in ("added", "modified")
    return answer.json()["key"]


def take_back(gw, key):
    assert gw.control_call("DELETE",
                           f"/tyk/revocations/{key}").status == 200


class Everywhere:
    """Connections kept open to both workers, so that each is asked."""

    def __init__(self, gw, count=16):
        self.connections = [http.client.HTTPConnection(
            "127.0.0.1", gw.port, timeout=30) for _ in range(count)]

    def statuses(self, path, token):
        out = []
        for connection in self.connections:
            connection.request("GET", path,
                               headers={"Authorization": f"Bearer {token}"})
            response = connection.getresponse()
            response.read()
            out.append(response.status)
        return set(out)

    def close(self):
        for connection in self.connections:
            connection.close()


@pytest.mark.parametrize("claims, body", [
    ({"jti": "j1"}, {"jti": "j1"}),
    ({"sub": "mallory"}, {"sub": "mallory"}),
    ({"azp": "app"}, {"client": "app"}),
    ({"client_id": "app2"}, {"client": "app2"}),
    ({"iat": 1000}, {"issued_before": 1001}),
])
def test_a_revocation_counts_from_its_answer_on(gw, claims, body):
    bad = token(**claims)
    good = token(jti="j2", iat=int(time.time()))
    everywhere = Everywhere(gw)
    assert everywhere.statuses("/api/echo", bad) == {200}
    assert everywhere.statuses("/api/echo", bad) == {200}  # now from the cache
    key = revoke(gw, **body)
    assert everywhere.statuses("/api/echo", bad) == {401}
    assert everywhere.statuses("/api/echo", good) == {200}
    answer = gw.get("/api/echo", bad)
    assert (answer.status, answer.json()) == (401, REVOKED)
    assert answer.headers["WWW-Authenticate"] == \
        'Bearer error="invalid_token"'
    take_back(gw, key)
    assert everywhere.statuses("/api/echo", bad) == {200}
    everywhere.close()


def test_a_token_is_revoked_by_itself_and_by_its_hash(gw):
    one, two = token(jti="h1"), token(jti="h2")
    keys = [revoke(gw, token=one), revoke(
        gw, token_sha256=hashlib.sha256(two.encode()).hexdigest())]
    assert gw.get("/api/echo", one).status == 401
    assert gw.get("/api/echo", two).status == 401
    assert gw.get("/api/echo", token(jti="h3")).status == 200
    listed = gw.control_call("GET", "/tyk/revocations").body.decode()
    for part in one.split(".") + two.split("."):
        assert part not in listed and part not in gw.log()
    for key in keys:
        take_back(gw, key)


def test_a_token_without_iat_is_older_than_any_time(gw):
    import json
    text = json.dumps({"sub": "x"})
    old = raw({"alg": "HS256"}, text, SECRET)
    key = revoke(gw, issued_before=1000)
    assert gw.get("/api/echo", old).status == 401
    take_back(gw, key)


def test_one_api_may_be_meant(gw):
    key = revoke(gw, sub="alice", api_id="other", note="only there")
    assert gw.get("/api/echo", token()).status == 200
    assert gw.get("/other/echo", token()).status == 401
    shown = gw.control_call("GET", f"/tyk/revocations/{key}").json()
    assert shown.pop("created") > 0
    assert shown == {"id": key, "sub": "alice", "api_id": "other",
                     "note": "only there"}
    take_back(gw, key)


def test_a_revocation_ends(gw):
    key = revoke(gw, sub="brief", expires=int(time.time()) + 2)
    assert gw.get("/api/echo", token("brief")).status == 401
    deadline = time.monotonic() + 20
    while gw.get("/api/echo", token("brief")).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    listed = gw.control_call("GET", "/tyk/revocations").json()["revocations"]
    assert key not in [r["id"] for r in listed]


@pytest.mark.parametrize("method, path, body", [
    ("POST", "/tyk/revocations", "{"), ("POST", "/tyk/revocations", "[]"),
    ("POST", "/tyk/revocations", "[" * 50_000),
    ("POST", "/tyk/revocations", '{"jti":"' + "x" * 70_000 + '"}'),
    ("POST", "/tyk/revocations", '{"jti":"a\\u0000"}'),
    ("POST", "/tyk/revocations", '{"token":"' + "x" * 70_000 + '"}'),
    ("POST", "/tyk/revocations", '{"issued_before":1e300}'),
    ("POST", "/tyk/revocations", b'{"sub":"\xff"}'),
    ("DELETE", "/tyk/revocations/" + "x" * 4000, None),
    ("GET", "/tyk/revocations/..%2f..%2fx", None),
    ("GET", "/tyk/revocations/%00", None),
])
def test_bad_calls_are_4xx(gw, method, path, body):
    answer = gw.control_call(method, path, body)
    assert 400 <= answer.status < 500
    assert gw.get("/api/echo", token()).status == 200


def test_without_the_secret_nothing_is_revoked(gw):
    answer = gw.control_call("POST", "/tyk/revocations", {"sub": "alice"},
                             secret="wrong")
    assert answer.status == 403
    assert gw.get("/api/echo", token()).status == 200


def test_explain_names_the_revocation(gw):
    key = revoke(gw, jti="why")
    answer = gw.control_call("POST", "/tyk/explain",
                             {"api_id": "api", "token": token(jti="why")})
    steps = {step["name"]: step for step in answer.json()["steps"]}
    assert answer.json()["verdict"] == "deny"
    assert steps["revocation"]["outcome"] == "fail"
    assert steps["revocation"]["seen"] == "jti why is revoked"
    take_back(gw, key)


def children(gw, name):
    out = subprocess.run(["pgrep", "-P", str(gw.process.pid), "-f", name],
                         capture_output=True, text=True).stdout.split()
    return [int(pid) for pid in out]


def test_a_kill_right_after_the_answer_takes_nothing_back(gateway):
    """The 200 says that it is on disk: nobody who dies can forget it."""
    gateway.conf["worker_processes"] = 2
    gateway.add_policy()
    gateway.add_api()
    gateway.start()
    bad = token("killed")
    assert gateway.get("/api/echo", bad).status == 200
    key = revoke(gateway, sub="killed")
    for pid in children(gateway, "jotgate-broker"):
        os.kill(pid, signal.SIGKILL)
    everywhere = Everywhere(gateway)
    assert everywhere.statuses("/api/echo", bad) == {401}
    everywhere.close()
    gateway.stop()
    gateway.start()
    assert gateway.get("/api/echo", bad).status == 401
    take_back(gateway, key)
    assert gateway.get("/api/echo", bad).status == 200
