"""/tyk/keys as Tyk's scripts call it: bytes, durability, edits side by side."""
import base64
import json
import os
import signal
import subprocess
import threading
import time

import pytest

RIGHTS = {"api": {"api_id": "api", "api_name": "api", "versions": ["Default"]}}
SESSION = {"org_id": "default", "access_rights": RIGHTS}


# Those of every session of Tyk's, in its order.
MEMBERS = """
last_check allowance rate per throttle_interval throttle_retry_limit
max_query_depth date_created expires quota_max quota_renews quota_remaining
quota_renewal_rate access_rights org_id oauth_client_id oauth_keys certificate
basic_auth_data jwt_data hmac_enabled enable_http_signature_validation
hmac_string rsa_certificate_id is_inactive apply_policy_id apply_policies
data_expires monitor enable_detail_recording enable_detailed_recording
meta_data tags alias last_updated id_extractor_deadline session_lifetime
post_expiry_action post_expiry_grace_period
""".split()


def set_up(gw, **conf):
    gw.conf.update(conf)
    gw.conf["worker_processes"] = 2
    gw.add_policy()
    gw.add_policy("quota", quota_max=5, quota_renewal_rate=3600)
    gw.add_api(enable_jwt=False, use_standard_auth=True,
               auth={"auth_header_name": "Authorization"})
    return gw.start()


@pytest.fixture(scope="module")
def gw(module_gateway):
    return set_up(module_gateway, hash_keys=True,
                  hash_key_function="murmur64",
                  enable_hashed_keys_listing=True)


def use(gw, key):
    return gw.get("/api/echo", headers={"Authorization": key}).status


def json_key(key_id, function="murmur64"):
    text = '{"org":"default","id":"%s","h":"%s"}' % (key_id, function)
    return base64.b64encode(text.encode()).decode()


def test_a_key_lives_from_post_to_delete(gw):
    answer = gw.control_call("POST", "/tyk/keys/create", SESSION)
    assert answer.status == 200
    made = answer.json()
    assert list(made) == ["key", "status", "action", "key_hash"]
    assert (made["status"], made["action"]) == ("ok", "added")
    inner = json.loads(base64.b64decode(made["key"]))
    assert list(inner) == ["org", "id", "h"]
    assert (inner["org"], inner["h"]) == ("default", "murmur64")
    assert len(inner["id"]) == 32
    assert made["key_hash"] in gw.control_call("GET",
                                               "/tyk/keys").json()["keys"]
    assert use(gw, made["key"]) == 200
    shown = gw.control_call("GET", f"/tyk/keys/{made['key']}")
    assert shown.json()["access_rights"]["api"]["versions"] == ["Default"]
    by_hash = gw.control_call("GET",
                              f"/tyk/keys/{made['key_hash']}?hashed=true")
    assert by_hash.json() == shown.json()
    answer = gw.control_call("DELETE", f"/tyk/keys/{made['key']}")
    assert answer.body == json.dumps(
        {"key": made["key"], "status": "ok", "action": "deleted"},
        separators=(",", ":")).encode() + b"\n"
    assert use(gw, made["key"]) == 403
    assert gw.control_call("GET", f"/tyk/keys/{made['key']}").json() == {
        "status": "error", "message": "Key not found"}


def test_a_custom_key_is_presented_as_it_is_called(gw):
    answer = gw.control_call("POST", "/tyk/keys/my-own-key", SESSION)
    assert answer.json()["key"] == json_key("my-own-key")
    assert use(gw, "my-own-key") == 200
    assert use(gw, json_key("my-own-key")) == 200
    assert use(gw, "my-own-ke") == 403
    # The vector of the reference: another one of the same organisation.
    answer = gw.control_call("POST",
                             "/tyk/keys/e807f1fcf82d132f9bb018ca6738a19f",
                             SESSION)
    assert answer.json()["key_hash"] == "4db9692342a9df7f"


def test_a_session_is_shown_with_what_every_session_has(gw):
    """Also where nobody set it, for clients that read it as Tyk's."""
    key = gw.control_call("POST", "/tyk/keys/create", SESSION).json()["key"]
    shown = gw.control_call("GET", f"/tyk/keys/{key}").json()
    preview = gw.control_call("POST", "/tyk/keys/preview", SESSION).json()
    for session in (shown, preview):
        assert list(session) == MEMBERS
        assert session["basic_auth_data"] == {"password": "", "hash_type": ""}
        assert {m: session[m] for m in ("expires", "alias", "apply_policies",
                                        "hmac_enabled", "oauth_client_id",
                                        "session_lifetime")} == {
            "expires": 0, "alias": "", "apply_policies": [],
            "hmac_enabled": False, "oauth_client_id": "",
            "session_lifetime": 0}
        assert abs(int(session["last_updated"]) - time.time()) < 60


