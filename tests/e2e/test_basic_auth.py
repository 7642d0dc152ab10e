"""Users and passwords: made over the control API, presented by clients, and
what is answered, byte for byte (reference 7.6)."""
import base64
import concurrent.futures
import hashlib
import json
import time

import pytest
from tokens import hs256

MISSING = b'{\n    "error": "Authorization field missing"\n}'
REFUSED = b'{\n    "error": "User not authorised"\n}'
FORM = "Attempted access with malformed header, "


def basic(user, password):
    text = f"{user}:{password}".encode()
    return "Basic " + base64.b64encode(text).decode()


def rights(*apis):
    return {"access_rights": {a: {"api_id": a, "versions": ["Default"]}
                              for a in apis}}


EVERY = rights("api", "strip", "both", "either", "document", "token", "jwtbase")


def user_body(password, **fields):
    return {"org_id": "default", **EVERY, **fields,
            "basic_auth_data": {"password": password}}


def make_user(gw, name, password, **fields):
    answer = gw.control_call("POST", f"/tyk/keys/{name}",
                             user_body(password, **fields))
    assert answer.status == 200, answer.body
    return answer.json()


def ask(gw, path, user=None, password="", headers=None):
    headers = dict(headers or {})
    if user is not None:
        headers["Authorization"] = basic(user, password)
    return gw.call("GET", path, headers)


def seen_headers(answer):
    return {name.lower(): value for name, value in answer.json()["headers"]}


def basic_api(gw, api_id, **fields):
    fields = {"enable_jwt": False, "use_basic_auth": True, **fields}
    return gw.add_api(api_id, **fields)


def document(gw):
    """As an OpenAPI document: one of two schemes is enough."""
    header = {"enabled": True, "name": "Authorization"}
    text = {
        "openapi": "3.0.3", "info": {"title": "document", "version": "1"},
        "paths": {}, "servers": [{"url": "http://x/"}],
        "components": {"securitySchemes": {
            "user": {"type": "http", "scheme": "basic"},
            "jwt": {"type": "http", "scheme": "bearer",
                    "bearerFormat": "JWT"}}},
        "security": [{"user": []}, {"jwt": []}],
        "x-tyk-api-gateway": {
            "info": {"id": "document", "name": "document", "orgId": "default",
                     "state": {"active": True}},
            "upstream": {"url": gw.upstream.url},
            "server": {
                "listenPath": {"value": "/document/", "strip": True},
                "authentication": {
                    "enabled": True, "securityProcessingMode": "compliant",
                    "securitySchemes": {
                        "user": {"enabled": True, "header": header,
                                 "cacheTTL": 60},
                        "jwt": {"enabled": True, "header": header,
                                "source": base64.b64encode(b"tyk123").decode(),
                                "signingMethod": "hmac",
                                "defaultPolicies": ["default"]}}}}}}
    (gw.apps / "document.json").write_text(json.dumps(text))


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf.update(hash_keys=True, hash_key_function="murmur64")
    gw.add_policy(apis=["api", "both", "document", "jwtbase"],
                  rate=0, per=0)
    gw.add_policy("few", apis=["limited"], rate=0, per=0, quota_max=2,
                  quota_renewal_rate=3600)
    basic_api(gw, "api", name='The "first" API')
    basic_api(gw, "strip", strip_auth_data=True, version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default",
            "global_headers": {"X-Mail": "$tyk_meta.mail"}}}})
    basic_api(gw, "limited")
    gw.add_api("both", use_basic_auth=True, auth_configs={
        "jwt": {}, "basic": {"auth_header_name": "X-User"}})
    gw.add_api("jwtbase", use_basic_auth=True,
               base_identity_provided_by="basic_auth_user", auth_configs={
                   "jwt": {}, "basic": {"auth_header_name": "X-User"}})
    gw.add_api("token", enable_jwt=False, use_standard_auth=True)
    document(gw)
    gw.start()
    make_user(gw, "alice", "s3:cret", meta_data={"mail": "alice@example.org"})
    return gw


