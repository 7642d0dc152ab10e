"""POST /tyk/policies/effective: what policies make of each other."""
import itertools
import json

import pytest

PATH = "/tyk/policies/effective"


def policy(name, apis=("one",), org="default", **fields):
    return {"id": name, "name": name.title(), "org_id": org, "active": True,
            "access_rights": {a: {"api_id": a, "api_name": a,
                                  "versions": ["Default"]} for a in apis},
            **fields}


POLICIES = [
    policy("slow", rate=5, per=1, quota_max=1000, quota_renewal_rate=3600),
    policy("fast", ["one", "two"], rate=50, per=1, quota_max=10,
           quota_renewal_rate=60),
    policy("same", rate=5, per=1),
    policy("rate", rate=99, per=1, partitions={"rate_limit": True}),
    policy("acl", ["two"], partitions={"acl": True}),
    policy("each", ["one"], rate=3, per=1, partitions={"per_api": True}),
    policy("each2", ["one", "two"], rate=4, per=1,
           partitions={"per_api": True}),
    policy("both", partitions={"per_api": True, "acl": True}),
    policy("off", active=False, is_inactive=True),
    policy("far", org="elsewhere"),
    policy("bare", [], quota_max=7),
]


@pytest.fixture(scope="module")
def gw(module_gateway):
    for p in POLICIES:
        (module_gateway.policies / f"{p['id']}.json").write_text(json.dumps(p))
    module_gateway.add_api("one", jwt_scope_to_policy_mapping={
        "read": "slow", "write": "fast", "lost": "nowhere"})
    module_gateway.add_api("two")
    return module_gateway.start()


def ask(gw, **body):
    answer = gw.control_call("POST", PATH, body)
    assert answer.status == 200, answer.body
    return answer.json()


def by_api(answer):
    return {a["api_id"]: a for a in answer["apis"]}


def test_the_winner_of_each_number_is_named(gw):
    answer = ask(gw, policies=["slow", "fast"])
    assert answer["verdict"] == "merged" and answer["conflicts"] == []
    one, two = (by_api(answer)[a] for a in ("one", "two"))
    assert (one["limit"]["rate"], one["won_by"]["rate"]) == (50, "fast")
    assert (one["limit"]["quota_max"], one["won_by"]["quota_max"]) == \
        (1000, "slow")
    assert one["granted_by"] == ["slow", "fast"]
    assert two["granted_by"] == ["fast"]
    assert two["won_by"] == {"rate": "fast", "quota_max": "fast"}


def test_an_equal_number_is_the_first_one_s(gw):
    answer = ask(gw, policies=["slow", "same"])
    assert by_api(answer)["one"]["won_by"]["rate"] == "slow"


def test_a_partition_changes_its_number_only(gw):
    answer = ask(gw, policies=["acl", "slow", "rate"])
    assert by_api(answer)["one"]["won_by"] == {
        "rate": "rate", "quota_max": "slow"}


def test_scopes_are_mapped_as_the_api_says(gw):
    answer = ask(gw, api_id="one", scopes=["read", "write", "lost", "other"])
    assert [(p["id"], p["scope"]) for p in answer["policies"]] == \
        [("slow", "read"), ("fast", "write")]
    assert (answer["unknown"], answer["unmapped"]) == (["nowhere"], ["other"])
    other = ask(gw, api_id="one", scopes=["read", "write"],
                scope_to_policy={"read": "same"})
    assert [p["id"] for p in other["policies"]] == ["same"]
    assert other["unmapped"] == ["write"]


def test_what_is_not_saved_yet_comes_first(gw):
    draft = policy("slow", rate=1000, per=1)
    answer = ask(gw, policies=["slow", "fast"], documents=[draft])
    assert by_api(answer)["one"]["limit"]["rate"] == 1000
    assert by_api(answer)["one"]["won_by"]["rate"] == "slow"
    kept = gw.control_call("GET", "/tyk/policies/slow").json()
    assert kept["rate"] == 5


@pytest.mark.parametrize("ids, reason, guilty, apis", [
    (["each", "rate"], "JG410", ["each", "rate"], ["one"]),
    (["acl", "each"], "JG410", ["acl", "each"], []),
    (["slow", "both"], "JG409", ["both"], []),
    (["slow", "far"], None, None, None),
])
def test_a_conflict_names_who_and_where(gw, ids, reason, guilty, apis):
    answer = ask(gw, policies=ids)
    if reason is None: # of another organisation: not to be found from here
        assert answer["unknown"] == ["far"]
        return
    assert answer["verdict"] == "refused" and answer["reason"] == reason
    conflict, = answer["conflicts"]
    assert (conflict["severity"], conflict["reason"]) == ("fault", reason)
    assert conflict["policies"] == guilty and conflict["apis"] == apis
    assert not conflict["message"].startswith("failed to create key")


