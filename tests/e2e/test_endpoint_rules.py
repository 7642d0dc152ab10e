"""What endpoints say about the way to the upstream: time limits, methods."""
import pytest
from test_oas import EXTENSION, document, put
from tokens import hs256


def version(**paths):
    return {"not_versioned": True, "versions": {"Default": {
        "name": "Default", "use_extended_paths": True,
        "extended_paths": paths}}}


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.add_api("slow", version_data=version(hard_timeouts=[
        {"path": "/slow/20", "method": "GET", "timeout": 1},
        {"path": "/slow/0", "method": "GET", "timeout": 30},
        {"path": "/off", "method": "GET", "timeout": 1, "disabled": True}]))
    gw.add_api("method", version_data=version(method_transforms=[
        {"path": "/as-post", "method": "GET", "to_method": "post"},
        {"path": "/as-get", "method": "POST", "to_method": "GET"},
        {"path": "/as-get", "method": "HEAD", "to_method": "GET"},
        {"path": "/as-head", "method": "GET", "to_method": "HEAD"},
        {"path": "/as-rubbish", "method": "GET",
         "to_method": "GET /x HTTP/1.1\r\nX: y"},
        {"path": "/off", "method": "GET", "to_method": "PUT",
         "disabled": True}]))
    oas = document("oas", gw.upstream)
    oas["paths"] = {"/slow/20": {"get": {"operationId": "value"}},
                    "/slow/21": {"get": {"operationId": "duration"}},
                    "/as-put": {"get": {"operationId": "method"}}}
    oas[EXTENSION]["middleware"] = {"operations": {
        "value": {"enforceTimeout": {"enabled": True, "value": 1}},
        "duration": {"enforceTimeout": {"enabled": True, "value": 60,
                                        "duration": "300ms"}},
        "method": {"transformRequestMethod": {"enabled": True,
                                              "toMethod": "PUT"}}}}
    put(gw, "oas.json", oas)
    whole = document("whole", gw.upstream)
    whole[EXTENSION]["upstream"]["enforceTimeout"] = {"enabled": True,
                                                      "duration": "1s"}
    put(gw, "whole.json", whole)
    gw.add_policy(apis=["slow", "method", "oas", "whole"])
    return gw.start()


def call(gw, path, method="GET", body=None):
    return gw.call(method, path, {
        "Authorization": f"Bearer {hs256({'sub': 'ada'})}"}, body)


@pytest.mark.parametrize("path", ["/slow/slow/20", "/oas/slow/20",
                                  "/oas/slow/21", "/whole/slow/20"])
def test_an_upstream_that_is_silent_for_too_long_is_given_up(gw, path):
    answer = call(gw, path)
    assert (answer.status, answer.error) == (
        504, "Upstream service reached hard timeout.")


@pytest.mark.parametrize("path", ["/slow/slow/0", "/slow/slow/1.5",
                                  "/slow/off", "/oas/x"])
def test_the_others_are_waited_for(gw, path):
    assert call(gw, path).status == 200


@pytest.mark.parametrize("path, method, body, sent, length", [
    ("/method/as-post", "GET", None, "POST", "0"),
    ("/method/as-get", "POST", b"abc", "GET", "3"),
    ("/method/off", "GET", None, "GET", None),
    ("/method/as-post", "PUT", b"", "PUT", "0"),
    ("/oas/as-put", "GET", None, "PUT", "0")])
def test_the_upstream_gets_another_method(gw, path, method, body, sent, length):
    got = call(gw, path, method, body).json()
    assert got["method"] == sent
    assert dict(got["headers"]).get("Content-Length") == length
    assert got["size"] == len(body or b"")


def test_head_stays_head_for_the_client(gw):
    before = len(gw.upstream.seen)
    answer = call(gw, "/method/as-get", "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert gw.upstream.seen[before].startswith("GET ")


@pytest.mark.parametrize("path", ["/method/as-head", "/method/as-rubbish"])
def test_a_method_that_is_none_to_send_is_refused(gw, path):
    before = len(gw.upstream.seen)
    answer = call(gw, path)
    assert (answer.status, answer.error) == (405, "Method not allowed")
    assert len(gw.upstream.seen) == before
    assert "refused with 405" in gw.log()


def test_several_changed_requests_on_one_connection_stay_in_step(gw):
    token = hs256({"sub": "ada"}).encode()
    one = (b"GET /method/as-post HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
           + token + b"\r\n")
    raw = gw.raw((one + b"\r\n") * 3 + one + b"Connection: close\r\n\r\n")
    assert raw.count(b"HTTP/1.1 200") == 4 and raw.count(b"HTTP/1.1") == 4
    assert raw.count(b'"method": "POST"') == 4


def methods_sent(gateway, path):
    """To an upstream that reads a request, and hangs up."""
    before = len(gateway.upstream.seen)
    assert gateway.get(path, hs256({"sub": "ada"})).status == 500
    return [line.split()[0] for line in gateway.upstream.seen[before:]]


def test_a_changed_request_is_not_sent_twice(gateway):
    url = gateway.upstream.url + "/drop"
    gateway.add_api("api", proxy={"enable_load_balancing": True,
                                  "target_list": [url, url.replace("127.0.0.1",
                                                                   "localhost")]},
                    version_data=version(method_transforms=[
                        {"path": "/x", "method": "GET",
                         "to_method": "POST"}]))
    gateway.add_policy(apis=["api"])
    gateway.start()
    assert methods_sent(gateway, "/api/x") == ["POST"]
    # As it is, it may be.
    assert methods_sent(gateway, "/api/y") == ["GET", "GET"]
