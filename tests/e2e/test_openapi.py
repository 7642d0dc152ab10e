"""The control API's description of itself: valid, complete, and true."""
import json
import pathlib

import pytest

from idp import Idp
from tokens import hs256

jsonschema = pytest.importorskip("jsonschema")

HERE = pathlib.Path(__file__).resolve().parent
VALIDATOR = jsonschema.Draft202012Validator
POLICY = {"id": "p", "org_id": "o", "rate": 5, "per": 1, "quota_max": -1,
          "tags": ["a"], "x_unknown": {"kept": 1}, "access_rights": {
              "api": {"api_id": "api", "versions": ["Default"],
                      "allowed_urls": [{"url": "/a", "methods": ["GET"]}]}}}
OAS = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {},
       "x-tyk-api-gateway": {
           "info": {"id": "o", "name": "o", "state": {"active": True}},
           "upstream": {"url": "http://127.0.0.1:9/"},
           "server": {"listenPath": {"value": "/o/", "strip": True}}}}


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.conf["health_check_endpoint_name"] = "alive"
    module_gateway.add_api()
    (module_gateway.policies / "p.json").write_text(json.dumps(POLICY))
    (module_gateway.apps / "o-oas.json").write_text(json.dumps(OAS))
    return module_gateway.start()


@pytest.fixture(scope="module")
def document(gw):
    answer = gw.control_call("GET", "/openapi.json", secret=None)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    return json.loads(answer.body, object_pairs_hook=without_duplicates)


def without_duplicates(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def validator(document, name):
    return VALIDATOR({"$ref": f"#/components/schemas/{name}",
                      "components": document["components"]})


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_it_is_an_openapi_3_1_document(document):
    schema = json.loads((HERE / "openapi/schema-3.1.json").read_text())
    assert [e.message for e in VALIDATOR(schema).iter_errors(document)] == []
    for part in document["components"]["schemas"].values():
        VALIDATOR.check_schema(part)


def test_every_reference_leads_somewhere(document):
    found = set(references(document))
    assert found
    for reference in found:
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_every_operation_has_a_name_and_its_path_s_parameters(document):
    ids = [op["operationId"] for _, _, op in operations(document)]
    assert len(set(ids)) == len(ids) > 30
    for _, path, op in operations(document):
        names = [p.get("$ref", p.get("name")) for p in op["parameters"]]
        assert ("#/components/parameters/Id" in names) == ("{id}" in path)
        assert len(set(names)) == len(names)
        assert all(p.get("schema", {"$ref": 1}) is not None
                   for p in op["parameters"])
        assert op["summary"]


def test_paths_have_their_configured_names(document):
    assert "/alive" in document["paths"]
    assert "/hello" not in document["paths"]


def test_it_is_only_on_the_control_port(gw):
    assert gw.call("GET", "/openapi.json").status == 404
    assert gw.control_call("POST", "/openapi.json", "{}").status == 405


@pytest.mark.parametrize("path, name", [
    ("/alive", "Hello"), ("/ready", "Hello"), ("/tyk/apis", "Apis"),
    ("/tyk/apis/api", "Api"), ("/tyk/apis/o", "Api"),
    ("/tyk/apis/oas", "OasApis"), ("/tyk/apis/oas/o", "OasApi"),
    ("/tyk/policies", "Policies"), ("/tyk/policies/p", "Policy"),
    ("/tyk/jwks", "KeySets"), ("/tyk/journal", "Journal"),
    ("/tyk/reload", "Message"), ("/openapi.json", "OpenApi"),
])
def test_answers_are_as_described(gw, document, path, name):
    gw.get("/api/x")  # something for the journal
    answer = gw.control_call("GET", path)
    assert answer.status == 200
    described = document["paths"][
        path if path in document["paths"]
        else path.rsplit("/", 1)[0] + "/{id}"]["get"]["responses"]["200"]
    assert described["content"]["application/json"]["schema"]["$ref"] == \
        f"#/components/schemas/{name}"
    errors = validator(document, name).iter_errors(answer.json())
    assert [f"{e.json_path}: {e.message}" for e in errors] == []


@pytest.fixture(scope="module")
def idp():
    with Idp("RS256") as server:
        yield server


def questions(idp):
    """Requests that only ask, with a body each."""
    return [
        ("/tyk/identity/discover", {"issuer": idp.url}),
        ("/tyk/identity/claims", {"token": hs256({"sub": "a", "scope": "b c"}),
                                  "paths": ["sub", "scope", "none"]}),
        ("/tyk/policies/effective", {"policies": ["p", "none"]}),
        ("/tyk/policies/effective", {
            "scopes": ["a"], "scope_to_policy": {"a": "x"}, "documents": [
                {**POLICY, "id": "x", "partitions": {
                    "per_api": True, "acl": True}}]}),
        ("/tyk/policies/effective", {}),
    ]


def test_questions_and_answers_are_as_described(gw, document, idp):
    for path, body in questions(idp):
        post = document["paths"][path]["post"]
        question, answer = [
            part["content"]["application/json"]["schema"]["$ref"].rsplit("/")[-1]
            for part in (post["requestBody"], post["responses"]["200"])]
        assert not list(validator(document, question).iter_errors(body))
        given = gw.control_call("POST", path, body)
        assert given.status == 200, given.body
        errors = validator(document, answer).iter_errors(given.json())
        assert [f"{e.json_path}: {e.message}" for e in errors] == []


@pytest.mark.parametrize("fields", [
    {"active": "yes"}, {"proxy": []}, {"jwt_default_policies": [1]},
    {"name": 1}, {"auth_configs": {"jwt": 3}},
])
def test_what_the_schema_refuses_is_refused(gw, document, fields):
    """The tables that read are the tables that are described."""
    definition = {**gw.api("wrong"), **fields}
    assert list(validator(document, "Api").iter_errors(definition))
    answer = gw.control_call("POST", "/tyk/apis", definition)
    assert answer.status == 400
    assert not list(validator(document, "Message").iter_errors(answer.json()))
    assert not (gw.apps / "wrong.json").exists()
