"""Changes by the command line: create, edit, delete, revoke, reload."""
import json

import pytest
from command import expect, jotgate, on_terminal
from hostile import Hostile, response


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    module_gateway.add_policy()
    return module_gateway.start()


def definition(gw, name, **more):
    api = json.loads((gw.apps / "api.json").read_text())
    api.update(api_id=name, name=name, slug=name, **more)
    api["proxy"]["listen_path"] = f"/{name}/"
    return api


def make(gw, name, *words):
    return jotgate("apis", "create", "-", *words, gateway=gw,
                   stdin=json.dumps(definition(gw, name)))


def test_an_api_is_made_and_in_force_when_asked_for(gw):
    got = make(gw, "made")
    assert got.returncode == 0 and got.stdout == ""
    assert got.stderr == ('note: API made: "made"; not in force before: '
                          "jotgate reload\n")
    assert jotgate("apis", "get", "made", gateway=gw).returncode == 6
    got = make(gw, "second", "--reload")
    assert got.returncode == 0 and "and in force" in got.stderr
    assert jotgate("apis", "get", "made", gateway=gw).returncode == 0
    assert gw.get("/second/x").status in (400, 401)


def test_what_exists_is_not_overwritten(gw):
    got = make(gw, "api")
    assert got.returncode == 7 and "exists already" in got.stderr


def test_bad_documents_name_their_place(gw):
    got = jotgate("apis", "create", "-", gateway=gw, stdin='{\n"a": }')
    assert got.returncode == 1 and "-:2:" in got.stderr
    got = jotgate("apis", "create", "/nowhere.json", gateway=gw)
    assert got.returncode == 1 and "/nowhere.json" in got.stderr


def test_an_edit_shows_what_changes_and_no_secret(gw):
    assert make(gw, "edited", "--reload").returncode == 0
    new = definition(gw, "edited", jwt_source="bmV3LXNlY3JldA==")
    new["name"] = "Renamed"
    words = ("apis", "edit", "edited", "-")
    got = jotgate(*words, gateway=gw, stdin=json.dumps(new))
    assert got.returncode == 2 and "--yes" in got.stderr
    got = jotgate(*words, "--yes", "--reload", gateway=gw,
                  stdin=json.dumps(new))
    assert got.returncode == 0
    assert '~ name: "edited" -> "Renamed"' in got.stderr
    assert "bmV3" not in got.stderr and "(secret)" in got.stderr
    got = jotgate("apis", "get", "edited", gateway=gw)
    assert json.loads(got.stdout)["name"] == "Renamed"


def test_the_editor_gets_the_own_text(gw, tmp_path):
    assert make(gw, "typed", "--reload").returncode == 0
    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\nexec sed -i "
                      "'s/\"name\": *\"typed\"/\"name\":\"Typed\"/' \"$1\"\n")
    script.chmod(0o755)
    editor = {"EDITOR": str(script), "TMPDIR": str(tmp_path)}
    shown, code = on_terminal("apis", "edit", "typed", gateway=gw,
                              answer="y\n", env=editor)
    assert code == 0, shown
    assert b'~ name: "typed" -> "Typed"' in shown
    assert b'change API "typed"? [y/N]' in shown
    assert [p.name for p in tmp_path.iterdir()] == ["editor"]


def test_a_refused_edit_keeps_the_text(gw, tmp_path):
    script = tmp_path / "editor"
    script.write_text("#!/bin/sh\necho '{' > \"$1\"\n")
    script.chmod(0o755)
    shown, code = on_terminal("apis", "edit", "api", gateway=gw,
                              env={"EDITOR": str(script),
                                   "TMPDIR": str(tmp_path)})
    assert code == 1 and b"your text is still in" in shown
    kept = next(tmp_path.glob("jotgate-edit-*.json"))
    assert kept.read_text() == "{\n" and kept.stat().st_mode & 0o777 == 0o600


def test_somebody_else_was_faster_is_7():
    with Hostile(response(json.dumps({"message": "changed"}),
                          status=412)) as port:
        got = jotgate("apis", "create", "-", "--address", port.url, stdin="{}")
        assert got.returncode == 7


@pytest.mark.parametrize("words", [
    ("apis", "create", "-"), ("keys", "create", "-"),
    ("revocations", "add", "--jti", "one"), ("keysets", "refresh"),
    ("reload",), ("policies", "effective", "--policies", "gold")])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_answers_with_no_json_is_no_gateway(words, options):
    with Hostile(response("\x1b[2Jhello", kind="text/plain")) as port:
        got = jotgate(*words, *options, "--address", port.url, stdin="{}")
        assert got.returncode == 1 and got.stdout == ""
        assert "is not JSON" in got.stderr and "\x1b" not in got.stderr


def test_nothing_is_deleted_without_a_yes(gw):
    assert make(gw, "doomed", "--reload").returncode == 0
    words = ("apis", "delete", "doomed")
    assert jotgate(*words, gateway=gw).returncode == 2
    shown, code = on_terminal(*words, gateway=gw, answer="n\n")
    assert code == 1 and b"nothing was done" in shown
    shown, code = on_terminal(*words, "--no-input", gateway=gw)
    assert code == 2
    assert (gw.apps / "doomed.json").exists()
    shown, code = on_terminal(*words, gateway=gw, answer="y\n")
    assert code == 0 and b'delete API "doomed"? [y/N]' in shown
    assert not (gw.apps / "doomed.json").exists()
    assert jotgate("apis", "delete", "doomd", "-y",
                   gateway=gw).returncode == 6


