"""What scripts do to the session of their caller: its meta data is kept in the
caller's key, never against whoever changed that key meanwhile."""
import hashlib
import json
import time

import pytest

from gateway import SECRET
from test_basic_auth import basic
from test_virtual import FAILED, virtual, versions
from tokens import hs256

# Does what its client asks for: a call of the control API first, then the
# session's meta data: "set" members of it, or all of it is "meta".
KEEP = """
function keep(request, session, config) {
  var ask = JSON.parse(request.Body), meta = session.meta_data;
  var told = JSON.parse(JSON.stringify(session));
  (ask.calls || []).forEach(function (call) {
    call.Domain = "@control@";
    call.Headers = {"x-tyk-authorization": "@secret@"};
    call.Body = call.Body ? JSON.stringify(call.Body) : "";
    ask.got = JSON.parse(TykMakeHttpRequest(JSON.stringify(call))).Code;
  });
  if (ask.own)
    TykSetKeyData(ask.own, JSON.stringify(ask.session), ask.suppress);
  for (var name in ask.set || {})
    meta[name] = ask.set[name];
  if ("meta" in ask)
    meta = ask.meta;
  if (ask.repeat)
    meta = {x: new Array(ask.repeat + 1).join("x")};
  for (var deep = {}, i = 0; i < ask.deep; i++)
    meta = {x: meta};
  return TykJsResponse({Body: JSON.stringify({got: ask.got, session: told}),
                        Code: 200}, ask.wipe ? undefined : meta);
}
"""
RIGHTS = {a: {"api_id": a, "versions": ["Default"]}
          for a in ("tok", "own", "users", "api")}


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.add_policy(apis=["tok", "api"], meta_data={"team": "red"})
    source = KEEP.replace("@secret@", SECRET).replace(
        "@control@", f"http://127.0.0.1:{gw.control}")
    scripts = versions(
        virtual("/keep", "keep", source, method="POST", use_session=True),
        virtual("/ignored", "keep", source, method="POST"),
        virtual("/fallback", "keep", source, method="POST", use_session=True,
                proxy_on_error=True),
        global_headers={"X-Meta": "$tyk_meta.x", "X-Team": "$tyk_meta.team"})
    stored = {"enable_jwt": False, "use_standard_auth": True}
    gw.add_api("tok", version_data=scripts, **stored)
    gw.add_api("open", version_data=scripts, use_keyless=True,
               enable_jwt=False)
    gw.add_api("api", version_data=scripts)
    gw.add_api("own", version_data=scripts, jwt_source="",
               jwt_policy_field_name="", jwt_default_policies=[])
    gw.add_api("users", version_data=scripts, enable_jwt=False,
               use_basic_auth=True)
    return gw.start()


def store(gw, key, **fields):
    body = {"org_id": "default", "access_rights": RIGHTS, **fields}
    answer = gw.control_call("POST", f"/tyk/keys/{key}", body)
    assert answer.status == 200, answer.body


def stored(gw, key):
    answer = gw.control_call("GET", f"/tyk/keys/{key}?org_id=default")
    assert answer.status == 200, answer.body
    return answer.json()


def ask(gw, key, path="/tok/keep", status=200, **what):
    answer = gw.call("POST", path, {"Authorization": key}, json.dumps(what))
    assert answer.status == status, (answer.body, gw.log()[-2000:])
    return answer


def sent_on(gw, key, path="/tok/echo"):
    """X-Meta and X-Team, as they reach the upstream."""
    answer = gw.call("GET", path, {"Authorization": key})
    assert answer.status == 200, answer.body
    headers = dict(answer.json()["headers"])
    return headers.get("X-Meta", ""), headers.get("X-Team", "")


def test_meta_data_is_kept_and_seen_by_the_next_request(gw):
    store(gw, "ada", meta_data={"x": "old", "y": 1}, alias="Ada")
    told = ask(gw, "ada", set={"x": "new"}).json()["session"]["meta_data"]
    assert told == {"x": "old", "y": 1}
    assert sent_on(gw, "ada")[0] == "new"
    told = ask(gw, "ada").json()["session"]["meta_data"]
    assert told == {"x": "new", "y": 1}
    session = stored(gw, "ada")
    assert session["meta_data"] == {"x": "new", "y": 1}
    assert session["alias"] == "Ada"
    assert sorted(session["access_rights"]) == sorted(RIGHTS)


