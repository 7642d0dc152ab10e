"""What the answers of a hostile or broken identity provider, its silence, and
a flood of strangers' tokens can do to the gateway: nothing.

rNN is the row of the list of attacks that the test stands for; where fetches
go is in test_jwks_security.py.
"""
import json
import socket
import threading
import time

import pytest
from idp import ENDLESS, USELESS, Idp
from idp_keys import Key
from keysets import (LONG, SANITIZED, Load, add_api, children, fault,
                     flush, memory_kib, quick, sets, status, wait_for_fault,
                     wait_for_status, wait_until, workers)


@pytest.fixture
def idp():
    with Idp("ES256") as server:
        yield server


def keyless(gw, name="open"):
    gw.add_policy(name, apis=[name])
    gw.add_api(name, use_keyless=True, enable_jwt=False)


# 88: answers that are too much

@pytest.mark.parametrize("mode", ENDLESS + ("bomb", "gzip", "many-keys",
                                            "deep"))
def test_r88_an_answer_has_an_end(gateway, idp, mode):
    """And until then only those wait who need it."""
    quick(gateway)
    idp.mode = mode
    add_api(gateway, "api", idp.jwks_url, "ES256")
    keyless(gateway)
    gateway.start()
    got = []
    waiting = threading.Thread(target=lambda: got.append(
        status(gateway, "api", idp.token())))
    waiting.start()
    for _ in range(20):
        assert gateway.get("/open/echo").status == 200
    waiting.join(30)
    assert got and got[0] in (403, 503)
    wait_for_fault(gateway, idp.jwks_url)
    # The gateway reads one MiB; the rest is what lies in socket buffers.
    assert idp.sent_bytes < 64 << 20
    for pid, _ in children(gateway.process.pid):
        assert SANITIZED or memory_kib(pid) < 100 << 10
    idp.stop()
    idp.mode = "ok"
    idp.start()
    wait_for_status(gateway, "api", idp.token())


def test_r88_a_set_of_one_mib_is_read_and_one_more_is_not(gateway, idp):
    """Padded with blanks in front, so that nothing else in it is long."""
    for size, wanted in ((1 << 20, 200), ((1 << 20) + 1, 403)):
        idp.pad_to = size
        name = f"api{size}"
        add_api(gateway, name, f"{idp.url}/{size}/jwks", "ES256")
        gateway.stop()
        gateway.start()
        assert status(gateway, name, idp.token()) == wanted


def test_r88_the_content_type_is_not_trusted(gateway, idp):
    idp.mode = "wrong-type"
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200


