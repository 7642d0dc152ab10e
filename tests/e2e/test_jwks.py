"""Key sets by URL: what a user does with them, and what an outage changes."""
import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import pytest
from gateway import BUILD
from idp import Idp
from idp_keys import Key
from keysets import (LONG, OUTAGE_S, SANITIZED, Load, add_api, add_oas_api,
                     b64, flush, memory_kib, metric, quick, sets, status,
                     wait_for_status, wait_until, workers)

GENERIC = "Key not authorized"


@pytest.fixture
def idp():
    with Idp("ES256") as server:
        yield server


# Where the keys are

@pytest.mark.parametrize("spelled", [lambda url: url, b64,
                                     lambda url: url.replace("http", "HTTP")],
                         ids=["plain", "base64", "upper case scheme"])
def test_jwt_source_may_be_a_url(gateway, idp, spelled):
    add_api(gateway, "api", spelled(idp.jwks_url), "ES256")
    gateway.start()
    for n in range(5):
        answer = gateway.get("/api/echo", idp.token(n=n))
        assert answer.status == 200, answer.body
    assert idp.fetches["jwks"] == 1


def test_several_urls_are_searched(gateway, idp):
    with Idp("ES256") as other, Idp("ES256") as stranger:
        add_api(gateway, "api", None, "ES256", jwt_jwks_uris=[
            {"url": idp.jwks_url, "cache_timeout": "5m"},
            {"url": other.jwks_url}])
        gateway.start()
        assert status(gateway, "api", idp.token()) == 200
        assert status(gateway, "api", other.token()) == 200
        assert status(gateway, "api", stranger.token()) == 403


def test_an_oas_definition_names_several_urls(gateway, idp):
    with Idp("ES256") as other, Idp("ES256") as stranger:
        add_oas_api(gateway, "api", "ES256", jwksURIs=[
            {"url": idp.jwks_url, "cacheTimeout": "5m"},
            {"url": other.jwks_url}])
        gateway.start()
        assert status(gateway, "api", idp.token()) == 200
        assert status(gateway, "api", other.token()) == 200
        assert status(gateway, "api", stranger.token()) == 403


@pytest.mark.parametrize("encoded", [str, b64])
def test_an_oas_definition_may_have_a_url_for_source(gateway, idp, encoded):
    add_oas_api(gateway, "api", "ES256", source=encoded(idp.jwks_url))
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200


@pytest.mark.parametrize("rules, good, bad, message", [
    ({"allowedIssuers": ["{url}"]}, {}, {"iss": "https://evil.test"},
     "invalid issuer claim: https://evil.test"),
    ({"allowedIssuers": ["{url}"]}, {}, {"iss": None},
     "issuer claim is required but not present in token"),
    ({"allowedAudiences": ["api"]}, {"aud": ["x", "api"]}, {"aud": ["x", "y"]},
     "no matching audience found in token: [x y]"),
    ({"allowedAudiences": ["api"]}, {"aud": "api"}, {},
     "audience claim is required but not present in token"),
    ({"jtiValidation": {"enabled": True}}, {"jti": "1"}, {},
     "JWT ID (jti) claim is required but not present in token"),
    ({"allowedSubjects": ["ada"], "skipKid": True}, {}, {"sub": "eve"},
     "invalid subject value: eve"),
    ({"customClaimValidation": {"user.team": {
        "type": "exact_match", "allowedValues": ["a", "b"]}}},
     {"user": {"team": "b"}}, {"user": {"team": "c"}},
     "claim user.team value does not match any expected values"),
    ({"customClaimValidation": {"realm_access.roles": {
        "type": "contains", "allowedValues": ["admin"]}}},
     {"realm_access": {"roles": ["x", "admin"]}},
     {"realm_access": {"roles": ["x"]}},
     "claim realm_access.roles value does not contain any expected values"),
    ({"customClaimValidation": {"team": {"type": "required"}}},
     {"team": 1}, {},
     "custom claim team is required but not present in token"),
], ids=["iss", "iss absent", "aud", "aud absent", "jti", "sub", "exact",
        "contains", "required"])
