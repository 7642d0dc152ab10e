"""`jotgate check`: every fault with its place, and what to do about it."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOTGATE_BUILD", ROOT / "build"))
JOTGATE = os.environ.get("JOTGATE_BIN", str(BUILD / "jotgate"))

API = {
    "name": "api", "api_id": "api", "org_id": "default", "active": True,
    "enable_jwt": True, "jwt_signing_method": "hmac",
    # 45 random-looking bytes: nothing to warn of
    "jwt_source": "YS10ZXN0LXNlY3JldC1vZi1tb3JlLXRoYW4tMzItYnl0ZXMtZm9yLXVz",
    "jwt_identity_base_field": "sub", "jwt_policy_field_name": "pol",
    "jwt_default_policies": ["default"],
    "version_data": {"not_versioned": True,
                     "versions": {"Default": {"name": "Default"}}},
    "proxy": {"listen_path": "/api/", "target_url": "http://127.0.0.1:1/",
              "strip_listen_path": True},
}
POLICY = {"default": {
    "name": "p", "org_id": "default", "active": True,
    "access_rights": {"api": {"api_id": "api", "versions": ["Default"]}}}}


class Folder:
    def __init__(self, path):
        self.path = path
        (path / "apps").mkdir()
        self.conf_path = path / "tyk.conf"
        self.api_path = path / "apps" / "api.json"
        self.policies_path = path / "policies.json"
        self.conf = {
            "listen_port": 8080, "secret": "s", "app_path": str(path / "apps"),
            "policies": {"policy_source": "file",
                         "policy_record_name": str(self.policies_path)},
        }
        self.api = json.loads(json.dumps(API))
        self.write()

    def write(self):
        for path, what in ((self.conf_path, self.conf),
                           (self.api_path, self.api),
                           (self.policies_path, POLICY)):
            path.write_text(json.dumps(what, indent=2) + "\n")

    def check(self, *args, config=True, env=None):
        options = ["-c", str(self.conf_path)] if config else []
        return subprocess.run(
            [JOTGATE, "check", *options, *map(str, args)], text=True,
            capture_output=True, timeout=60, cwd=self.path,
            env={**os.environ, **(env or {})})

    def findings(self, *args, **kwargs):
        done = self.check("--json", *args, **kwargs)
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def line_of(path, text):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if text in line:
            return number
    raise AssertionError(text)


def test_all_is_well_in_one_line(folder):
    done = folder.check()
    assert done.returncode == 0, done.stdout
    assert done.stdout == "1 API and 1 policy are fine\n"
    assert done.stderr == ""
    assert folder.findings() == (0, {"v": 1, "apis": 1, "policies": 1,
                                     "faults": 0, "warnings": 0,
                                     "findings": []})


def test_a_fault_has_five_parts(folder):
    folder.api["proxy"]["target_url"] = 7
    folder.write()
    done = folder.check()
    line = line_of(folder.api_path, "target_url")
    assert done.returncode == 3
    assert "error JG902: proxy.target_url" in done.stdout
    assert f"--> {folder.api_path}:{line}:" in done.stdout
    assert '"target_url": 7' in done.stdout
    assert "found 7" in done.stdout
    assert "fix: " in done.stdout


def test_every_fault_of_every_file_in_one_run(folder):
    folder.conf["listen_prot"] = 1
    folder.api["active"] = "yes"
    folder.api["jwt_source"] = "%%%"
    folder.write()
    (folder.path / "apps" / "b.json").write_text("{")
    code, answer = folder.findings()
    assert code == 3
    files = {pathlib.Path(f["file"]).name for f in answer["findings"]}
    assert files == {"tyk.conf", "api.json", "b.json"}
    assert answer["faults"] >= 2 and answer["warnings"] >= 1
    assert len(answer["findings"]) == answer["faults"] + answer["warnings"]


@pytest.mark.parametrize("key, value, code, severity", [
    ("listen_port", "80a", "JG902", "error"),
    ("listen_port", 70000, "JG903", "error"),
    ("control_api_port", 8080, "JG907", "error"),
    ("listen_prot", 1, "JG905", "warning"),
    ("enable_analytics", True, "JG906", "warning"),
])
def test_faults_of_the_configuration(folder, key, value, code, severity):
    folder.conf[key] = value
    folder.write()
    status, answer = folder.findings()
    assert status == (3 if severity == "error" else 0)
    (finding,) = answer["findings"]
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert finding["line"] == line_of(folder.conf_path, f'"{key}"')


def test_strict_makes_warnings_errors(folder):
    folder.conf["listen_prot"] = 1
    folder.write()
    assert folder.check().returncode == 0
    assert folder.check("--strict-config").returncode == 3
    assert 'did you mean "listen_port"' in folder.check().stdout


def test_the_environment_counts_as_it_does_for_serve(folder):
    done = folder.check(env={"TYK_GW_LISTENPORT": "80a"})
    assert done.returncode == 3
    assert "TYK_GW_LISTENPORT" in done.stdout


def test_a_faulty_configuration_says_that_the_rest_was_not_read(folder):
    folder.conf_path.write_text('{"listen_port": ')
    done = folder.check()
    assert done.returncode == 3
    assert "JG901" in done.stdout and "were not read" in done.stdout


def test_no_configuration_is_found_or_named(folder):
    done = folder.check("-c", "nowhere.json", config=False)
    assert done.returncode == 3 and "nowhere.json" in done.stderr
    assert folder.check(config=False).returncode == 0  # ./tyk.conf
    folder.conf_path.unlink()
    done = folder.check(config=False)
    assert done.returncode == 2 and "jotgate demo" in done.stderr


def test_a_path_narrows_what_is_shown(folder):
    folder.api["active"] = "yes"
    folder.write()
    other = folder.path / "apps" / "other.json"
    other.write_text("{")
    code, answer = folder.findings(other)
    assert code == 3
    assert {f["file"] for f in answer["findings"]} == {str(other)}
    assert len(folder.findings(folder.path / "apps")[1]["findings"]) >= 2


def test_definitions_are_checked_without_a_configuration(folder):
    folder.api["active"] = "yes"
    folder.write()
    for path in ("apps/api.json", "apps", "apps/", "./apps"):
        code, answer = folder.findings(path, config=False)
        assert code == 3, path
        assert "JG902" in {f["code"] for f in answer["findings"]}
    assert folder.check("gone.json", config=False).returncode == 1


@pytest.mark.parametrize("place", [".", "./", "", "x/..", "apps policies",
                                   "policies/p.json apps/api.json",
                                   "apps/ apps/api.json ./policies/"])
def test_a_folder_of_both_without_a_configuration(folder, place):
    policies = folder.path / "policies"
    policies.mkdir()
    (policies / "p.json").write_text(json.dumps(
        {"id": "default", **POLICY["default"]}))
    (folder.path / "x").mkdir()
    places = place.split() or [folder.path]
    assert folder.check(*places, config=False).stdout == \
        "1 API and 1 policy are fine\n"
    folder.api["active"] = "yes"
    folder.write()
    (policies / "p.json").write_text('{"id": "default", "rate": "fast"}')
    code, answer = folder.findings(*places, config=False)
    assert (code, answer["faults"]) == (3, 2)
    assert {pathlib.Path(f["file"]).name for f in answer["findings"]} == \
        {"api.json", "p.json"}


def oas(**scheme):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
            "paths": {}, "components": {"securitySchemes": {"j": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
            "security": [{"j": []}], "x-tyk-api-gateway": {
                "info": {"id": "oas", "name": "oas", "orgId": "default",
                         "state": {"active": True}},
                "upstream": {"url": "http://127.0.0.1:1/"},
                "server": {"listenPath": {"value": "/oas/"},
                           "authentication": {"enabled": True,
                                              "securitySchemes": {"j": {
                    "enabled": True, "signingMethod": "hmac",
                    "header": {"enabled": True, "name": "Authorization"},
                    "source": API["jwt_source"], **scheme}}}}}}


SCHEME = ("x-tyk-api-gateway.server.authentication.securitySchemes.j.")


@pytest.mark.parametrize("definition, path", [
    ({**API, "jwt_default_policies": ["default", "gone"]},
     "jwt_default_policies.1"),
    ({**API, "scopes": {"jwt": {"scope_to_policy": {"read": "gone"}}}},
     "scopes.jwt.scope_to_policy.read"),
    ({**API, "jwt_scope_to_policy_mapping": {"read": "gone"}},
     "jwt_scope_to_policy_mapping.read"),
    ({**API, "org_id": "another"}, "jwt_default_policies.0"),
    (oas(defaultPolicies=["gone"]), SCHEME + "defaultPolicies.0"),
    (oas(scopes={"scopeToPolicyMapping": [
        {"scope": "read", "policyId": "gone"}]}),
     SCHEME + "scopes.scopeToPolicyMapping.0.policyId"),
    ({**API, "use_keyless": True, "enable_jwt": False,
      "jwt_default_policies": ["gone"]}, None),
    ({**API, "active": False, "jwt_default_policies": ["gone"]}, None),
    (oas(defaultPolicies=["default"]), None),
])
def test_a_policy_that_is_named_and_not_there(folder, definition, path):
    folder.api = definition
    folder.write()
    code, answer = folder.findings()
    assert code == 0
    assert [f["path"] for f in answer["findings"]] == [path] * (path is not None)
    if path:
        line = answer["findings"][0]["line"]
        text = folder.api_path.read_text().splitlines()[line - 1]
        assert "gone" in text or definition.get("org_id") == "another"
    # Of definitions alone nobody knows which policies there are.
    assert folder.findings("apps", config=False)[1]["findings"] == []


def test_policies_alone_are_told_from_definitions(folder):
    (folder.path / "rules").mkdir()
    (folder.path / "rules" / "p.json").write_text(json.dumps(
        {"id": "p", **POLICY["default"]}))
    for place in ("rules", "rules/p.json"):
        assert folder.check(place, config=False).stdout == \
            "0 APIs and 1 policy are fine\n"


def test_nothing_to_check_is_not_fine(folder):
    (folder.path / "empty").mkdir()
    done = folder.check("empty", config=False)
    assert (done.returncode, done.stdout) == (6, "")
    assert "no definition and no policy in empty" in done.stderr
    (folder.path / "more").mkdir()
    (folder.path / "more" / "b.json").write_text(json.dumps(API))
    done = folder.check("apps", "more", config=False)
    assert done.returncode == 2 and "both hold definitions" in done.stderr


def test_no_secret_is_ever_shown(folder):
    folder.api["jwt_source"] = "c2VjcmV0IHNlY3JldA"  # padding is missing
    folder.conf["secret"] = "very-secret-control-key"
    folder.conf["listen_port"] = "x"
    folder.write()
    for args in ((), ("--json",)):
        text = folder.check(*args).stdout
        assert "c2VjcmV0" not in text
        assert "very-secret" not in text


def test_check_writes_nothing(folder):
    before = sorted(folder.path.rglob("*"))
    folder.check()
    assert sorted(folder.path.rglob("*")) == before
