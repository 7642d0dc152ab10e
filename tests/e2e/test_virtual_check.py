"""What is wrong with virtual endpoints is told when they are loaded, in every
way that findings are told."""
import base64

import pytest

from test_cli_check import Folder
from test_oas import EXTENSION, document
from test_virtual import virtual, versions

GOOD = "function f() { return TykJsResponse({Body: '', Code: 200}, {}); }"


@pytest.fixture
def checked(tmp_path):
    folder = Folder(tmp_path)
    folder.conf["enable_jsvm"] = True
    return folder


def check(folder, *entries):
    """The findings' (code, path, message), of an API with these entries."""
    folder.api["version_data"] = versions(*entries)
    folder.write()
    code, answer = folder.findings()
    assert code == 0  # as in Tyk they are no errors
    return [(f["code"], f.get("path", "").rpartition("virtual.")[2], f["message"])
            for f in answer["findings"] if f["code"].startswith("JG84")]


def test_a_good_one_is_no_finding(checked):
    assert check(checked, virtual("/a", "f", GOOD)) == []


def test_one_that_is_switched_off_is_not_looked_at(checked):
    assert check(checked, virtual("/a", "", "", disabled=True)) == []


@pytest.mark.parametrize("said, code, path, words", [
    ({"function_source_uri": "no base64!"}, "JG841", "0.function_source_uri",
     "virtual endpoint GET /a: the script is no base64"),
    ({"function_source_uri": ""}, "JG841", "0.function_source_uri",
     "there is no script"),
    ({"function_source_type": "url"}, "JG841", "0.function_source_type",
     "must be either file or blob"),
    ({"response_function_name": ""}, "JG841", "0.path",
     "no function is named")])
def test_what_the_definition_tells_is_said_with_its_place(
        checked, said, code, path, words):
    (got,) = check(checked, {**virtual("/a", "f", GOOD), **said})
    assert got[:2] == (code, path)
    assert words in got[2]


def test_the_configuration_may_forbid_them(checked):
    checked.conf["disable_virtual_path_blobs"] = True
    (got,) = check(checked, virtual("/a", "f", GOOD))
    assert got[:2] == ("JG841", "0.function_source_type")
    assert "[JSVM] Blobs not allowed on this node" in got[2]
    checked.conf["enable_jsvm"] = False
    (got,) = check(checked, virtual("/a", "f", GOOD))
    assert got[0] == "JG840" and "the upstream gets its requests" in got[2]


def test_the_control_api_and_the_log_say_it_too(gateway):
    gateway.add_api("classic", version_data=versions(
        virtual("/a", "f", GOOD)))
    gateway.start()
    assert "JG840" in gateway.log()
    described = document("o", gateway.upstream)
    described["paths"] = {"/b": {"get": {"operationId": "op"}}}
    described[EXTENSION]["middleware"] = {"operations": {"op": {
        "virtualEndpoint": {"enabled": True, "functionName": "f", "body":
                            base64.b64encode(GOOD.encode()).decode()}}}}
    answer = gateway.control_call("POST", "/tyk/apis/oas", described)
    assert answer.status == 200
    (warning,) = [w for w in answer.json()["warnings"]
                  if w["code"] == "JG840"]
    assert "virtual endpoint GET /b: " in warning["message"]


def test_scripts_are_evaluated_once_when_they_are_loaded(gateway):
    gateway.conf["enable_jsvm"] = True
    path = gateway.folder / "broken.js"
    path.write_text("var a = 1;\nvar b = 2;\nfunction f( {\n")
    gateway.add_api("classic", use_keyless=True, enable_jwt=False,
                    version_data=versions(
                        virtual("/a", "f", path, "file"),
                        virtual("/b", "f", "/nowhere.js", "file"),
                        virtual("/c", "g", GOOD),
                        virtual("/d", "h", "function h() {}\nthrow 'up';")))
    gateway.add_api("endless", version_data=versions(
        virtual("/e", "f", "while (true);")))
    gateway.add_api("good", use_keyless=True, enable_jwt=False,
                    version_data=versions(virtual("/a", "f", GOOD)))
    gateway.start()
    log = gateway.log()
    for words in [
            "GET /b: /nowhere.js: there is no such file: another script has "
            "its function",
            "API classic leaves this script out: SyntaxError: expected "
            f"identifier\n  --> {path}:3:13\n",
            "GET /c: there is no function g: its clients get 500 \"Error during "
            "virtual endpoint execution. Contact Administrator for more "
            "details.\"",
            "GET /d: the inline script is left out: up",
            "API endless, virtual endpoint GET /e: no function can be called: "
            "its clients get 500"]:
        assert words in log, words
    assert "there is no function h" not in log
    assert "API good" not in log
    assert gateway.get("/good/a").status == 200


BROKEN = "var a = 1;\nfunction f() {\n  return {Body: '' Code: 200};\n}\n"
LOST = "its clients get 500 \"Error during virtual endpoint execution."


