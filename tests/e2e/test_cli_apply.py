"""`jotgate apply`: a folder becomes what the gateway has, and nothing is lost."""
import contextlib
import http.client
import http.server
import json
import threading

import pytest
from command import expect, golden, jotgate, on_terminal
from gateway import SECRET, b64, free_port

WRITES = ("POST", "PUT", "DELETE")


@pytest.fixture
def gw(gateway):
    gateway.add_policy("gold", ["api"], x_ours=[1, 2.5, "é"])
    gateway.add_api(our_mark={"b": 1, "a": [None]})
    gateway.start()
    return gateway


@pytest.fixture
def out(gw):
    folder = gw.folder / "out"
    assert run(gw, "export", folder).returncode == 0
    return folder


def run(gw, *words, **more):
    return expect(*words, gateway=gw, **more)


def change(path, **fields):
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def add(out, gw, name, policy):
    """An API and the policy that it needs."""
    (out / "apis" / f"{name}.json").write_text(json.dumps(
        gw.api(name, jwt_default_policies=[policy])))
    (out / "policies" / f"{policy}.json").write_text(json.dumps(
        {"id": policy, "org_id": "default", "access_rights":
         {name: {"api_id": name, "versions": ["Default"]}}}))


class Proxy:
    """In front of the control API: sees each request, and may act before."""

    def __init__(self, gw, before=lambda method, path: None):
        self.seen = seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def forward(self):
                body = self.rfile.read(
                    int(self.headers.get("Content-Length", 0)))
                seen.append((self.command, self.path))
                if before(self.command, self.path) == "cut":
                    self.close_connection = True
                    return
                there = http.client.HTTPConnection("127.0.0.1", gw.control,
                                                   timeout=30)
                headers = {k: v for k, v in self.headers.items()
                           if k.lower() != "host"}
                there.request(self.command, self.path, body or None, headers)
                answer = there.getresponse()
                text = answer.read()
                there.close()
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    @contextlib.contextmanager
    def running(self):
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            thread.join()
            self.server.server_close()

    def run(self, *words, code=0):
        done = jotgate(*map(str, words), "--address", self.address,
                       env={"JOTGATE_SECRET": SECRET})
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    @property
    def writes(self):
        return [s for s in self.seen if s[0] in WRITES]


def test_a_plan_is_shown_done_and_then_there_is_nothing_to_do(gw, out):
    add(out, gw, "shop", "silver")
    change(out / "apis/api.json", name="another", jwt_source=b64("other"))
    (out / "policies/gold.json").unlink()
    plan = run(gw, "apply", out, "--dry-run", "--prune")
    golden("apply-plan.txt", plan.stdout)
    assert "nothing was changed: --dry-run" in plan.stderr
    assert gw.control_call("GET", "/tyk/apis/shop").status == 404
    done = run(gw, "apply", out, "--prune", "--yes")
    assert done.stdout == plan.stdout and "in force at" in done.stderr
    assert gw.control_call("GET", "/tyk/apis/shop").status == 200
    assert gw.control_call("GET", "/tyk/policies/gold").status == 404
    again = run(gw, "apply", out, "--prune")
    assert again.stdout == "0 to create, 0 to update, 3 the same\n"
    assert run(gw, "diff", out).stdout == again.stdout


def test_unknown_fields_and_white_space_survive_byte_for_byte(gw, out):
    path = out / "apis/api.json"
    api = {**json.loads(path.read_text()), "name": "new",
           "their_own": {"z": 1.50, "a": ["é", None]}}
    text = json.dumps(api, indent=3, ensure_ascii=False).replace("1.5", "1.50")
    path.write_text(text + "\n")
    run(gw, "apply", out)
    assert (gw.apps / "api.json").read_text().strip() == text
    assert gw.control_call("GET", "/tyk/apis/api").body.decode().strip() == text


def test_policies_come_before_their_apis_and_there_is_one_reload(gw, out):
    add(out, gw, "a-shop", "z-silver")
    (out / "apis/api.json").unlink()
    (out / "policies/gold.json").unlink()
    with Proxy(gw).running() as proxy:
        proxy.run("apply", out, "--prune", "--yes")
    assert proxy.writes == [
        ("POST", "/tyk/policies"), ("POST", "/tyk/apis"),
        ("DELETE", "/tyk/apis/api"), ("DELETE", "/tyk/policies/gold")]
    assert [p for _, p in proxy.seen if "reload" in p] == \
        ["/tyk/reload?block=true"] and "reload" in proxy.seen[-1][1]


@pytest.mark.parametrize("after", range(4))
def test_cut_short_at_any_place_and_repeated(gw, out, after):
    add(out, gw, "shop", "silver")
    change(out / "apis/api.json", name="another")
    (out / "policies/gold.json").unlink()

    def cut(method, _):
        return "cut" if len(proxy.writes) > after else None

    with Proxy(gw, cut).running() as proxy:
        done = proxy.run("apply", out, "--prune", "--yes", code=5)
    lines = done.stderr.splitlines()
    assert sum(l.startswith("note: done: ") for l in lines) == after
    assert sum(l.startswith("note: failed: ") for l in lines) == 1
    assert sum(l.startswith("note: not done: ") for l in lines) == 3 - after
    assert ("nothing was changed" in done.stderr) == (after == 0)
    run(gw, "apply", out, "--prune", "--yes")
    run(gw, "diff", out)