@pytest.mark.parametrize("header, status, body, realm", [
    (basic("alice", "s3:cret"), 200, None, None),
    (basic("alice", "s3:cret").replace("Basic", "bAsIc"), 200, None, None),
    (None, 401, MISSING, True),
    (basic("alice", "s3"), 401, REFUSED, True),
    (basic("alice", ""), 401, REFUSED, True),
    (basic("alicf", "s3:cret"), 401, REFUSED, True),
    (basic("", "s3:cret"), 401, REFUSED, True),
    (basic("alice", "x" * 300), 401, REFUSED, True),
    (basic("alice", "s3:cret\0"), 401, REFUSED, True),
    ("Basic", 400, "header not in basic auth format", False),
    ("Bearer x", 400, "header not in basic auth format", False),
    ("Basic a b", 400, "header not in basic auth format", False),
    ("Basic !", 400, "auth data not encoded correctly", False),
    ("Basic " + base64.b64encode(b"alice").decode(), 400,
     "values not in basic auth format", False),
])
def test_answers_are_tyks(gw, header, status, body, realm):
    answer = gw.call("GET", "/api/echo",
                     {"Authorization": header} if header else {})
    assert answer.status == status
    if isinstance(body, str):
        body = ('{\n    "error": "%s%s"\n}' % (FORM, body)).encode()
    if body is not None:
        assert answer.body == body
    assert answer.headers["WWW-Authenticate"] == (
        'Basic realm="The \\"first\\" API"' if realm else None)


def test_credentials_may_be_taken_off_and_meta_data_sent(gw):
    seen = seen_headers(ask(gw, "/api/echo", "alice", "s3:cret"))
    assert seen["authorization"] == basic("alice", "s3:cret")
    seen = seen_headers(ask(gw, "/strip/echo", "alice", "s3:cret"))
    assert "authorization" not in seen
    assert seen["x-mail"] == "alice@example.org"


def test_passwords_are_hashed_when_stored_and_never_shown(gw):
    made = make_user(gw, "bob", "bobs-password")
    assert made["key"] == "" and made["action"] == "added"
    shown = gw.control_call("GET", "/tyk/keys/bob?org_id=default")
    assert shown.json()["basic_auth_data"] == {"password": "",
                                               "hash_type": "bcrypt"}
    stored = (gw.folder / "store" / "data.mdb").read_bytes()
    assert b"bobs-password" not in stored
    assert b'{"password":"$2b$10$' in stored
    assert "bobs-password" not in gw.log()
    assert ask(gw, "/api/echo", "bob", "bobs-password").status == 200


def test_a_changed_password_counts_at_once(gw):
    make_user(gw, "carol", "first")
    for _ in range(3):
        assert ask(gw, "/api/echo", "carol", "first").status == 200
    answer = gw.control_call("PUT", "/tyk/keys/carol", user_body("second"))
    assert answer.status == 200
    assert ask(gw, "/api/echo", "carol", "first").status == 401
    assert ask(gw, "/api/echo", "carol", "second").status == 200
    # Read and written back: no password was shown, and the old one stays.
    session = gw.control_call("GET", "/tyk/keys/carol?org_id=default").json()
    session["alias"] = "Carol"
    answer = gw.control_call("PUT", "/tyk/keys/carol", session)
    assert answer.status == 200, answer.body
    assert ask(gw, "/api/echo", "carol", "second").status == 200
    gw.control_call("DELETE", "/tyk/keys/carol?org_id=default")
    assert ask(gw, "/api/echo", "carol", "second").status == 401