def test_a_key_that_ends_before_it_begins_is_an_expired_one(gw):
    answer = gw.control_call("POST", "/tyk/keys/create",
                             {**SESSION, "expires": int(time.time()) - 60})
    assert answer.status == 200
    assert [w["path"] for w in answer.json()["warnings"]] == ["expires"]
    answer = gw.get("/api/", answer.json()["key"])
    assert answer.status == 401
    assert answer.error == "Key has expired, please renew"


def test_changes_count_at_once_on_every_worker(gw):
    gw.control_call("POST", "/tyk/keys/changing", SESSION)
    for _ in range(3):
        answer = gw.control_call("PUT", "/tyk/keys/changing",
                                 {**SESSION, "is_inactive": True})
        assert answer.json()["action"] == "modified"
        assert "key_hash" not in answer.json()
        assert {use(gw, "changing") for _ in range(8)} == {403}
        gw.control_call("PUT", "/tyk/keys/changing", SESSION)
        assert {use(gw, "changing") for _ in range(8)} == {200}


def test_quota_is_shown_reset_and_kept(gw):
    session = {"org_id": "default", "apply_policies": ["quota"]}
    key = gw.control_call("POST", "/tyk/keys/quota-key", session).json()["key"]
    shown = gw.control_call("GET", f"/tyk/keys/{key}").json()
    assert shown["quota_remaining"] == 5
    assert abs(shown["quota_renews"] - time.time() - 3600) < 60
    for left in (4, 3, 2):
        assert use(gw, "quota-key") == 200
        shown = gw.control_call("GET", f"/tyk/keys/{key}").json()
        assert shown["quota_max"] == 5
        assert shown["quota_remaining"] == left
        assert abs(shown["quota_renews"] - time.time() - 3600) < 60
    gw.control_call("PUT", "/tyk/keys/quota-key?suppress_reset=1", session)
    shown = gw.control_call("GET", f"/tyk/keys/{key}").json()
    assert shown["quota_remaining"] == 2
    gw.control_call("PUT", "/tyk/keys/quota-key", session)
    shown = gw.control_call("GET", f"/tyk/keys/{key}").json()
    assert shown["quota_remaining"] == 5
    while use(gw, "quota-key") == 200:
        pass
    assert use(gw, "quota-key") == 403
    gw.control_call("DELETE", f"/tyk/keys/{key}")
    gw.control_call("POST", "/tyk/keys/quota-key", session)
    assert use(gw, "quota-key") == 200


@pytest.mark.parametrize("method, path, body", [
    ("POST", "/tyk/keys/abc", "{"), ("POST", "/tyk/keys/abc", "[]"),
    ("POST", "/tyk/keys/abc", "[" * 50_000),
    ("POST", "/tyk/keys/abc", '{"rate":"many"}'),
    ("POST", "/tyk/keys/abc", '{"expires":1e400}'),
    ("POST", "/tyk/keys/abc", '{"a":1,"a":2}'),
    ("POST", "/tyk/keys/abc", b'{"alias":"\xff"}'),
    ("POST", "/tyk/keys/abc", '{"x":"' + "y" * 300_000 + '"}'),
    ("POST", "/tyk/keys/ab", json.dumps(SESSION)),
    ("POST", "/tyk/keys/" + "k" * 65_536, json.dumps(SESSION)),
    ("POST", "/tyk/keys/" + "k" * 20_000, json.dumps(SESSION)),
    ("POST", "/tyk/keys/a%2fb", json.dumps(SESSION)),
    ("POST", "/tyk/keys/a%5cb", json.dumps(SESSION)),
    ("POST", "/tyk/keys/..%2f..%2fapis", json.dumps(SESSION)),
    ("POST", "/tyk/keys/a%00b", json.dumps(SESSION)),
    ("POST", "/tyk/keys/a%0d%0ab", json.dumps(SESSION)),
    ("POST", "/tyk/keys/a%22b", json.dumps(SESSION)),
    ("POST", "/tyk/keys/%ff%fe%fd", json.dumps(SESSION)),
    ("POST", "/tyk/keys/abc", json.dumps(
        {**SESSION, "org_id": 'default","id":"x'})),
    ("POST", "/tyk/keys/abc", json.dumps({**SESSION, "expires": 1000})),
    ("PUT", "/tyk/keys/nobody", json.dumps(SESSION)),
    ("PUT", "/tyk/keys", json.dumps(SESSION)),
    ("DELETE", "/tyk/keys", None), ("DELETE", "/tyk/keys/nobody", None),
    ("GET", "/tyk/keys/nobody?org_id=%zz", None),
    ("GET", "/tyk/keys/" + "x" * 60_000, None),
    ("PATCH", "/tyk/keys/nobody", "{}"),
    ("POST", "/tyk/keys/policy/nobody", '{"policy":[]}'),
    ("POST", "/tyk/keys/policy/nobody", '{"policy":"default"}'),
])
def test_malformed_calls_are_4xx_and_kill_nobody(gw, method, path, body):
    before = gw.control_call("GET", "/tyk/keys").json()
    answer = gw.control_call(method, path, body)
    assert 400 <= answer.status < 500, answer.body
    assert gw.control_call("GET", "/tyk/keys").json() == before
    assert "killed by" not in gw.log() and "ended with" not in gw.log()


