"""Answers that the gateway gives itself where a definition asks for one."""
import pytest

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