@pytest.mark.parametrize("meta", [
    {"x": "a\u00e9\U0001f600\n\"\\"}, {"n": 1, "f": 0.5, "b": True},
    {"l": [1, {"a": None}], "o": {"a": {"b": {}}}}, {"": "", "a.b": "c"}, {}])
def test_values_of_every_type_are_kept(gw, meta):
    store(gw, "typed", meta_data={"x": "old"})
    ask(gw, "typed", meta=meta)
    assert stored(gw, "typed")["meta_data"] == meta


def test_undefined_wipes_as_in_tyk(gw):
    store(gw, "wiped", meta_data={"x": "old"})
    ask(gw, "wiped", wipe=True)
    assert stored(gw, "wiped")["meta_data"] == {}
    assert sent_on(gw, "wiped")[0] == ""
    store(gw, "nulled", meta_data={"x": "old"})
    ask(gw, "nulled", meta=None)
    assert stored(gw, "nulled")["meta_data"] == {}


@pytest.mark.parametrize("meta", ["text", [1], 7, True])
def test_what_is_no_object_is_tyks_500_and_changes_nothing(gw, meta):
    store(gw, "typed", meta_data={"x": "old"})
    assert ask(gw, "typed", status=500, meta=meta).body == FAILED
    assert stored(gw, "typed")["meta_data"] == {"x": "old"}


@pytest.mark.parametrize("what, words", [
    ({"repeat": 32 * 1024}, "more than 32 KiB"),
    ({"deep": 40}, "nested too deeply")])
def test_what_no_session_can_hold_fails_and_changes_nothing(gw, what, words):
    store(gw, "large", meta_data={"x": "old"})
    assert ask(gw, "large", status=500, **what).body == FAILED
    assert words in gw.log()
    assert stored(gw, "large")["meta_data"] == {"x": "old"}
    assert sent_on(gw, "large")[0] == "old"
    answer = ask(gw, "large", "/tok/fallback", **what)
    assert answer.json()["method"] == "POST"  # the upstream's


def test_the_largest_that_is_kept_can_be_told_again(gw):
    store(gw, "large")
    ask(gw, "large", repeat=32 * 1024 - 8)
    told = ask(gw, "large").json()["session"]["meta_data"]
    assert len(told["x"]) == 32 * 1024 - 8


def test_without_use_session_nothing_is_kept(gw):
    store(gw, "ada", meta_data={"x": "old"})
    body = {"meta": {"x": "new"}}
    answer = gw.call("POST", "/tok/ignored", {"Authorization": "ada"},
                     json.dumps(body))
    assert answer.json()["session"] == {}
    assert stored(gw, "ada")["meta_data"] == {"x": "old"}


def test_what_a_policy_gives_does_not_become_the_keys_own(gw):
    store(gw, "policed", access_rights={}, apply_policies=["default"],
          meta_data={"y": 1})
    answer = ask(gw, "policed", set={"x": "mine"}).json()
    assert answer["session"]["meta_data"] == {"y": 1, "team": "red"}
    assert sent_on(gw, "policed") == ("mine", "red")
    gw.add_policy(apis=["tok", "api"], meta_data={"team": "blue"})
    gw.reload()
    assert sent_on(gw, "policed") == ("mine", "blue")
    gw.add_policy(apis=["tok", "api"])
    gw.reload()
    try:
        assert sent_on(gw, "policed") == ("mine", "")
        assert stored(gw, "policed")["meta_data"] == {"y": 1, "x": "mine"}
    finally:
        gw.add_policy(apis=["tok", "api"], meta_data={"team": "red"})
        gw.reload()


def test_a_script_that_passes_on_its_clients_words_gives_no_rights(gw):
    every = {"id": "all", "org_id": "default", "access_rights": RIGHTS}
    store(gw, "small", access_rights={"tok": RIGHTS["tok"]},
          meta_data={"x": "1"})
    ask(gw, "small", meta={"x": "2", "policies": [every]})
    assert stored(gw, "small")["meta_data"] == {"x": "2"}
    assert list(stored(gw, "small")["access_rights"]) == ["tok"]


