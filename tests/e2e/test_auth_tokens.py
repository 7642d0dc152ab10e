"""Stored keys as callers present them: what is answered, byte for byte, and
what goes on to the upstream."""
import base64
import json
import time

import pytest
from tokens import hs256

MISSING = b'{\n    "error": "Authorization field missing"\n}'
REFUSED = b'{\n    "error": "Access to this API has been disallowed"\n}'
EXPIRED = b'{\n    "error": "Key has expired, please renew"\n}'
INACTIVE = b'{\n    "error": "Key is inactive, please renew"\n}'
TWICE = b'{\n    "error": "Authorization field duplicated"\n}'


def rights(*apis):
    return {"access_rights": {a: {"api_id": a, "versions": ["Default"]}
                              for a in apis}}


def token_api(gw, api_id, **fields):
    fields = {"enable_jwt": False, "use_standard_auth": True, **fields}
    return gw.add_api(api_id, **fields)


def json_key(org, key_id, function="murmur64"):
    text = '{"org":"%s","id":"%s","h":"%s"}' % (org, key_id, function)
    return base64.b64encode(text.encode()).decode()


def store(gw, key_id, session=None, **fields):
    body = {"org_id": "default", **(session or rights("api")), **fields}
    answer = gw.control_call("POST", f"/tyk/keys/{key_id}", body)
    assert answer.status == 200, answer.body
    return answer.json()["key"]


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf.update(hash_keys=True, hash_key_function="murmur64",
                   allow_master_keys=True)
    gw.add_policy(apis=["api"])
    gw.add_policy("off", apis=["api"], is_inactive=True)
    token_api(gw, "api")
    token_api(gw, "default_mode", use_standard_auth=False)
    token_api(gw, "elsewhere")
    token_api(gw, "other_org", org_id="other")
    token_api(gw, "places", auth_configs={"authToken": {
        "auth_header_name": "X-Key", "use_param": True, "param_name": "key",
        "use_cookie": True, "cookie_name": "key"}})
    token_api(gw, "strip", strip_auth_data=True, auth_configs={"authToken": {
        "auth_header_name": "X-Key", "use_param": True, "param_name": "key",
        "use_cookie": True, "cookie_name": "key"}})
    gw.add_api("both", use_standard_auth=True, auth_configs={
        "jwt": {}, "authToken": {"auth_header_name": "X-Key"}})
    gw.start()
    every = rights("api", "default_mode", "places", "strip", "both")
    store(gw, "alice", every)
    store(gw, "policed", {"apply_policies": ["default"]})
    store(gw, "switched-off", {"apply_policies": ["off"]})
    store(gw, "inactive", every, is_inactive=True)
    return gw


def seen_headers(answer):
    return {name.lower(): value for name, value in answer.json()["headers"]}


def ask(gw, path="/api/echo", **headers):
    return gw.call("GET", path, {n.replace("_", "-"): v
                                 for n, v in headers.items()})


@pytest.mark.parametrize("headers, status, body, challenge", [
    ({}, 401, MISSING, "Bearer"),
    ({"Authorization": ""}, 401, MISSING, "Bearer"),
    ({"Authorization": "alicf"}, 403, REFUSED,
     'Bearer error="invalid_token"'),
    ({"Authorization": "al"}, 403, REFUSED, 'Bearer error="invalid_token"'),
    ({"Authorization": "Bearer  alice"}, 403, REFUSED,
     'Bearer error="invalid_token"'),
    ({"Authorization": "Basic alice"}, 403, REFUSED,
     'Bearer error="invalid_token"'),
    ({"Authorization": "inactive"}, 403, INACTIVE,
     'Bearer error="invalid_token"'),
    ({"Authorization": "switched-off"}, 403, INACTIVE,
     'Bearer error="invalid_token"'),
])
def test_refusals_have_tyks_bytes(gw, headers, status, body, challenge):
    answer = ask(gw, **headers)
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize("value", [
    "alice", "Bearer alice", "bearer alice", "defaultalice",
    json_key("default", "alice"),
    "Bearer " + json_key("default", "alice"), "policed"])
