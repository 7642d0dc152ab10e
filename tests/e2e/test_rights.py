"""What a caller may use of an API: versions, methods and paths; endpoints that
are ignored, forbidden, allowed or answered by the gateway."""
import json

import pytest
from tokens import hs256

PATH_REFUSED = b'{\n    "error": "Access to this resource has been disallowed"\n}'
API_REFUSED = b'{\n    "error": "Access to this API has been disallowed"\n}'
FORBIDDEN = b'{\n    "error": "Requested endpoint is forbidden"\n}'


def bearer(policy="default"):
    return {"Authorization": f"Bearer {hs256({'sub': 'ada', 'pol': policy})}"}


def rights(api, urls, **more):
    return {"access_rights": {api: {"api_id": api, "versions": ["Default"],
                                    "allowed_urls": urls, **more}}}


def versioned(**version):
    return {"version_data": {"not_versioned": True, "versions": {
        "Default": {"name": "Default", "use_extended_paths": True,
                    **version}}}}


LISTS = {"extended_paths": {
    "ignored": [
        {"path": "^/health$", "method": "GET"},
        {"path": "^/docs/*", "method": "GET", "ignore_case": True},
        {"path": "^/echo$", "method_actions": {
            "GET": {"action": "reply", "code": 418, "data": "short and stout",
                    "headers": {"X-Pot": "tea", "Connection": "x",
                                "Content-Length": "9"}},
            "POST": {"action": "no_action", "code": 200},
            "PUT": {"action": "other"}}}],
    "black_list": [
        {"path": "/admin", "method": "GET"},
        {"path": "^/item/{id}/secret$", "method": "GET"},
        {"path": "^/off", "method": "GET", "disabled": True}],
    "internal": [{"path": "^/inside", "method": "GET"}]}}


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    apis = ["api", "lists", "white", "plain"]
    gw.add_policy(apis=apis)
    gw.add_policy("reader", **rights("api", [
        {"url": "^/api/books", "methods": ["GET", "HEAD"]},
        {"url": "/mine/{id}/x$", "methods": ["GET", "POST"]},
        {"url": "/(broken", "methods": ["GET"]}]))
    gw.add_policy("writer", **rights("api", [
        {"url": "^/api/books", "methods": ["PUT"]}]))
    gw.add_policy("nothing", **rights("api", [{"url": "/", "methods": []}]))
    gw.add_policy("other", apis=["lists"])
    gw.add_api("api", jwt_default_policies=["reader", "writer"])
    gw.add_api("lists", **versioned(**LISTS))
    gw.add_api("white", **versioned(extended_paths={
        "ignored": [{"path": "^/open$"}],
        "white_list": [{"path": "^/books/{id}$", "method": "GET"},
                       {"path": "^/orders", "method": "POST"}]}))
    gw.add_api("plain", **versioned(
        use_extended_paths=False,
        paths={"ignored": ["^/open$"], "black_list": ["/admin"],
               "white_list": []}))
    return gw.start()


@pytest.mark.parametrize("method, path, allowed", [
    ("GET", "/api/books", True),
    ("GET", "/api/books/1", True),
    ("GET", "/api/booksellers", True),  # a prefix is all that was asked for
    ("HEAD", "/api/books", True),
    ("POST", "/api/books", False),
    ("GET", "/api/x/api/books", False),
    ("GET", "/api/api/books", False),  # behind the listen path is no form of it
    ("GET", "/api/mine/7/x", True),
    ("POST", "/api/mine/7/x", True),
    ("GET", "/api/mine/7/8/x", False),
    ("GET", "/api/mine/7/x/", False),
    ("GET", "/api/", False),
    ("GET", "/api/(broken", False),
    # One canonical form is matched, and the same is sent.
    ("GET", "/api/books/../admin", False),
    ("GET", "/api/%62ooks/1", True),
    ("GET", "/api//books", True),
    ("GET", "/api/admin?/api/books", False),
    ("GET", "/api/admin;/api/books", False),
    ("GET", "/api/BOOKS", False),
])
def test_allowed_urls_name_methods_and_paths(gw, method, path, allowed):
    answer = gw.call(method, path, bearer("reader"))
    if allowed:
        assert answer.status == 200
    else:
        assert answer.status == 403
        assert answer.body == PATH_REFUSED


def test_an_encoded_slash_or_climb_is_refused_before_any_rule(gw):
    for path in ("/api/books%2f..%2fadmin", "/api/books/..%2f", "/api/..;/x"):
        assert gw.get(path, headers=bearer("reader")).status == 400


def test_policies_join_their_methods_and_an_empty_list_grants_nothing(gw):
    assert gw.call("PUT", "/api/books", bearer("")).status == 200
    assert gw.call("GET", "/api/books", bearer("")).status == 200
    assert gw.call("PUT", "/api/books", bearer("reader")).status == 403
    assert gw.call("GET", "/api/books", bearer("nothing")).body == PATH_REFUSED
    assert gw.call("GET", "/api/books", bearer("other")).body == API_REFUSED