@pytest.mark.parametrize("hash_type, stored", [
    ("bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
    ("sha256", hashlib.sha256(b"U*U").hexdigest()),
])
def test_hashes_are_taken_over_where_the_call_says_so(gw, hash_type, stored):
    body = user_body(stored)
    body["basic_auth_data"]["hash_type"] = hash_type
    answer = gw.control_call(
        "POST", f"/tyk/keys/old-{hash_type}?password_is_hash=true", body)
    assert answer.status == 200, answer.body
    assert ask(gw, "/api/echo", f"old-{hash_type}", "U*U").status == 200
    assert ask(gw, "/api/echo", f"old-{hash_type}", "U*V").status == 401
    assert ask(gw, "/api/echo", f"old-{hash_type}", stored).status == 401


def test_the_name_of_a_user_is_no_key(gw):
    for name in ("alice", "Bearer alice"):
        answer = gw.call("GET", "/token/echo", {"Authorization": name})
        assert answer.status == 403


def test_limits_are_those_of_the_user(gw):
    answer = gw.control_call("POST", "/tyk/keys/dora", {
        "org_id": "default", "apply_policies": ["few"],
        "basic_auth_data": {"password": "x"}})
    assert answer.status == 200, answer.body
    statuses = [ask(gw, "/limited/echo", "dora", "x").status
                for _ in range(3)]
    assert statuses == [200, 200, 403]
    assert ask(gw, "/api/echo", "dora", "x").status == 403  # no rights on it


def test_both_are_asked_for(gw):
    token = "Bearer " + hs256({"sub": "someone"}, "tyk123")
    both = {"X-User": basic("alice", "s3:cret"), "Authorization": token}
    for api in ("both", "jwtbase"):
        assert gw.call("GET", f"/{api}/echo", both).status == 200
        for missing in both:
            headers = {k: v for k, v in both.items() if k != missing}
            assert gw.call("GET", f"/{api}/echo", headers).status in (400, 401)
        wrong = {**both, "X-User": basic("alice", "wrong")}
        assert gw.call("GET", f"/{api}/echo", wrong).body == REFUSED


def test_one_of_two_is_enough_in_one_header(gw):
    token = hs256({"sub": "someone"}, "tyk123")
    late = hs256({"sub": "someone", "exp": 1}, "tyk123")
    assert ask(gw, "/document/echo", "alice", "s3:cret").status == 200
    assert gw.get("/document/echo", token).status == 200
    answer = ask(gw, "/document/echo", "alice", "wrong")
    assert (answer.status, answer.body) == (401, REFUSED)
    answer = gw.get("/document/echo", late)
    assert (answer.status, answer.error) == (
        401, "Key not authorized: token has expired")


def test_explain_knows_the_step(gw):
    def explain(token):
        answer = gw.control_call("POST", "/tyk/explain",
                                 {"api_id": "api", "token": token})
        assert answer.status == 200
        assert b"s3:cret" not in answer.body
        steps = {s["name"]: s for s in answer.json()["steps"]}
        return steps["basic"]

    assert explain("alice:s3:cret")["outcome"] == "pass"
    assert explain(basic("alice", "s3:cret"))["outcome"] == "pass"
    assert explain("curl -H 'Authorization: %s' http://x/" % basic(
        "alice", "s3:cret"))["outcome"] == "pass"
    assert explain("alice:wrong")["reason"] == "JG545"
    assert explain("alicf:s3:cret")["reason"] == "JG544"
    assert explain("")["reason"] == "JG540"


def test_wrong_ones_wait_and_leave_the_gateway_to_others(gw):
    """A crowd that guesses: an API for everybody is served beside it, and a
    user whose password is known, too; and nobody gets in."""
    gw.get("/hello")
    assert ask(gw, "/api/echo", "alice", "s3:cret").status == 200
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        guesses = [pool.submit(ask, gw, "/api/echo", "alice", f"guess{i}")
                   for i in range(120)]
        others = [ask(gw, "/api/echo", "alice", "s3:cret").status
                  for _ in range(20)]
        statuses = {g.result().status for g in guesses}
    assert set(others) <= {200, 503} and 200 in others
    assert 401 in statuses and statuses <= {401, 503}
    assert gw.control_call("GET", "/tyk/apis").status == 200
    log = gw.log()
    assert "wrong user or password from 127.0.0.1" in log
    assert log.count("wrong user or password") <= 40
    assert "guess1" not in log
    deadline = time.monotonic() + 20
    while ask(gw, "/api/echo", "alice", "s3:cret").status != 200:
        assert time.monotonic() < deadline
