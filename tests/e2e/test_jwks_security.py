"""What a hostile or broken identity provider can do to the gateway: nothing.

rNN is the row of the list of attacks that the test stands for.
"""
import ipaddress
import json
import shutil
import socket
import subprocess
import threading
import time

import pytest
from gateway import BUILD
from idp import ENDLESS, USELESS, Idp
from idp_keys import Key, certificate, generate, pem
from keysets import (LONG, SANITIZED, Load, add_api, children, fault,
                     flush, memory_kib, quick, sets, status, wait_for_fault,
                     wait_for_status, wait_until, workers)

from cryptography import x509

BROKER = BUILD / "jotgate-broker"


@pytest.fixture
def idp():
    with Idp("ES256") as server:
        yield server


@pytest.fixture
def canary():
    """A server that nobody must ever ask anything."""
    with Idp("ES256") as server:
        yield server


def keyless(gw, name="open"):
    gw.add_policy(name, apis=[name])
    gw.add_api(name, use_keyless=True, enable_jwt=False)


def fetch(url, *options, prefix=(), env=None):
    """What the broker's own fetch of <url> says."""
    return subprocess.run([*prefix, BROKER, "--fetch", url, *options],
                          capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=env)


# 85: the URL of a key set as a way into other people's services

FORBIDDEN = [
    "http://169.254.169.254/jwks", "http://169.254.169.254./jwks",
    "http://2852039166/jwks", "http://0xA9FEA9FE/jwks",
    "http://0251.0376.0251.0376/jwks", "http://0xA9.254.0251.254/jwks",
    "http://169.254.43518/jwks", "http://[::ffff:169.254.169.254]/jwks",
    "http://[::ffff:a9fe:a9fe]/jwks", "http://[::169.254.169.254]/jwks",
    "http://[64:ff9b::169.254.169.254]/jwks", "http://[2002:a9fe:a9fe::]/jwks",
    "http://[fe80::1]/jwks", "http://[fe80::1%25lo]/jwks",
    "http://[fd00:ec2::254]/jwks", "http://[ff02::1]/jwks",
    "http://224.0.0.1/jwks", "http://255.255.255.255/jwks",
    "file:///etc/passwd", "ftp://127.0.0.1/jwks", "gopher://127.0.0.1/jwks",
    "dict://127.0.0.1/jwks", "ldap://127.0.0.1/", "smb://127.0.0.1/a/b",
    "unix:///run/x", "data:application/json,{}",
    "http://user:pw@127.0.0.1/jwks", "http://127.0.0.1@169.254.169.254/jwks",
    "http://127.0.0.1#@169.254.169.254/jwks",
    "http://127.0.0.1/jwks\r\nX: y", "http:///jwks", "http://", "jwks",
    "//169.254.169.254/jwks", "http://127.0.0.1:99999/jwks",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_r85_a_forbidden_address_is_never_fetched(url):
    answer = fetch(url)
    assert answer.returncode > 0, answer.stdout
    assert answer.stdout == ""
    assert "not allowed" in answer.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "[::]", "0x0", "[::ffff:0:0]",
                                  "0.0.0.0."])
def test_r85_the_any_address_is_not_a_way_to_loopback(canary, host):
    answer = fetch(f"http://{host}:{canary.port}/jwks")
    assert answer.returncode > 0
    assert "not allowed" in answer.stderr
    assert not canary.requests


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0",
                                     "::ffff:169.254.169.254", "fe80::1"])
