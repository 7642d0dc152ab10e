"""Versions of an API, of both styles, their ends, and Tyk's words about them;
endpoints of OAS definitions."""
import pytest
from test_oas import EXTENSION, document, put
from tokens import hs256

BODY = b'{\n    "error": "%s"\n}'
MISSING = BODY % b"Version information not found"
UNKNOWN = BODY % b"This API version does not seem to exist"
EXPIRED = BODY % (b"Api Version has expired, please check documentation or "
                  b"contact administrator")
ENDED = BODY % (b"API has expired, please check documentation or contact "
                b"administrator")
REFUSED = BODY % b"Access to this API has been disallowed"
FORBIDDEN = BODY % b"Requested endpoint is forbidden"


def bearer(policy="default"):
    return {"Authorization": f"Bearer {hs256({'sub': 'ada', 'pol': policy})}"}


def old(location, key="", versions=None, **more):
    definition = {"location": location, "key": key}
    for name in ("strip_versioning_data", "fallback_to_default"):
        definition[name] = more.pop(name, False)
    return {"definition": definition, "version_data": {
        "not_versioned": False, **more,
        "versions": versions or {
            "v1": {"name": "v1", "expires": "2001-02-03 04:05"},
            "v2": {"name": "v2", "expires": "2999-01-02 15:04",
                   "global_headers": {"X-Version": "two"},
                   "use_extended_paths": True, "extended_paths": {
                       "black_list": [{"path": "^/v2only"}]}},
            "v3": {"name": "v3", "global_headers": {"X-Version": "three"}},
            "v4": {"name": "v4", "expires": "soon"}}}}


def new(location, key="", **more):
    return {"definition": {
        "enabled": True, "name": "v1", "default": "self",
        "location": location, "key": key,
        "versions": {"v2": "second", "gone": "nobody", "off": "inactive"},
        **more}}


@pytest.fixture(scope="module")
def gw(module_gateway, upstream):
    gw = module_gateway
    old_apis = ["header", "param", "url", "default", "fallback"]
    new_apis = ["base", "second", "newurl", "fall", "inactive"]
    others = ["ended", "later", "odd", "oas", "oasbase", "guarded", "loop"]
    versions = ["v2", "v3", "v4", "v1"]
    gw.add_policy(access_rights={
        api: {"api_id": api, "versions": versions if api in old_apis else []}
        for api in old_apis + new_apis + others})
    gw.add_policy("narrow", access_rights={
        api: {"api_id": api, "versions": ["v3"]} for api in old_apis})
    gw.add_policy("baseonly", access_rights={"base": {"api_id": "base"}})
    gw.add_api("header", **old("header", "X-Api-Version"))
    gw.add_api("param", **old("url-param", "ver", strip_versioning_data=True))
    gw.add_api("url", **old("url", strip_versioning_data=True))
    gw.add_api("default", **old("header", "X-Api-Version",
                                strip_versioning_data=True,
                                default_version="v3"))
    gw.add_api("fallback", **old("header", "X-Api-Version",
                                 fallback_to_default=True,
                                 default_version="v3"))
    gw.add_api("base", **new("header", "X-Api-Version"))
    gw.add_api("newurl", **new("url", strip_versioning_data=True,
                               url_versioning_pattern="^v[0-9]+$"))
    gw.add_api("fall", **new("header", "X-Api-Version",
                             fallback_to_default=True, default="v2"))
    gw.add_api("second", internal=True, version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "global_headers": {"X-Api": "second"},
            "use_extended_paths": True,
            "extended_paths": {"black_list": [{"path": "^/no"}]}}}})
    gw.add_api("inactive", active=False)
    gw.add_api("loop", **new("header", "X-Api-Version",
                             versions={"v2": "loop"}))
    gw.add_api("ended", expiration="2001-01-01 00:00")
    gw.add_api("later", expiration="2999-01-02 15:04")
    gw.add_api("odd", expiration="2999-01-02")
    gw.add_api("guarded", use_keyless=True, enable_jwt=False,
               **new("header", "X-Api-Version"))
    put(gw, "oas.json", operations("oas", upstream))
    base = document("oasbase", upstream)
    base[EXTENSION]["info"]["versioning"] = {
        "enabled": True, "name": "v1", "default": "self",
        "location": "url-param", "key": "v", "stripVersioningData": True,
        "versions": [{"name": "v2", "id": "second"}]}
    put(gw, "oasbase.json", base)
    return gw.start()