@pytest.mark.parametrize("verb", ["changes", "deletes", "creates"])
def test_another_editor_in_between_loses_nothing(gw, out, verb):
    change(out / "apis/api.json", name="mine")
    add(out, gw, "shop", "silver")
    theirs = {"changes": ("PUT", "/tyk/apis/api", gw.api(name="theirs")),
              "deletes": ("DELETE", "/tyk/apis/api", None),
              "creates": ("POST", "/tyk/apis", gw.api("shop", name="theirs"))}
    method, path, body = theirs[verb]

    def before(*_):
        if len(proxy.writes) == 1:
            assert gw.control_call(method, path, body).status == 200

    with Proxy(gw, before).running() as proxy:
        done = proxy.run("apply", out, code=7)
    assert "has changed since it was read" in done.stderr or \
        "exists already" in done.stderr
    assert "note: failed: API " in done.stderr
    gw.reload()
    name = "shop" if verb == "creates" else "api"
    answer = gw.control_call("GET", f"/tyk/apis/{name}")
    assert answer.status == 404 if verb == "deletes" else \
        answer.json()["name"] == "theirs"


def test_deletions_are_asked_about(gw, out):
    (out / "policies/gold.json").unlink()
    words = ("apply", str(out), "--prune")
    refused = run(gw, *words, code=2)
    assert "1 document would be deleted" in refused.stderr
    shown, code = on_terminal(*words, gateway=gw, answer="n\n")
    assert b"Delete 1 document? [y/N]" in shown and code == 130
    assert gw.control_call("GET", "/tyk/policies/gold").status == 200
    shown, code = on_terminal(*words, gateway=gw, answer="y\n")
    assert code == 0, shown
    assert gw.control_call("GET", "/tyk/policies/gold").status == 404


@pytest.mark.parametrize("name", [
    "..", "../../evil", "a/b", "a\\b", "\u001b[31mred", "a\nb", "a\0b",
    "\u202ereversed", "%2e%2e", "?x=1#y", ".hidden", "x" * 5000])
def test_hostile_ids_reach_neither_files_nor_terminal(gw, out, name):
    before = {p for p in gw.folder.rglob("*.json")}
    (out / "apis/odd.json").write_text(json.dumps(gw.api(name)))
    done = jotgate("apply", str(out), gateway=gw)
    assert done.returncode in (1, 3), (done.stdout, done.stderr)
    for text in (done.stdout, done.stderr.replace("\n", "")):
        assert not any(c in text for c in "\x1b\u202e\0\r")
    after = {p for p in gw.folder.rglob("*.json")}
    assert after - before == {out / "apis/odd.json"}
    assert gw.control_call("GET", "/tyk/apis").json()[0]["api_id"] == "api"


def test_odd_policy_ids_are_changed_and_deleted_by_their_id(gateway):
    gateway.conf["allow_unsafe_policy_ids"] = True
    gateway.add_policy("odd")
    change(gateway.policies / "odd.json", id="a b?c#d%2f")
    gateway.start()
    out = gateway.folder / "out"
    run(gateway, "export", out)
    path, = (out / "policies").iterdir()
    change(path, name="new")
    run(gateway, "apply", out)
    text = (gateway.policies / "odd.json").read_text()
    assert json.loads(text)["name"] == "new"
    path.unlink()
    run(gateway, "apply", out, "--prune", "--yes")
    assert not (gateway.policies / "odd.json").exists()


def test_a_broken_folder_changes_nothing(gw, out):
    change(out / "apis/api.json", name="mine")
    (out / "apis/b.json").write_text(json.dumps(
        gw.api("b", proxy={"listen_path": 7})))
    done = run(gw, "apply", out, code=3)
    assert "b.json" in done.stderr and done.stdout == ""
    assert gw.control_call("GET", "/tyk/apis/api").json()["name"] == "api"


def test_the_other_form_of_a_definition_is_refused_before_anything(gw, out):
    (out / "apis/api.json").unlink()
    (out / "apis/api-oas.json").write_text(json.dumps({
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {}, "x-tyk-api-gateway": {
            "info": {"id": "api", "name": "api", "state": {"active": True}},
            "upstream": {"url": "http://127.0.0.1:9"},
            "server": {"listenPath": {"value": "/api/"}}}}))
    change(out / "policies/gold.json", name="new")
    done = run(gw, "apply", out, code=7)
    assert "nothing was changed" in done.stderr
    assert gw.control_call("GET", "/tyk/policies/gold").json()["name"] == "gold"


def test_a_secret_that_may_only_read_is_4_and_says_so(gateway):
    gateway.conf["read_only_secret"] = "a-reader-of-this-gateway-0123456"
    gateway.add_policy()
    gateway.add_api()
    gateway.start()
    out = gateway.folder / "out"
    run(gateway, "export", out)
    for verb in ("export", "diff", "apply"):
        done = run(gateway, verb, out, code=4, env={
            "JOTGATE_SECRET": "a-reader-of-this-gateway-0123456"})
        assert "may only read" in done.stderr and done.stdout == ""


def test_a_gateway_that_does_not_run_can_be_planned_for_not_changed(gw, out):
    change(out / "apis/api.json", name="mine")
    gw.stop()
    assert "~ update API api" in run(gw, "diff", out, code=20).stdout
    done = run(gw, "apply", out, code=5)
    assert "does not answer" in done.stderr
    assert "nothing was changed" in done.stderr
    assert json.loads((gw.apps / "api.json").read_text())["name"] == "api"


def test_another_machines_records_are_not_this_ones(gw, out):
    done = run(gw, "diff", out, "--address",
               f"http://127.0.0.1:{free_port()}", code=5)
    assert "does not answer" in done.stderr and done.stdout == ""


def test_a_report_for_programs(gw, out):
    add(out, gw, "shop", "silver")
    report = json.loads(run(gw, "apply", out, "--json").stdout)
    assert (report["v"], report["create"], report["delete"]) == (1, 2, 0)
    assert [c["kind"] for c in report["changes"]] == ["policy", "api"]
