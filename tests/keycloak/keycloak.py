"""A real Keycloak on 127.0.0.1, in dev mode with its data in memory."""
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from gateway import free_port

ADMIN, PASSWORD = "admin", "admin"
START_TIMEOUT_S = 300
LIFE_S = 1200 # it ends by itself, should its test not come to the end
KEY_PROVIDERS = {
    "RS256": ("rsa-generated", {"algorithm": ["RS256"]}),
    "PS256": ("rsa-generated", {"algorithm": ["PS256"]}),
    "ES256": ("ecdsa-generated", {"ecdsaEllipticCurveKey": ["P-256"]}),
    "EdDSA": ("eddsa-generated", {"eddsaEllipticCurveKey": ["Ed25519"]}),
}


def http(method, url, *, form=None, body=None, token=None):
    """(status, JSON or None) of a request."""
    headers, data = {}, None
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.code} "
                             f"{error.read()[:500]}") from error


class Keycloak:
    def __init__(self, home, folder):
        self.home, self.folder = home, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "keycloak.log"
        self.process, self.realms = None, 0

    def __enter__(self):
        env = dict(os.environ, KC_BOOTSTRAP_ADMIN_USERNAME=ADMIN,
                   KC_BOOTSTRAP_ADMIN_PASSWORD=PASSWORD,
                   JAVA_OPTS_KC_HEAP="-Xms64m -Xmx512m")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["timeout", str(LIFE_S), self.home / "bin/kc.sh", "start-dev",
                 "--db=dev-mem", "--http-host=127.0.0.1",
                 f"--http-port={self.port}"],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self.admin_token()
                return self
            except (OSError, AssertionError) as error:
                why = error
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Keycloak did not start: {why}\n" +
                                   self.log.read_text()[-4000:])
            time.sleep(0.5)

    def __exit__(self, *args):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate() # timeout passes it on
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def admin_token(self):
        """A new one: they live for a minute."""
        return http("POST", f"{self.url}/realms/master/protocol/"
                    "openid-connect/token",
                    form={"grant_type": "password", "client_id": "admin-cli",
                          "username": ADMIN, "password": PASSWORD}
                    )[1]["access_token"]

    def admin(self, method, path, body=None):
        return http(method, f"{self.url}/admin/realms{path}", body=body,
                    token=self.admin_token())[1]

    def realm(self):
        self.realms += 1
        return Realm(self, f"realm-{self.realms}")


class Realm:
    """A realm with the client "orders" and the user "ada"."""

    def __init__(self, keycloak, name):
        self.keycloak, self.name = keycloak, name
        self.issuer = f"{keycloak.url}/realms/{name}"
        self.endpoints = f"{self.issuer}/protocol/openid-connect"
        self.jwks_url = f"{self.endpoints}/certs"
        keycloak.admin("POST", "", {"realm": name, "enabled": True})
        self.admin("POST", "/clients", {
            "clientId": "orders", "secret": "orders-secret",
            "publicClient": False, "serviceAccountsEnabled": True,
            "directAccessGrantsEnabled": True})
        self.admin("POST", "/users", {
            "username": "ada", "enabled": True, "email": "ada@example.org",
            "firstName": "Ada", "lastName": "Lovelace", "credentials": [
                {"type": "password", "value": "ada-password"}]})
        self.client = self.admin("GET", "/clients?clientId=orders")[0]["id"]
        self.rotations = 0

    def admin(self, method, path, body=None):
        return self.keycloak.admin(method, f"/{self.name}{path}", body)

    def grant(self, **form):
        return http("POST", f"{self.endpoints}/token", form={
            "client_id": "orders", "client_secret": "orders-secret", **form
        })[1]["access_token"]

    def client_credentials(self):
        return self.grant(grant_type="client_credentials")

    def password(self):
        return self.grant(grant_type="password", username="ada",
                          password="ada-password", scope="openid")

    def sign_with(self, alg):
        self.admin("PUT", f"/clients/{self.client}", {
            "clientId": "orders",
            "attributes": {"access.token.signed.response.alg": alg}})

    def rotate(self, alg="RS256"):
        """A new key signs from now on; the old ones stay published."""
        self.rotations += 1
        provider, config = KEY_PROVIDERS[alg]
        self.admin("POST", "/components", {
            "name": f"rotation-{self.rotations}", "providerId": provider,
            "providerType": "org.keycloak.keys.KeyProvider",
            "config": {"priority": [str(1000 + self.rotations)], **config}})

    def remove_old_keys(self):
        """Of the providers made with the realm and by rotate(): all but the
        newest that signs."""
        found = self.admin("GET", "/components?"
                           "type=org.keycloak.keys.KeyProvider")
        newest = f"rotation-{self.rotations}"
        for one in found:
            if one["providerId"] == "rsa-generated" and one["name"] != newest:
                self.admin("DELETE", f"/components/{one['id']}")