def operations(api_id, upstream):
    doc = document(api_id, upstream)
    doc["paths"] = {
        "/pets/{id}": {"get": {"operationId": "pet"},
                       "delete": {"operationId": "kill"}},
        "/open": {"get": {"operationId": "open"}},
        "/closed": {"get": {"operationId": "closed"}},
        "/Any": {"post": {"operationId": "any"}}}
    doc[EXTENSION]["middleware"] = {"operations": {
        "pet": {"allow": {"enabled": True}},
        "kill": {"allow": {"enabled": False}},
        "open": {"ignoreAuthentication": {"enabled": True}},
        "closed": {"block": {"enabled": True}},
        "any": {"allow": {"enabled": True, "ignoreCase": True}},
        "nowhere": {"block": {"enabled": True}}}}
    return doc


def sent(answer):
    assert answer.status == 200, answer.body
    return answer.json()["target"], dict(answer.json()["headers"])


def ask(gw, path, version=None, policy="default"):
    headers = bearer(policy)
    if version is not None:
        headers["X-Api-Version"] = version
    return gw.get(path, headers=headers)


def test_a_header_says_which_version(gw):
    target, headers = sent(ask(gw, "/header/x", "v2"))
    assert headers["X-Version"] == "two" and headers["X-Api-Version"] == "v2"
    assert sent(ask(gw, "/header/x", "v3"))[1]["X-Version"] == "three"
    for version, body in ((None, MISSING), ("", MISSING), ("v9", UNKNOWN),
                          ("V2", UNKNOWN), ("v1", EXPIRED), ("v4", EXPIRED)):
        answer = ask(gw, "/header/x", version)
        assert (version, answer.status, answer.body) == (version, 403, body)


def test_versions_are_looked_at_before_tokens(gw):
    assert gw.get("/header/x").body == MISSING
    assert gw.get("/header/x", headers={"X-Api-Version": "v2"}).status == 400


def test_each_version_has_its_own_lists(gw):
    assert ask(gw, "/header/v2only", "v2").body == FORBIDDEN
    assert ask(gw, "/header/v2only", "v3").status == 200


def test_an_end_to_come_is_said_to_the_client(gw):
    assert ask(gw, "/header/x", "v2").headers["X-Tyk-Api-Expires"] == \
        "Wed, 02 Jan 2999 15:04:00 UTC"
    assert ask(gw, "/header/x", "v3").headers["X-Tyk-Api-Expires"] is None
    assert ask(gw, "/later/x").headers["X-Tyk-Api-Expires"] == \
        "Wed, 02 Jan 2999 15:04:00 UTC"


def test_an_api_without_versions_ends_too(gw):
    for api in ("ended", "odd"):
        answer = gw.get(f"/{api}/x")
        assert (answer.status, answer.body) == (403, ENDED)
    assert "expiration" in gw.log() and "is no time" in gw.log()


def test_a_parameter_says_which_version_and_goes(gw):
    target, headers = sent(ask(gw, "/param/x?a=1&ver=v2&b=%20"))
    assert target == "/x?a=1&b=%20" and headers["X-Version"] == "two"
    assert sent(ask(gw, "/param/x?v%65r=v%33"))[0] == "/x"
    assert ask(gw, "/param/x?ver=v9").body == UNKNOWN
    assert ask(gw, "/param/x?ver=").body == MISSING
    # The first one counts, and none of them is sent on.
    assert sent(ask(gw, "/param/x?ver=v3&ver=v1"))[0] == "/x"