def test_a_script_that_wipes_takes_no_rights_and_makes_no_master_key(gw):
    policy = {"id": "mine", "org_id": "default",
              "access_rights": {"tok": RIGHTS["tok"]}}
    store(gw, "inner", access_rights={},
          meta_data={"x": "1", "policies": [policy]})
    ask(gw, "inner", meta={})
    session = stored(gw, "inner")
    assert session["meta_data"] == {"policies": [policy]}
    assert list(session["access_rights"]) == ["tok"]


def call(method, resource, body=None):
    return {"Method": method, "Resource": resource, "Body": body}


def path_of(key):
    return f"/tyk/keys/{key}?org_id=default"


def test_a_key_that_is_deleted_meanwhile_stays_deleted(gw):
    store(gw, "gone", meta_data={"x": "old"})
    answer = ask(gw, "gone", set={"x": "new"},
                 calls=[call("DELETE", path_of("gone"))])
    assert answer.json()["got"] == 200
    assert gw.control_call("GET", path_of("gone")).status == 404
    assert gw.call("GET", "/tok/echo", {"Authorization": "gone"}).status == 403
    assert "the key was deleted or changed while the script ran" in gw.log()


def test_a_key_that_is_switched_off_meanwhile_stays_switched_off(gw):
    store(gw, "off", meta_data={"x": "old"})
    body = {"org_id": "default", "access_rights": RIGHTS, "is_inactive": True,
            "meta_data": {"x": "the owner's"}}
    answer = ask(gw, "off", set={"x": "new"},
                 calls=[call("PUT", path_of("off"), body)])
    assert answer.json()["got"] == 200
    session = stored(gw, "off")
    assert session["is_inactive"] is True
    assert session["meta_data"] == {"x": "the owner's"}
    assert gw.call("GET", "/tok/echo", {"Authorization": "off"}).status == 403


def test_a_key_that_is_made_anew_meanwhile_is_the_new_one(gw):
    store(gw, "anew", meta_data={"x": "old"})
    body = {"org_id": "default", "access_rights": RIGHTS,
            "meta_data": {"x": "the new one's"}}
    answer = ask(gw, "anew", set={"x": "new"},
                 calls=[call("DELETE", path_of("anew")),
                        call("POST", "/tyk/keys/anew", body)])
    assert answer.json()["got"] == 200
    assert sent_on(gw, "anew")[0] == "the new one's"


def test_a_key_that_is_revoked_meanwhile_stays_revoked(gw):
    store(gw, "revoked", meta_data={"x": "old"})
    digest = hashlib.sha256(b"defaultrevoked").hexdigest()
    answer = ask(gw, "revoked", set={"x": "new"}, calls=[
        call("POST", "/tyk/revocations", {"token_sha256": digest})])
    assert answer.json()["got"] == 200
    for path in ("/tok/echo", "/tok/keep"):
        answer = gw.call("POST", path, {"Authorization": "revoked"},
                         json.dumps({"set": {"x": "later"}}))
        assert answer.status == 401
    assert stored(gw, "revoked")["meta_data"]["x"] != "later"


def test_what_a_script_writes_into_the_key_itself_counts(gw):
    store(gw, "self", meta_data={"x": "old"})
    ask(gw, "self", set={"x": "returned"}, own="defaultself", session={
        "org_id": "default", "access_rights": RIGHTS,
        "meta_data": {"x": "written"}})
    assert sent_on(gw, "self")[0] == "written"


def test_a_jwts_meta_data_is_never_stored_and_the_log_says_so(gw):
    token = "Bearer " + hs256({"sub": "ada"})
    path = "/api/keep"
    told = ask(gw, token, path, set={"x": "new"}).json()["session"]
    assert told["meta_data"]["team"] == "red"
    again = ask(gw, token, path).json()["session"]["meta_data"]
    assert "x" not in again
    assert sent_on(gw, token, "/api/echo") == ("", "red")
    assert "its SessionMeta is not kept where the caller has no key" in gw.log()


def test_an_open_api_has_nothing_to_keep(gw):
    answer = gw.call("POST", "/open/keep", {}, json.dumps({"meta": {"x": 1}}))
    assert answer.status == 200