def scripts(findings):
    return [f for f in findings if f["code"] in ("JG841", "JG842")]


def test_check_evaluates_inline_scripts(checked):
    left_out, missing = check(checked, virtual("/a", "f", BROKEN))
    assert left_out[:2] == ("JG842", "0.function_source_uri")
    assert "API api, virtual endpoint GET /a: the inline script is left out, " \
        "line 3, column 20: SyntaxError: " in left_out[2]
    assert missing[:2] == ("JG842", "0.response_function_name")
    assert "GET /a: there is no function f: " + LOST in missing[2]


def test_check_evaluates_files_and_says_where_they_are(checked, tmp_path):
    (tmp_path / "mw").mkdir()
    checked.conf["middleware_path"] = str(tmp_path / "mw")
    script = tmp_path / "mw" / "login.js"
    script.write_text(BROKEN)
    entry = virtual("/a", "f", "login.js", "file", proxy_on_error=True)
    checked.api["version_data"] = versions(
        entry, virtual("/b", "g", "gone.js", "file"))
    checked.write()
    code, answer = checked.findings()
    assert code == 0
    left_out, a, b = scripts(answer["findings"])
    assert (left_out["file"], left_out["line"], left_out["column"]) == \
        (str(script), 3, 20)
    assert "there is no function f: its requests go to the upstream" in \
        a["message"]
    assert b["code"] == "JG841"
    assert "gone.js: there is no such file: " + LOST in b["message"]
    assert answer["warnings"] >= 3


def test_what_runs_only_later_is_no_finding(checked):
    """A wrong return shape shows when somebody calls, as in Tyk."""
    assert check(checked, virtual("/a", "f", "function f() { return 1; }")) \
        == []


def test_a_function_that_another_script_has_is_there(checked):
    assert check(checked, virtual("/a", "g", GOOD),
                 virtual("/b", "f", "function g() {}")) == []


def test_hostile_scripts_end_a_check_in_time_and_tell_nothing(checked):
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
    found = check(checked, virtual("/a", "f", "while (true);"),
                  virtual("/b", "f", f"throw 'Bearer {token}';"),
                  virtual("/c", "f", "throw {toString: function() {throw 1}}"),
                  virtual("/d", "f", "throw '\\n[{\"code\": \"JG001\"}]'"),
                  virtual("/e", "f", "var a = []; for (;;) a.push(a.concat(a))"))
    assert found
    assert not any(token in message for _, _, message in found)


def test_without_scripts_nothing_is_started(checked):
    checked.conf["enable_jsvm"] = False
    (got,) = check(checked, virtual("/a", "f", BROKEN))
    assert got[0] == "JG840"


def test_the_control_api_evaluates_what_it_is_sent(gateway):
    gateway.conf["enable_jsvm"] = True
    api = gateway.add_api("api", version_data=versions(virtual("/a", "f", GOOD)))
    gateway.start()
    api["version_data"] = versions(virtual("/a", "f", BROKEN))
    answer = gateway.control_call("PUT", "/tyk/apis/api", api)
    assert answer.status == 200
    left_out, missing = scripts(answer.json()["warnings"])
    assert "line 3, column 20: SyntaxError" in left_out["message"]
    assert missing["path"].endswith("virtual.0.response_function_name")
    assert LOST in missing["message"] and missing["line"] > 0
    api["api_id"] = "new"
    api["proxy"]["listen_path"] = "/new/"
    api["version_data"] = versions(virtual("/a", "g", GOOD))
    answer = gateway.control_call("POST", "/tyk/apis", api)
    (missing,) = scripts(answer.json()["warnings"])
    assert "there is no function g" in missing["message"]
    api["version_data"] = versions(virtual("/a", "f", GOOD))
    answer = gateway.control_call("PUT", "/tyk/apis/new", api)
    assert scripts(answer.json().get("warnings", [])) == []


def system_findings(gateway):
    answer = gateway.control_call("GET", "/tyk/system")
    assert answer.status == 200, answer.body
    body = answer.json()
    assert body["warnings"] + body["faults"] == len(body["findings"])
    return scripts(body["findings"])


def test_the_system_shows_the_findings_of_the_last_load(gateway):
    gateway.conf["enable_jsvm"] = True
    script = gateway.folder / "login.js"
    script.write_text(GOOD)
    gateway.add_api("api", version_data=versions(
        virtual("/a", "f", script, "file")))
    gateway.start()
    assert system_findings(gateway) == []
    script.write_text(BROKEN)
    gateway.reload()
    left_out, missing = system_findings(gateway)
    assert (left_out["file"], left_out["line"], left_out["column"]) == \
        (str(script), 3, 20)
    assert LOST in missing["message"]
    assert gateway.call("GET", "/api/a").status in (400, 401, 403, 500)
    script.write_text(GOOD)
    gateway.reload()
    assert system_findings(gateway) == []
