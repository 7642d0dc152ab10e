"""Hostile documents, many writers at once, and what the control API tells."""
import json
import threading

import pytest

from attack import StrictUpstream
from gateway import free_port

OPEN = {"use_keyless": True, "enable_jwt": False}


def version(headers):
    return {"not_versioned": True, "versions": {"Default": {
        "name": "Default", "global_headers": headers}}}


BROKEN = [
    {"version_data": version({"X-A": "a\r\nX-Evil: 1"})},
    {"version_data": version({"X-A": "a\nGET /evil HTTP/1.1"})},
    {"version_data": version({"X: a\r\nY": "b"})},
    {"version_data": version({"X A": "b"})},
    {"version_data": version({"": "b"})},
    {"proxy": {"target_url": "http://127.0.0.1/a\r\nX: y"}},
    {"proxy": {"target_url": "http://u:p4ssw0rd@127.0.0.1/"}},
    {"proxy": {"target_url": "unix:/run/x"}},
    {"proxy": {"target_url": "http://unix:/run/x"}},
    {"proxy": {"target_url": "file:///etc/passwd"}},
    {"proxy": {"listen_path": "/a{b}/"}},
    {"proxy": {"listen_path": "/a\u0000b/"}},
    {"proxy": {"listen_path": "/a; return 200;"}},
    {"org_id": "a\nb"},
    {"jwt_expires_at_validation_skew": -1},
]


@pytest.mark.parametrize("fields", BROKEN, ids=range(len(BROKEN)))
def test_a_document_that_could_break_out_is_refused(gateway, fields):
    up = StrictUpstream()
    gateway.upstream = up
    fields = json.loads(json.dumps(fields))  # add_api() takes it apart
    gateway.add_api("bad", **{**OPEN, **json.loads(json.dumps(fields))})
    gateway.add_api("good", **OPEN)
    gateway.start()
    assert gateway.get("/good/").status == 200
    up.forget()
    assert gateway.get("/bad/x").status == 404
    assert up.requests == [] and up.bad == []
    answer = gateway.control_call("POST", "/tyk/apis",
                                  gateway.api("other", **{**OPEN, **fields}))
    assert answer.status == 400
    assert not (gateway.apps / "other.json").exists()
    assert "p4ssw0rd" not in gateway.log() + answer.body.decode()
    up.close()


def test_many_writers_leave_whole_files_and_a_quiet_log(gateway, upstream):
    gateway.add_api("stays", **OPEN)
    gateway.start()
    bad = []

    def write(i):
        name = f"api{i}"
        for n in range(12):
            definition = gateway.api(name, **OPEN, name=f"{n}" * 500)
            for method, path, body in (
                    ("POST", "/tyk/apis", definition),
                    ("GET", "/tyk/reload?block=true", None),
                    ("PUT", f"/tyk/apis/{name}", definition),
                    ("DELETE", f"/tyk/apis/{name}", None)):
                answer = gateway.control_call(method, path, body)
                if answer.status != 200:
                    bad.append((method, answer.status, answer.body))

    threads = [threading.Thread(target=write, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert gateway.get("/stays/echo").status == 200
    gateway.reload()
    assert bad == []
    assert [p.name for p in gateway.apps.iterdir()] == ["stays.json"]
    assert gateway.control_call("GET", "/tyk/apis").json()[0]["api_id"] == \
        "stays"
    # A file that goes while the folder is read was removed: that is no fault.
    assert "error JG" not in gateway.log()


def test_the_log_says_who_changed_what_and_who_guessed(gateway):
    gateway.add_api("a", **OPEN, proxy={"target_url": "http://127.0.0.1:9"})
    gateway.start()
    gateway.control_call("PUT", "/tyk/apis/a", gateway.api(
        "a", **OPEN, proxy={"target_url": "http://127.0.0.1:9"}))
    gateway.control_call("DELETE", "/tyk/cache/some-key")
    for _ in range(20):
        answer = gateway.control_call("GET", "/tyk/apis", secret="guess-1234")
        assert answer.status == 403
    log = gateway.log()
    assert "control API: PUT /tyk/apis/a by 127.0.0.1: 200" in log
    assert "control API: DELETE /tyk/cache by 127.0.0.1: 200" in log
    assert "wrong or missing secret, from 127.0.0.1" in log
    assert "wrong secrets again and again" in log
    assert "guess-1234" not in log and "some-key" not in log
    assert log.count("secret") == 6  # whichever process answered
    text = gateway.control_call("GET", "/metrics", secret=None).body.decode()
    assert "\njotgate_control_refused_total 20\n" in text


# A page of another site, in the browser of somebody who may reach the port

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example",
     "Sec-Fetch-Site": "same-origin"},
]


def separate(gateway):
    """The control API on a port of its own, on this machine only."""
    gateway.conf["control_api_port"] = free_port()
    gateway.conf["control_api_hostname"] = "127.0.0.1"


@pytest.mark.parametrize("headers", FOREIGN, ids=range(len(FOREIGN)))
def test_a_page_of_another_site_gets_nothing_even_with_the_secret(
        gateway, headers):
    separate(gateway)
    gateway.start()
    for path in ("/tyk/apis", "/tyk/reload", "/metrics"):
        answer = gateway.control_call("GET", path, headers=headers)
        assert answer.status == 403, (path, answer.body)
        assert b"control_api_origins" in answer.body
    assert gateway.control_call("GET", "/hello", headers=headers).status == 200


def test_who_is_no_browser_and_who_is_listed_gets_answers(gateway):
    separate(gateway)
    gateway.conf["control_api_origins"] = ["https://admin.example"]
    gateway.start()
    port = gateway.conf["control_api_port"]
    for headers in ({}, {"Host": f"localhost:{port}"}, {"Host": "gateway:9696"},
                    {"Host": f"127.0.0.1:{port}",
                     "Origin": f"http://127.0.0.1:{port}"},
                    {"Host": "admin.example", "Origin": "https://admin.example",
                     "Sec-Fetch-Site": "same-origin"},
                    {"Origin": "https://admin.example"}):
        answer = gateway.control_call("GET", "/tyk/apis", headers=headers)
        assert answer.status == 200, (headers, answer.body)