def test_r85_a_name_is_judged_by_the_address_it_has(folder, canary, address):
    """Rebinding: what counts is the address that is connected to."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{address} rebind.test\n")
    prefix = ("unshare", "-rm", "sh", "-c",
              f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh")
    if not shutil.which("unshare") or subprocess.run(
            [*prefix, "true"], capture_output=True).returncode:
        pytest.skip("LOUD SKIP: no mount namespace may be made here")
    answer = fetch(f"https://rebind.test:{canary.port}/jwks", prefix=prefix)
    assert answer.returncode > 0
    assert "not allowed" in answer.stderr
    assert not canary.requests


@pytest.mark.parametrize("url", FORBIDDEN[:5] + ["file:///etc/passwd",
                                                 "http://10.0.0.1/jwks"])
def test_r85_an_api_with_such_a_url_fails_alone(gateway, idp, url):
    add_api(gateway, "api", None, "ES256", jwt_jwks_uris=[{"url": url}])
    add_api(gateway, "good", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 403
    assert status(gateway, "good", idp.token()) == 200
    assert url in gateway.log()


def test_r85_plain_http_needs_a_setting_unless_it_is_loopback(gateway, idp):
    add_api(gateway, "far", "http://idp.example.org/jwks", "ES256")
    add_api(gateway, "near", f"http://localhost:{idp.port}/jwks", "ES256")
    gateway.start()
    assert "https" in gateway.log()
    assert status(gateway, "near", idp.token()) == 200
    assert status(gateway, "far", idp.token()) == 403


# 86, 87: redirects and TLS

@pytest.mark.parametrize("to", ["{canary}/jwks", "//127.0.0.1:{port}/jwks",
                                "{own}/elsewhere/jwks", "file:///etc/passwd"])
def test_r86_a_redirect_is_not_followed(gateway, idp, canary, to):
    idp.mode = "redirect"
    idp.redirect_to = to.format(canary=canary.url, port=canary.port,
                                own=idp.url)
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", canary.token()) == 403
    wait_for_fault(gateway, idp.jwks_url)
    assert not canary.requests
    assert all(path == "/jwks" for _, path, _ in idp.requests)


class Authority:
    def __init__(self, folder):
        self.folder, self.key = folder, generate("ES256")
        self.certificate = certificate(self.key, "test authority", ca=True)
        self.path = folder / "ca.pem"
        self.path.write_bytes(pem(self.certificate))

    def issue(self, name, names, days=(-1, 30), own=False):
        key = generate("ES256")
        made = certificate(key, name, days=days, names=names, issuer=None
                           if own else (self.certificate, self.key))
        chain = self.folder / f"{name}.pem"
        chain.write_bytes(pem(made))
        private = self.folder / f"{name}.key"
        private.write_bytes(pem(key))
        return chain, private


LOOPBACK = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
CERTIFICATES = {
    "good": {"names": LOOPBACK},
    "wrong-host": {"names": [x509.DNSName("other.test")]},
    "no-name": {"names": None},
    "expired": {"names": LOOPBACK, "days": (-30, -1)},
    "not-yet": {"names": LOOPBACK, "days": (1, 30)},
    "self-signed": {"names": LOOPBACK, "own": True},
}


@pytest.mark.parametrize("which", CERTIFICATES)
def test_r87_the_providers_certificate_is_verified(gateway, folder, which):
    authority = Authority(folder)
    tls = authority.issue(which, **CERTIFICATES[which])
    with Idp("ES256", tls=tls) as idp:
        gateway.conf["jwks"] = {"ca_file": str(authority.path)}
        add_api(gateway, "api", idp.jwks_url, "ES256")
        gateway.start()
        wanted = 200 if which == "good" else 403
        assert status(gateway, "api", idp.token()) == wanted
        if which != "good":
            cause = wait_for_fault(gateway, idp.jwks_url)
            assert "certificate" in cause.lower(), cause
            assert not idp.requests


def test_r87_an_unknown_authority_is_not_trusted(gateway, folder):
    tls = Authority(folder).issue("good", LOOPBACK)
    with Idp("ES256", tls=tls) as idp:
        add_api(gateway, "api", idp.jwks_url, "ES256")
        gateway.start()
        assert status(gateway, "api", idp.token()) == 403
        assert not idp.requests


def test_r87_verification_switched_off_is_visible(gateway, folder):
    tls = Authority(folder).issue("own", LOOPBACK, own=True)
    with Idp("ES256", tls=tls) as idp:
        gateway.conf["jwt_ssl_insecure_skip_verify"] = True
        add_api(gateway, "api", idp.jwks_url, "ES256")
        gateway.start()
        assert status(gateway, "api", idp.token()) == 200
        assert "jwt_ssl_insecure_skip_verify" in gateway.log()
        assert sets(gateway)[idp.jwks_url]["insecure"] is True


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


# 97: discovery

@pytest.mark.parametrize("changes", [
    {"issuer": "https://evil.test"}, {"issuer": None}, {"issuer": ["x"]},
    {"issuer": "{url}/"}, {"issuer": "{url}/realms/shop/"},
    {"issuer": "{upper}/realms/shop"}, {"jwks_uri": "file:///etc/passwd"},
    {"jwks_uri": "http://169.254.169.254/jwks"}, {"jwks_uri": None},
    {"jwks_uri": "http://10.1.2.3/jwks"}, {"jwks_uri": "/jwks"},
    {"jwks_uri": "http://0.0.0.0:{port}/jwks"}, {"jwks_uri": 7}])
def test_r97_a_discovery_document_that_lies_is_not_used(gateway, idp, changes):
    idp.discovery_changes = {
        name: value.format(url=idp.url, upper=idp.url.upper(), port=idp.port)
        if isinstance(value, str) else value
        for name, value in changes.items()}
    issuer = f"{idp.url}/realms/shop"
    add_api(gateway, "api", None, "ES256", jwt_issuer=issuer)
    gateway.start()
    assert status(gateway, "api", idp.token(iss=issuer)) == 403
    assert idp.fetches["jwks"] == 0
    assert idp.fetches["discovery"] >= 1


def test_r97_keys_may_stand_on_another_host(gateway, idp):
    """As Google's do; the rules for addresses hold for that host as well."""
    with Idp("ES256") as keys:
        idp.discovery_changes = {"jwks_uri": keys.jwks_url}
        add_api(gateway, "api", None, "ES256", jwt_issuer=idp.url)
        gateway.start()
        assert status(gateway, "api", keys.token(iss=idp.url)) == 200
        assert status(gateway, "api", idp.token()) == 403