def test_who_is_known_by_a_key_of_his_own_keeps_it_there(gw):
    store(gw, "kid-1", jwt_data={"secret": "ada's secret"},
          meta_data={"x": "old"})
    token = "Bearer " + hs256({"sub": "ada", "exp": int(time.time()) + 600},
                              "ada's secret", {"kid": "kid-1"})
    ask(gw, token, "/own/keep", set={"x": "new"})
    assert sent_on(gw, token, "/own/echo")[0] == "new"


def test_a_user_keeps_his_password(gw):
    store(gw, "user", basic_auth_data={"password": "secret"},
          meta_data={"x": "old"})
    answer = ask(gw, basic("user", "secret"), "/users/keep", set={"x": "new"})
    assert b"$2" not in answer.body
    assert sent_on(gw, basic("user", "secret"), "/users/echo")[0] == "new"


def test_a_client_cannot_name_another_key(gw):
    store(gw, "victim", meta_data={"x": "old"})
    store(gw, "thief")
    name = hashlib.sha256(b"defaultvictim").hexdigest() + " 1"
    answer = gw.call("POST", "/tok/keep", {
        "Authorization": "thief", "JOTGATE_KEY": name, "JOTGATE-KEY": name},
        json.dumps({"set": {"x": "stolen"}}))
    assert answer.status == 200
    assert stored(gw, "victim")["meta_data"] == {"x": "old"}


@pytest.mark.parametrize("suppress, left", [
    ("1", 2), (1, 2), ("0", 4), (True, 4), (None, 4), ("", 4)])
def test_a_key_that_is_written_begins_its_quota_anew_unless_told(
        gw, suppress, left):
    session = {"org_id": "default", "access_rights": RIGHTS, "quota_max": 5,
               "quota_renewal_rate": 3600}
    store(gw, "quota", **session)

    def remaining():
        answer = gw.call("GET", "/tok/echo", {"Authorization": "quota"})
        return int(answer.headers["X-RateLimit-Remaining"])

    assert (remaining(), remaining()) == (4, 3)
    ask(gw, "", "/open/keep", own="defaultquota",
        session=session, suppress=suppress)
    assert remaining() == left


def test_a_keys_session_is_told_as_the_control_api_shows_it(gw):
    store(gw, "shown", access_rights={}, apply_policies=["default"],
          alias="Shown", meta_data={"y": [1]}, tags=["t"], somebody=1)
    told = ask(gw, "shown").json()["session"]
    shown = stored(gw, "shown")
    assert {name: told[name] for name in shown} == shown
    assert sorted(told["access_rights"]) == ["api", "tok"]
    assert (told["oauth_keys"], told["hmac_enabled"], told["allowance"]) == \
        ({}, False, 0)


def test_a_tokens_session_is_told_as_tyk_would_store_it(gw):
    token = hs256({"sub": "ada", "client_id": "app"})
    told = ask(gw, "Bearer " + token, "/api/keep").json()["session"]
    assert (told["alias"], told["org_id"], told["oauth_client_id"]) == \
        ("ada", "default", "app")
    assert told["meta_data"] == {
        "TykJWTSessionID": "default" + hashlib.md5(b"ada").hexdigest(),
        "team": "red"}
    assert sorted(told["access_rights"]) == ["api", "tok"]
    assert told["access_rights"]["api"]["versions"] == ["Default"]


@pytest.mark.parametrize("path", ["/tok/keep", "/tok/ignored"])
def test_the_quota_is_told_to_the_client_with_use_session_and_without(
        gw, path):
    store(gw, "counted", quota_max=5, quota_renewal_rate=3600)
    before = int(time.time())
    answer = ask(gw, "counted", path)
    headers = {name: int(answer.headers[f"X-RateLimit-{name}"])
               for name in ("Limit", "Remaining", "Reset")}
    assert (headers["Limit"], headers["Remaining"]) == (5, 4)
    assert before + 3600 <= headers["Reset"] <= int(time.time()) + 3601
    told = answer.json()["session"]
    if path == "/tok/keep":
        assert (told["quota_remaining"], told["quota_max"]) == (4, 5)


def test_an_open_api_has_no_quota_to_tell(gw):
    answer = gw.call("POST", "/open/keep", {}, "{}")
    assert [answer.headers[f"X-RateLimit-{name}"]
            for name in ("Limit", "Remaining", "Reset")] == ["0", "0", "0"]
    assert answer.json()["session"]["meta_data"] == {}
