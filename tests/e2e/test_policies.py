"""Policies: from a folder or one file, merged, and refused in Tyk's words."""
import json

import pytest
from tokens import hs256

DISALLOWED = "Access to this API has been disallowed"
CREATE = "failed to create key: "


def rights(*apis, **fields):
    return {"access_rights": {a: {"api_id": a, "versions": ["Default"],
                                  **fields} for a in apis}}


def ask(gw, api, path="", **claims):
    token = hs256({"sub": "ada", **claims})
    return gw.get(f"/{api}/{path}",
                  headers={"Authorization": f"Bearer {token}"})


def assert_refused(answer, status, text):
    body = '{\n    "error": "%s"\n}' % text.replace('"', '\\"')
    assert (answer.status, answer.body.decode()) == (status, body)


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    for api, policies in {
            "both": ["reads", "writes"], "other": ["writes"],
            "off": ["reads", "off"], "lost": ["gone"],
            "two": ["gone", "reads"], "mixed": ["single", "split"],
            "parts": ["parts"], "nothing": ["quota"], "order": ["off2"],
            "meta": ["reads", "writes"]}.items():
        gw.add_api(api, jwt_default_policies=policies, **({} if api != "meta"
                   else {"version_data": {"not_versioned": True, "versions": {
                       "Default": {"name": "Default", "global_headers": {
                           "X-Tier": "$tyk_meta.tier",
                           "X-Only": "$tyk_meta.only",
                           "X-Session": "$tyk_meta.TykJWTSessionID"}}}}}))
    every = ["both", "off", "two", "mixed", "parts", "meta"]
    gw.add_policy("reads", **rights(*every), meta_data={
        "tier": "silver", "only": "reads"})
    gw.add_policy("writes", **rights("both", "meta"),
                  meta_data={"tier": "gold"})
    gw.add_policy("off", **rights("off"), is_inactive=True)
    gw.add_policy("single", **rights("mixed"), partitions={"per_api": True})
    gw.add_policy("split", **rights("mixed"), partitions={"acl": True})
    gw.add_policy("parts", **rights("parts"),
                  partitions={"acl": True, "per_api": True})
    gw.add_policy("quota", **rights("nothing"), partitions={"quota": True})
    gw.add_policy("off2", org_id="elsewhere", **rights("order"))
    return gw.start()


@pytest.mark.parametrize("api", ["both", "two"])
def test_several_policies_let_in(gw, api):
    assert ask(gw, api).status == 200


@pytest.mark.parametrize("api, status, text", [
    ("other", 403, DISALLOWED),
    ("off", 403, "Key is inactive, please renew"),
    ("lost", 500, CREATE + 'policy not found: "gone"'),
    ("order", 500, CREATE + 'policy not found: "off2"'),
    ("mixed", 500, CREATE + "cannot apply multiple policies when some have "
     "per_api set and some are partitioned"),
    ("parts", 500, CREATE + "cannot apply policy parts which has per_api and "
     "any of partitions set"),
    ("nothing", 500, CREATE + "key has no valid policies to be applied"),
])
def test_policies_that_do_not_apply_say_so_in_tyks_words(gw, api, status, text):
    assert_refused(ask(gw, api), status, text)


def test_meta_data_of_the_last_policy_that_has_it(gw):
    sent = dict(ask(gw, "meta").json()["headers"])
    assert sent["X-Tier"] == "gold"
    assert sent["X-Only"] == "reads"
    assert sent["X-Session"] == "default8c8d357b5e872bbacd45197626bd5759"


def test_a_policy_with_per_api_and_partitions_is_warned_of(gw):
    assert "every caller with this policy is refused" in gw.log()


def policy(policy_id, *apis, **fields):
    return {"id": policy_id, "org_id": "default", **rights(*apis), **fields}


def test_one_file_holds_all_policies_by_their_names(gateway):
    path = gateway.folder / "policies.json"
    gateway.conf["policies"] = {"policy_source": "file",
                                "policy_record_name": str(path)}
    path.write_text(json.dumps({"a": policy("inner", "api"),
                                "b": policy("", "none")}))
    gateway.add_api(jwt_default_policies=[])
    gateway.start()
    assert ask(gateway, "api", pol="a").status == 200
    assert_refused(ask(gateway, "api", pol="inner"), 403,
                   "key not authorized: no matching policy")
    assert_refused(ask(gateway, "api", pol="b"), 403, DISALLOWED)


@pytest.mark.parametrize("broken", [
    "{", '{"id": "bad", "rate": "much"}',
    '{"id": "bad", "access_rights": [], "org_id": "default"}'])
def test_a_broken_policy_keeps_its_last_good_version(gateway, broken):
    gateway.add_policy("bad")
    gateway.add_policy("good")
    gateway.add_api(jwt_default_policies=[])
    gateway.start()
    assert ask(gateway, "api", pol="bad").status == 200
    (gateway.policies / "bad.json").write_text(broken)
    gateway.reload()
    assert ask(gateway, "api", pol="bad").status == 200
    assert ask(gateway, "api", pol="good").status == 200
    (gateway.policies / "bad.json").unlink()
    gateway.reload()
    assert_refused(ask(gateway, "api", pol="bad"), 403,
                   "key not authorized: no matching policy")


def test_a_policy_that_was_never_good_is_left_out(gateway):
    (gateway.policies / "bad.json").write_text('{"id": "bad", "rate": []}')
    gateway.add_policy("good")
    gateway.add_api(jwt_default_policies=["bad", "good"])
    gateway.start()
    assert ask(gateway, "api").status == 200
    assert_refused(ask(gateway, "api", pol="bad"), 403,
                   "key not authorized: no matching policy")


def test_a_changed_policy_counts_for_the_next_request(gateway):
    gateway.add_policy("p")
    gateway.add_api(jwt_default_policies=["p"])
    gateway.start()
    assert ask(gateway, "api").status == 200
    gateway.add_policy("p", is_inactive=True)
    gateway.reload()
    assert_refused(ask(gateway, "api"), 403, "Key is inactive, please renew")
