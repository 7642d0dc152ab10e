"""The control API, driven by its own description with whatever comes to mind.

Every operation of /openapi.json, with ids, parameters, conditions and bodies
that are right, nearly right or garbage. Whatever is sent, the answer comes, is
no 5xx, and has the form that is described. JOTGATE_LONG=1 tries much more.
"""
import json
import os
import random
import urllib.parse

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

jsonschema = pytest.importorskip("jsonschema")

LONG = os.environ.get("JOTGATE_LONG")
PATIENCE_S = 30
IDS = ["api", "o", "p", "made", "oas", "create", "preview", "-1", "..", ".",
       ".hidden", "a/b", "../../etc/passwd", "a\0b", "a\nb", "a b", "%2e%2e",
       "x-oas", "~", "\u00e9", "\u202e", "x" * 128, "x" * 129, "x" * 9000, ""]
# 5xx that the wire demands, by the beginning of their messages.
ALLOWED_5XX = {
    "POST": ("Unmarshalling failed", "Failed to create key",
             "Could not write key data"),
    "PUT": ("Failed to create key",),
    "DELETE": ("Delete failed",),
    "GET": (),
    "PATCH": (),
}
# Here it is another server that failed: 502 and 504 are the answer.
ASKS_OTHERS = "post_tyk_identity_discover"

given_quickly = settings(
    max_examples=20_000 if LONG else 1_500, deadline=None, database=None,
    derandomize=not LONG, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def gw(module_gateway):
    for api_id in ("api", "stays"):
        module_gateway.add_api(api_id, use_keyless=True, enable_jwt=False)
    module_gateway.add_policy("p")
    (module_gateway.apps / "o-oas.json").write_text(json.dumps(OAS))
    yield module_gateway.start()
    assert module_gateway.get("/stays/echo").status == 200
    for word in ("signal", "Sanitizer", "past its deadline"):
        assert word not in module_gateway.log()


@pytest.fixture(scope="module")
def document(gw):
    return gw.control_call("GET", "/openapi.json").json()


OAS = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {},
       "x-tyk-api-gateway": {
           "info": {"id": "o", "name": "o", "state": {"active": True}},
           "upstream": {"url": "http://127.0.0.1:9/"},
           "server": {"listenPath": {"value": "/o/", "strip": True}}}}
BASES = {
    "Api": {"api_id": "made", "name": "made", "active": True,
            "use_keyless": True, "proxy": {"listen_path": "/made/",
                                           "target_url": "http://127.0.0.1:9"},
            "version_data": {"not_versioned": True}},
    "OasApi": OAS,
    "Policy": {"id": "made", "org_id": "default", "access_rights": {
        "api": {"api_id": "api", "versions": ["Default"]}}},
}

texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", "a\0b", "\u202e", "\U0001f600", "api", "made", "..", "/", "{id}",
     "1", "1h", "-1", "x" * 70_000])
numbers = st.integers() | st.floats(allow_nan=False) | st.sampled_from(
    [2**31, 2**53, 2**63, -2**63 - 1, 1e308, 0.5, -0.0])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) |
    st.dictionaries(texts, inner, max_size=4), max_leaves=12)


def of_schema(schema, rng, depth=0):
    """A value that <schema> describes; seldom one that it does not."""
    if rng.random() < 0.03:
        return rng.choice([None, True, -1, 1.5, "x", [], {}, [[]], {"": 0}])
    if "allOf" in schema:
        out = {}
        for part in schema["allOf"]:
            out = merge(out, of_schema(part, rng, depth))
        return out
    kinds = [k for k in schema.get("type", ["string"]) if k != "null"]
    kind = schema["type"] if isinstance(schema.get("type"), str) else kinds[0]
    if kind == "object":
        inner = schema.get("properties", {})
        if not inner and isinstance(schema.get("additionalProperties"), dict):
            inner = {rng.choice(["a", "api", "Default", ""]):
                     schema["additionalProperties"]}
        if depth > 6:
            return {}
        names = rng.sample(sorted(inner), min(len(inner), rng.randint(0, 5)))
        return {n: of_schema(inner[n], rng, depth + 1) for n in names}
    if kind == "array":
        return [of_schema(schema.get("items", {}), rng, depth + 1)
                for _ in range(rng.randint(0, 3))]
    if kind == "integer":
        return rng.randint(int(schema.get("minimum", -5)),
                           min(int(schema.get("maximum", 10**6)), 2**63 - 1))
    if kind == "number":
        return rng.choice([0, 0.5, 3, 1e6])
    if kind == "boolean":
        return rng.random() < 0.5
    return rng.choice(["", "a", "GET", "/a", "api", "made", "^[a-z]+$", "1h",
                       "http://127.0.0.1:9/", "\u00e9" * 30])


def merge(base, more):
    """<more> over <base>, member by member."""
    if not isinstance(base, dict) or not isinstance(more, dict):
        return more
    out = dict(base)
    for name, value in more.items():
        out[name] = merge(base[name], value) if name in base else value
    return out


