"""A broker for one test, without nginx: started, asked over its socket."""
import collections
import json
import os
import pathlib
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOTGATE_BUILD", ROOT / "build"))
BROKER = BUILD / "jotgate-broker"
SECRET = "control-secret"
PATIENCE_S = 60

Answer = collections.namedtuple("Answer", "status headers body")


def wait_until(true, what):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if true():
            return
        time.sleep(0.02)
    raise AssertionError(f"did not happen in {PATIENCE_S} s: {what}")


def scgi(params, body=b""):
    """A request as nginx sends it: CONTENT_LENGTH first."""
    block = b"".join(
        name.encode() + b"\0" + value.encode() + b"\0"
        for name, value in [("CONTENT_LENGTH", str(len(body))), *params])
    return str(len(block)).encode() + b":" + block + b"," + body


def control(method, path, secret=SECRET, port="control"):
    params = [("JOTGATE_PORT", port), ("REQUEST_METHOD", method),
              ("REQUEST_URI", path)]
    if secret is not None:
        params.append(("HTTP_X_TYK_AUTHORIZATION", secret))
    return params


def read_answer(connection):
    raw = b""
    while part := connection.recv(65536):
        raw += part
    if not raw:
        raise ConnectionError("closed without an answer")
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1)
                   for line in head.decode().split("\r\n"))
    if "Content-Length" in headers:
        if int(headers["Content-Length"]) != len(body):
            raise ConnectionError("an answer that was cut off")
    return Answer(int(headers["Status"].split()[0]), headers, body)


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


class Broker:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.apps = self.folder / "apps"
        self.store = self.folder / "store"
        self.socket = self.folder / "s"
        self.policies = self.folder / "policies"
        self.apps.mkdir()
        self.policies.mkdir()
        self.conf = {
            "secret": SECRET, "app_path": str(self.apps),
            "policies": {"policy_source": "file",
                         "policy_path": str(self.policies)},
            "storage": {"path": str(self.store)},
            "broker_processes": 4,
        }
        self.env = dict(os.environ)
        self.preload = []
        self.process = None

    # Life

    def command(self, *options):
        path = self.folder / "tyk.conf"
        path.write_text(json.dumps(self.conf))
        return [BROKER, "--conf", path, "--store", self.store,
                "--socket", self.socket, *options]

    def environment(self):
        own = self.env.get("JOTGATE_TEST_PRELOAD", "").split()
        if own or self.preload:
            return dict(self.env, LD_PRELOAD=" ".join(own + self.preload))
        return self.env

    def launch(self, *options):
        """Start it; returns what it said on its ready descriptor."""
        ready, theirs = os.pipe()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                self.command("--ready-fd", str(theirs), *options),
                env=self.environment(), pass_fds=[theirs],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        os.close(theirs)
        with open(ready, "rb") as pipe:
            return pipe.read()

    def start(self, *options):
        assert self.launch(*options) == b"ready\n", self.log()
        wait_until(lambda: len(self.children()) == self.processes(),
                   "all processes run")
        return self

    def processes(self):
        return self.conf["broker_processes"] + 3 # keeper, fetcher, exchanger

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def children(self):
        pid = self.process.pid
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split() if alive(int(child))]

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    # Requests

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE_S)
        connection.connect(str(self.socket))
        return connection

    def send(self, data):
        with self.connect() as connection:
            try:
                connection.sendall(data)
            except BrokenPipeError:
                pass # it answered before it had read everything
            return read_answer(connection)

    def call(self, method, path, body=None, secret=SECRET, port="control"):
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        return self.send(scgi(control(method, path, secret, port),
                              (body or "").encode()))

    def want(self, what):
        return self.send(scgi([("JOTGATE_WANT", what)]))

    def reload(self):
        answer = self.call("GET", "/tyk/reload?block=true")
        assert answer.status == 200
        assert json.loads(answer.body) == {"status": "ok", "message": ""}

    def apis(self):
        return sorted(api["api_id"]
                      for api in json.loads(self.call("GET", "/tyk/apis").body))

    def metric(self, name):
        for line in self.call("GET", "/metrics").body.decode().splitlines():
            if line.split(" ")[0] == name:
                return float(line.split(" ")[1])
        raise KeyError(name)

    def definition(self, api_id="api", target="http://127.0.0.1:9/", **more):
        return {"api_id": api_id, "name": api_id, "org_id": "default",
                "active": True, "use_keyless": True,
                "proxy": {"listen_path": f"/{api_id}/", "target_url": target},
                "version_data": {"not_versioned": True, "versions": {
                    "Default": {"name": "Default"}}}, **more}

    def add(self, api_id="api", target="http://127.0.0.1:9/", **more):
        (self.apps / f"{api_id}.json").write_text(
            json.dumps(self.definition(api_id, target, **more)))