def test_claim_rules_of_an_oas_definition(gateway, idp, rules, good, bad,
                                          message):
    text = json.dumps(rules).replace("{url}", idp.url)
    add_oas_api(gateway, "api", "ES256", jwksURIs=[{"url": idp.jwks_url}],
                **json.loads(text))
    gateway.start()
    assert status(gateway, "api", idp.token(**good)) == 200
    answer = gateway.get("/api/echo", idp.token(**bad))
    assert (answer.status, answer.error) == (401, f"{GENERIC}: {message}")


def test_one_url_of_several_may_be_down(gateway, idp):
    with Idp("ES256") as down:
        dead = down.jwks_url
    add_api(gateway, "api", None, "ES256", jwt_jwks_uris=[
        {"url": dead}, {"url": idp.jwks_url}])
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200


def test_an_issuer_is_enough(gateway, idp):
    issuer = f"{idp.url}/realms/shop"
    add_api(gateway, "api", None, "ES256", jwt_issuer=issuer)
    gateway.start()
    assert status(gateway, "api", idp.token(iss=issuer)) == 200
    assert status(gateway, "api", idp.token(iss=idp.url)) != 200
    assert (idp.fetches["discovery"], idp.fetches["jwks"]) == (1, 1)


def test_the_token_endpoints_own_token_passes(gateway, idp):
    """client_credentials, as an application does it."""
    issuer = f"{idp.url}/tenant"
    add_api(gateway, "api", None, "ES256", jwt_issuer=issuer)
    gateway.start()
    form = urllib.parse.urlencode({"grant_type": "client_credentials",
                                   "client_id": "billing"}).encode()
    with urllib.request.urlopen(f"{issuer}/token", form, 10) as answer:
        token = json.load(answer)["access_token"]
    assert status(gateway, "api", token) == 200


# Which keys

@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "ES384", "ES512",
                                 "EdDSA"])
@pytest.mark.parametrize("style", ["plain", "bare", "x5c", "auth0"])
def test_every_kind_of_key_verifies(gateway, alg, style):
    if (alg, style) == ("EdDSA", "x5c"):
        return # no provider publishes Ed25519 keys as certificates alone
    with Idp(alg) as idp:
        idp.keys = [Key("RS256", use="enc"), Key(alg, style=style)]
        add_api(gateway, "api", idp.jwks_url, alg)
        gateway.start()
        answer = gateway.get("/api/echo", idp.token())
        assert answer.status == 200, answer.body


def test_an_encryption_key_verifies_nothing(gateway, idp):
    enc = Key("RS256", use="enc")
    idp.keys = [Key("RS256"), enc]
    add_api(gateway, "api", idp.jwks_url)
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    assert status(gateway, "api", idp.token(enc)) == 403


def test_a_token_without_kid_is_tried_against_the_keys_that_fit(gateway, idp):
    idp.keys = [Key("ES256"), Key("ES256"), Key("RS256")]
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    for key in idp.keys[:2]:
        token = idp.token(key, headers={"kid": None})
        assert status(gateway, "api", token) == 200


def test_headers_of_the_token_choose_no_key(gateway, idp):
    """jku, jwk, x5u and x5c are never used (RFC 8725 3.10)."""
    with Idp("ES256") as evil:
        add_api(gateway, "api", idp.jwks_url, "ES256")
        gateway.start()
        for headers in ({"jku": evil.jwks_url}, {"jwk": evil.key.jwk()},
                        {"x5u": evil.jwks_url}):
            token = evil.token(headers={"kid": idp.key.kid, **headers})
            assert status(gateway, "api", token) == 403
        assert not evil.requests


# Which issuer

def test_a_set_verifies_only_its_issuers_tokens(gateway, idp):
    """Two issuers, two keys, the same kid: four combinations."""
    with Idp("ES256") as other:
        other.keys = [Key("ES256", kid=idp.key.kid)]
        for name, server in (("a", idp), ("b", other)):
            add_api(gateway, name, server.jwks_url, "ES256",
                    jwt_issuer=server.url)
        gateway.start()
        for signer in (idp, other):
            for claimed in (idp, other):
                token = signer.token(iss=claimed.url)
                for name, server in (("a", idp), ("b", other)):
                    good = signer is claimed is server
                    assert (status(gateway, name, token) == 200) == good


