"""POST /tyk/identity/discover: what a provider says, and what a hostile one
cannot make the gateway do."""
import concurrent.futures
import json

import pytest

from idp import ENDLESS, USELESS, Idp

PATH = "/tyk/identity/discover"


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    return module_gateway.start()


@pytest.fixture
def idp():
    with Idp("RS256", "ES256") as server:
        yield server


@pytest.fixture
def canary():
    """A server that nobody must ever ask anything."""
    with Idp("ES256") as server:
        yield server


def discover(gw, issuer, **more):
    return gw.control_call("POST", PATH, {"issuer": issuer, **more})


def codes(answer):
    return [w["code"] for w in answer.json()["warnings"]]


@pytest.mark.parametrize("ending", [
    "", "/.well-known/openid-configuration"])
def test_a_provider_is_shown_with_its_keys(gw, idp, ending):
    issuer = f"{idp.url}/realms/shop"
    answer = discover(gw, f" {issuer}{ending}\n")
    assert answer.status == 200, answer.body
    body = answer.json()
    assert (body["issuer"], body["jwks_uri"]) == (issuer, f"{issuer}/jwks")
    assert body["metadata_url"] == f"{issuer}/.well-known/openid-configuration"
    assert body["token_endpoint"] == f"{issuer}/token"
    assert [(k["kty"], k["state"]) for k in body["keys"]] == \
        [("RSA", "usable"), ("EC", "usable")]
    assert body["keys"][0]["kid"] == idp.keys[0].jwk()["kid"]
    assert body["provider"]["id"] == "keycloak"
    assert body["provider"]["signing_method"] == "rsa"
    assert body["provider"]["identity_claim"] == "sub"
    # Both are good for a test on one machine, and nowhere else.
    assert codes(answer) == ["http", "local"]
    assert idp.fetches == {"discovery": 1, "jwks": 1}


def test_nothing_of_it_is_kept(gw, idp):
    discover(gw, idp.url)
    assert gw.control_call("GET", "/tyk/jwks").json()["sets"] == []


def test_a_provider_of_another_name_is_named(gw, idp):
    idp.discovery_changes = {"issuer": "https://other.example"}
    answer = discover(gw, idp.url)
    assert answer.status == 200
    assert answer.json()["issuer"] == "https://other.example"
    assert codes(answer) == ["http", "issuer"]
    idp.discovery_changes = {"issuer": f"{idp.url}/"}  # as Auth0 does
    assert codes(discover(gw, idp.url)) == ["http", "local"]


def test_a_provider_with_shared_secrets_is_told(gw, idp):
    idp.discovery_changes = {
        "id_token_signing_alg_values_supported": ["HS256", "RS256", 7, None]}
    answer = discover(gw, idp.url)
    assert codes(answer) == ["http", "local", "hmac"]
    assert answer.json()["algorithms"] == ["HS256", "RS256"]


@pytest.mark.parametrize("changes, status", [
    ({"issuer": 7}, 502), ({"issuer": ["x"]}, 502), ({"issuer": None}, 502),
    ({"jwks_uri": None}, 502), ({"jwks_uri": {}}, 502),
    ({"jwks_uri": "x" * 5000}, 502),
    ({"scopes_supported": "all", "token_endpoint": 1,
      "id_token_signing_alg_values_supported": {"a": 1}}, 200),
    ({"scopes_supported": [f"s{i}" for i in range(10_000)]}, 200),
    ({"scopes_supported": ["x" * 600, "", 1, "good"]}, 200),
])
def test_odd_metadata_is_an_answer_or_a_reason(gw, idp, changes, status):
    idp.discovery_changes = changes
    answer = discover(gw, idp.url)
    assert answer.status == status, answer.body
    if status == 200:
        assert len(answer.json()["scopes"]) <= 200
    else:
        assert answer.json()["message"].startswith(
            f"{idp.url}/.well-known/openid-configuration: ")


@pytest.mark.parametrize("mode", [m for m in USELESS if m not in (
    "empty-set", "secrets", "many-keys", "not-a-set", "twice")] +
    ["not-a-set", "twice"])
def test_useless_metadata_is_a_reason(gw, idp, mode):
    idp.discovery_mode = mode
    answer = discover(gw, idp.url)
    assert answer.status == 502, answer.body
    assert "openid-configuration: " in answer.json()["message"]


