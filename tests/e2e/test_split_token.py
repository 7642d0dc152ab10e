"""Split tokens without a script: the gateway's own token endpoint in front of an
identity provider, and what it gives presented at APIs."""
import base64
import concurrent.futures
import json
import os
import re
import time

import pytest

from gateway import SECRET
from split_tokens import (CLIENT, CREDENTIALS, SERVICES, UNKNOWN, add_apis,
                          arrived, identity_provider, login, obtain, post,
                          refused)


@pytest.fixture(scope="module")
def idp():
    with identity_provider() as server:
        yield server


@pytest.fixture(scope="module")
def gw(module_gateway, idp):
    add_apis(module_gateway, idp)
    module_gateway.conf["storage"]["max_bytes"] = 32 << 20 # it is read whole
    return module_gateway.start()


def test_the_client_gets_the_signature_and_the_upstream_the_whole(gw, idp):
    answer = post(gw, "/split/token", CREDENTIALS)
    whole = idp.issued[-1]
    assert answer.status == 200
    assert answer.json() == {"access_token": whole.split(".")[2],
                             "token_type": "Bearer", "expires_in": 300}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    given = answer.json()["access_token"]
    for value in (given, f"Bearer {given}", f"bearer {given}"):
        for _ in range(2): # the second one is remembered
            assert arrived(gw.get("/split/echo", headers={
                "Authorization": value})) == [f"Bearer {whole}"]
    assert arrived(gw.get("/other/echo", given)) == [f"Bearer {whole}"]
    assert arrived(gw.get("/stripped/echo", given)) == []


def test_a_sealed_token_needs_no_store(gw, idp):
    given = obtain(gw, "sealed")["access_token"]
    whole = idp.issued[-1]
    assert given.startswith("jgs1.") and whole.split(".")[1] not in given
    for _ in range(2):
        assert arrived(gw.get("/sealed/echo", given)) == [f"Bearer {whole}"]
        assert arrived(gw.get("/split/echo", given)) == [f"Bearer {whole}"]
    for i in (5, 20, 60, len(given) - 1):
        other = "A" if given[i] != "A" else "B"
        assert refused(gw, "sealed", given[:i] + other + given[i + 1:]) == \
            UNKNOWN
    assert refused(gw, "sealed", given[:-4]) == UNKNOWN


def test_other_organisations_and_plain_apis_do_not_take_it(gw):
    for api in ("split", "sealed"):
        given = obtain(gw, api)["access_token"]
        assert refused(gw, "stranger", given) == UNKNOWN
        assert refused(gw, "plain", given) == UNKNOWN


def test_a_whole_token_is_refused_unless_it_is_allowed(gw, idp):
    given = obtain(gw)["access_token"]
    whole = idp.issued[-1]
    assert refused(gw, "split", whole) == UNKNOWN
    assert refused(gw, "other", whole) == UNKNOWN
    assert arrived(gw.get("/both/echo", whole)) == [f"Bearer {whole}"]
    assert arrived(gw.get("/both/echo", given)) == [f"Bearer {whole}"]
    assert arrived(gw.get("/plain/echo", whole)) == [f"Bearer {whole}"]


def test_what_nobody_was_given_is_refused(gw):
    given = obtain(gw)["access_token"]
    wrong = ("A" if given[0] != "A" else "B") + given[1:]
    for value in (wrong, given[:-1], given + "A", given[:20], "x", "-" * 9000,
                  "jgs1.", "jgs1.AA", "jgs1." + "A" * 100):
        assert refused(gw, "split", value) == UNKNOWN
    answer = gw.get("/split/echo")
    assert (answer.status, answer.error) == (400, "Authorization field missing")


