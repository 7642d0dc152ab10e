"""Tokens that must not pass, and the exact answer for each."""

import pytest
from tokens import NOW, PAGE_TOKEN, hs256, raw, url64

HS = {"alg": "HS256", "typ": "JWT"}
GENERIC = "Key not authorized"
METHOD = "Key not authorized: Unexpected signing method"


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.add_policy()
    gw.add_policy("asleep", is_inactive=True)
    gw.add_policy("elsewhere", apis=["other"])
    gw.add_policy("short", key_expires_in=3600)
    gw.add_policy("foreign", org_id="someone-else")
    gw.add_api()
    gw.add_api("nodefault", jwt_default_policies=[])
    gw.add_api("lost", jwt_default_policies=["gone"])
    gw.add_api("skewed", jwt_expires_at_validation_skew=3000,
               jwt_issued_at_validation_skew=3000,
               jwt_not_before_validation_skew=3000,
               jwt_default_policies=["skew"])
    gw.add_policy("skew", apis=["skewed"], key_expires_in=3600)
    gw.add_api("mail", jwt_identity_base_field="user.mail")
    gw.add_policy("mail", apis=["mail"])
    return gw.start()


def claims(**more):
    return {"sub": "ada", **more}


@pytest.mark.parametrize("token, status, message", [
    ("opaque", 403, GENERIC),
    ("a.b", 403, GENERIC),
    ("a.b.c.d", 403, GENERIC),
    ("a.b.c.d.e", 403, GENERIC),
    ("..", 403, GENERIC),
    (PAGE_TOKEN + "=", 403, GENERIC),
    (PAGE_TOKEN + "A", 403, GENERIC),
    (PAGE_TOKEN[:-2], 403, GENERIC),
    (PAGE_TOKEN.rsplit(".", 1)[0] + ".", 403, GENERIC),
    (raw({"alg": "none"}, claims()), 403, METHOD),
    (raw({"alg": "EdDSA"}, claims()), 403, METHOD),
    (raw({"alg": "RS256"}, claims()), 403, METHOD),
    (raw({"alg": "None"}, claims()), 403, GENERIC),
    (raw({"alg": "hs256"}, claims()), 403, GENERIC),
    (raw({"alg": 1}, claims()), 403, GENERIC),
    (raw({}, claims()), 403, GENERIC),
    (raw({**HS, "crit": ["exp"]}, claims()), 403, GENERIC),
    (raw({**HS, "b64": False}, claims()), 403, GENERIC),
    (raw({**HS, "zip": "DEF"}, claims()), 403, GENERIC),
    (raw('{"alg":"HS256","alg":"HS256"}', claims()), 403, GENERIC),
    (raw(HS, '{"sub":"ada","sub":"eve"}'), 403, GENERIC),
    (raw(HS, '["ada"]'), 403, GENERIC),
    (raw(HS, '{"sub":"ada"} {}'), 403, GENERIC),
    (raw(HS, '{"sub":"ada","n":1e999}'), 403, GENERIC),
    (raw(HS, "[" * 5000 + "]" * 5000), 403, GENERIC),
    (raw(HS, b'{"sub":"\xff\xfe"}'), 403, GENERIC),
    (raw(HS, claims(), secret="tyk124"), 403, GENERIC),
    (raw(HS, claims(exp=NOW - 10)), 401, f"{GENERIC}: token has expired"),
    (raw(HS, claims(exp="soon")), 401, f"{GENERIC}: token has expired"),
    (raw(HS, claims(exp=None)), 401, f"{GENERIC}: token has expired"),
    (raw(HS, claims(exp=-1)), 401, f"{GENERIC}: token has expired"),
    (raw(HS, claims(iat=NOW + 3600)), 401,
     f"{GENERIC}: token used before issued"),
    (raw(HS, claims(nbf=NOW + 3600)), 401,
     f"{GENERIC}: token is not valid yet"),
    (raw(HS, claims(exp=1, nbf=NOW + 3600)), 401,
     f"{GENERIC}: token is not valid yet"),
    (raw(HS, claims(exp=1, nbf=NOW + 3600), secret="x"), 403, GENERIC),
    (raw(HS, {"name": "nobody"}), 403,
     "no suitable claims for user ID were found"),
    (raw(HS, {"sub": ""}), 403,
     "found an empty user ID in predefined base claim, claim: sub"),
    (raw(HS, {"sub": 7}), 403, "no suitable claims for user ID were found"),
    (raw(HS, claims(pol="unknown")), 403,
     "key not authorized: no matching policy"),
    (raw(HS, claims(pol="foreign")), 403,
     "key not authorized: no matching policy"),
    (raw(HS, claims(pol="asleep")), 403, "Key is inactive, please renew"),
    (raw(HS, claims(pol="elsewhere")), 403,
     "Access to this API has been disallowed"),
])
def test_a_bad_token_is_refused_in_tyks_words(gw, token, status, message):
    answer = gw.get("/api/echo", token)
    assert (answer.status, answer.error) == (status, message)