def test_policies_are_made_and_deleted(gw):
    policy = {"id": "gold", "name": "Gold", "rate": 5, "per": 1,
              "active": True, "org_id": "default", "access_rights": {}}
    got = jotgate("policies", "create", "-", "--reload", gateway=gw,
                  stdin=json.dumps(policy))
    assert got.returncode == 0, got.stderr
    policy["rate"] = 6
    got = jotgate("policies", "edit", "gold", "-", "--yes", "--json",
                  gateway=gw, stdin=json.dumps(policy))
    assert got.returncode == 0 and "~ rate: 5 -> 6" in got.stderr
    assert json.loads(got.stdout)["changed"]["action"] == "modified"
    # What is in force was read, and the file is another one already.
    assert jotgate("policies", "delete", "gold", "--yes",
                   gateway=gw).returncode == 7
    assert jotgate("reload", gateway=gw).stderr == \
        "note: reloaded; faults, if any: jotgate status\n"
    assert jotgate("policies", "delete", "gold", "--yes",
                   gateway=gw).returncode == 0


def test_revocations_are_taken_back(gw):
    assert jotgate("revocations", "add", gateway=gw).returncode == 2
    got = jotgate("revocations", "add", "--jti", "one", "--note", 'a "b"',
                  "--json", gateway=gw)
    assert got.returncode == 0 and "refused at once" in got.stderr
    key = json.loads(got.stdout)["changed"]["key"]
    assert gw.control_call("GET", f"/tyk/revocations/{key}").json()[
        "note"] == 'a "b"'
    words = ("revocations", "delete", key, "--yes")
    assert jotgate(*words, gateway=gw).returncode == 0
    assert jotgate(*words, gateway=gw).returncode == 6


def test_keys_are_revoked(gw):
    session = {"org_id": "default", "access_rights": {"api": {
        "api_id": "api", "api_name": "api", "versions": ["Default"]}}}
    got = jotgate("keys", "create", "-", gateway=gw, stdin=json.dumps(session))
    key = got.stdout.strip()
    assert got.returncode == 0 and key and key not in got.stderr
    got = jotgate("keys", "revoke", key, "--yes", gateway=gw)
    assert got.returncode == 0, got.stderr
    assert gw.control_call("GET", f"/tyk/keys/{key}").status == 404


def test_key_sets_are_forgotten(gw):
    got = jotgate("keysets", "refresh", gateway=gw)
    assert got.returncode == 0 and "keysets list" in got.stderr


def test_policies_together(gw):
    words = ("policies", "effective", "--policies", "default")
    got = jotgate(*words, gateway=gw)
    assert got.returncode == 0 and got.stdout.startswith("api\t")
    answer = json.loads(jotgate(*words, "--json", gateway=gw).stdout)
    assert answer["effective"]["apis"][0]["api_id"] == "api"
    got = jotgate("policies", "effective", "--scopes", "x y", "--api", "nope",
                  gateway=gw)
    assert got.returncode == 6 and 'no API "nope"' in got.stderr


SESSION = {"org_id": "default", "alias": "of a test", "access_rights": {"api": {
    "api_id": "api", "api_name": "api", "versions": ["Default"]}}}


@pytest.mark.parametrize("hash_keys", [True, False])
def test_keys_are_got_and_revoked_as_they_are_listed(gateway, hash_keys):
    gateway.conf["hash_keys"] = gateway.conf["enable_hashed_keys_listing"] = \
        hash_keys
    gateway.add_policy()
    gateway.add_api()
    gateway.start()
    key = expect("keys", "create", "-", gateway=gateway,
                 stdin=json.dumps(SESSION)).stdout.strip()
    listed = expect("keys", "list", "--json", gateway=gateway).stdout
    row, = json.loads(listed)["keys"]
    name = row["id"]
    assert row["alias"] == "of a test" and row["org"] == "default"
    assert (name != key) == hash_keys
    for word in {key, name}:
        got = expect("keys", "get", word, "--json", gateway=gateway)
        assert "api" in json.loads(got.stdout)["key"]["access_rights"]
    expect("keys", "revoke", name, "--yes", gateway=gateway)
    assert gateway.control_call("GET", f"/tyk/keys/{key}").status == 404
    for verb in ("get", "revoke"):
        done = expect("keys", verb, name, gateway=gateway, code=6)
        assert f'there is no key "{name}"' in done.stderr


OAS = {"openapi": "3.0.3", "info": {"title": "t", "version": "1"},
       "paths": {"/x": {"get": {"operationId": "x", "responses": {}}}},
       "x-tyk-api-gateway": {
           "info": {"id": "shop", "name": "shop", "orgId": "default",
                    "state": {"active": True}},
           "upstream": {"url": "http://127.0.0.1:9"},
           "server": {"listenPath": {"value": "/shop/"}}}}


def test_a_definition_in_oas_form_is_shown_edited_and_deleted(gw):
    expect("apis", "create", "-", "--reload", gateway=gw,
           stdin=json.dumps(OAS))
    shown = expect("apis", "get", "shop", "--json", gateway=gw).stdout
    assert json.loads(shown)["api"] == OAS
    text = json.dumps(OAS).replace('"name": "shop"', '"name": "Shop"')
    done = expect("apis", "edit", "shop", "-", "--yes", "--reload", gateway=gw,
                  stdin=text)
    assert done.stderr.splitlines()[0].strip() == \
        '~ x-tyk-api-gateway.info.name: "shop" -> "Shop"'
    answer = gw.control_call("GET", "/tyk/apis/oas/shop")
    assert answer.json() == json.loads(text)
    expect("apis", "delete", "shop", "--yes", "--reload", gateway=gw)
    assert gw.control_call("GET", "/tyk/apis/oas/shop").status == 404
    expect("apis", "get", "shop", gateway=gw, code=6)
