"""Where a hostile identity provider can lead the gateway's fetches, and whom
they believe: nowhere, and nobody who was not named.

rNN is the row of the list of attacks that the test stands for; what answers
can do is in test_jwks_hostile.py.
"""
import ipaddress
import shutil
import subprocess
import time

import pytest
from gateway import BUILD
from idp import USELESS, Idp
from idp_keys import certificate, generate, pem
from keysets import (add_api, quick, sets, status, wait_for_fault,
                     wait_for_status)

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
