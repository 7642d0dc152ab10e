"""virtualEndpoint of OAS definitions: the scripts of classic ones, in the words of
OpenAPI."""
import base64
import json

import pytest

from test_oas import EXTENSION, bearer, document, put
from test_virtual import ECHO, FAILED

READER = "only-for-reading"

OPERATIONS = {  # operationId: method, path, virtualEndpoint
    "echo": ("post", "/echo/{id}", {"functionName": "echo", "name": "bad",
                                    "requireSession": True}),
    "named": ("get", "/named", {"name": "echo"}),
    "fallback": ("get", "/fallback", {"functionName": "bad",
                                      "proxyOnError": True}),
    "bad": ("get", "/bad", {"functionName": "bad"}),
    "both": ("get", "/both", {"functionName": "echo", "path": "nowhere.js"}),
    "off": ("get", "/off", {"functionName": "echo", "enabled": False}),
    "file": ("get", "/file", {"functionName": "count"}),
}


def described(api_id, upstream, folder, **authentication):
    described = document(api_id, upstream)
    extension = described[EXTENSION]
    extension["server"]["authentication"].update(authentication)
    body = base64.b64encode(ECHO.encode()).decode()
    described["paths"] = {path: {method: {"operationId": name}}
                          for name, (method, path, _) in OPERATIONS.items()}
    extension["middleware"] = {
        "global": {"pluginConfig": {"data": {"enabled": True,
                                             "value": {"a": 1}}}},
        "operations": {name: {"virtualEndpoint": {
            "enabled": True,
            **({"path": str(folder / "script.js")} if name == "file"
               else {"body": body}), **said}}
            for name, (_, _, said) in OPERATIONS.items()}}
    return described


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.conf["read_only_secret"] = READER
    gw.add_policy(apis=["o", "open"], meta_data={"team": "red"})
    (gw.folder / "script.js").write_text(ECHO)
    put(gw, "o.json", described("o", gw.upstream, gw.folder))
    put(gw, "open.json", described("open", gw.upstream, gw.folder,
                                   enabled=False))
    return gw.start()


def test_the_function_answers_for_its_operation(gw):
    answer = gw.call("POST", "/o/echo/7", bearer(), body="a=b")
    assert (answer.status, answer.headers["X-Script"]) == (201, "yes")
    got = answer.json()
    assert got["request"]["Body"] == "a=b"
    assert got["session"]["alias"] == "ada"
    assert got["session"]["meta_data"]["team"] == "red"
    assert got["config"] == {"OrgID": "default", "APIID": "o",
                             "config_data": {"a": 1}}


def test_the_token_is_asked_for_first(gw):
    assert gw.call("POST", "/o/echo/7").status == 400
    assert gw.call("POST", "/open/echo/7").status == 201


def test_its_older_name_and_a_body_beside_a_path_work_as_in_tyk(gw):
    got = gw.get("/o/named", headers=bearer()).json()
    assert got["session"] == {}
    assert gw.get("/open/both").headers["X-Script"] == "yes"


def test_a_script_in_a_file_is_read(gw):
    assert gw.get("/open/file").body == b"11"


def test_failures_are_tyks_500_or_the_upstreams_answer(gw):
    answer = gw.get("/open/bad")
    assert (answer.status, answer.body) == (500, FAILED)
    assert gw.get("/open/fallback").status == 200


@pytest.mark.parametrize("method, path", [
    ("GET", "/open/echo/7"), ("GET", "/open/off"), ("GET", "/open/else")])
def test_everything_else_goes_to_the_upstream(gw, method, path):
    answer = gw.call(method, path)
    assert answer.status == 200
    assert answer.headers.get("X-Script") is None


def test_a_script_is_hidden_from_who_may_only_read(gw):
    answer = gw.call("GET", "/tyk/apis/oas/o", {
        "X-Tyk-Authorization": READER}, port=gw.control)
    operations = answer.json()[EXTENSION]["middleware"]["operations"]
    assert operations["bad"]["virtualEndpoint"]["body"] == "(hidden)"
