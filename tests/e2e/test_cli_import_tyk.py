"""`jotgate import tyk`: every field accounted for, and files that run."""
import json
import re

import pytest

import tokens
from command import expect, jotgate
from gateway import BUILD, Gateway, b64, free_ports

PAGE = BUILD.parent / "docs" / "tyk-compatibility.md"
SECRET = "an-hmac-secret-of-more-than-32-bytes-for-tests"

CONF = {
    "listen_port": 8080, "secret": "of-this-installation-only",
    "app_path": "/opt/tyk-gateway/apps",
    "storage": {"type": "redis", "host": "tyk-redis", "port": 6379},
    "policies": {"policy_source": "file",
                 "policy_record_name":
                     "/opt/tyk-gateway/policies/policies.json"},
    "uptime_tests": {"disable": False},
}
API = {
    "name": "Orders", "api_id": "orders", "org_id": "default",
    "active": True, "slug": "orders", "enable_jwt": True,
    "jwt_signing_method": "hmac", "jwt_source": b64(SECRET),
    "jwt_identity_base_field": "sub", "jwt_policy_field_name": "pol",
    "jwt_default_policies": ["default"],
    "enable_batch_request_support": True,
    "version_data": {"not_versioned": True,
                     "versions": {"Default": {"name": "Default"}}},
    "proxy": {"listen_path": "/orders/", "target_url": "http://127.0.0.1:1/",
              "strip_listen_path": True},
    "our_own_mark": {"kept": [1, 2.5, "x"]},
}
POLICY = {"name": "p", "org_id": "default", "active": True,
          "access_rights": {"orders": {"api_id": "orders",
                                       "versions": ["Default"]}}}


def write(path, what):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(what if isinstance(what, str)
                    else json.dumps(what, indent=2) + "\n")


@pytest.fixture
def tyk(folder):
    home = folder / "tyk"
    write(home / "tyk.conf", CONF)
    write(home / "apps" / "orders.json", API)
    write(home / "policies" / "policies.json", {"default": POLICY})
    return home


def run(*args, **more):
    return expect("import", "tyk", *args, **more)


def fields(*args, **kwargs):
    report = json.loads(run("--json", *args, **kwargs).stdout)
    return report, {(f["document"], f["field"]): f for f in report["fields"]}


def test_the_report_names_each_field_that_does_not_mean_the_same(tyk):
    out = run(".", cwd=tyk).stdout
    # Texts of rows change with what the gateway can do; the form does not.
    assert out.startswith(".: configuration, 1 API, 1 policy\nFields: ")
    for part in ("\nDifferent\n  tyk.conf  ",
                 "\nIgnored, and somebody would notice\n",
                 "\n  API       enable_batch_request_support\n",
                 "\n            in orders.json\n",
                 "\nUnknown\n  API       our_own_mark\n",
                 "\nFindings\n", "\nPlan\n",
                 "    cd . && jotgate serve -c tyk.conf\n"):
        assert part in out
    assert SECRET not in out and API["jwt_source"] not in out
    report = out.split("\nFindings\n")[0]
    assert max(map(len, report.splitlines())) < 80


def test_the_report_says_what_the_compatibility_page_says(tyk):
    rows = dict(re.findall(r"^\| `([^`]+)` \| [^|]* \| (.*) \|$",
                           PAGE.read_text().split("## ")[1], re.M))
    _, found = fields(tyk)
    told = {path: f for (kind, path), f in found.items() if kind == "API"}
    for path, field in told.items():
        if field["fate"] == "unknown":
            assert path not in rows
            continue
        text = rows[path].replace("\\", "")
        if field["fate"] == "same":
            assert re.match("same|differs", text)
        else:
            assert text.startswith(field["fate"])
            assert field["remark"] in text
    assert told["our_own_mark"]["fate"] == "unknown"
    assert told["slug"]["fate"] == "ignored"


def test_a_written_copy_runs_and_loses_nothing(tyk, folder, upstream):
    port, control = free_ports(2)
    conf = {**CONF, "listen_address": "127.0.0.1", "listen_port": port,
            "control_api_hostname": "127.0.0.1",
            "control_api_port": control,
            "storage": {"type": "redis", "path": str(folder / "store")},
            "x_of_another_tool": [1, 2]}
    api = {**API, "proxy": {**API["proxy"],
                            "target_url": f"http://127.0.0.1:{upstream.port}/"}}
    write(tyk / "tyk.conf", conf)
    write(tyk / "apps" / "orders.json", api)
    to = folder / "out"
    run(tyk, "--to", to)
    assert (to / "apps/orders.json").read_text() == \
        (tyk / "apps/orders.json").read_text()
    written = json.loads((to / "tyk.conf").read_text())
    assert written == {**conf, "app_path": "apps/",
                       "policies": {"policy_source": "file",
                                    "policy_path": "policies/"}}
    assert (to / "tyk.conf").stat().st_mode & 0o777 == 0o600
    assert json.loads((to / "policies/default.json").read_text()) == \
        {"id": "default", **POLICY}
    folder.chmod(0o755)  # as root starts it, workers are another user
    assert run_copy(to, conf) == 200


