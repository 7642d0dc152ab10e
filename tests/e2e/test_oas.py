"""OpenAPI documents as definitions: files, control API, reload."""
import json

import pytest
from tokens import hs256

from gateway import b64

EXTENSION = "x-tyk-api-gateway"


def document(api_id, upstream, **scheme):
    """A document with one JWT scheme; <scheme> are members of it."""
    return {
        "openapi": "3.0.3", "info": {"title": api_id, "version": "1"},
        "paths": {},
        "components": {"securitySchemes": {"jwt": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
        "security": [{"jwt": []}],
        EXTENSION: {
            "info": {"id": api_id, "name": api_id, "orgId": "default",
                     "state": {"active": True}},
            "upstream": {"url": upstream.url},
            "server": {
                "listenPath": {"value": f"/{api_id}/", "strip": True},
                "authentication": {"enabled": True, "securitySchemes": {
                    "jwt": {"enabled": True, "signingMethod": "hmac",
                            "source": b64("tyk123"),
                            "header": {"enabled": True,
                                       "name": "Authorization"},
                            "defaultPolicies": ["default"], **scheme}}}}}}


def put(gateway, name, content):
    (gateway.apps / name).write_text(json.dumps(content))


def bearer(**claims):
    return {"Authorization": f"Bearer {hs256({'sub': 'ada', **claims})}"}


@pytest.fixture
def gw(gateway):
    gateway.add_policy(apis=["o", "classic", "new"])
    return gateway


def test_a_document_is_served_as_a_classic_definition_is(gw, upstream):
    put(gw, "anything.json", document("o", upstream))
    put(gw, "lone-oas.json", document("new", upstream))
    gw.add_api("classic")
    gw.start()
    for api in ("o", "new", "classic"):
        assert gw.get(f"/{api}/x", headers=bearer()).status == 200
        assert gw.get(f"/{api}/x").status == 400
        assert gw.get(f"/{api}/x", headers={
            "Authorization": "Bearer a.b.c"}).status == 403


def test_headers_targets_and_places_are_those_of_the_document(gw, upstream):
    doc = document("o", upstream, header={"enabled": False},
                   query={"enabled": True, "name": "t"})
    doc[EXTENSION]["upstream"]["loadBalancing"] = {
        "enabled": True, "targets": [{"url": upstream.url, "weight": 3},
                                     {"url": "http://127.0.0.1:9"}]}
    doc[EXTENSION]["middleware"] = {"global": {
        "contextVariables": {"enabled": True},
        "transformRequestHeaders": {
            "enabled": True, "remove": ["X-Gone"],
            "add": [{"name": "X-New", "value": "yes"}]}}}
    put(gw, "o.json", doc)
    gw.start()
    assert gw.get("/o/x", headers=bearer()).status == 400
    seen = gw.get(f"/o/x?t={hs256({'sub': 'ada'})}",
                  headers={"X-Gone": "1", "X-Kept": "1"})
    assert seen.status == 200
    headers = {k.lower(): v for k, v in seen.json()["headers"]}
    assert headers["x-new"] == "yes" and headers["x-kept"] == "1"
    assert "x-gone" not in headers


@pytest.mark.parametrize("change, status", [
    (lambda d: d.pop("security"), 403),
    (lambda d: d["components"]["securitySchemes"].pop("jwt"), 403),
    (lambda d: d["components"]["securitySchemes"]["jwt"].update(
        type="apiKey"), 403),
    (lambda d: d[EXTENSION]["server"]["authentication"]["securitySchemes"]
     ["jwt"].update(enabled=False), 403),
    (lambda d: d[EXTENSION]["server"]["authentication"].update(
        hmac={"enabled": True}), 403),
    (lambda d: d[EXTENSION]["server"].update(
        clientCertificates={"enabled": True}), 403),
    (lambda d: d[EXTENSION]["server"]["authentication"].update(
        enabled=False), 200),
])
def test_what_cannot_be_checked_stays_closed(gw, upstream, change, status):
    doc = document("o", upstream)
    change(doc)
    put(gw, "o.json", doc)
    gw.start()
    assert gw.get("/o/", headers=bearer()).status == status


def test_a_faulty_document_keeps_its_last_good_version(gw, upstream):
    put(gw, "o.json", document("o", upstream))
    gw.start()
    put(gw, "o.json", {"openapi": "3.0.3", EXTENSION: {}})
    gw.reload()
    assert gw.get("/o/", headers=bearer()).status == 200
    assert "info.id" in gw.log()


def test_a_pair_of_tyks_files_is_one_api(gw, upstream):
    gw.add_api("o", is_oas=True)
    put(gw, "o-oas.json", document("o", upstream, allowedIssuers=["me"]))
    gw.start()
    assert gw.get("/o/", headers=bearer()).status == 401
    assert gw.get("/o/", headers=bearer(iss="me")).status == 200
    assert gw.control_call("DELETE", "/tyk/apis/oas/o").status == 200
    gw.reload()
    assert gw.get("/o/", headers=bearer(iss="me")).status == 404
    assert not list(gw.apps.glob("o*"))


def test_the_control_api_writes_and_shows_documents(gw, upstream):
    gw.add_api("classic")
    gw.start()
    doc = document("new", upstream)
    answer = gw.control_call("POST", "/tyk/apis/oas", json.dumps(doc))
    assert (answer.json()["key"], answer.json()["action"]) == ("new", "added")
    assert gw.get("/new/", headers=bearer()).status == 404
    gw.reload()
    assert gw.get("/new/", headers=bearer()).status == 200
    assert gw.control_call("GET", "/tyk/apis/oas/new").json() == doc
    public = gw.control_call("GET", "/tyk/apis/oas/new?mode=public").json()
    assert EXTENSION not in public and public["openapi"] == "3.0.3"
    assert [d["openapi"] for d in
            gw.control_call("GET", "/tyk/apis/oas").json()] == ["3.0.3"]
    listed = gw.control_call("GET", "/tyk/apis").json()
    assert {a["api_id"]: a.get("is_oas", False) for a in listed} == {
        "classic": False, "new": True}

    scheme = doc[EXTENSION]["server"]["authentication"]["securitySchemes"]
    scheme["jwt"]["allowedAudiences"] = ["here"]
    assert gw.control_call("PUT", "/tyk/apis/oas/new",
                           json.dumps(doc)).status == 200
    patch = {"openapi": "3.1.0", "security": doc["security"],
             "components": doc["components"]}
    gw.reload()
    assert gw.control_call("PATCH", "/tyk/apis/oas/new",
                           json.dumps(patch)).status == 200
    gw.reload()
    assert gw.get("/new/", headers=bearer()).status == 401
    assert gw.get("/new/", headers=bearer(aud="here")).status == 200


def test_the_forms_do_not_mix(gw, upstream):
    gw.add_api("classic")
    put(gw, "o.json", document("o", upstream))
    gw.start()
    classic, oas = json.dumps(gw.api("o")), json.dumps(
        document("classic", upstream))
    for method, path, body in [
            ("GET", "/tyk/apis/oas/classic", None),
            ("PUT", "/tyk/apis/oas/classic", oas),
            ("POST", "/tyk/apis/oas", oas),
            ("POST", "/tyk/apis/oas", classic),
            ("PUT", "/tyk/apis/o", classic),
            ("POST", "/tyk/apis", classic),
            ("POST", "/tyk/apis", oas)]:
        assert gw.control_call(method, path, body).status == 400, (method, path)