def test_a_stored_key_passes_in_each_spelling(gw, value):
    answer = ask(gw, Authorization=value)
    assert answer.status == 200
    assert seen_headers(answer)["authorization"] == value


def test_without_any_mode_a_key_is_asked_for(gw):
    assert ask(gw, "/default_mode/echo").body == MISSING
    assert ask(gw, "/default_mode/echo", Authorization="alice").status == 200


def test_rights_are_those_of_the_session(gw):
    answer = ask(gw, "/elsewhere/echo", Authorization="alice")
    assert (answer.status, answer.body) == (403, REFUSED)


@pytest.mark.parametrize("path, headers, status", [
    ("/places/echo", {"X_Key": "alice"}, 200),
    ("/places/echo?key=alice", {}, 200),
    ("/places/echo", {"Cookie": "a=b; key=alice"}, 200),
    ("/places/echo", {"Authorization": "alice"}, 401),
    ("/places/echo?key=alice", {"X_Key": "bobby"}, 400),
])
def test_a_key_is_looked_for_where_the_definition_says(gw, path, headers,
                                                       status):
    assert ask(gw, path, **headers).status == status


def test_what_carried_the_key_does_not_go_on(gw):
    answer = ask(gw, "/strip/echo?a=1&key=alice&b=2", X_Key="alice",
                 Cookie="a=b; key=alice; c=d")
    assert answer.status == 200
    seen = seen_headers(answer)
    assert "x-key" not in seen
    assert "alice" not in json.dumps(answer.json())
    assert seen["cookie"] == "a=b; c=d"


def test_all_methods_of_an_api_must_pass(gw):
    jwt = {"Authorization": "Bearer " + hs256({"sub": "ada",
                                               "pol": "default"})}
    assert ask(gw, "/both/echo", **jwt, X_Key="alice").status == 200
    answer = ask(gw, "/both/echo", **jwt)
    assert (answer.status, answer.body) == (401, MISSING)
    answer = ask(gw, "/both/echo", X_Key="alice")
    assert (answer.status, answer.body) == (400, MISSING)
    answer = ask(gw, "/both/echo", **jwt, X_Key="wrong")
    assert (answer.status, answer.body) == (403, REFUSED)