@pytest.mark.parametrize("api", ["split", "sealed"])
def test_refresh(gw, idp, api):
    first = login(gw, api)
    assert "refresh-token" not in json.dumps(first)
    second = obtain(gw, api, grant_type="refresh_token",
                    refresh_token=first["refresh_token"])
    assert idp.seen[-1][1]["refresh_token"] == idp.issued_refresh[-2]
    assert second["access_token"] != first["access_token"]
    assert arrived(gw.get(f"/{api}/echo", second["access_token"])) == \
        [f"Bearer {idp.issued[-1]}"]
    again = post(gw, f"/{api}/token", {
        **CLIENT, "grant_type": "refresh_token",
        "refresh_token": first["refresh_token"]})
    assert (again.status, again.error) == (400, "invalid_grant")


def test_a_provider_that_does_not_rotate_keeps_the_handle(gw, idp):
    idp.rotates = False
    try:
        first = login(gw)
        tokens = {first["access_token"]}
        for _ in range(3):
            more = obtain(gw, grant_type="refresh_token",
                          refresh_token=first["refresh_token"])
            assert more["refresh_token"] == first["refresh_token"]
            tokens.add(more["access_token"])
        assert len(tokens) == 4
    finally:
        idp.rotates = True


def test_the_providers_own_refresh_token_is_no_handle(gw, idp):
    login(gw)
    answer = post(gw, "/split/token", {
        **CLIENT, "grant_type": "refresh_token",
        "refresh_token": idp.issued_refresh[-1]})
    assert (answer.status, answer.error) == (400, "invalid_grant")


@pytest.mark.parametrize("api", ["split", "sealed"])
def test_revoke(gw, api):
    tokens = login(gw, api)
    access = tokens["access_token"]
    arrived(gw.get(f"/{api}/echo", access))
    answer = post(gw, f"/{api}/revoke", {"token": access})
    assert (answer.status, answer.body) == (200, b"")
    answer = gw.get(f"/{api}/echo", access)
    assert answer.status in (401, 403) # at once, though it was remembered
    # The refresh token still works; revoked, it takes the access token along.
    tokens = obtain(gw, api, grant_type="refresh_token",
                    refresh_token=tokens["refresh_token"])
    arrived(gw.get(f"/{api}/echo", tokens["access_token"]))
    assert post(gw, f"/{api}/revoke",
                {"token": tokens["refresh_token"],
                 "token_type_hint": "refresh_token"}).status == 200
    assert gw.get(f"/{api}/echo", tokens["access_token"]).status in (401, 403)
    answer = post(gw, f"/{api}/token", {
        **CLIENT, "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"]})
    assert (answer.status, answer.error) == (400, "invalid_grant")


def test_revoking_nonsense_is_fine(gw):
    for token in ("x", "jgs1.AAAA", "jgr1." + "A" * 43, "-" * 60000):
        assert post(gw, "/split/revoke", {"token": token}).status == 200
    assert post(gw, "/split/revoke", {}).status == 400


def test_revocations_reach_the_provider_if_it_is_named(gw, idp):
    tokens = obtain(gw, "own", grant_type="password", username="ada",
                    password="x", **{"client_secret": "right"})
    assert post(gw, "/own/revoke", {"token": tokens["access_token"]}).status \
        == 200
    path, form, headers = idp.seen[-1]
    assert (path, form) == ("/revoke", {"token": idp.issued[-1]})
    assert headers["Authorization"].startswith("Basic ")


def basic(user, password):
    text = f"{user}:{password}".encode()
    return {"Authorization": "Basic " + base64.b64encode(text).decode()}


STOCK = basic("stock", SERVICES["stock"])


def introspect(gw, token, headers=(), api="split", **more):
    return post(gw, f"/{api}/introspect", {"token": token, **more}, headers)


def test_introspection_is_for_services(gw, idp):
    known = STOCK
    for api in ("split", "sealed"):
        given = obtain(gw, api)["access_token"]
        answer = introspect(gw, given, known).json()
        assert answer["active"] is True and answer["sub"] == "ada"
        assert answer["email"] == "ada@example.org"
        post(gw, f"/{api}/revoke", {"token": given})
        assert introspect(gw, given, known).json() == {"active": False}
    assert introspect(gw, "nonsense", known).json() == {"active": False}
    assert introspect(gw, idp.issued[-1], known).json() == {"active": False}
    given = obtain(gw)["access_token"]
    assert introspect(gw, given, client_id="bills",
                      client_secret=SERVICES["bills"]).json()["active"] is True
    own = basic("gate+way", "s%3Ae%26cret")
    assert introspect(gw, given, own, "own").json()["active"] is True
    assert introspect(gw, "", known).status == 400


