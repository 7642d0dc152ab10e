"""npm's oidc-provider, a certified OpenID provider, as a peer in the tests."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from gateway import BUILD, free_port
from idp_keys import CURVES, Key, number, url64
from cryptography.hazmat.primitives import serialization

HERE = pathlib.Path(__file__).resolve().parent / "oidc"
INSTALL_TIMEOUT_S = 300
NODE_MIN = 18
BACK = "https://shop.example/back" # where codes go


def modules():
    """The folder with node_modules, installed on the first call."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        pytest.skip("LOUD SKIP: no node or no npm here (apt-get install "
                    "nodejs npm)")
    version = subprocess.run([node, "--version"], capture_output=True,
                             text=True).stdout
    if int(version.lstrip("v").split(".")[0] or 0) < NODE_MIN:
        pytest.skip(f"LOUD SKIP: node is {version.strip()}, older than "
                    f"{NODE_MIN}")
    cache = pathlib.Path(os.environ.get("JOTGATE_CACHE") or BUILD) / "oidc"
    lock = (HERE / "package-lock.json").read_bytes()
    done = cache / "done"
    if not done.exists() or done.read_bytes() != lock:
        cache.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, cache)
        result = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=cache, timeout=INSTALL_TIMEOUT_S, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if result.returncode != 0:
            pytest.skip("LOUD SKIP: npm could not install oidc-provider:\n" +
                        result.stdout[-1000:])
        done.write_bytes(lock)
    return cache


def private_jwk(key):
    """The JWK of a pair, as the provider wants its own keys."""
    out = key.jwk()
    if isinstance(key.private, rsa.RSAPrivateKey):
        n = key.private.private_numbers()
        out.update(d=number(n.d), p=number(n.p), q=number(n.q),
                   dp=number(n.dmp1), dq=number(n.dmq1), qi=number(n.iqmp))
    elif isinstance(key.private, ec.EllipticCurvePrivateKey):
        value = key.private.private_numbers().private_value
        out["d"] = number(value, CURVES[key.alg][2])
    elif isinstance(key.private, ed25519.Ed25519PrivateKey):
        out["d"] = url64(key.private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
            serialization.NoEncryption()))
    return out


class StopAtTheClient(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, url):
        if url.startswith(BACK):
            return None
        return super().redirect_request(request, fp, code, msg, headers, url)


class OidcProvider:
    """with OidcProvider(folder, algs) as op: op.issuer, op.token("ES256").
    With a <path>, "/realms/shop", it answers where a Keycloak would."""

    def __init__(self, folder, algs, path=""):
        self.folder, self.algs, self.path = folder, algs, path
        self.modules = modules()
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}{path}"
        self.process = None

    def __enter__(self):
        self.keys = [Key(alg) for alg in self.algs]
        return self.start()

    def __exit__(self, *args):
        self.stop()

    def start(self):
        settings = self.folder / "oidc-provider.json"
        settings.write_text(json.dumps({
            "port": self.port, "path": self.path,
            "modules": str(self.modules),
            "keys": [private_jwk(key) for key in self.keys]}))
        with open(self.folder / "oidc-provider.log", "ab") as log:
            self.process = subprocess.Popen(
                ["node", HERE / "provider.mjs", settings], stderr=log,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        assert line == self.issuer, \
            (self.folder / "oidc-provider.log").read_text()
        return self

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait(30)
            self.process.stdout.close()
            self.process = None

    def rotate(self, keep=True):
        """Started again with new keys in front of the old ones."""
        self.stop()
        new = [Key(alg) for alg in self.algs]
        self.keys = new + (self.keys[:len(new)] if keep else [])
        return self.start()

    def discovery(self):
        with urllib.request.urlopen(
                f"{self.issuer}/.well-known/openid-configuration",
                timeout=30) as answer:
            return json.load(answer)

    def token(self, alg):
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials", "client_id": "orders",
            "client_secret": "orders-secret", "scope": "read",
            "resource": f"urn:{alg}"}).encode()
        url = self.discovery()["token_endpoint"]
        with urllib.request.urlopen(url, form, 30) as answer:
            return json.load(answer)["access_token"]

    def code(self, resource, verifier):
        """An authorization code for the client "shop", as a browser with PKCE
        gets it: ada logs in and agrees."""
        digest = hashlib.sha256(verifier.encode()).digest()
        browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(), StopAtTheClient())
        try:
            browser.open(f"{self.issuer}/auth?" + urllib.parse.urlencode({
                "client_id": "shop", "response_type": "code",
                "redirect_uri": BACK, "scope": "openid offline_access read",
                "prompt": "consent", "resource": resource,
                "code_challenge": url64(digest),
                "code_challenge_method": "S256"}), timeout=30)
        except urllib.error.HTTPError as error:
            back = error.headers["Location"]
            error.close()
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)
        assert "code" in query, back
        return query["code"][0]
