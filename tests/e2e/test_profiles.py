"""Compatible by default, strict by one word (docs: profiles), end to end.

The same requests to twins of an API: one without "jwt_profile", one with
"jwt_profile": "strict". What neither profile lets through comes last.
"""
import base64
import json
import re
import subprocess

import jwt
import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
from gateway import BUILD, b64
from tokens import NOW, hs256, raw, url64

STRONG = "a-secret-of-thirty-two-bytes-and-more"
LEAKED_LONG = "a-string-secret-at-least-256-bits-long"
FULL = {"sub": "ada", "iss": "idp", "aud": "api", "exp": NOW + 3600}


def without(*names, **more):
    return {k: v for k, v in {**FULL, **more}.items() if k not in names}


@pytest.fixture(scope="module")
def small_rsa():
    return rsa.generate_private_key(65537, 1024)


@pytest.fixture(scope="module")
def gw(module_gateway, small_rsa):
    gateway = module_gateway
    public = small_rsa.public_key().public_bytes(
        s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    keys = {"good": {"jwt_source": b64(STRONG)},
            "short": {"jwt_source": b64("tyk123-but-not-listed")},
            "leaked": {"jwt_source": b64("tyk123")},
            "leaked-long": {"jwt_source": b64(LEAKED_LONG)},
            "newline": {"jwt_source": b64(STRONG + "\n")},
            "small-rsa": {"jwt_signing_method": "rsa",
                          "jwt_source": base64.b64encode(public).decode()},
            "enc": {"jwt_source": json.dumps({"keys": [
                {"kty": "oct", "kid": "e", "use": "enc",
                 "k": url64(STRONG)},
                {"kty": "oct", "kid": "s", "use": "sig",
                 "k": url64(STRONG[::-1])}]})}}
    names = [n + end for n in keys for end in ("", "-strict")]
    gateway.add_policy(apis=names + ["typo"])
    for name, fields in keys.items():
        gateway.add_api(name, **fields)
        gateway.add_api(name + "-strict", jwt_profile="strict", **fields)
    gateway.add_api("typo", jwt_profile="strikt", jwt_source=b64(STRONG))
    return gateway.start()


def statuses(gw, token, api="good", headers=None):
    return tuple(gw.get(f"/{api}{end}/echo", token, headers).status
                 for end in ("", "-strict"))


@pytest.mark.parametrize("claims, header, usual, strict", [
    (FULL, {}, 200, 200),
    (FULL, {"typ": "at+jwt"}, 200, 200),
    (FULL, {"typ": "application/AT+JWT"}, 200, 200),
    (FULL, {"typ": "logout+jwt"}, 200, 401),
    (FULL, {"typ": "dpop+jwt"}, 200, 401),
    (without("exp"), {}, 200, 401),
    (without("iss"), {}, 200, 401),
    (without("aud"), {}, 200, 401),
    (without(exp=0), {}, 200, 401),
    (without(iss=""), {}, 200, 401),
    (without(aud=[]), {}, 200, 401),
    (without(aud=["a", "b"]), {}, 200, 200),
    (without(exp=NOW - 60), {}, 401, 401),
    (without(nbf=NOW + 86400), {}, 401, 401),
    (without("sub"), {}, 403, 401),
    (without(pol="nowhere"), {}, 403, 403),
], ids=str)
def test_what_a_token_needs(gw, claims, header, usual, strict):
    token = raw({"alg": "HS256", **header}, claims, STRONG)
    assert statuses(gw, token) == (usual, strict)


def test_statuses_of_rfc_6750(gw):
    """Tyk's 400 and 403 for what is wrong with a token are 401 there."""
    assert statuses(gw, None) == (400, 401)
    assert statuses(gw, "a.b.c") == (403, 401)
    assert statuses(gw, hs256(FULL, "wrong" * 8)) == (403, 401)
    answer = gw.get("/good-strict/echo", hs256(FULL, "wrong" * 8))
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert "error" not in gw.get("/good-strict/echo").headers[
        "WWW-Authenticate"]


@pytest.mark.parametrize("api, secret", [
    ("short", "tyk123-but-not-listed"), ("leaked", "tyk123"),
    ("leaked-long", LEAKED_LONG), ("newline", STRONG + "\n")])
def test_a_risky_secret_is_taken_or_refused(gw, api, secret):
    assert statuses(gw, hs256(FULL, secret), api) == (200, 401)


def test_a_small_rsa_key_is_taken_or_refused(gw, small_rsa):
    token = jwt.encode(FULL, small_rsa, algorithm="RS256")
    assert statuses(gw, token, "small-rsa") == (200, 401)


@pytest.mark.parametrize("alg, strict", [
    ("HS256", 200), ("HS384", 401), ("HS512", 401)])
def test_a_secret_long_enough_for_one_hash_serves_only_that(gw, alg, strict):
    """37 bytes: RFC 7518 3.2 asks for as many as the hash has."""
    assert statuses(gw, jwt.encode(FULL, STRONG, algorithm=alg)) == \
        (200, strict)


def findings_of(gw):
    done = subprocess.run([BUILD / "jotgate", "check", "-c",
                           gw.folder / "tyk.conf"], capture_output=True,
                          text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize("api, words", [
    ("short", "secret of 21 bytes, RFC 7518 asks for 32"),
    ("leaked", "secret is on public lists of leaked secrets"),
    ("leaked-long", "secret is on public lists of leaked secrets"),
    ("newline", "secret ends in a newline"),
    ("small-rsa", "RSA key of 1024 bits, RFC 7518 asks for 2048"),
])
def test_a_risk_is_one_warning_or_one_error(gw, api, words):
    text = findings_of(gw)
    for end, severity in (("", "warning"), ("-strict", "error")):
        name = f"{api}{end}.json"
        heads = [line for line in text.splitlines()
                 if re.search(rf"\b{re.escape(name)}\b", line)]
        found = [block for block in re.split(r"\n(?=\S)", text)
                 if re.search(rf"\b{re.escape(name)}\b", block)
                 and words in block]
        assert len(found) == 1, (heads, text)
        assert severity in found[0], found[0]
        assert "jwt_source" in found[0], found[0]


def test_a_profile_that_is_no_profile_closes_the_api(gw):
    assert gw.get("/typo/echo", hs256(FULL, STRONG)).status == 403
    assert 'expected "compatible" or "strict"' in findings_of(gw)


def signed(header, payload):
    return raw(header, payload, STRONG)


def other_spelling(token):
    """The last character's unused bits set."""
    alphabet = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                "0123456789-_")
    return token[:-1] + alphabet[alphabet.index(token[-1]) + 1]


HS = {"alg": "HS256"}
PAYLOAD = json.dumps(FULL)
NEVER = {
    "another spelling of base64": other_spelling(signed(HS, FULL)),
    "padding": signed(HS, FULL) + "=",
    "a header twice": signed('{"alg":"HS256","alg":"HS256"}', FULL),
    "a claim twice": signed(HS, PAYLOAD[:-1] + ',"sub":"eve"}'),
    "crit": signed({**HS, "crit": ["exp"]}, FULL),
    "crit, empty": signed({**HS, "crit": []}, FULL),
    "b64": signed({**HS, "b64": False}, FULL),
    "zip": signed({**HS, "zip": "DEF"}, FULL),
    "none": signed({"alg": "none"}, FULL),
    "RS256 for a secret": signed({"alg": "RS256"}, FULL),
    "a signature cut": signed(HS, FULL)[:-2],
    "a signature longer": signed(HS, FULL) + "AA",
    "no signature": signed(HS, FULL).rsplit(".", 1)[0] + ".",
    "exp as text": signed(HS, without(exp=str(NOW + 3600))),
    "exp as a list": signed(HS, without(exp=[NOW + 3600])),
    "nbf null": signed(HS, PAYLOAD[:-1] + ',"nbf":null}'),
    "iat true": signed(HS, without(iat=True)),
    "exp past any date": signed(HS, without(exp=10 ** 18)),
}


@pytest.mark.parametrize("what", NEVER)
def test_never_in_either_profile(gw, what):
    usual, strict = statuses(gw, NEVER[what])
    assert usual in (401, 403) and strict == 401


def test_a_key_for_encryption_verifies_in_neither_profile(gw):
    token = raw({"alg": "HS256", "kid": "e"}, FULL, STRONG)
    good = raw({"alg": "HS256", "kid": "s"}, FULL, STRONG[::-1])
    assert statuses(gw, token, "enc") == (403, 401)
    assert statuses(gw, good, "enc") == (200, 200)