@pytest.mark.parametrize("change", [
    lambda url: url + "/", lambda url: url.upper(), lambda url: url[:-1],
    lambda url: f"https://evil.test/{url}", lambda url: None,
    lambda url: [url], lambda url: ""])
def test_an_issuer_is_compared_exactly(gateway, idp, change):
    add_api(gateway, "api", idp.jwks_url, "ES256", jwt_issuer=idp.url)
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    assert status(gateway, "api", idp.token(iss=change(idp.url))) in (401, 403)


def test_without_an_issuer_tyks_order_stands(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token(iss="anyone")) == 200
    assert status(gateway, "api", idp.token(iss=None)) == 200


# Rotation

def test_a_new_key_is_used_at_its_first_token(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    time.sleep(1.1) # min_refresh_interval
    idp.rotate()
    assert status(gateway, "api", idp.token()) == 200
    assert idp.fetches["jwks"] == 2


def test_a_key_replaced_under_the_same_kid_is_fetched_again(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    old = idp.token()
    assert status(gateway, "api", old) == 200
    time.sleep(1.1)
    idp.rotate(kid=idp.key.kid, keep=0)
    assert status(gateway, "api", idp.token()) == 200
    assert status(gateway, "api", old) == 403
    assert idp.fetches["jwks"] == 2


def test_bad_signatures_do_not_make_fetches(gateway, idp):
    """The refetch for a replaced key has the same budget as an unknown kid."""
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    forger = Key("ES256", kid=idp.key.kid)
    for n in range(200):
        assert status(gateway, "api", idp.token(forger, n=n)) == 403
    assert idp.fetches["jwks"] <= 2


def rotating_load(gateway, idp, seconds, every_s=2):
    """Full load through rotations: (load, how many rotations)."""
    tokens = []

    def renew():
        tokens[:] = [idp.token(sub=f"user-{n}") for n in range(40)]

    renew()
    turn = iter(range(1 << 60))

    def next_request():
        return "/api/echo", tokens[next(turn) % len(tokens)]

    rotations = 0
    with Load(gateway, next_request) as load:
        end = time.monotonic() + seconds
        while time.monotonic() + every_s < end:
            time.sleep(every_s)
            idp.rotate(keep=1)
            renew()
            rotations += 1
        time.sleep(1)
    return load, rotations


def test_rotation_under_load_fails_no_request(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    load, rotations = rotating_load(gateway, idp, 60 if LONG else 10)
    assert load.all_good(), (load.statuses, load.odd)
    assert load.total > 100
    assert rotations >= 3
    assert idp.fetches["jwks"] <= rotations + 1


# Outages

def test_a_stopped_idp_is_not_noticed(gateway, idp):
    """New tokens of a known key, while each refresh of the set fails."""
    quick(gateway)
    add_api(gateway, "api", None, "ES256",
            jwt_jwks_uris=[{"url": idp.jwks_url, "cache_timeout": "1s"}])
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    idp.stop()
    turn = iter(range(1 << 60))

    def next_request():
        time.sleep(0.01) # two threads: about 200 requests a second
        return "/api/echo", idp.token(n=next(turn))

    with Load(gateway, next_request, threads=2) as load:
        time.sleep(OUTAGE_S)
    failed = metric(gateway, "jotgate_keyset_fetch_failures_total")
    print(f"{load.total} requests in {OUTAGE_S} s, answers {load.statuses}, "
          f"{failed:.0f} refreshes failed")
    assert load.all_good(), (load.statuses, load.odd)
    assert failed >= 1
    assert sets(gateway)[idp.jwks_url]["fault"]


def test_a_restart_while_the_idp_is_down_is_not_noticed(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    add_api(gateway, "found", None, "ES256", jwt_issuer=idp.url)
    gateway.start()
    for name in ("api", "found"):
        assert status(gateway, name, idp.token()) == 200
    gateway.stop()
    idp.stop()
    gateway.start()
    for name in ("api", "found"):
        assert status(gateway, name, idp.token()) == 200


def test_an_idp_that_comes_up_later_is_found(gateway, idp):
    quick(gateway)
    idp.stop()
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.add_policy("static", apis=["static"])
    gateway.add_api("static", jwt_default_policies=["static"])
    gateway.start()
    answer = gateway.get("/api/echo", idp.token())
    assert (answer.status, answer.error) == (403, GENERIC)
    idp.start()
    wait_for_status(gateway, "api", idp.token())


def test_keys_too_old_are_503_for_their_tokens_alone(gateway, idp):
    quick(gateway, max_stale=2, cache={"timeout": 1})
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.add_policy("other", apis=["other"])
    gateway.add_api("other", use_keyless=True, enable_jwt=False)
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    idp.stop()
    wait_for_status(gateway, "api", idp.token(), 503)
    answer = gateway.get("/api/echo", idp.token())
    assert answer.error == "Service temporarily unavailable."
    assert int(answer.headers["Retry-After"]) > 0
    assert gateway.get("/other/echo").status == 200
    idp.start()
    wait_for_status(gateway, "api", idp.token())


def test_a_start_does_not_wait_for_slow_idps(gateway):
    with Idp("ES256") as slow:
        slow.mode = "silence"
        for n in range(40):
            add_api(gateway, f"api{n}", f"{slow.url}/{n}/jwks", "ES256")
        gateway.add_policy("other", apis=["other"])
        gateway.add_api("other", use_keyless=True, enable_jwt=False)
        gateway.start()
        assert gateway.get("/other/echo").status == 200
        # Bounded: a hundred dead providers are not a hundred connections.
        assert slow.fetches["jwks"] <= 16


# Caching

def test_an_etag_saves_the_body(gateway, idp):
    quick(gateway)
    idp.etag = True
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    time.sleep(1.1)
    assert status(gateway, "api", idp.token(Key("ES256"))) == 403
    assert idp.not_modified == 1
    assert status(gateway, "api", idp.token(sub="bob")) == 200


def test_a_forgotten_body_is_not_asked_for_by_its_etag(gateway, idp):
    idp.etag = True
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    flush(gateway)
    wait_for_status(gateway, "api", idp.token())
    assert idp.not_modified == 0


@pytest.mark.parametrize("cache_control, least_s, most_s", [
    ("max-age=600", 60, 600), ("max-age=1", 50, 61),
    ("max-age=99999999999999999999", 60, 86400), ("max-age=-5", 50, 300),
    ("no-store", 50, 300), ("max-age=abc", 50, 300),
    ("private, max-age = 120", 50, 300)])
def test_cache_control_counts_within_bounds(gateway, idp, cache_control,
                                            least_s, most_s):
    idp.headers = {"Cache-Control": cache_control}
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    due = sets(gateway)[idp.jwks_url]["next_refresh"] - time.time()
    # A refresh comes before the expiry, with jitter.
    assert least_s / 2 <= due <= most_s


# What is shown

def test_the_list_of_sets_says_what_happened(gateway, idp):
    quick(gateway)
    idp.keys = [Key("ES256"), Key("ES256"), Key("RS256", use="enc")]
    add_api(gateway, "api", idp.jwks_url, "ES256")
    add_api(gateway, "second", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    one = sets(gateway)[idp.jwks_url]
    assert sorted(one["apis"]) == ["api", "second"]
    assert not one.get("fault") and one["failures"] == 0
    keys = {key["kid"]: key for key in one["keys"]}
    assert set(keys) >= {key.kid for key in idp.keys[:2]}
    first = keys[idp.key.kid]
    assert (first["alg"], first["kty"], first["use"]) == ("ES256", "EC", "sig")
    assert len(first["thumbprint"]) == 43

    def states():
        return {key["kid"]: key["state"]
                for key in sets(gateway)[idp.jwks_url]["keys"]}

    used, unused = idp.keys[0].kid, idp.keys[1].kid
    wait_until(lambda: states()[used] == "active", "the used key is active")
    assert states()[unused] in ("new", "unused")
    time.sleep(1.1)
    idp.rotate(keep=0)
    assert status(gateway, "api", idp.token()) == 200
    after = states()
    assert after.get(used, "gone") == "gone"
    assert after[idp.key.kid] in ("new", "active")


def test_the_list_of_sets_needs_the_secret(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    for method, path in (("GET", "/tyk/jwks"), ("DELETE", "/tyk/cache/jwks")):
        assert gateway.control_call(method, path,
                                    secret="wrong").status == 403


def test_flushing_an_unknown_api_is_fine(gateway):
    gateway.start()
    flush(gateway, "nobody")
    flush(gateway)


def test_fetches_are_counted_in_the_metrics(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    assert metric(gateway, "jotgate_keyset_fetches_total") >= 1
    idp.mode = "500"
    time.sleep(1.1)
    assert status(gateway, "api", idp.token(Key("ES256"))) == 403
    assert metric(gateway, "jotgate_keyset_fetch_failures_total") >= 1


@pytest.mark.parametrize("spoil, words", [
    (lambda idp: idp.stop(), ("connect", "refused")),
    (lambda idp: setattr(idp, "mode", "404"), ("404",)),
    (lambda idp: setattr(idp, "mode", "html"), ("JSON", "HTML")),
    (lambda idp: setattr(idp, "mode", "secrets"), ("key",)),
    (lambda idp: setattr(idp, "mode", "empty-set"), ("key", "empty")),
], ids=["down", "404", "html", "secrets", "empty"])
def test_a_url_that_cannot_work_is_a_warning_with_its_cause(gateway, idp,
                                                            spoil, words):
    spoil(idp)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    answer = gateway.get("/api/echo", idp.token())
    assert (answer.status, answer.error) == (403, GENERIC)
    wait_until(lambda: idp.jwks_url in gateway.log(), "a line in the log")
    cause = wait_until(lambda: sets(gateway)[idp.jwks_url]["fault"], "a cause")
    assert any(word.lower() in cause.lower() for word in words), cause


def jotgate(*arguments):
    return subprocess.run([BUILD / "jotgate", *arguments], timeout=60,
                          capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def test_the_command_shows_a_set_by_url(idp):
    shown = jotgate("jwks", "show", idp.jwks_url)
    assert shown.returncode == 0, shown.stderr
    assert idp.key.kid in shown.stdout and "ES256" in shown.stdout
    idp.mode = "404"
    failed = jotgate("jwks", "show", idp.jwks_url)
    assert failed.returncode != 0
    assert "404" in failed.stderr


# Scale

def test_many_apis_on_one_url_are_one_fetch(gateway, idp):
    n = 5000 if LONG else 500
    gateway.add_policy("all", apis=[f"api{i}" for i in range(n)])
    for i in range(n):
        add_api(gateway, f"api{i}", idp.jwks_url, "ES256", policy=False,
                jwt_default_policies=["all"])
    gateway.start()
    for i in range(0, n, n // 25):
        assert status(gateway, f"api{i}", idp.token()) == 200
    assert idp.fetches["jwks"] == 1


def test_requests_that_arrive_together_are_one_fetch(gateway, idp):
    idp.mode, idp.delay_s = "slow", 0.5
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    got = []
    threads = [threading.Thread(target=lambda n=n: got.append(
        status(gateway, "api", idp.token(n=n)))) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == [200] * 30
    assert idp.fetches["jwks"] == 1


def test_sets_that_no_api_names_are_forgotten(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    add_api(gateway, "old", f"{idp.url}/old/jwks", "ES256")
    gateway.start()
    wait_until(lambda: len(sets(gateway)) == 2, "two sets")
    (gateway.apps / "old.json").unlink()
    gateway.reload()
    assert list(sets(gateway)) == [idp.jwks_url]


@pytest.mark.skipif(SANITIZED, reason="memory figures")
def test_memory_does_not_grow_with_unknown_kids(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    stranger = Key("ES256")
    turn = iter(range(1 << 60))

    def next_request():
        return "/api/echo", idp.token(
            stranger, headers={"kid": f"random-{next(turn)}" * 8})

    def send(n):
        with Load(gateway, next_request) as load:
            wait_until(lambda: load.total > n, f"{n} requests", 600)
        assert set(load.statuses) == {403}, load.odd

    send(1500)
    before = {pid: memory_kib(pid) for pid in workers(gateway)}
    send(100_000 if LONG else 3000)
    for pid, kib in before.items():
        assert memory_kib(pid) - kib < 1024
    assert idp.fetches["jwks"] <= 3
