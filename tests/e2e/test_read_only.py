"""read_only_secret: reads and explains, changes nothing, sees no secret."""
import json

import pytest
from gateway import b64
from tokens import hs256

READER = "for-reading"


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["read_only_secret"] = READER
    gw.add_policy(apis=["api"])
    gw.add_api("api", jwt_source=b64("the-hmac-secret"))
    return gw.start()


def ask(gw, method, path, body=None):
    return gw.control_call(method, path, body, secret=READER)


@pytest.mark.parametrize("path", [
    "/tyk/apis", "/tyk/apis/api", "/tyk/policies", "/tyk/policies/default",
    "/tyk/journal", "/tyk/jwks", "/tyk/revocations", "/tyk/splits", "/tyk/apis/oas",
    "/tyk/system"])
def test_it_reads_without_secrets(gw, path):
    answer = ask(gw, "GET", path)
    assert answer.status == 200
    json.loads(answer.body)
    assert b64("the-hmac-secret").encode() not in answer.body


def test_it_explains(gw):
    question = {"api_id": "api", "token": hs256({"sub": "a"}, "other")}
    assert ask(gw, "POST", "/tyk/explain", question).json()["reason"] == "JG207"


def test_each_secret_says_what_it_may(gw):
    assert ask(gw, "GET", "/tyk/access").json() == {"may": "read"}
    assert gw.control_call("GET", "/tyk/access").json() == {"may": "change"}


def test_it_changes_nothing(gw):
    """Whatever has a description and is no GET, and the GETs that act."""
    paths = gw.control_call("GET", "/openapi.json").json()["paths"]
    reading = {"/tyk/explain", "/tyk/identity/claims", "/tyk/policies/effective"}
    asked = 0
    for path, methods in paths.items():
        for method in methods:
            if not path.startswith("/tyk/") or path in reading:
                continue
            if method not in ("post", "put", "patch", "delete") and \
                    not path.startswith("/tyk/reload") and \
                    not path.startswith("/tyk/keys"):
                continue
            answer = ask(gw, method.upper(), path.replace("{id}", "api"), {})
            assert (answer.status, answer.json()["message"]) == \
                (403, "This secret may only read"), (method, path)
            asked += 1
    assert asked > 25
    assert gw.control_call("GET", "/tyk/apis/api").status == 200


@pytest.mark.parametrize("secret", ["", READER[:-1], READER + "x", "(hidden)"])
def test_nothing_near_it_is_taken(gw, secret):
    answer = gw.control_call("GET", "/tyk/apis", secret=secret)
    assert answer.status == 403
    assert b"administrative access" in answer.body