def test_introspection_is_for_nobody_else(gw):
    given = obtain(gw)["access_token"]
    for headers in ({}, {"X-Tyk-Authorization": SECRET},
                    {"Authorization": "Basic YTpi"},
                    {"Authorization": "Basic YQ=="},
                    {"Authorization": "Basic ?"},
                    {"Authorization": f"Bearer {given}"},
                    basic("stock", SERVICES["bills"]), basic("stock", ""),
                    basic("", "")):
        answer = introspect(gw, given, headers)
        assert (answer.status, answer.error) == (401, "invalid_client")
    assert introspect(gw, given, STOCK, "own").status == 401


def test_a_token_ends_with_its_time(gw, idp):
    given = obtain(gw, scope="short")["access_token"]
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = gw.get("/split/echo", given)
        if answer.status != 200:
            break
        time.sleep(0.1)
    assert (answer.status, answer.error) == \
        (401, "Key not authorized: token has expired")
    assert introspect(gw, given, STOCK).json() == {"active": False}


def test_the_same_token_twice_is_one(gw):
    first = obtain(gw, scope="same")["access_token"]
    assert obtain(gw, scope="same")["access_token"] == first
    arrived(gw.get("/split/echo", first))


FAULTS = [("slow", 504, "server_error"), ("huge", 502, "server_error"),
          ("html", 502, "server_error"), ("opaque", 502, "server_error"),
          ("none", 502, "server_error"), ("broken", 502, "server_error")]


@pytest.mark.parametrize("mode, status, error", FAULTS)
def test_a_provider_that_makes_no_sense(gw, mode, status, error):
    for api in ("split", "sealed"):
        answer = post(gw, f"/{api}/token", {**CREDENTIALS, "scope": mode})
        assert (answer.status, answer.error) == (status, error)
        assert "secret-stack-trace" not in answer.body.decode()


def test_a_provider_that_is_not_there(gw):
    answer = post(gw, "/down/token", CREDENTIALS)
    assert answer.status == 502
    assert answer.json() == {
        "error": "server_error",
        "error_description": "The identity provider cannot be reached"}


def test_its_own_refusals_are_passed_on(gw):
    answer = post(gw, "/split/token", {**CREDENTIALS, "client_secret": "no"})
    assert answer.status == 401
    assert answer.json() == {"error": "invalid_client",
                             "error_description": "wrong secret"}
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="token"'


def test_basic_authentication_is_passed_on(gw, idp):
    basic = "Basic " + base64.b64encode(b"ada:right").decode()
    idp.basics.add(basic)
    answer = post(gw, "/split/token", {"grant_type": "client_credentials"},
                  {"Authorization": basic})
    assert answer.status == 200
    assert idp.seen[-1][2]["Authorization"] == basic


def test_the_gateways_own_credentials_are_for_public_clients(gw, idp):
    answer = post(gw, "/own/token", {"grant_type": "authorization_code",
                                     "client_id": "app", "code": "a b&c",
                                     "code_verifier": "v"})
    assert answer.status == 200
    _, form, headers = idp.seen[-1]
    assert form == {"grant_type": "authorization_code", "code": "a b&c",
                    "code_verifier": "v"}
    assert headers["Authorization"] in idp.basics
    answer = post(gw, "/own/token", {"grant_type": "client_credentials"})
    assert (answer.status, answer.error) == (401, "invalid_client")


BAD = [
    ("", "invalid_request"), ("grant_type=", "invalid_request"),
    ("grant_type=magic", "unsupported_grant_type"),
    ("grant_type=client_credentials&grant_type=password", "invalid_request"),
    ("grant_type=%zz", "invalid_request"),
    ("grant_type=refresh_token", "invalid_grant"),
    ("&".join(f"a{i}=1" for i in range(65)), "invalid_request"),
]