@pytest.mark.parametrize("body, status, message", [
    ("{", 500, "Unmarshalling failed"),
    ({}, 400, "Failed to create key, keys must have at least one Access "
              "Rights record set."),
    ({"apply_policies": ["none"]}, 500,
     'Failed to create key - policy not found: "none"'),
])
def test_create_answers_as_tyk_does(gw, body, status, message):
    answer = gw.control_call("POST", "/tyk/keys/create", body)
    assert (answer.status, answer.json()["message"]) == (status, message)


@pytest.mark.parametrize("name", ["rev.o.ked", "revoked-key", None])
def test_a_revoked_key_is_refused_by_any_name(gw, name):
    key_id = name or "revoked-too"
    key = gw.control_call("POST", f"/tyk/keys/{key_id}",
                          SESSION).json()["key"]
    assert {use(gw, key), use(gw, key_id)} == {200}
    answer = gw.control_call("POST", "/tyk/revocations",
                             {"token": name or key})
    for text in (key, key_id, f"default{key_id}"):
        assert use(gw, text) == 401
    gw.control_call("DELETE", f"/tyk/revocations/{answer.json()['key']}")
    assert {use(gw, key), use(gw, key_id)} == {200}


def test_no_key_and_no_secret_in_the_log(gw):
    session = {**SESSION, "jwt_data": {"secret": "the-callers-secret"}}
    made = gw.control_call("POST", "/tyk/keys/hush-hush-key", session).json()
    gw.control_call("PUT", "/tyk/keys/hush-hush-key", session)
    gw.control_call("GET", f"/tyk/keys/{made['key']}")
    use(gw, "hush-hush-key")
    gw.control_call("DELETE", f"/tyk/keys/{made['key']}")
    for text in ("hush-hush-key", made["key"], "the-callers-secret"):
        assert text not in gw.log()


def test_edits_side_by_side_lose_nothing(gw):
    """Each of them is one transaction: the last one counts, whole."""
    gw.control_call("POST", "/tyk/keys/shared-key", SESSION)
    statuses = []

    def edit(n):
        for i in range(20):
            answer = gw.control_call(
                "PUT", "/tyk/keys/shared-key",
                {**SESSION, "alias": f"{n}", "x_same": f"{n}"})
            statuses.append(answer.status)

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    shown = gw.control_call("GET",
                            "/tyk/keys/shared-key?org_id=default").json()
    assert shown["alias"] == shown["x_same"]


def kill_broker(gw):
    """The parent; its children die with it."""
    pids = subprocess.run(["pgrep", "-P", str(gw.process.pid), "-f",
                           "jotgate-broker"], capture_output=True, text=True)
    for pid in pids.stdout.split():
        os.kill(int(pid), signal.SIGKILL)


def test_what_was_answered_survives_any_kill(gateway):
    """Keys are made while the processes that make them are killed."""
    set_up(gateway)
    made, stop = [], threading.Event()

    def make():
        n = 0
        while not stop.is_set():
            n += 1
            try:
                answer = gateway.control_call("POST", f"/tyk/keys/kill-{n}",
                                              SESSION)
            except OSError:
                continue
            if answer.status == 200:
                made.append(f"kill-{n}")

    thread = threading.Thread(target=make)
    thread.start()
    for want in (20, 60, 100):
        deadline = time.monotonic() + 60
        while len(made) < want and time.monotonic() < deadline:
            time.sleep(0.01)
        kill_broker(gateway)
    stop.set()
    thread.join()
    gateway.stop()
    gateway.start()
    assert len(made) >= 60
    for key in made:
        assert use(gateway, key) == 200


def test_a_list_has_details_when_asked(gw):
    made = gw.control_call("POST", "/tyk/keys/create", {
        **SESSION, "alias": "till \u00e9<7>", "apply_policies": ["default"],
        "expires": 4000000000, "meta_data": {"hidden": "hush"}}).json()
    assert list(gw.control_call("GET", "/tyk/keys").json()) == ["keys"]
    answer = gw.control_call("GET", "/tyk/keys?details=true")
    found = {row["key"]: row for row in answer.json()["details"]}
    assert sorted(found) == sorted(answer.json()["keys"])
    row = found[made["key_hash"]]
    assert row["alias"] == "till \u00e9<7>"
    assert row["apply_policies"] == ["default"]
    assert row["expires"] == 4000000000
    assert b"hush" not in answer.body and made["key"].encode() not in answer.body
    gw.control_call("DELETE", f"/tyk/keys/{made['key']}")
