"""JWTs of callers who have each a key of their own: no jwt_source, and the
token's kid, or its identity, names the stored key whose secret verifies it."""
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tokens import hs256, raw

REFUSED = b'{\n    "error": "Key not authorized"\n}'
RIGHTS = {a: {"api_id": a, "versions": ["Default"]}
          for a in ("api", "skip", "rsa", "ecdsa", "strict")}


def store(gw, key_id, secret, **fields):
    body = {"org_id": "default", "access_rights": RIGHTS,
            "jwt_data": {"secret": secret}, **fields}
    answer = gw.control_call("POST", f"/tyk/keys/{key_id}", body)
    assert answer.status == 200, answer.body


def add(gw, api_id, **fields):
    gw.add_api(api_id, **{"jwt_source": "", "jwt_policy_field_name": "",
                          "jwt_default_policies": [], **fields})


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf.update(hash_key_function="murmur64")
    gw.add_policy("off", apis=["api"], is_inactive=True)
    add(gw, "api")
    add(gw, "skip", jwt_skip_kid=True, jwt_identity_base_field="who")
    add(gw, "rsa", jwt_signing_method="rsa")
    add(gw, "ecdsa", jwt_signing_method="ecdsa")
    add(gw, "strict", jwt_profile="strict")
    gw.start()
    store(gw, "alice", "alice's secret")
    store(gw, "bob", "bob's secret")
    return gw


def kid(name):
    return {"kid": name}


@pytest.mark.parametrize("path, token, status", [
    ("/api/", hs256({}, "alice's secret", kid("alice")), 200),
    ("/api/", hs256({"sub": "bob"}, "alice's secret", kid("alice")), 200),
    ("/api/", hs256({"sub": "alice"}, "alice's secret"), 200),
    ("/skip/", hs256({"who": "alice"}, "alice's secret", kid("bob")), 200),
    ("/api/", hs256({"sub": "alice"}, "alice's secret", kid("bob")), 403),
    ("/api/", hs256({}, "bob's secret", kid("alice")), 403),
    ("/api/", hs256({"sub": "alice"}, "alice's secret", kid("carol")), 403),
    ("/api/", hs256({}, "alice's secret"), 403),
    ("/api/", hs256({"sub": ""}, "alice's secret"), 403),
    ("/api/", raw({"alg": "HS256", "kid": ["alice"]}, {"sub": "alice"},
                  "alice's secret"), 200),  # a kid that is none
    ("/api/", hs256({}, "", kid("alice")), 403),
])
def test_each_caller_is_verified_with_his_own_secret(gw, path, token, status):
    answer = gw.get(f"{path}echo", token)
    assert answer.status == status
    if status != 200:
        assert answer.body == REFUSED


def test_what_follows_the_signature_is_as_ever(gw):
    answer = gw.get("/api/echo", hs256({"exp": 1}, "alice's secret",
                                       kid("alice")))
    assert (answer.status, answer.error) == \
        (401, "Key not authorized: token has expired")
    answer = gw.get("/api/echo")
    assert (answer.status, answer.error) == \
        (400, "Authorization field missing")
    answer = gw.get("/rsa/echo", hs256({}, "alice's secret", kid("alice")))
    assert (answer.status, answer.error) == \
        (403, "Key not authorized: Unexpected signing method")


def test_the_session_is_that_of_the_key(gw):
    store(gw, "limited", "s3cret-of-limited", expires=int(time.time()) + 3600)
    store(gw, "off", "s3cret-of-off", is_inactive=True)
    assert gw.get("/api/echo", hs256({}, "s3cret-of-limited",
                                     kid("limited"))).status == 200
    answer = gw.get("/api/echo", hs256({}, "s3cret-of-off", kid("off")))
    assert (answer.status, answer.error) == \
        (403, "Key is inactive, please renew")


@pytest.mark.parametrize("path, algorithm, make", [
    ("/rsa/", "RS256", lambda: rsa.generate_private_key(65537, 2048)),
    ("/ecdsa/", "ES256", lambda: ec.generate_private_key(ec.SECP256R1())),
])
def test_a_caller_may_have_a_key_pair(gw, path, algorithm, make):
    own, strange = make(), make()
    pem = own.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    name = f"pair-{algorithm}"
    store(gw, name, pem)
    for key, status in ((own, 200), (strange, 403)):
        token = jwt.encode({}, key, algorithm, headers=kid(name))
        for _ in range(3):  # also out of the cache
            assert gw.get(f"{path}echo", token).status == status
    # The public key is no secret: the family comes from the definition.
    assert gw.get("/api/echo", raw({"alg": "HS256", "kid": name}, {},
                                   pem)).body == REFUSED


def test_a_changed_secret_counts_at_once(gw):
    token = hs256({}, "the first secret", kid("changing"))
    store(gw, "changing", "the first secret")
    for _ in range(10):
        assert gw.get("/api/echo", token).status == 200
    store(gw, "changing", "the second secret")
    for _ in range(10):
        assert gw.get("/api/echo", token).body == REFUSED
    store(gw, "changing", "the first secret")
    assert gw.get("/api/echo", token).status == 200
    assert gw.control_call("DELETE", "/tyk/keys/changing?org_id=default"
                           ).status == 200
    assert gw.get("/api/echo", token).body == REFUSED


def test_a_strict_api_takes_no_weak_secret(gw):
    claims = {"exp": int(time.time()) + 600, "iss": "i", "aud": "a",
              "sub": "s"}
    strong = "f0d8a3c96b1e47528d9c0a7b6e5f4d3c"
    store(gw, "weak", "tyk123")
    store(gw, "strong", strong)
    assert gw.get("/strict/echo", hs256(claims, strong, kid("strong"))
                  ).status == 200
    answer = gw.get("/strict/echo", hs256(claims, "tyk123", kid("weak")))
    assert (answer.status, answer.body) == (401, REFUSED)


def test_no_secret_is_in_any_log(gw):
    assert "'s secret" not in gw.log() and "tyk123" not in gw.log()
