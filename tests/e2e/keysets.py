"""What the tests of key sets by URL share."""
import base64
import http.client
import json
import os
import threading
import time

LONG = bool(os.environ.get("JOTGATE_LONG"))
# How long an identity provider stays away.
OUTAGE_S = float(os.environ.get("JOTGATE_OUTAGE_S", 600 if LONG else 6))
# Figures of memory say nothing about a program under a sanitizer.
SANITIZED = bool(os.environ.get("JOTGATE_TEST_PRELOAD"))
PATIENCE_S = 30
METHODS = {"HS": "hmac", "RS": "rsa", "PS": "rsa", "ES": "ecdsa",
           "Ed": "eddsa"}


def b64(text):
    return base64.b64encode(text.encode()).decode()


def add_api(gw, api_id, url, alg="RS256", policy=True, **fields):
    """An API whose keys stand at <url>, and a policy of the same name."""
    if policy:
        gw.add_policy(api_id, apis=[api_id])
    source = {} if url is None else {"jwt_source": url}
    return gw.add_api(api_id, **{
        "jwt_source": "", **source, "jwt_signing_method": METHODS[alg[:2]],
        "jwt_default_policies": [api_id], **fields})


def add_oas_api(gw, api_id, alg="RS256", **jwt):
    """The same as an OpenAPI document with Tyk's extension."""
    gw.add_policy(api_id, apis=[api_id])
    document = {
        "openapi": "3.0.3", "info": {"title": api_id, "version": "1"},
        "paths": {}, "security": [{"jwtAuth": []}],
        "components": {"securitySchemes": {"jwtAuth": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
        "x-tyk-api-gateway": {
            "info": {"id": api_id, "name": api_id, "orgId": "default",
                     "state": {"active": True}},
            "upstream": {"url": gw.upstream.url},
            "server": {
                "listenPath": {"value": f"/{api_id}/", "strip": True},
                "authentication": {"enabled": True, "securitySchemes": {
                    "jwtAuth": {
                        "enabled": True,
                        "header": {"enabled": True, "name": "Authorization"},
                        "signingMethod": METHODS[alg[:2]],
                        "identityBaseField": "sub",
                        "defaultPolicies": [api_id], **jwt}}}}}}
    (gw.apps / f"{api_id}.json").write_text(json.dumps(document))
    return document


def quick(gw, **jwks):
    """Settings with which a key set may be asked for again after a second."""
    gw.conf["jwks"] = {"min_refresh_interval": 1, **jwks}


def wait_until(true, what, patience_s=PATIENCE_S):
    deadline = time.monotonic() + patience_s
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < deadline, \
            f"did not happen in {patience_s} s: {what}"
        time.sleep(0.05)


def status(gw, api, token):
    return gw.get(f"/{api}/echo", token).status


def wait_for_status(gw, api, token, wanted=200):
    return wait_until(lambda: status(gw, api, token) == wanted,
                      f"{api} answers {wanted}")


def flush(gw, api=None):
    path = "/tyk/cache/jwks" + (f"/{api}" if api else "")
    answer = gw.control_call("DELETE", path)
    assert answer.status == 200, answer.body
    assert answer.json() == {"status": "ok", "message": "cache invalidated"}


def sets(gw):
    """GET /tyk/jwks: url -> what the gateway knows of the set there."""
    answer = gw.control_call("GET", "/tyk/jwks")
    assert answer.status == 200, answer.body
    found = answer.json()
    if isinstance(found, dict):
        found = found["sets"]
    return {one["url"]: one for one in found}


def fault(gw, url):
    return sets(gw).get(url, {}).get("fault") or ""


def wait_for_fault(gw, url):
    return wait_until(lambda: fault(gw, url), f"a fault of {url}")


def children(pid):
    """The process and everything below it: [(pid, its command line)]."""
    parents, names = {}, {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as f:
                parents[int(entry)] = int(f.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{entry}/cmdline") as f:
                names[int(entry)] = f.read().replace("\0", " ")
        except OSError:
            continue
    out = [pid]
    for one in out:
        out += [p for p, parent in parents.items() if parent == one]
    return [(p, names.get(p, "")) for p in out]


def workers(gw):
    """The pids of nginx's workers that take new requests."""
    return sorted(p for p, name in children(gw.process.pid)
                  if name.startswith("nginx: worker process")
                  and "shutting down" not in name)


def memory_kib(pid):
    """What a process has of its own, without the files that it maps."""
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("RssAnon"):
                return int(line.split()[1])
    return 0


class Load:
    """Requests as fast as a few threads can, over connections kept open.

    next_request() gives (path, token); statuses counts the answers, odd keeps
    the first few that were not 200.
    """

    def __init__(self, gw, next_request, threads=4):
        self.gw, self.next_request = gw, next_request
        self.done = threading.Event()
        self.lock = threading.Lock()
        self.statuses, self.odd = {}, []
        self.threads = [threading.Thread(target=self.run, daemon=True)
                        for _ in range(threads)]

    def run(self):
        connection = None
        while not self.done.is_set():
            try:
                path, token = self.next_request()
                if connection is None:
                    connection = http.client.HTTPConnection(
                        "127.0.0.1", self.gw.port, timeout=30)
                connection.request("GET", path, headers={
                    "Authorization": f"Bearer {token}"})
                answer = connection.getresponse()
                body, code = answer.read(), answer.status
                if answer.will_close:
                    connection.close()
                    connection = None
            except Exception as error: # an odd answer as any other
                body, code, connection = repr(error).encode(), 0, None
            with self.lock:
                self.statuses[code] = self.statuses.get(code, 0) + 1
                if code != 200 and len(self.odd) < 5:
                    self.odd.append((code, body[:200]))

    @property
    def total(self):
        with self.lock:
            return sum(self.statuses.values())

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *args):
        self.done.set()
        for thread in self.threads:
            thread.join(40)

    def all_good(self):
        return set(self.statuses) == {200}


def metric(gw, name):
    """The sum over all label sets of one metric."""
    text = gw.control_call("GET", "/metrics").body.decode()
    lines = [line for line in text.splitlines()
             if line.startswith((name + " ", name + "{"))]
    assert lines, f"no metric {name}"
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)
