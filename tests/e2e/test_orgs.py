"""Organisations: their sessions, and what they refuse (enforce_org_quotas)."""
import pytest

from tokens import hs256

OFF = ("this organisation access has been disabled, please contact your API "
       "administrator")
QUOTA = ("This organisation quota has been exceeded, please contact your API "
         "administrator")
RATE = ("This organisation rate limit has been exceeded, please contact your "
        "API administrator")


@pytest.fixture
def gw(gateway):
    gateway.conf["enforce_org_quotas"] = True
    gateway.add_policy()
    gateway.add_api()
    return gateway


def put(gw, method="POST", org="default", **session):
    return gw.control_call(method, f"/tyk/org/keys/{org}", session)


def ask(gw, sub="ada"):
    answer = gw.get("/api/echo", hs256({"sub": sub}))
    return answer.status if answer.status == 200 else \
        (answer.status, answer.error)


def test_an_organisation_lives_from_post_to_delete(gw):
    gw.start()
    assert gw.control_call("GET", "/tyk/org/keys").json() == {"keys": []}
    answer = gw.control_call("GET", "/tyk/org/keys/default")
    assert (answer.status, answer.json()["message"]) == (404, "Org not found")
    assert put(gw, is_inactive=False, x_mine={"kept": 1}).json() == {
        "key": "default", "status": "ok", "action": "added"}
    assert put(gw, "PUT", is_inactive=False, x_mine={"kept": 2}).json()[
        "action"] == "modified"
    assert put(gw, is_inactive=False, x_mine={"kept": 2}).json()[
        "action"] == "added"  # as Tyk says: POST adds, PUT modifies
    shown = gw.control_call("GET", "/tyk/org/keys/default").json()
    assert list(shown)[-1] == "x_mine" and shown["x_mine"] == {"kept": 2}
    assert (shown["is_inactive"], shown["quota_max"]) == (False, 0)
    assert gw.control_call("GET", "/tyk/org/keys").json() == {
        "keys": ["default"]}
    assert gw.control_call("DELETE", "/tyk/org/keys/default").json() == {
        "key": "default", "status": "ok", "action": "deleted"}
    assert gw.control_call("DELETE", "/tyk/org/keys/default").status == 404


def test_an_inactive_organisation_is_refused_at_once(gw):
    gw.start()
    assert ask(gw) == 200
    put(gw, is_inactive=True)
    assert ask(gw) == (403, OFF)
    put(gw, is_inactive=False)
    assert ask(gw) == 200


def test_its_quota_is_for_all_callers_together(gw):
    gw.start()
    put(gw, quota_max=3, quota_renewal_rate=3600)
    assert [ask(gw, f"caller-{i}") for i in range(4)] == \
        [200, 200, 200, (403, QUOTA)]


def test_its_rate_is_for_all_callers_together(gw):
    gw.start()
    put(gw, rate=2, per=60)
    assert [ask(gw, f"caller-{i}") for i in range(3)] == \
        [200, 200, (403, RATE)]
    put(gw, org="other", is_inactive=True)
    gw.control_call("DELETE", "/tyk/org/keys/default")
    assert ask(gw) == 200


def test_without_the_setting_nothing_is_asked(gw):
    gw.conf["enforce_org_quotas"] = False
    gw.start()
    put(gw, is_inactive=True)
    assert ask(gw) == 200


@pytest.mark.parametrize("body", ["", "[]", "{", '{"rate":"x"}',
                                  '{"is_inactive":1}', "[" * 100000])
def test_what_is_no_session_is_refused(gw, body):
    gw.start()
    answer = gw.control_call("POST", "/tyk/org/keys/default", body)
    assert (answer.status, answer.json()["message"]) == \
        (400, "Request malformed")
    assert gw.control_call("GET", "/tyk/org/keys/default").status == 404
    for name in ("a%20b", "a%09", "x" * 300):
        assert put(gw, org=name).status == 400