def test_the_first_segment_says_which_version_and_goes(gw):
    for path, target in (("/url/v2/x/y?q", "/x/y?q"), ("/url/v2/", "/"),
                         ("/url/v2", "/"), ("/url/v3/%C3%A9/v3", "/%C3%A9/v3"),
                         ("/url/%763/x", "/x")):
        assert sent(ask(gw, path))[0] == target
    assert ask(gw, "/url/").body == MISSING
    assert ask(gw, "/url/x/v2").body == UNKNOWN
    # Rules see the path that is sent.
    assert ask(gw, "/url/v2/v2only").body == FORBIDDEN
    assert ask(gw, "/url/v2/./v2only").body == FORBIDDEN
    assert ask(gw, "/url/v3/v2only").status == 200


def test_a_default_version_stands_in(gw):
    headers = sent(ask(gw, "/default/x"))[1]
    assert headers["X-Version"] == "three"
    assert "X-Api-Version" not in sent(ask(gw, "/default/x", "v2"))[1]
    assert ask(gw, "/default/x", "v9").body == UNKNOWN
    assert sent(ask(gw, "/fallback/x", "v9"))[1]["X-Version"] == "three"


def test_rights_name_versions(gw):
    assert ask(gw, "/header/x", "v3", "narrow").status == 200
    assert ask(gw, "/header/x", "v2", "narrow").body == REFUSED
    assert ask(gw, "/default/x", None, "narrow").status == 200
    assert ask(gw, "/fallback/x", "v9", "narrow").status == 200
    assert ask(gw, "/fallback/x", "v2", "narrow").body == REFUSED


def test_versions_of_the_new_style_are_apis(gw):
    for version in (None, "self", "v1"):
        assert "X-Api" not in sent(ask(gw, "/base/x", version))[1]
    target, headers = sent(ask(gw, "/base/x", "v2"))
    assert headers["X-Api"] == "second" and target == "/x"
    assert ask(gw, "/base/no", "v2").body == FORBIDDEN
    assert ask(gw, "/base/no").status == 200
    for version in ("v9", "gone", "off", "second"):
        answer = ask(gw, "/base/x", version)
        assert (answer.status, answer.body) == (404, UNKNOWN)
    assert gw.get("/second/x").status == 404  # internal


def test_an_api_that_is_a_version_asks_for_its_own_token_and_rights(gw):
    assert gw.get("/guarded/x").status == 200
    assert gw.get("/guarded/x", headers={"X-Api-Version": "v2"}).status == 400
    assert ask(gw, "/base/x", None, "baseonly").status == 200
    assert ask(gw, "/base/x", "v2", "baseonly").body == REFUSED


def test_versions_of_the_new_style_in_the_path(gw):
    assert sent(ask(gw, "/newurl/v2/x"))[0] == "/x"
    assert sent(ask(gw, "/newurl/v1/x"))[0] == "/x"
    assert ask(gw, "/newurl/off/x").status == 404
    assert sent(ask(gw, "/newurl/self/x"))[0] == "/self/x"  # by the pattern
    assert ask(gw, "/newurl/v2/no").body == FORBIDDEN


def test_a_default_api_stands_in_and_circles_end(gw):
    assert sent(ask(gw, "/fall/x", "v9"))[1]["X-Api"] == "second"
    answer = ask(gw, "/loop/x", "v2")
    assert (answer.status, answer.body) == (404, UNKNOWN)


def test_oas_operations_are_allowed_blocked_and_ignored(gw):
    for method, path, status in (
            ("GET", "/pets/1", 200), ("DELETE", "/pets/1", 403),
            ("GET", "/pets", 403), ("GET", "/closed", 403),
            ("POST", "/any", 200), ("POST", "/ANY", 200),
            ("GET", "/x", 403)):
        answer = gw.call(method, "/oas" + path, bearer())
        assert (path, answer.status) == (path, status)
        if status == 403:
            assert answer.body == FORBIDDEN
    assert gw.get("/oas/open").status == 200
    assert gw.get("/oas/pets/1").status == 400
    assert "operations.nowhere" in gw.log()


def test_oas_versioning_is_the_same(gw):
    assert "X-Api" not in sent(ask(gw, "/oasbase/x"))[1]
    target, headers = sent(ask(gw, "/oasbase/x?v=v2&a=b"))
    assert headers["X-Api"] == "second" and target == "/x?a=b"
    assert ask(gw, "/oasbase/x?v=v3").status == 404