@pytest.mark.parametrize("body, error", BAD)
def test_bad_forms_reach_no_provider(gw, idp, body, error):
    count = len(idp.seen)
    answer = post(gw, "/split/token", body)
    assert (answer.status, answer.error) == (400, error)
    assert len(idp.seen) == count


def test_only_forms_by_post(gw):
    answer = gw.get("/split/token")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    answer = gw.call("POST", "/split/token",
                     {"Content-Type": "application/json"}, "{}")
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert post(gw, "/split/token", "a" * 70_000).status == 413
    assert post(gw, "/split/tokens", CREDENTIALS).status == 400 # no endpoint


def test_the_whole_token_is_in_no_answer_log_journal_or_file(gw, idp):
    """After everything above: parts of it are looked for, too."""
    login(gw)
    login(gw, "sealed")
    gw.get("/split/echo", idp.issued[-1])
    journal = gw.control_call("GET", "/tyk/journal?limit=1000")
    assert journal.status == 200
    files = {path: path.read_bytes() for path in gw.folder.rglob("*")
             if path.is_file()}
    assert any(path.name == "data.mdb" for path in files)
    for secret in {*idp.issued, *idp.issued_refresh, "ada@example"}:
        for part in secret.split("."):
            if len(part) < 5 or part.startswith("eyJhbGci"):
                continue
            part = part.encode()
            assert part not in journal.body
            for path, data in files.items():
                assert part not in data, path


@pytest.mark.parametrize("terms", [
    {"token_url": "ftp://idp/token"}, {"token_url": "http://idp.example/token"},
    {"token_url": "https://user:pass@idp.example/token"}, {},
    {"token_url": "https://idp.example/token", "path": "token"},
    {"token_url": "https://idp.example/token", "revoke_path": "/token"},
    {"token_url": "https://idp.example/token", "mode": "cut"},
    {"token_url": "https://idp.example/token", "client_id": "x"},
])
def test_definitions_that_cannot_work_are_found_at_load(gateway, terms):
    gateway.add_api("bad", split_token=terms)
    gateway.add_api("good")
    gateway.start()
    assert gateway.get("/bad/").status == 404
    assert re.search(r"error JG907: split_token.*\n.*bad\.json:\d+:\d+",
                     gateway.log())


def test_sealed_tokens_by_a_ring_of_keys(gateway, idp):
    def keys(*ids):
        gateway.conf["split_token_keys"] = [
            {"id": i, "secret": i * 32} for i in ids]
    add_apis(gateway, idp)
    keys("a")
    gateway.start()
    old = obtain(gateway, "sealed")["access_token"]
    gateway.stop()
    keys("b", "a")
    gateway.start()
    new = obtain(gateway, "sealed")["access_token"]
    assert gateway.get("/sealed/echo", old).status == 200
    assert gateway.get("/sealed/echo", new).status == 200
    gateway.stop()
    keys("b")
    gateway.start()
    assert gateway.get("/sealed/echo", old).status == 403
    assert gateway.get("/sealed/echo", new).status == 200


def test_what_is_kept_outlives_a_restart(gateway, idp):
    add_apis(gateway, idp)
    gateway.start()
    tokens = login(gateway)
    gateway.stop()
    gateway.start()
    arrived(gateway.get("/split/echo", tokens["access_token"]))
    obtain(gateway, grant_type="refresh_token",
           refresh_token=tokens["refresh_token"])


def test_many_wait_at_the_same_time(gw, idp):
    """More than the broker has processes; the figure is printed only."""
    count = 500 if os.environ.get("JOTGATE_LONG") else 100
    idp.delay_s = 0.2
    try:
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            begin = time.monotonic()
            given = list(pool.map(lambda _: obtain(gw)["access_token"],
                                  range(count)))
            took = time.monotonic() - begin
    finally:
        idp.delay_s = 0
    print(f"{count} exchanges with 200 ms each took {took:.2f} s")
    assert len(set(given)) == count
    arrived(gw.get("/split/echo", given[-1]))