@pytest.mark.parametrize("api, token, status, message", [
    ("nodefault", raw(HS, claims()), 403,
     "key not authorized: no matching policy found"),
    ("lost", raw(HS, claims()), 500,
     'failed to create key: policy not found: "gone"'),
    ("mail", raw(HS, {"user": {"mail": "ada@x.org"}, "pol": "mail"}), 200, ""),
    ("mail", raw(HS, {"user": {"mail": ""}, "pol": "mail"}), 403,
     "found an empty user ID in predefined base claim, claim: user.mail"),
    ("skewed", raw(HS, claims(exp=NOW - 30)), 200, ""),
    ("skewed", raw(HS, claims(iat=NOW + 30, nbf=NOW + 30)), 200, ""),
    ("skewed", raw(HS, claims(exp=NOW - 9000)), 401,
     f"{GENERIC}: token has expired"),
])
def test_each_api_applies_its_own_rules(gw, api, token, status, message):
    answer = gw.get(f"/{api}/echo", token)
    assert answer.status == status, answer.body
    if message:
        assert answer.error == message


@pytest.mark.parametrize("scheme, status", [
    ("Bearer {}", 200), ("bearer {}", 200), ("BEARER {}", 200), ("{}", 200),
    ("Bearer  {}", 403), ("Bearer: {}", 403), ("Bearer{}", 403),
    ("Basic {}", 403), ("Bearer {} ", 200),
])
def test_the_scheme_is_stripped_once_and_in_any_case(gw, scheme, status):
    token = hs256(claims())
    answer = gw.get("/api/echo", headers={"Authorization":
                                          scheme.format(token)})
    assert answer.status == status


def test_two_different_authorization_headers_are_400(gw):
    lines = "".join(f"Authorization: Bearer {hs256(claims(n=n))}\r\n"
                    for n in (1, 2))
    answer = gw.raw(f"GET /api/echo HTTP/1.1\r\nHost: x\r\n{lines}"
                    "Connection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("size", [1 << 10, 1 << 14, 45_000])
def test_a_huge_token_is_refused_not_crashed(gw, size):
    answer = gw.get("/api/echo", f"{url64('x' * size)}.e30.AA")
    assert answer.status == 403


def test_a_token_beyond_every_buffer_is_4xx(gw):
    answer = gw.raw(b"GET /api/echo HTTP/1.1\r\nHost: x\r\nAuthorization: "
                    b"Bearer " + b"x" * 200_000 + b"\r\n\r\n")
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ")), answer[:80]


def test_no_refusal_reaches_the_upstream(gw, upstream):
    before = len(upstream.seen)
    for token in ("x", PAGE_TOKEN[:-1] + "5", raw({"alg": "none"}, claims())):
        gw.get("/api/echo", token)
    assert len(upstream.seen) == before


def test_no_token_stands_in_the_log(gw):
    token = hs256(claims(mark="in-the-log"), secret="wrong")
    gw.get("/api/echo", token)
    text = gw.log()
    for part in token.split("."):
        assert part not in text


def test_the_owner_of_the_gateway_has_words_of_its_own(gateway):
    gateway.conf["override_messages"] = {
        "auth.auth_field_missing": {"message": 'Who "are" you?', "code": 400},
        "auth.key_not_found": {"code": 404},
    }
    gateway.add_api("keys", enable_jwt=False, use_standard_auth=True,
                    auth={"auth_header_name": "Authorization"})
    gateway.add_policy()
    gateway.add_api()
    gateway.start()
    answer = gateway.get("/keys/x")
    assert (answer.status, answer.body) == \
        (400, b'{\n    "error": "Who \\"are\\" you?"\n}')
    answer = gateway.get("/keys/x", headers={"Authorization": "nobody"})
    assert (answer.status, answer.body) == (
        404, b'{\n    "error": "Access to this API has been disallowed"\n}')
    answer = gateway.get("/api/x")  # those of JWTs keep theirs
    assert (answer.status, answer.error) == (400, "Authorization field missing")
