"""Answers that the gateway gives itself where a definition asks for one."""
import pytest
from test_oas import EXTENSION, document, put
from tokens import hs256

DATA = '{"maintenance": true}'


@pytest.fixture
def answering(gateway):
    actions = {method: {"action": "reply", "code": code, "data": data,
                        "headers": {"Content-Type": "application/json",
                                    "X-Reply": "yes"}}
               for method, code, data in (("GET", 503, DATA), ("POST", 201, ""),
                                          ("DELETE", 204, DATA))}
    gateway.add_api("open", use_keyless=True, enable_jwt=False, version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "use_extended_paths": True, "extended_paths": {
                "white_list": [{"path": "/reply",
                                "method_actions": actions}]}}}})
    gateway.start()
    return gateway


def test_a_reply_has_the_bytes_of_the_definition(answering):
    """One connection for all: each answer is framed as HTTP wants it."""
    request = (b"%s /open/reply HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
               b"abc")
    answers = answering.raw(
        b"".join(request % method for method in
                 (b"GET", b"POST", b"DELETE")) +
        b"GET /open/reply HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    heads = answers.split(b"HTTP/1.1 ")[1:]
    assert [head[:3] for head in heads] == [b"503", b"201", b"204", b"503"]
    for head in heads:
        assert b"X-Reply: yes\r\n" in head and b"X-Generator" not in head
    assert heads[0].endswith(b"\r\n\r\n" + DATA.encode())
    assert b"Content-Type: application/json\r\n" in heads[0]
    assert b"Content-Length: 0\r\n" in heads[1]
    assert b"Content-Length" not in heads[2] and heads[2].endswith(b"\r\n\r\n")


def test_a_reply_to_head_has_no_body(answering):
    reply = answering.call("GET", "/open/reply")
    assert (reply.status, reply.body) == (503, DATA.encode())
    assert answering.call("GET", "/open/other").status == 403


def test_a_mock_needs_no_token_and_no_upstream(gateway):
    paths = {"mock_response": [
        {"path": "/mock", "method": "GET", "code": 418, "body": DATA,
         "headers": {"X-Pot": "tea"}},
        {"path": "/page", "method": "GET", "body": "<html>hi</html>"}],
        "white_list": [{"path": "/open", "method": "GET"}]}
    gateway.add_api("api", version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "use_extended_paths": True,
            "extended_paths": paths}}})
    gateway.start()
    before = len(gateway.upstream.seen)
    answer = gateway.get("/api/mock")
    assert (answer.status, answer.body) == (418, DATA.encode())
    assert answer.headers["X-Pot"] == "tea"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    answer = gateway.get("/api/page")
    assert (answer.status, answer.body) == (200, b"<html>hi</html>")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert gateway.call("POST", "/api/mock").status == 403
    assert gateway.get("/api/open").status == 400
    assert len(gateway.upstream.seen) == before


def test_an_operations_mock_is_for_those_who_may_pass(gateway):
    oas = document("oas", gateway.upstream)
    oas["paths"] = {path: {"get": {"operationId": path[1:]}}
                    for path in ("/mock", "/example", "/plain")}
    oas[EXTENSION]["middleware"] = {
        "global": {"transformResponseHeaders": {"enabled": True, "add": [
            {"name": "X-All", "value": "yes"}]}},
        "operations": {
            "mock": {"mockResponse": {"enabled": True, "code": 203,
                                      "body": DATA, "headers": [
                                          {"name": "X-Pot", "value": "tea"}]}},
            "plain": {"mockResponse": {"enabled": False, "body": "x"}},
            "example": {"mockResponse": {"enabled": True, "fromOASExamples": {
                "enabled": True}}}}}
    put(gateway, "oas.json", oas)
    gateway.add_policy(apis=["oas"], rate=2, per=3600)
    gateway.start()
    token = hs256({"sub": "ada"})
    before = len(gateway.upstream.seen)
    assert gateway.get("/oas/mock").status == 400
    answer = gateway.get("/oas/mock", token)
    assert (answer.status, answer.body) == (203, DATA.encode())
    assert answer.headers["X-Pot"] == "tea"
    assert answer.headers["X-All"] == "yes"
    assert len(gateway.upstream.seen) == before
    for path in ("/oas/example", "/oas/plain"):
        assert gateway.get(path, hs256({"sub": path})).headers["X-Upstream"]
    assert gateway.get("/oas/mock", token).status == 203
    assert gateway.get("/oas/mock", token).status == 429  # they are counted
    assert "mockResponse.fromOASExamples" in gateway.log()


def test_what_would_have_to_be_validated_is_refused(gateway):
    gateway.add_api("json", version_data={
        "not_versioned": True, "versions": {"Default": {
            "name": "Default", "use_extended_paths": True, "extended_paths": {
                "validate_json": [{"path": "/x", "method": "POST", "schema": {
                    "type": "object"}, "error_response_code": 422}]}}}})
    oas = document("oas", gateway.upstream)
    oas["paths"] = {"/x": {"post": {"operationId": "x"}}}
    oas[EXTENSION]["middleware"] = {"operations": {
        "x": {"validateRequest": {"enabled": True}}}}
    put(gateway, "oas.json", oas)
    gateway.add_policy(apis=["json", "oas"])
    gateway.start()
    token = hs256({"sub": "ada"})
    before = len(gateway.upstream.seen)
    for api in ("json", "oas"):
        answer = gateway.call("POST", f"/{api}/x",
                              {"Authorization": f"Bearer {token}"}, b"{}")
        assert (answer.status, answer.error) == (
            501, "Requests to this endpoint cannot be validated")
        assert gateway.call("POST", f"/{api}/x", {}, b"{}").status == 400
    assert len(gateway.upstream.seen) == before
    for api in ("json", "oas"):
        assert gateway.get(f"/{api}/x", token).status == 200
    assert gateway.log().count("refused with 501") >= 2
