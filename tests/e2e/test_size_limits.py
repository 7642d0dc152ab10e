"""How large a body may be: of an API, of an endpoint, of the gateway."""
import pytest
from test_oas import EXTENSION, document, put
from tokens import hs256

LARGE = b'{\n    "error": "Request is too large"\n}'
NO_LENGTH = b'{\n    "error": "Content length is required for this request"\n}'


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf["http_server_options"] = {"max_request_body_size": 5000}
    version = {"name": "Default", "use_extended_paths": True,
               "global_size_limit": 1000, "extended_paths": {"size_limits": [
                   {"path": "/small", "method": "POST", "size_limit": 10}]}}
    gw.add_api("sized", version_data={"not_versioned": True,
                                      "versions": {"Default": version}})
    gw.add_api("off", version_data={"not_versioned": True, "versions": {
        "Default": {**version, "global_size_limit_disabled": True}}})
    gw.add_api("plain")
    oas = document("oas", gw.upstream)
    oas["paths"] = {"/small": {"post": {"operationId": "small"}},
                    "/off": {"post": {"operationId": "off"}}}
    oas[EXTENSION]["middleware"] = {
        "global": {"requestSizeLimit": {"enabled": True, "value": 100}},
        "operations": {
            "small": {"requestSizeLimit": {"enabled": True, "value": 10}},
            "off": {"requestSizeLimit": {"enabled": False, "value": 10}}}}
    put(gw, "oas.json", oas)
    gw.add_policy(apis=["sized", "off", "plain", "oas"])
    return gw.start()


def send(gw, path, size, method="POST", **headers):
    headers["Authorization"] = f"Bearer {hs256({'sub': 'ada'})}"
    return gw.call(method, path, headers, b"x" * size)


@pytest.mark.parametrize("path, size, status", [
    ("/sized/x", 1000, 200), ("/sized/x", 1001, 400),
    ("/sized/small", 10, 200), ("/sized/small", 11, 400),
    ("/sized/small/x", 11, 400), ("/off/x", 2000, 200),
    ("/off/small", 11, 400), ("/oas/x", 100, 200), ("/oas/x", 101, 400),
    ("/oas/small", 10, 200), ("/oas/small", 11, 400), ("/oas/off", 100, 200),
    ("/oas/off", 101, 400), ("/plain/x", 5000, 200)])
def test_a_body_is_as_small_as_the_limits_ask(gw, path, size, status):
    answer = send(gw, path, size)
    assert answer.status == status
    assert answer.body == LARGE if status == 400 else answer.json()


def test_only_the_limits_of_a_method_with_a_body_count(gw):
    assert send(gw, "/sized/small", 11, "PUT").status == 200
    assert send(gw, "/sized/x", 1001, "PUT").status == 400
    assert send(gw, "/sized/x", 1001, "DELETE").status == 200
    assert gw.get("/sized/x", hs256({"sub": "ada"})).status == 200


def test_the_size_comes_before_the_token_and_nothing_is_read(gw):
    before = len(gw.upstream.seen)
    raw = gw.raw(b"POST /sized/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 b"Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 400 ") and raw.endswith(LARGE)
    assert len(gw.upstream.seen) == before


@pytest.mark.parametrize("lines, body", [
    (b"", b""), (b"Transfer-Encoding: chunked\r\n", b"2\r\nhi\r\n0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"7d0\r\n" + b"x" * 2000 +
     b"\r\n0\r\n\r\n")])
def test_a_body_must_say_its_size(gw, lines, body):
    before = len(gw.upstream.seen)
    raw = gw.raw(b"POST /sized/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 + lines + b"\r\n" + body)
    assert raw.startswith(b"HTTP/1.1 411 ") and raw.endswith(NO_LENGTH)
    assert len(gw.upstream.seen) == before


@pytest.mark.parametrize("lines", [
    b"Content-Length: 10\r\nContent-Length: 2000\r\n",
    b"Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
    b"Content-Length: -1\r\n", b"Content-Length: 1e3\r\n",
    b"Content-Length: 0x10\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 10, 10\r\n", b"Content_Length: 10\r\n"])
def test_a_size_that_can_be_read_in_two_ways_is_refused(gw, lines):
    before = len(gw.upstream.seen)
    raw = gw.raw(b"POST /sized/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 + lines + b"\r\n" + b"x" * 10)
    assert raw.split(b" ")[1] in (b"400", b"411")
    assert len(gw.upstream.seen) == before


@pytest.mark.parametrize("path", [
    "/sized/%73mall", "/sized/./small", "/sized/x/../small",
    "/sized/small?x=1", "/sized/small/", "/sized//small"])
def test_a_limit_is_not_passed_by_another_spelling(gw, path):
    assert send(gw, path, 11).status == 400


def test_the_gateways_own_limit_has_tyks_words(gw):
    for path in ("/plain/x", "/sized/x", "/off/x"):
        answer = send(gw, path, 5001)
        assert (answer.status, answer.body) == (
            413, b"Request Entity Too Large\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    raw = gw.raw(b"POST /plain/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                 b"Authorization: Bearer " + hs256({"sub": "a"}).encode() +
                 b"\r\nTransfer-Encoding: chunked\r\n\r\n1389\r\n" +
                 b"x" * 5001 + b"\r\n0\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 413 ")
    assert raw.endswith(b"\r\n\r\nRequest Entity Too Large\n")