def broken(data, rng):
    """Bytes that were <data> once."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        data[at:at + rng.randint(0, 3)] = rng.choice(
            [b"", b"\0", b"{", b"]", b'"', b"\\u0000", b"\xff", b"1e999",
             b"[" * 200, b',"api_id":"x"'])
    return bytes(data)


def body_of(document, name, rng, extra):
    """How a body of the schema <name> may look."""
    way = rng.random()
    if way < 0.05:
        return rng.randbytes(rng.randint(0, 40))
    if way < 0.15:
        return json.dumps(extra).encode()
    value = of_schema(document["components"]["schemas"][name], rng)
    if way < 0.8:
        value = merge(BASES.get(name, {}), value)
    data = json.dumps(value).encode()
    return broken(data, rng) if way > 0.92 else data


# Ids that make the path another one.
ELSEWHERE = {"", ".", "..", "oas", "create", "preview", "jwks", "group"}


def check(document, operation, method, name, answer):
    kind = answer.headers.get("Content-Type")
    if answer.status == 304:
        assert answer.body == b""
        return
    if (answer.status, answer.body) == (404, b"Not Found"):
        return  # an id that makes it another path
    described = operation["responses"].get(str(answer.status),
                                           operation["responses"]["default"])
    if "$ref" in described:
        described = resolve(document, described["$ref"])
    assert kind.split(";")[0] in described["content"], (kind, answer.body)
    if kind == "application/json":
        value = json.loads(answer.body)
        assert answer.body.endswith(b"\n")
        schema = described["content"][kind]["schema"]
        if answer.status == 200 and name in ELSEWHERE:
            return
        validator = jsonschema.Draft202012Validator(
            {**schema, "components": document["components"]})
        assert [f"{e.json_path}: {e.message}"
                for e in validator.iter_errors(value)][:3] == []
    if answer.status >= 400:
        assert value["status"] == "error" and value["message"]
    if answer.status >= 500 and not (
            operation["operationId"] == ASKS_OTHERS
            and answer.status in (502, 504)):
        assert value["message"].startswith(ALLOWED_5XX[method]), value


def resolve(document, reference):
    place = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def test_no_call_breaks_it(gw, document):
    operations = [(m.upper(), p, op) for p, item in document["paths"].items()
                  for m, op in item.items()]
    tags = ["*", '"x"', "", ",", 'W/"x"', '"' + "0" * 32 + '"']

    def call(seed, chosen, name, extra):
        rng = random.Random(seed)
        method, path, operation = chosen
        if rng.random() < 0.5:  # one that is there, perhaps
            name = "o" if "/oas" in path else "made"
        target = path.replace("{id}", urllib.parse.quote(name, safe=""))
        query = [(p["name"], str(of_schema(p["schema"], rng)))
                 for p in operation["parameters"]
                 if p.get("in") == "query" and rng.random() < 0.6]
        if rng.random() < 0.1:
            query.append((rng.choice(["", "x", "api_id", "hashed"]),
                          rng.choice(["true", "", "a&b", "\0", "%"])))
        if query:
            target += "?" + urllib.parse.urlencode(query)
        headers = {h: rng.choice(tags) for h in ("If-Match", "If-None-Match")
                   if rng.random() < 0.1}
        body = None
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]
            body = body_of(document, schema["schema"]["$ref"].split("/")[-1],
                           rng, extra)
        answer = gw.control_call(method, target, body, headers=headers,
                                 timeout=PATIENCE_S)
        if answer.headers.get("ETag"):
            tags[-1] = answer.headers["ETag"]
        if (answer.status == 400 and answer.body ==
                b'{"status":"error","message":"Bad Request"}\n'):
            return  # nginx: a NUL in the path
        check(document, operation, method, name, answer)

    @given_quickly
    @given(st.integers(0, 2**32), st.sampled_from(operations),
           st.sampled_from(IDS) | texts.map(lambda t: t[:300]), anything)
    def run(seed, operation, name, extra):
        call(seed, operation, name, extra)

    run()
    assert gw.control_call("GET", "/tyk/reload?block=true").status == 200
    outside = {p.suffix for p in gw.folder.rglob("*")
               if p.is_file() and p.parent == gw.folder}
    assert outside <= {"", ".conf"}


def test_without_the_secret_every_operation_is_403(gw, document):
    rng = random.Random(1)
    operations = [(m.upper(), p) for p, item in document["paths"].items()
                  for m, op in item.items() if op["security"]]
    for method, path in rng.sample(operations, len(operations) if LONG else 12):
        before = sorted(p.name for p in gw.apps.iterdir())
        answer = gw.control_call(method, path.replace("{id}", "api"),
                                 json.dumps(BASES["Api"]), secret="wrong")
        assert answer.status == 403
        assert answer.json() == {
            "status": "error", "message": "Attempted administrative access "
                                          "with invalid or missing key!"}
        assert sorted(p.name for p in gw.apps.iterdir()) == before