def test_an_expression_that_is_none_is_said_with_its_place(gw):
    assert "access_rights.api.allowed_urls.2.url" in gw.log()
    assert '"/(broken" matches nothing: not a regular expression' in gw.log()


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/health", 200),
    ("POST", "/health", 400),  # no token
    ("GET", "/health/", 400),
    ("GET", "/x/health", 400),
    ("GET", "/docs/a/b", 200),
    ("GET", "/DOCS/a", 200),
    ("GET", "/docs", 400),
    ("GET", "/docs/../x", 400),
    ("GET", "/x/../health", 200),
    ("GET", "/%68ealth", 200),
    ("GET", "/health?x", 200),
    ("GET", "/x?/health", 400),
    ("GET", "/x;/health", 400),
    ("POST", "/echo", 200),
    ("PUT", "/echo", 403),
    ("DELETE", "/echo", 400),
    ("GET", "/admin", 403),  # before any token is asked for
    ("GET", "/x/admin2", 403),
    ("GET", "/Admin", 400),
    ("GET", "/item/1/secret", 403),
    ("GET", "/item/1/2/secret", 400),
    ("GET", "/off", 400),
    ("GET", "/inside", 403),
])
def test_lists_of_endpoints_come_before_authentication(gw, method, path,
                                                       status):
    answer = gw.call(method, "/lists" + path)
    assert answer.status == status
    if status == 403:
        assert answer.body == FORBIDDEN


def test_a_reply_is_the_gateways_own_and_needs_no_token(gw):
    answer = gw.get("/lists/echo")
    assert (answer.status, answer.body) == (418, b"short and stout")
    assert answer.headers["X-Pot"] == "tea"
    assert answer.headers["Content-Length"] == "15"
    assert answer.headers["X-Upstream"] is None


def test_what_is_ignored_is_sent_without_identity(gw):
    sent = dict(gw.get("/lists/health", headers={"X-A": "1"})
                .json()["headers"])
    assert sent["X-A"] == "1"
    # A token that is not asked for is not looked at either.
    answer = gw.get("/lists/health",
                    headers={"Authorization": "Bearer rubbish"})
    assert answer.status == 200


def test_a_token_opens_the_rest_and_no_forbidden_path(gw):
    assert gw.get("/lists/x", headers=bearer()).status == 200
    assert gw.get("/lists/admin", headers=bearer()).body == FORBIDDEN
    assert gw.get("/lists/%61dmin", headers=bearer()).body == FORBIDDEN
    assert gw.get("/lists/x/../admin", headers=bearer()).body == FORBIDDEN


def test_a_white_list_forbids_all_others(gw):
    for method, path, status in (
            ("GET", "/books/1", 200), ("POST", "/books/1", 403),
            ("GET", "/books", 403), ("GET", "/books/1/2", 403),
            ("POST", "/orders", 200), ("POST", "/orders/1", 200),
            ("GET", "/open", 200), ("GET", "/", 403)):
        answer = gw.call(method, "/white" + path, bearer())
        assert (path, answer.status) == (path, status)
        if status == 403:
            assert answer.body == FORBIDDEN
    assert gw.get("/white/books/1").status == 400
    assert gw.get("/white/open").status == 200


def test_lists_of_paths_only_are_for_every_method(gw):
    assert gw.call("DELETE", "/plain/open").status == 200
    assert gw.call("DELETE", "/plain/admin", bearer()).body == FORBIDDEN
    assert gw.call("DELETE", "/plain/x", bearer()).status == 200


def test_long_paths_are_refused_where_an_expression_decides(gw):
    path = "/lists/item/" + "a" * 3000 + "/secret"
    assert gw.get(path, headers=bearer()).body == FORBIDDEN
    path = "/api/mine/" + "a" * 3000 + "/x"
    assert gw.get(path, headers=bearer("reader")).body == PATH_REFUSED


def test_matching_options_count_after_a_restart(folder, upstream):
    from gateway import Gateway
    gw = Gateway(folder, upstream)
    gw.conf["http_server_options"] = {"enable_path_prefix_matching": True,
                                      "enable_path_suffix_matching": True}
    gw.add_policy("reader", **rights("api", [
        {"url": "/books/{id}", "methods": ["GET"]}]))
    gw.add_api("api", jwt_default_policies=["reader"], **versioned(
        extended_paths={"ignored": [{"path": "/health", "method": "GET"}]}))
    try:
        gw.start()
        for path, status in (("/books/1", 200), ("/books/1/2", 403),
                             ("/x/books/1", 403)):
            assert gw.get("/api" + path, headers=bearer("")).status == status
        assert gw.get("/api/health").status == 200
        assert gw.get("/api/x/health").status == 400
        assert "no authentication is asked for" not in gw.log()
        gw.stop()
        del gw.conf["http_server_options"]
        gw.start()  # the same records, matched in another way
        assert gw.get("/api/x/books/1/2", headers=bearer("")).status == 200
        assert gw.get("/api/x/health").status == 200
        assert "no authentication is asked for where" in gw.log()
    finally:
        gw.stop()


def test_nothing_of_this_is_said_to_be_missing(gw):
    log = gw.log()
    for word in ("not enforced", "not restricted", "not told apart"):
        assert word not in log
    assert json.loads(FORBIDDEN)["error"] == "Requested endpoint is forbidden"