@pytest.mark.parametrize("mode", USELESS)
def test_useless_keys_are_a_warning(gw, idp, mode):
    idp.mode = mode
    answer = discover(gw, idp.url)
    assert answer.status == 200
    assert codes(answer) == ["http", "local", "keys"]
    assert not [k for k in answer.json()["keys"] if k["state"] == "usable"]


def test_one_bad_key_is_shown_as_such(gw, idp):
    idp.mode = "one-bad-key"
    keys = discover(gw, idp.url).json()["keys"]
    assert [k["state"] for k in keys].count("usable") == 2
    assert all(k["reason"] for k in keys if k["state"] == "skipped")


@pytest.mark.parametrize("mode", ENDLESS)
def test_an_answer_that_never_ends_is_given_up(gw, idp, mode):
    idp.discovery_mode = mode
    answer = discover(gw, idp.url)
    assert answer.status == 502, answer.body


def test_slow_providers_do_not_hold_the_control_api_up(gw, idp):
    idp.discovery_mode = "silence"
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(discover, gw, f"{idp.url}/{i}")
                   for i in range(12)]
        for _ in range(5):
            assert gw.control_call("GET", "/tyk/policies").status == 200
        assert {w.result().status for w in waiting} <= {502, 503}
    assert gw.control_call("GET", "/hello").status == 200


@pytest.mark.parametrize("issuer", [
    "http://169.254.169.254", "http://2852039166", "https://169.254.169.254",
    "https://[::ffff:169.254.169.254]", "https://[fd00:ec2::254]",
    "https://0.0.0.0:{port}", "http://0x0:{port}", "https://10.0.0.1/x",
    "http://10.0.0.1", "http://127.0.0.1@169.254.169.254",
    "file:///etc/passwd", "ftp://127.0.0.1:{port}", "gopher://127.0.0.1:{port}",
    "http://user:pw@127.0.0.1:{port}", "http://127.0.0.1:{port}?x=/",
    "http://127.0.0.1:{port}#", "http://127.0.0.1:{port}/\r\nX: y",
    "http://127.0.0.1:99999", "http://", "https://", "//x", " ", "\u0000",
    "http://127.0.0.1:{port}\\@idp.example", "a b", "http://\u00e9.example",
])
def test_a_forbidden_address_is_never_asked(gw, canary, issuer):
    answer = discover(gw, issuer.format(port=canary.port))
    assert answer.status in (400, 502), answer.body
    assert len(answer.json()["message"]) >= len("Request malformed")
    assert not canary.requests


@pytest.mark.parametrize("jwks_uri", [
    "http://169.254.169.254/jwks", "http://0.0.0.0:{port}/jwks",
    "file:///etc/passwd", "http://user:pw@127.0.0.1:{port}/jwks",
    "https://[::ffff:169.254.169.254]/", "jwks", "http://10.0.0.1/jwks"])
def test_metadata_leads_nowhere_that_is_forbidden(gw, idp, canary, jwks_uri):
    idp.discovery_changes = {"jwks_uri": jwks_uri.format(port=canary.port)}
    answer = discover(gw, idp.url)
    assert answer.status == 200
    assert codes(answer)[-1] == "keys"
    assert not canary.requests


def test_a_redirect_is_not_followed(gw, idp, canary):
    idp.redirect_to = canary.jwks_url
    idp.discovery_mode = "redirect"
    assert "redirect" in discover(gw, idp.url).json()["message"]
    idp.discovery_mode, idp.mode = "ok", "redirect"
    assert "redirect" in discover(gw, idp.url).json()["warnings"][-1]["message"]
    assert not canary.requests


@pytest.mark.parametrize("body", [
    "", "{", "[]", "null", "7", '"https://x"', "{}", '{"issuer": 7}',
    '{"issuer": null}', '{"issuer": ["https://x"]}', '{"issuer": ""}',
    '{"issuer": "https://x", "issuer": "https://y"}',
    json.dumps({"issuer": "https://" + "x" * 5000}),
    json.dumps({"issuer": [["x"] * 1000] * 100}),
])
def test_a_malformed_question_is_refused_without_asking_anybody(gw, body):
    answer = gw.control_call("POST", PATH, body)
    assert answer.status == 400, answer.body
    assert answer.json()["status"] == "error"


def test_it_needs_the_secret(gw, canary):
    answer = gw.control_call("POST", PATH, {"issuer": canary.url}, secret="no")
    assert answer.status == 403
    assert gw.call("POST", PATH, body=b"{}").status == 404
    assert not canary.requests