@pytest.mark.parametrize("mode", [m for m in USELESS if m != "many-keys"])
def test_r97_a_useless_discovery_document_is_survived(gateway, idp, mode):
    quick(gateway)
    idp.discovery_mode = mode
    add_api(gateway, "api", None, "ES256", jwt_issuer=idp.url)
    gateway.start()
    assert status(gateway, "api", idp.token()) in (403, 503)
    assert idp.fetches["jwks"] == 0
    idp.discovery_mode = "ok"
    wait_for_status(gateway, "api", idp.token())


# 98: what else could steer a fetch

def test_r98_the_environment_steers_no_fetch(gateway, idp, canary, folder,
                                             monkeypatch):
    (folder / ".netrc").write_text(
        "machine 127.0.0.1 login eve password secret\n")
    (folder / ".curlrc").write_text(f'proxy = "{canary.url}"\n')
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
                 "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("CURL_HOME", str(folder))
    monkeypatch.setenv("SSLKEYLOGFILE", str(folder / "keys"))
    quick(gateway)
    idp.headers = {"Set-Cookie": "session=1; Path=/"}
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    time.sleep(1.1)
    idp.rotate()
    assert status(gateway, "api", idp.token()) == 200
    assert idp.fetches["jwks"] == 2
    for _, path, headers in idp.requests:
        assert path == "/jwks" # not the absolute form that a proxy gets
        for name in ("Cookie", "Authorization", "Proxy-Authorization",
                     "Referer"):
            assert headers.get(name) is None
    assert not canary.requests
    assert not (folder / "keys").exists()


def test_r98_a_clients_headers_do_not_reach_the_provider(gateway, idp):
    add_api(gateway, "api", idp.jwks_url, "ES256")
    gateway.start()
    gateway.get("/api/echo", idp.token(), {"Proxy": "http://evil.test",
                                           "Cookie": "a=b", "X-Own": "1"})
    assert idp.requests
    for _, _, headers in idp.requests:
        for name in ("Proxy", "Cookie", "X-Own", "Authorization"):
            assert headers.get(name) is None


def test_r98_a_proxy_by_setting_is_used(gateway, idp, canary):
    """The stand-in for a proxy answers for the name that it is asked for."""
    gateway.conf["jwks"] = {"proxy": idp.url, "allow_http": True}
    add_api(gateway, "api", "http://idp.invalid/jwks", "ES256")
    gateway.start()
    assert status(gateway, "api", idp.token()) == 200
    assert idp.requests[0][1] == "http://idp.invalid/jwks"