def test_a_policy_of_another_organisation_conflicts(gw):
    answer = ask(gw, api_id="one", policies=["slow", "x"],
                 documents=[policy("x", org="elsewhere")])
    assert answer["reason"] == "JG408"
    assert answer["conflicts"][0]["policies"] == ["x"]


def test_two_per_api_policies_of_one_api_are_a_warning(gw):
    answer = ask(gw, policies=["each", "each2"])
    assert answer["verdict"] == "merged"
    conflict, = answer["conflicts"]
    assert (conflict["severity"], conflict["policies"], conflict["apis"]) == \
        ("warning", ["each", "each2"], ["one"])


def test_nothing_is_nothing(gw):
    answer = ask(gw)
    assert (answer["verdict"], answer["reason"]) == ("refused", "JG407")


def test_an_inactive_policy_switches_the_caller_off(gw):
    answer = ask(gw, policies=["slow", "off"])
    assert answer["is_inactive"] is True
    assert [p["active"] for p in answer["policies"]] == [True, False]


def test_the_result_is_that_of_a_key_with_these_policies(gw):
    """Every set of up to three: the same verdict, rights and limits."""
    ids = [p["id"] for p in POLICIES if p["id"] != "far"]
    numbers = ("rate", "per", "quota_max", "quota_renewal_rate")
    for size in (1, 2, 3):
        for chosen in itertools.permutations(ids, size):
            answer = ask(gw, policies=list(chosen))
            key = gw.control_call("POST", "/tyk/keys/preview", {
                "org_id": "default", "apply_policies": list(chosen)})
            assert (key.status == 200) == (answer["verdict"] == "merged"), chosen
            if key.status != 200:
                assert answer["message"] in key.json()["message"], chosen
                continue
            session = key.json()
            assert set(session["access_rights"]) == set(by_api(answer)), chosen
            assert session["is_inactive"] == answer["is_inactive"]
            for name in numbers:
                assert session[name] == answer["limit"][name], (chosen, name)
            for api, right in by_api(answer).items():
                limit = session["access_rights"][api]["limit"]
                for name in numbers:
                    assert limit[name] == right["limit"][name], (chosen, api)


@pytest.mark.parametrize("body", [
    "", "[]", "7", "{", {"policies": "slow"}, {"policies": [1]},
    {"policies": [["slow"]]}, {"policies": {"0": "slow"}},
    {"policies": ["x"] * 65}, {"scopes": ["s"] * 1025}, {"scopes": [None]},
    {"scopes": "read write"}, {"api_id": 1}, {"api_id": ["one"]},
    {"scope_to_policy": ["a"]}, {"scope_to_policy": {"a": 1}},
    {"documents": {}}, {"documents": [1]}, {"documents": [{"name": "x"}]},
    {"documents": [{"id": "x", "rate": "fast"}]},
    {"documents": [{"id": "a\nb"}]}, {"documents": [{"id": "x"}] * 65},
])
def test_a_malformed_question_is_refused(gw, body):
    answer = gw.control_call("POST", PATH, body)
    assert answer.status == 400, answer.body
    assert answer.json()["status"] == "error"


def test_a_faulty_draft_is_refused_at_its_field(gw):
    answer = gw.control_call("POST", PATH, {
        "documents": [policy("x", rate="fast")]})
    assert answer.json()["errors"][0]["path"] == "rate"


def test_too_many_policies_are_refused(gw):
    answer = gw.control_call("POST", PATH, {
        "policies": [f"p{i}" for i in range(64)] + ["slow"]})
    assert answer.status == 400
    many = [policy(f"p{i}") for i in range(64)]
    good = gw.control_call("POST", PATH, {
        "policies": [p["id"] for p in many], "documents": many})
    assert good.json()["verdict"] == "merged"
    over = gw.control_call("POST", PATH, {
        "policies": [p["id"] for p in many], "documents": many,
        "scopes": ["read"], "api_id": "one"})
    assert over.status == 400 and "too many" in over.json()["message"]


def test_an_unknown_api_is_told(gw):
    answer = gw.control_call("POST", PATH, {"api_id": "nowhere"})
    assert (answer.status, answer.json()["message"]) == (404, "API not found")


def test_a_policy_may_still_have_this_name(gw):
    made = gw.control_call("POST", "/tyk/policies", policy("effective"))
    assert made.status == 200
    gw.reload()
    assert gw.control_call("GET", PATH).json()["id"] == "effective"
    assert gw.control_call("DELETE", PATH).status == 200
