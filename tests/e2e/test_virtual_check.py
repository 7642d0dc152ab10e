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
    return [(f["code"], f["path"].rpartition("virtual.")[2], f["message"])
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
            "/nowhere.js: there is no such file",
            "SyntaxError: expected identifier (line 3)\n"
            f"  --> {path}:3\n",
            "there is no function g",
            "API classic, its scripts: up"]:
        assert words in log, words
    assert "there is no function h" not in log
    assert "API good" not in log
    assert "API endless, its scripts: " in log
    assert gateway.get("/good/a").status == 200