def test_r88_no_compression_is_asked_for(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    _, _, headers = idp.requests[0]
    assert headers.get("Accept-Encoding", "identity") == "identity"


# 89: sets that are broken

def test_r89_one_bad_key_does_not_spoil_the_set(gateway, idp):
    idp.mode = "one-bad-key"
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200


@pytest.mark.parametrize("mode", USELESS)
def test_r89_nothing_useless_replaces_a_good_set_at_refresh(gateway, idp,
                                                            mode):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    idp.mode = mode
    time.sleep(1.1)
    status(gateway, "api", idp.token(Key("ES256")))
    wait_for_fault(gateway, idp.jwks_url)
    assert status(gateway, "api", idp.token(sub="bob")) == 200
    gateway.stop()
    gateway.start()
    assert status(gateway, "api", idp.token(sub="eve")) == 200
    idp.mode = "ok"
    idp.rotate()
    wait_for_status(gateway, "api", idp.token())
    assert not fault(gateway, idp.jwks_url)


@pytest.mark.parametrize("file", [
    "azuread-identitymodel/JsonWebKeySetBadBase64Data.json",
    "azuread-identitymodel/JsonWebKeySetBadRsaDataMissingComponent.json",
    "azuread-identitymodel/JsonWebKeySetBadX509Data.json",
    "azuread-identitymodel/JsonWebKeySetUnrecognizedKty.json",
    "libjwt-keys/bad_keys.json", "kjdev-nginx-auth-jwt/invalid.jwks"])
def test_r89_known_bad_sets_do_no_harm(gateway, idp, shared, file):
    quick(gateway)
    text = (shared / "vectors/jwks-samples" / file).read_text()
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    try:
        theirs = json.loads(text).get("keys", [])
    except ValueError:
        theirs = []
    good = idp.keys
    idp.jwks = lambda: {"keys": theirs + [key.jwk() for key in good]}
    time.sleep(1.1)
    idp.keys = good = [Key("ES256"), *good]
    assert status(gateway, "api", idp.token()) == 200


# 90: unknown key ids

def test_r90_a_flood_of_unknown_kids_makes_no_flood_of_fetches(gateway, idp):
    """The default interval: 30 s, so at most one fetch beside the first."""
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    stranger = Key("ES256")
    tokens = [idp.token(stranger, headers={"kid": f"random-{n}"})
              for n in range(3000)]
    turn = iter(range(1 << 60))
    total = 1_000_000 if LONG else 10_000

    def next_request():
        n = next(turn)
        if n % 10 == 0:
            return "/api/echo", idp.token(sub="good")
        return "/api/echo", tokens[n % len(tokens)]

    start = time.monotonic()
    with Load(gateway, next_request) as load:
        wait_until(lambda: load.total >= total, "the flood", 3600)
    seconds = time.monotonic() - start
    assert set(load.statuses) == {200, 403}, load.odd
    assert load.statuses[200] >= total // 10 * 0.9
    assert idp.fetches["jwks"] <= 2 + seconds / 30


def test_r90_a_slow_provider_is_asked_once_by_a_crowd(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    time.sleep(1.1)
    idp.mode, idp.delay_s = "slow", 0.7
    new = idp.rotate(keep=1)
    got = []
    threads = [threading.Thread(target=lambda n=n: got.append(
        status(gateway, "api", idp.token(new, n=n)))) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == [200] * 40
    assert idp.fetches["jwks"] == 2


# 91: a provider that is down

def test_r91_a_dead_provider_harms_only_its_own_apis(gateway, idp):
    quick(gateway)
    with Idp("ES256") as dead:
        url = dead.jwks_url
    add_api(gateway, "dead", url, "ES256")
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    token = idp.token()
    with Load(gateway, lambda: ("/api/echo", token), threads=2) as load:
        for n in range(10):
            assert status(gateway, "dead", idp.token(n=n)) in (403, 503)
    assert load.all_good(), (load.statuses, load.odd)


def test_r91_failing_fetches_come_at_growing_intervals(gateway, idp):
    quick(gateway)
    idp.mode = "500"
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    seconds = 60 if LONG else 12
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert status(gateway, "api", idp.token(n=time.time())) in (403, 503)
        time.sleep(0.02)
    assert 2 <= idp.fetches["jwks"] <= seconds + 2
    assert sets(gateway)[idp.jwks_url]["failures"] >= 2


# 92: keys that are gone

def test_r92_a_removed_key_is_refused_at_the_next_refresh(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    leaked = idp.token()
    assert status(gateway, "api", leaked) == 200
    time.sleep(1.1)
    idp.rotate(keep=0)
    assert status(gateway, "api", idp.token()) == 200 # the next refresh
    wait_for_status(gateway, "api", leaked, 403)


@pytest.mark.parametrize("api", [None, "api"])
def test_r92_a_removed_key_is_refused_at_once_after_a_flush(gateway, idp, api):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    leaked = idp.token()
    for _ in range(20): # in the cache of every worker
        assert status(gateway, "api", leaked) == 200
    idp.rotate(keep=0)
    flush(gateway, api)
    for _ in range(20):
        assert status(gateway, "api", leaked) == 403
    wait_for_status(gateway, "api", idp.token())


# 93: one URL, several APIs

def test_r93_apis_on_one_url_keep_their_own_rules(gateway, idp):
    for name, fields in (("bound", {"jwt_issuer": "https://one.test"}),
                         ("other", {"jwt_issuer": "https://two.test"}),
                         ("free", {})):
        add_api(gateway, name, idp.jwks_url, "ES256", **fields)
    gateway.start()
    for _ in range(3): # the second time from the cache
        for iss, good in (("https://one.test", {"bound", "free"}),
                          ("https://two.test", {"other", "free"})):
            token = idp.token(iss=iss)
            for name in ("bound", "other", "free"):
                assert (status(gateway, name, token) == 200) == (name in good)
    assert idp.fetches["jwks"] == 1


# 94: requests that end before the fetch does

def test_r94_clients_that_leave_during_a_fetch_break_nothing(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    idp.mode, idp.delay_s = "slow", 0.2
    request = ("GET /api/echo HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer {}\r\n\r\n")
    stranger = Key("ES256")
    for n in range(1000):
        with socket.create_connection(("127.0.0.1", gateway.port)) as s:
            s.sendall(request.format(idp.token(
                stranger, headers={"kid": f"r{n}"})).encode())
            if n % 3 == 0:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             b"\1\0\0\0\0\0\0\0") # a reset, not a FIN
            if n % 50 == 0:
                time.sleep(0.15)
        if n % 250 == 249:
            gateway.reload()
    assert status(gateway, "api", idp.token()) == 200
    assert not any(word in gateway.log() for word in
                   ("exited on signal", "AddressSanitizer", "runtime error"))
    assert workers(gateway)


# 95: memory

@pytest.mark.skipif(SANITIZED, reason="memory figures")
def test_r95_rotations_do_not_grow_the_memory(gateway, idp):
    quick(gateway)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()

    def rotate(n):
        for _ in range(n):
            idp.rotate(keep=2)
            flush(gateway)
            wait_for_status(gateway, "api", idp.token())

    def memory():
        return {pid: memory_kib(pid)
                for pid, _ in children(gateway.process.pid)}

    rotate(60)
    before = memory()
    rounds = 1000 if LONG else 80
    rotate(rounds)
    after = memory()
    grown = {pid: after[pid] - kib for pid, kib in before.items()
             if pid in after}
    assert len(grown) > 3
    # Less than a KiB per rotation, and what an allocator takes at once.
    assert max(grown.values()) < rounds + 512, grown


# 96: many at once

def test_r96_many_issuers_are_fetched_with_bounded_parallelism(gateway, idp):
    n = 1000 if LONG else 150
    idp.mode, idp.delay_s = "slow", 0.1
    lock, now, most = threading.Lock(), [0], [0]
    good = idp.jwks

    def jwks():
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        threading.Timer(0.1, lambda: now.__setitem__(0, now[0] - 1)).start()
        return good()

    idp.jwks = jwks
    gateway.add_policy("all", apis=[f"api{i}" for i in range(n)])
    for i in range(n):
        add_api(gateway, f"api{i}", f"{idp.url}/{i}/jwks", "ES256",
                policy=False, jwt_default_policies=["all"])
    gateway.start()
    wait_until(lambda: idp.fetches["jwks"] >= n, f"{n} fetches", 120)
    assert most[0] <= 32
    assert status(gateway, f"api{n - 1}", idp.token()) == 200
    assert idp.fetches["jwks"] == n