def test_one_of_several_requirements_is_enough(gateway):
    document = {
        "openapi": "3.0.3", "info": {"title": "A", "version": "1"},
        "paths": {}, "security": [{"jwt": []}, {"key": []}],
        "components": {"securitySchemes": {
            "jwt": {"type": "http", "scheme": "bearer",
                    "bearerFormat": "JWT"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
        "x-tyk-api-gateway": {
            "info": {"id": "api", "orgId": "default", "name": "A",
                     "state": {"active": True}},
            "upstream": {"url": gateway.upstream.url},
            "server": {
                "listenPath": {"value": "/api/", "strip": True},
                "authentication": {
                    "enabled": True, "securityProcessingMode": "compliant",
                    "securitySchemes": {
                        "jwt": {"enabled": True, "signingMethod": "hmac",
                                "source": "dHlrMTIz",
                                "policyFieldName": "pol",
                                "header": {"enabled": True,
                                           "name": "Authorization"}},
                        "key": {"enabled": True}}}}}}
    (gateway.apps / "api.json").write_text(json.dumps(document))
    gateway.add_policy()
    gateway.start()
    store(gateway, "alice")
    jwt = {"Authorization": "Bearer " + hs256({"sub": "a", "pol": "default"})}
    old = {"Authorization": "Bearer " + hs256({"sub": "a", "pol": "default",
                                               "exp": 1})}
    assert ask(gateway, **jwt).status == 200
    assert ask(gateway, X_Key="alice").status == 200
    assert ask(gateway, **old, X_Key="alice").status == 200
    assert ask(gateway, **jwt, X_Key="wrong").status == 200
    assert ask(gateway).body == MISSING
    assert ask(gateway, **old).json()["error"] == \
        "Key not authorized: token has expired"
    assert ask(gateway, **old, X_Key="wrong").body == REFUSED


# Attacks


@pytest.mark.parametrize("key", [
    json_key("default", "alice") + "abc",  # TestMurmur3CharBug
    "alicexyz", "defaultdefaultalice", "alice\\u0000", "%61lice", "ALICE",
])
def test_what_short_hashes_may_confuse_is_refused(gw, key):
    answer = ask(gw, Authorization=key)
    assert (answer.status, answer.body) == (403, REFUSED)


def test_the_hash_of_a_key_is_no_key(gw):
    made = gw.control_call("POST", "/tyk/keys/hashed",
                           {"org_id": "default", **rights("api")}).json()
    assert ask(gw, Authorization="hashed").status == 200
    answer = ask(gw, Authorization=made["key_hash"])
    assert (answer.status, answer.body) == (403, REFUSED)


def test_a_key_of_another_organisation_reaches_its_own_apis(gw):
    answer = gw.control_call("POST", "/tyk/keys/mallory", {"org_id": "other"})
    assert answer.status == 200  # without access_rights: a master key
    strange = json_key("other", "mallory")
    assert ask(gw, "/other_org/echo", Authorization="mallory").status == 200
    assert ask(gw, "/other_org/echo", Authorization=strange).status == 200
    for key in ("mallory", strange):
        answer = ask(gw, Authorization=key)
        assert (answer.status, answer.body) == (403, REFUSED)


def test_an_id_cannot_write_itself_into_another_key(gw):
    # Tyk escapes nothing: this is the text of alice's key after its id.
    for key in ('alice","h":"murmur64"}', 'x","org":"default","id":"alice'):
        answer = ask(gw, Authorization=key)
        assert (answer.status, answer.body) == (403, REFUSED)


def test_long_keys_and_odd_bytes_are_refused_and_nothing_else(gw):
    for value in (b"x" * 8000, b"\x80\xff" * 50, b"ey\t{}", b"a" * 30000,
                  b"a" * 65536):
        raw = gw.raw(b"GET /api/echo HTTP/1.1\r\nHost: h\r\nAuthorization: " +
                     value + b"\r\nConnection: close\r\n\r\n", timeout=10)
        assert raw.split(b" ")[1][:1] == b"4", raw[:80]
    assert ask(gw, Authorization="alice").status == 200


def test_a_changed_or_deleted_key_is_so_for_the_next_request(gw):
    store(gw, "brief")
    for _ in range(20):
        assert ask(gw, Authorization="brief").status == 200
        store(gw, "brief", is_inactive=True)
        assert ask(gw, Authorization="brief").body == INACTIVE
        store(gw, "brief")
    assert gw.control_call("DELETE", "/tyk/keys/brief?org_id=default"
                           ).status == 200
    assert ask(gw, Authorization="brief").body == REFUSED


def test_a_key_expires(gw):
    store(gw, "expiring", expires=int(time.time()) + 2)
    assert ask(gw, Authorization="expiring").status == 200
    deadline = time.monotonic() + 20
    while ask(gw, Authorization="expiring").status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    answer = ask(gw, Authorization="expiring")
    assert (answer.status, answer.body) == (401, EXPIRED)


def test_no_key_is_in_any_log_or_explanation(gw):
    key = store(gw, "very-secret-key")
    for value in ("very-secret-key", key, "very-secret-kex"):
        ask(gw, Authorization=value)
        ask(gw, "/elsewhere/echo", Authorization=value)
    log = gw.log()
    assert "very-secret-ke" not in log and key not in log
    for line in (gw.folder / "store").rglob("*"):
        assert b"very-secret-ke" not in line.read_bytes()
