"""`jotgate import tyk URL`: what a Tyk gateway has in force, over its own API.
A gateway of ours stands in for Tyk where it answers as Tyk does, byte for byte
(test_control_api.py); a server of a few lines where Tyk's own answers differ."""
import json

import pytest

from command import expect
from gateway import SECRET, Gateway
from hostile import Hostile, response

OAS = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {},
       "x-tyk-api-gateway": {
           "info": {"id": "shop", "name": "shop", "orgId": "default",
                    "state": {"active": True}},
           "upstream": {"url": "http://127.0.0.1:9"},
           "server": {"listenPath": {"value": "/shop/"}}}}
ENV = {"JOTGATE_TYK_SECRET": SECRET}


@pytest.fixture(scope="module")
def tyk(module_gateway):
    module_gateway.add_policy("gold", apis=("orders",))
    module_gateway.add_api("orders", our_mark={"a": [1, 2.5, None]})
    (module_gateway.apps / "shop-oas.json").write_text(json.dumps(OAS))
    gateway = module_gateway.start()
    gateway.url = f"http://127.0.0.1:{gateway.control}"
    return gateway


def run(url, *words, **more):
    return expect("import", "tyk", url, *words, **more)


def test_what_is_in_force_is_told(tyk):
    for url in (tyk.url, tyk.url + "/"):
        done = run(url, env=ENV)
        assert done.stdout.startswith(
            f"{url}: 2 APIs (1 in OAS form), 1 policy\nFields: ")
        assert "our_mark" in done.stdout and SECRET not in done.stdout


def test_a_copy_of_it_loses_nothing(tyk, folder):
    secret = folder / "secret"
    secret.write_text(SECRET + "\n")
    run(tyk.url, "--tyk-secret-file", secret, "--to", folder / "out")
    read = [json.loads(p.read_text()) for p in
            sorted((folder / "out/apps").iterdir())]
    # As in Tyk's own folder, an OAS definition's classic half is beside it.
    read = [a for a in read if not a.get("is_oas")]
    assert [a.get("api_id", "shop") for a in read] == ["orders", "shop"]
    assert read[0]["our_mark"] == {"a": [1, 2.5, None]} and read[1] == OAS
    assert json.loads((folder / "out/policies/gold.json").read_text()) == \
        json.loads((tyk.policies / "gold.json").read_text())


def test_it_is_moved_into_another_gateway(tyk, folder, upstream):
    ours = Gateway(folder / "ours", upstream)
    ours.conf["secret"] = "of-the-new-one"
    try:
        ours.start()
        done = run(tyk.url, "--apply", gateway=ours, env=ENV)
        assert "3 to create, 0 to update" in done.stdout
        got = ours.control_call("GET", "/tyk/apis/oas/shop",
                                secret="of-the-new-one")
        assert got.json() == OAS
    finally:
        ours.stop()


@pytest.mark.parametrize("env, code, said", [
    ({}, 4, "the Tyk gateway wants its secret"),
    ({"JOTGATE_TYK_SECRET": "wrong"}, 4, "does not take this secret"),
    ({"JOTGATE_SECRET": SECRET}, 4, "wants its secret")])
def test_a_secret_is_wanted_and_ours_is_not_sent(tyk, env, code, said):
    done = run(tyk.url, code=code, env=env)
    assert said in done.stderr and "JOTGATE_TYK_SECRET" in done.stderr
    assert done.stdout == "" and SECRET not in done.stderr


def test_an_old_tyk_without_oas_and_policies_is_read():
    api = {"api_id": "a", "name": "a", "active": True, "use_keyless": True,
           "proxy": {"listen_path": "/a/", "target_url": "http://127.0.0.1:9"}}

    def answer(line):
        path = line.split()[1]
        if path == "/tyk/apis":
            return response(json.dumps([api]))
        if path == "/tyk/policies":
            return response("null")
        return response('{"status":"error"}', 404)

    with Hostile(answer) as port:
        done = run(port.url)
        assert "1 API, 0 policies" in done.stdout
        assert b"X-Tyk-Authorization" not in b"".join(port.seen)


@pytest.mark.parametrize("body, status", [
    ("", 200), ("<html>", 200), ("{}", 200), ("7", 200), ('"x"', 200),
    ("[[", 200), ("[]", 500), ("[]", 302), ("\x1b[2J\u202e", 404)])
def test_what_is_no_tyk_is_said(body, status):
    with Hostile(response(body, status)) as port:
        done = run(port.url, code=1)
    assert "this is no answer of a Tyk gateway" in done.stderr
    assert "\x1b" not in done.stderr and "\u202e" not in done.stderr


@pytest.mark.parametrize("item", ["7", "null", "{}", '{"api_id":7}', '"x"'])
def test_items_that_are_no_definition_are_refused(item):
    with Hostile(response(f"[{item}]")) as port:
        done = run(port.url, code=3)
    assert "/tyk/apis: the API has no id" in done.stderr


@pytest.mark.parametrize("url, code, said", [
    ("http://127.0.0.1:1", 5, "does not answer"),
    ("http://tyk.invalid:8080", 2, "--allow-http"),
    ("http://127.0.0.1:1/x?y", 2, "is no address of a gateway"),
    ("http://127.0.0.1:1/ x", 2, "is no address of a gateway")])
def test_an_address_that_is_none_is_said(url, code, said):
    assert said in run(url, code=code, env=ENV).stderr
