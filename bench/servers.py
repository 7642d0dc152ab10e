"""The servers of a run: an upstream, bare nginx, HAProxy, jotgate."""
import base64
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

from tokens import public_text

ALGS = ["HS256", "RS256", "PS256", "ES256", "ES384", "EdDSA"]
METHODS = {"HS": "hmac", "RS": "rsa", "PS": "rsa", "ES": "ecdsa",
           "Ed": "eddsa"}

NGINX = """
worker_processes 1; daemon off; pid {dir}/{name}.pid;
error_log stderr error;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000;
    client_body_temp_path {dir}/{name}-body; proxy_temp_path {dir}/{name}-proxy;
    fastcgi_temp_path {dir}/{name}-f; scgi_temp_path {dir}/{name}-s;
    uwsgi_temp_path {dir}/{name}-u;
    {upstream}
    server {{ listen 127.0.0.1:{port}; location / {{ {location} }} }}
}}
"""

HAPROXY = """
global
    nbthread 1
    maxconn 4096
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    http-reuse always
frontend in
    bind 127.0.0.1:{port}
    http-request set-var(txn.token) http_auth_bearer
    http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')
    http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
    acl keyless path_beg /keyless/
    acl live var(txn.exp),sub(txn.now) -m int gt 0
{rules}
    default_backend up
backend up
    server up 127.0.0.1:{upstream}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tree(pid):
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True,
                         text=True).stdout.split()
    return [pid, *[p for child in out for p in tree(int(child))]]


class Server:
    """One running program, on one CPU or on all (None), and what it costs.
    What it says goes to the file <log>."""

    def __init__(self, command, port, cpu, log):
        pin = [] if cpu is None else ["taskset", "-c", str(cpu)]
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [*pin, *map(str, command)], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or \
                        time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError(log.read_text()[-2000:]) from None
                time.sleep(0.01)

    def cpu_ns(self):
        total = 0
        for pid in tree(self.process.pid):
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                total += int(task.read_text().split()[0])
        return total

    def ticks(self):
        """(outside the kernel, inside it): coarse, for their proportion."""
        user = system = 0
        for pid in tree(self.process.pid):
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            fields = stat.rsplit(")", 1)[1].split()
            user, system = user + int(fields[11]), system + int(fields[12])
        return user, system

    def memory_kib(self):
        """Proportional set size of the whole tree."""
        total = 0
        for pid in tree(self.process.pid):
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup") \
                    .read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total

    def wait_ready(self, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/ready", timeout=1).read()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Bare:
    name = "bare nginx"

    def __init__(self, server):
        self._server = server

    def can(self, scenario, alg):
        return True

    def path(self, alg, count):
        return "/keyless/get"

    def server(self, count):
        return self._server


class Haproxy(Bare):
    name = "HAProxy"

    def can(self, scenario, alg):
        return alg in (None, "HS256", "RS256", "ES256", "ES384")

    def path(self, alg, count):
        return f"/{alg or 'keyless'}/get"


class Jotgate(Haproxy):
    """Two gateways: one with the cache of verified tokens, one without, so
    that every token is a new one however often it comes."""
    name = "jotgate"

    def __init__(self, cached, uncached):
        self.cached, self.uncached = cached, uncached

    def can(self, scenario, alg):
        return True

    def server(self, count):
        return self.uncached if count > 1 else self.cached


class Place:
    """A folder and the programs started in it: with Place(...) as place."""

    def __init__(self, build, folder):
        self.build, self.dir = build, folder
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *args):
        for server in reversed(self.running):
            server.stop()

    def start(self, name, command, port, cpu):
        self.running.append(Server(command, port, cpu,
                                   self.dir / f"{name}.log"))
        return self.running[-1]

    def nginx(self, name, upstream, location, cpu):
        port = free_port()
        path = self.dir / f"{name}.conf"
        path.write_text(NGINX.format(dir=self.dir, name=name, port=port,
                                     upstream=upstream, location=location))
        return self.start(name, ["/usr/sbin/nginx", "-p", self.dir, "-c",
                                 path], port, cpu)

    def jotgate(self, name, definitions, cpu, **conf):
        """A gateway for these APIs, each of which anybody may use whose token
        is good; ready when it returns."""
        folder = self.dir / name
        (folder / "apps").mkdir(parents=True)
        (folder / "policies").mkdir()
        for api in definitions:
            (folder / f"apps/{api['api_id']}.json").write_text(json.dumps(api))
        (folder / "policies/default.json").write_text(json.dumps({
            "id": "default", "org_id": "default", "active": True,
            "access_rights": {
                a["api_id"]: {"api_id": a["api_id"], "versions": ["Default"]}
                for a in definitions if not a["use_keyless"]}}))
        port, control = free_port(), free_port()
        (folder / "tyk.conf").write_text(json.dumps({
            "listen_address": "127.0.0.1", "listen_port": port,
            "control_api_hostname": "127.0.0.1", "control_api_port": control,
            "secret": "bench", "app_path": str(folder / "apps"),
            "policies": {"policy_source": "file",
                         "policy_path": str(folder / "policies")},
            "storage": {"path": str(folder / "store")}, **conf}))
        server = self.start(name, [self.build / "jotgate", "serve", "-c",
                                   folder / "tyk.conf"], port, cpu)
        server.control = f"http://127.0.0.1:{control}"
        server.folder = folder
        server.wait_ready()
        return server


class Field(Place):
    """The contestants, started; with Field(build, folder) as field."""

    def __enter__(self):
        try:
            return self.start_all()
        except BaseException:
            self.__exit__()
            raise

    def start_all(self):
        self.upstream = self.nginx("upstream", "", 'return 200 "hello\\n";', 1)
        bare = self.nginx(
            "bare", "upstream up { server 127.0.0.1:%d; keepalive 64; }"
            % self.upstream.port,
            "proxy_pass http://up; proxy_http_version 1.1; "
            'proxy_set_header Connection "";', 0)
        self.contestants = [
            Bare(bare), Haproxy(self.haproxy()),
            Jotgate(self.gateway("cached", 64 << 20),
                    self.gateway("uncached", 0))]
        return self

    def gateway(self, name, cache_bytes):
        return self.jotgate(
            name, [self.definition(a) for a in ["keyless", *ALGS]], 0,
            workers=1, jwt_cache_max_bytes=cache_bytes)

    def haproxy(self):
        port = free_port()
        rules = ["    http-request set-var(txn.now) date"]
        for alg in ("HS256", "RS256", "ES256", "ES384"):
            key = public_text(alg)
            if alg != "HS256":
                file = self.dir / f"{alg}.pem"
                file.write_text(key)
                key = str(file)
            rules.append(
                f"    http-request deny deny_status 403 if {{ path_beg /{alg}/"
                f" }} !{{ var(txn.alg) -m str {alg} }}")
            rules.append(
                f"    http-request deny deny_status 403 if {{ path_beg /{alg}/"
                f" }} !{{ var(txn.token),jwt_verify(txn.alg,\"{key}\") 1 }}")
        rules.append("    http-request deny deny_status 401 if !keyless !live")
        path = self.dir / "haproxy.cfg"
        path.write_text(HAPROXY.format(port=port, rules="\n".join(rules),
                                       upstream=self.upstream.port))
        return self.start("haproxy", ["haproxy", "-q", "-db", "-f", path],
                          port, 0)

    def definition(self, name):
        keyless = name == "keyless"
        return {
            "api_id": name, "name": name, "org_id": "default", "active": True,
            "use_keyless": keyless, "enable_jwt": not keyless,
            "jwt_signing_method": METHODS.get(name[:2], "hmac"),
            "jwt_source": "" if keyless else base64.b64encode(
                public_text(name).encode()).decode(),
            "jwt_identity_base_field": "sub", "jwt_policy_field_name": "pol",
            "jwt_default_policies": ["default"],
            "proxy": {"listen_path": f"/{name}/", "strip_listen_path": True,
                      "target_url": f"http://127.0.0.1:{self.upstream.port}"},
            "version_data": {"not_versioned": True,
                             "versions": {"Default": {"name": "Default"}}}}
