"""A gateway for one test: files written, `jotgate serve` run, requests sent."""
import base64
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOTGATE_BUILD", ROOT / "build"))
SECRET = "control-secret"
START_TIMEOUT_S = 60


def free_ports(count):
    """Different ones."""
    ports = set()
    while len(ports) < count:
        ports.add(free_port())
    return ports


def free_port():
    """Below the ports that the kernel gives to clients: those it may give
    away before the server that asked listens, as tests run side by side."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def b64(text):
    return base64.b64encode(text.encode()).decode()


class Response:
    def __init__(self, raw):
        self.status = raw.status
        self.headers = raw.headers
        self.body = raw.read()

    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.json()["error"]


class Gateway:
    def __init__(self, folder, upstream=None):
        self.folder = pathlib.Path(folder)
        self.upstream = upstream
        self.port, self.control = free_ports(2)
        self.apps = self.folder / "apps"
        self.policies = self.folder / "policies"
        for path in (self.apps, self.policies):
            path.mkdir(parents=True, exist_ok=True)
        # Workers of a gateway that root started are another user.
        self.folder.chmod(0o755)
        self.conf = {
            "listen_address": "127.0.0.1", "listen_port": self.port,
            "control_api_hostname": "127.0.0.1",
            "control_api_port": self.control, "secret": SECRET,
            "app_path": str(self.apps),
            "policies": {"policy_source": "file",
                         "policy_path": str(self.policies)},
            "storage": {"type": "lmdb", "path": str(self.folder / "store")},
        }
        self.process = None
        self.log_path = self.folder / "log"

    # Files

    def add_policy(self, policy_id="default", apis=("api",), **fields):
        policy = {"id": policy_id, "name": policy_id, "org_id": "default",
                  "active": True, "rate": 0, "per": 0, "quota_max": -1,
                  "access_rights": {a: {"api_id": a, "api_name": a,
                                        "versions": ["Default"]}
                                    for a in apis}}
        policy.update(fields)
        (self.policies / f"{policy_id}.json").write_text(json.dumps(policy))
        return policy

    def api(self, api_id="api", **fields):
        """A definition with the usual fields, not written yet."""
        definition = {
            "api_id": api_id, "name": api_id, "org_id": "default",
            "active": True, "enable_jwt": True, "use_keyless": False,
            "jwt_signing_method": "hmac", "jwt_source": b64("tyk123"),
            "jwt_identity_base_field": "sub", "jwt_policy_field_name": "pol",
            "jwt_default_policies": ["default"],
            "proxy": {"listen_path": f"/{api_id}/", "strip_listen_path": True,
                      "target_url": self.upstream.url if self.upstream
                      else "http://127.0.0.1:9"},
            "version_data": {"not_versioned": True,
                             "versions": {"Default": {"name": "Default"}}},
        }
        proxy = fields.pop("proxy", {})
        definition.update(fields)
        definition["proxy"].update(proxy)
        return definition

    def add_api(self, api_id="api", **fields):
        definition = self.api(api_id, **fields)
        (self.apps / f"{api_id}.json").write_text(json.dumps(definition))
        return definition

    # Life

    def start(self, *options):
        path = self.folder / "tyk.conf"
        path.write_text(json.dumps(self.conf, indent=2))
        return self.launch("-c", path, *options)

    def launch(self, *options, cwd=None):
        env = dict(os.environ)
        if env.get("JOTGATE_TEST_PRELOAD"):
            env["LD_PRELOAD"] = env["JOTGATE_TEST_PRELOAD"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "jotgate", "serve", *options], env=env, cwd=cwd,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"ended at once:\n{self.log()}")
            try:
                if self.control_call("GET", "/ready").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"not ready:\n{self.log()}")

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def log(self):
        return self.log_path.read_text(errors="replace")

    # Requests

    def call(self, method, path, headers=None, body=None, port=None,
             timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port,
                                                timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Response(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, token=None, headers=None):
        headers = dict(headers or {})
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.call("GET", path, headers)

    def control_call(self, method, path, body=None, secret=SECRET,
                     headers=(), timeout=30):
        headers = dict(headers)
        if secret:
            headers["X-Tyk-Authorization"] = secret
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        return self.call(method, path, headers, body,
                         self.conf.get("control_api_port") or self.port,
                         timeout)

    def reload(self):
        answer = self.control_call("GET", "/tyk/reload?block=true")
        assert answer.json() == {"status": "ok", "message": ""}

    def raw(self, data, timeout=10, port=None):
        """Bytes as they are; what came back until the connection closed."""
        with socket.create_connection(("127.0.0.1", port or self.port),
                                      timeout=timeout) as s:
            s.sendall(data)
            out = b""
            try:
                while part := s.recv(65536):
                    out += part
            except (socket.timeout, ConnectionError):
                pass
            return out