def run_copy(to, conf):
    """The status of a good token at the copy, run as the note says."""
    gateway = Gateway(to)
    gateway.conf, gateway.port = conf, conf["listen_port"]
    try:
        gateway.launch(cwd=to)
        token = tokens.hs256({"sub": "alice", "pol": "default"}, SECRET)
        return gateway.get("/orders/", token).status
    finally:
        gateway.stop()


def test_nothing_that_exists_is_changed(tyk, folder):
    to = folder / "out"
    write(to / "apps" / "orders.json", "mine")
    assert "exists already" in run(tyk, "--to", to, code=1).stderr
    assert (to / "apps" / "orders.json").read_text() == "mine"
    assert sorted(p.name for p in to.iterdir()) == ["apps"]


def test_a_link_is_no_folder_to_write_to(tyk, folder):
    to, elsewhere = folder / "out", folder / "elsewhere"
    to.mkdir()
    elsewhere.mkdir()
    (to / "policies").symlink_to(elsewhere)
    assert "is no folder" in run(tyk, "--to", to, code=1).stderr
    (folder / "link").symlink_to(elsewhere)
    assert "is no folder" in run(tyk, "--to", folder / "link", code=1).stderr
    assert list(elsewhere.iterdir()) == []


def test_ids_that_are_no_file_names_are_refused(tyk, folder):
    for bad in ("../../etc/x", "a/b", "..", ".hidden", "a\u001b[31mb", "x" * 200):
        write(tyk / "policies" / "policies.json", {bad: POLICY})
        to = folder / "out"
        done = run(tyk, "--to", to, code=3)
        assert "cannot be a file's name" in done.stderr
        assert "\x1b" not in done.stderr + done.stdout
        assert not to.exists()


def test_names_in_documents_cannot_steer_a_terminal(tyk):
    write(tyk / "apps" / "orders.json",
          {**API, "\u001b]0;owned\u0007": 1, "name": "\u202e\u009b31m"})
    done = run(tyk)
    assert "\\x1b]0;owned\\x07" in done.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)


def test_one_faulty_file_does_not_hide_the_rest(tyk):
    write(tyk / "apps" / "broken.json", '{"api_id": "x",}')
    write(tyk / "apps" / "wrong.json", {**API, "api_id": 7})
    done = run(tyk, code=3)
    assert "broken.json:1:16" in done.stderr
    assert "wrong.json: the API has no id" in done.stderr
    assert "1 API, 1 policy" in done.stdout


def test_two_documents_of_one_id_are_named(tyk):
    write(tyk / "apps" / "twin.json", API)
    done = run(tyk, code=3)
    assert 'are both the API "orders"' in done.stderr


def test_both_halves_of_an_oas_definition_are_one(tyk):
    write(tyk / "apps" / "orders.json", {**API, "is_oas": True})
    write(tyk / "apps" / "orders-oas.json", {
        "openapi": "3.0.3", "info": {"title": "t", "version": "1"},
        "paths": {}, "x-tyk-api-gateway": {
            "info": {"id": "orders", "name": "Orders",
                     "state": {"active": True}},
            "server": {"listenPath": {"value": "/orders/", "strip": True},
                       "port": 9000},
            "upstream": {"url": "http://127.0.0.1:1/"},
            "middleware": {"operations": {"getX": {
                "mockResponse": {"enabled": True}}}}}})
    report, found = fields(tyk)
    assert (report["apis"], report["oas"]) == (0, 1)
    assert found["OAS API", "x-tyk-api-gateway.server.port"]["fate"] == \
        "ignored, with a warning"
    assert any(path.startswith("x-tyk-api-gateway.middleware.operations.*.")
               for _, path in found)


@pytest.mark.parametrize("what", [
    ["tyk.conf"], ["apps/orders.json", "policies/policies.json"],
    ["apps", "policies"], ["tyk.conf", "apps", "policies"]])
def test_files_and_folders_do_as_well(tyk, what):
    report, _ = fields(*what, cwd=tyk)
    assert (report["apis"], report["policies"]) == (1, 1)


def test_exports_of_the_dashboard_are_unwrapped(tyk, folder):
    write(folder / "export.json", {"api_definition": API, "hook_references": []})
    report, _ = fields(folder / "export.json")
    assert report["apis"] == 1


@pytest.mark.parametrize("text, words", [
    ("", "expected a value"), ("[]", "no API definition and no policy"),
    ("7", "this is no API definition"), ('{"a": 1}', "no API definition"),
    ("[[[[{}]]]]", "no API definition"),
    ('{"api_definition": {"api_definition": {"api_id": "x"}}}', "no API def"),
    ("[" * 100_000, "deep"), ('{"api_id": "x", "api_id": "y"}', "twice"),
])
def test_what_is_no_document_is_refused(folder, text, words):
    path = folder / "x.json"
    path.write_text(text)
    done = jotgate("import", "tyk", path)
    assert done.returncode in (3, 6)
    assert words in done.stderr or "error" in done.stderr


def test_a_huge_file_is_refused(folder):
    path = folder / "x.json"
    with path.open("wb") as f:
        f.truncate(11 * 1024 * 1024)
    assert "longer than" in run(path, code=1).stderr
