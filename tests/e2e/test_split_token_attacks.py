"""Split tokens under attack: by clients, by providers that make no sense, and by
what happens in the middle of an exchange."""
import contextlib
import json
import os
import signal
import socket
import threading
import time
import urllib.parse

import pytest

from keysets import add_oas_api, children
from split_tokens import (CLIENT, CREDENTIALS, UNKNOWN, add_apis, arrived,
                          identity_provider, login, obtain, post, refused)
from tokens import NOW, hs256


@pytest.fixture(scope="module")
def idp():
    with identity_provider() as server:
        yield server


@pytest.fixture(scope="module")
def gw(module_gateway, idp):
    add_apis(module_gateway, idp)
    return module_gateway.start()


def raw(gw, idp, status, body, headers=(), api="split", **more):
    """The client's answer when the provider's is that."""
    idp.raw = status, body, headers
    return post(gw, f"/{api}/token", {**CREDENTIALS, "scope": "raw", **more})


def refresh(gw, token, api="split"):
    return post(gw, f"/{api}/token", {
        **CLIENT, "grant_type": "refresh_token", "refresh_token": token})


# What clients send.

def test_a_value_stays_one_value(gw, idp):
    obtain(gw, scope="a&grant_type=password;grant_type=x", state="1\r\nX-Evil: 1")
    _, form, headers = idp.seen[-1]
    assert form == {**CREDENTIALS, "state": "1\r\nX-Evil: 1",
                    "scope": "a&grant_type=password;grant_type=x"}
    assert "X-Evil" not in headers


@pytest.mark.parametrize("more", [
    "&grant%5Ftype=password", "&grant_type[]=password", "&grant_type%00=x",
    "&%0d%0aX=1", "&scope=a&scope=b", "&=x", "&a b=1", "&scope=%",
    "&scope=%4", "&client_secret=a&client_secret=right",
])
def test_names_that_others_might_read_otherwise_are_refused(gw, idp, more):
    count = len(idp.seen)
    answer = post(gw, "/split/token", "grant_type=client_credentials" + more)
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert "form" in answer.json()["error_description"]
    assert len(idp.seen) == count


def test_only_resource_may_be_there_twice(gw, idp):
    answer = post(gw, "/split/token", "&grant_type=client_credentials&&"
                  "client_id=ada&client_secret=right&resource=urn%3Aa&"
                  "resource=urn%3Ab&scope=&")
    assert answer.status == 200
    assert "scope" not in idp.seen[-1][1] # without a value it is not there


def test_what_stands_in_the_query_is_no_grant(gw, idp):
    count = len(idp.seen)
    answer = post(gw, "/split/token?grant_type=client_credentials&client_id=ada"
                      "&client_secret=right", "")
    assert (answer.status, answer.error) == (400, "invalid_request")
    assert len(idp.seen) == count


@pytest.mark.parametrize("kind, status", [
    ("application/x-www-form-urlencoded;charset=utf-8", 200),
    ("Application/X-WWW-Form-Urlencoded", 200),
    ("application/x-www-form-urlencodedx", 400),
    ("multipart/form-data; boundary=x", 400), ("", 400),
])
def test_the_content_type_is_that_of_a_form(gw, kind, status):
    assert post(gw, "/split/token", CREDENTIALS,
                {"Content-Type": kind}).status == status


def test_a_chunked_form_is_as_good(gw):
    body = b"grant_type=client_credentials&client_id=ada&client_secret=right"
    head = (b"POST /split/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n")
    answer = gw.raw(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
    assert answer.startswith(b"HTTP/1.1 200"), answer


def test_another_apis_provider_never_sees_a_refresh_token(gw, idp):
    for api, other in (("split", "own"), ("sealed", "own"),
                       ("split", "sealed"), ("sealed", "split")):
        token = login(gw, api)["refresh_token"]
        count = len(idp.seen)
        answer = refresh(gw, token, other)
        assert (answer.status, answer.error) == (400, "invalid_grant")
        post(gw, f"/{other}/revoke", {"token": token})
        assert len(idp.seen) == count
        assert refresh(gw, token, api).status == 200 # and it still works


def test_another_apis_provider_is_told_of_no_revocation(gw, idp):
    for api in ("split", "sealed"):
        given = obtain(gw, api)["access_token"]
        count = len(idp.seen)
        assert post(gw, "/own/revoke", {"token": given}).status == 200
        assert len(idp.seen) == count
        assert gw.get(f"/{api}/echo", given).status in (401, 403)


def test_a_refresh_token_is_no_access_token_and_not_the_reverse(gw):
    for api in ("split", "sealed"):
        tokens = login(gw, api)
        assert refused(gw, api, tokens["refresh_token"]) == UNKNOWN
        assert refresh(gw, tokens["access_token"], api).status == 400


# What providers answer.

def token(**claims):
    return hs256({"sub": "ada", "n": time.time_ns(), "exp": NOW + 7200,
                  **claims})


def test_bearer_in_any_spelling_or_none(gw, idp):
    for kind in ({"token_type": "bearer"}, {"token_type": "BEARER"}, {}):
        whole = token()
        answer = raw(gw, idp, 200, {"access_token": whole, **kind})
        assert answer.json()["access_token"] == whole.split(".")[2]


@pytest.mark.parametrize("kind", ["DPoP", "mac", "N_A", "", None, 1, ["Bearer"]])
def test_a_token_that_is_bound_to_its_client_is_refused(gw, idp, kind):
    whole = token()
    for api in ("split", "sealed"):
        answer = raw(gw, idp, 200, {"access_token": whole, "token_type": kind},
                     api=api)
        assert answer.status == 502
        assert answer.json()["error_description"] == \
            "The identity provider's access token is no Bearer token"
    assert refused(gw, "split", whole.split(".")[2]) == UNKNOWN


@pytest.mark.parametrize("claims", [
    {"exp": NOW - 300}, {"exp": -1}, {"exp": "soon"}, {"exp": None},
    {"exp": 1e300}, {"exp": True},
])
def test_a_token_that_has_ended_is_not_kept(gw, idp, claims):
    whole = token(**claims)
    for api in ("split", "sealed"):
        answer = raw(gw, idp, 200, {"access_token": whole}, api=api)
        assert answer.status == 502
        assert answer.json()["error_description"] == \
            "The identity provider's access token has ended already"
    assert refused(gw, "split", whole.split(".")[2]) == UNKNOWN


@pytest.mark.parametrize("ends_in", [
    None, 0, -5, -2**63, 2**63 - 1, 1e300, "300", []])
def test_expires_in_is_the_providers_own_affair(gw, idp, ends_in):
    """The token says itself when it ends."""
    whole = token()
    answer = raw(gw, idp, 200, {"access_token": whole, "expires_in": ends_in})
    assert answer.status == 200
    assert arrived(gw.get("/split/echo", answer.json()["access_token"])) == \
        [f"Bearer {whole}"]


def test_an_id_token_is_for_the_client(gw, idp):
    other = hs256({"sub": "ada", "aud": "app"})
    answer = raw(gw, idp, 200, {"access_token": token(), "id_token": other})
    assert answer.json()["id_token"] == other


@pytest.mark.parametrize("place", [
    lambda t: {"id_token": t}, lambda t: {"x": {"y": ["a " + t]}},
    lambda t: {t: 1}, lambda t: {"cut": t.rsplit(".", 1)[0]},
])
def test_a_token_that_stands_elsewhere_too_is_not_given_away(gw, idp, place):
    whole = token()
    for api in ("split", "sealed"):
        answer = raw(gw, idp, 200, {"access_token": whole, **place(whole)},
                     api=api)
        assert answer.status == 502
        assert whole.split(".")[1] not in answer.body.decode()
    assert refused(gw, "split", whole.split(".")[2]) == UNKNOWN


WHOLE = hs256({"sub": "ada", "exp": 4102444800})


@pytest.mark.parametrize("status, body", [
    (200, b'{"access_token":"%s","access_token":"x"}' % WHOLE.encode()),
    (200, b"[]"), (200, b"null"), (200, b""), (200, b"{"), (200, b"\xff\xfe"),
    (200, b"[" * 5000), (200, b'{"a":' * 40 + b"1" + b"}" * 40),
    (200, {"access_token": None}), (200, {"access_token": {"a": 1}}),
    (200, {"access_token": ""}), (200, {"access_token": "a.b.c"}),
    (200, {"access_token": WHOLE.rsplit(".", 1)[0] + "."}),
    (200, {"access_token": WHOLE.rsplit(".", 1)[0] + "." + "A" * 42}),
    (200, {"access_token": WHOLE.rsplit(".", 1)[0] + "." + "A" * 8193}),
    (200, {"access_token": WHOLE + ".x.y"}),
    (200, {"access_token": WHOLE, "expires_in": 10**30}),
    (201, {"access_token": WHOLE}), (204, b""),
    (302, {"access_token": WHOLE}), (500, {"access_token": WHOLE}),
    (400, b"no JSON"), (401, b"[]"), (400, {"error": "x" * 70000}),
])
def test_what_makes_no_sense_is_a_bad_gateway(gw, idp, status, body):
    for api in ("split", "sealed"):
        answer = raw(gw, idp, status, body, {"Location": "/elsewhere"}, api)
        assert (answer.status, answer.error) == (502, "server_error")
    assert refused(gw, "split", WHOLE.split(".")[2]) == UNKNOWN


def test_a_token_that_is_too_long_to_be_presented_is_not_given(gw, idp):
    whole = token(x="y" * 40000)
    answer = raw(gw, idp, 200, {"access_token": whole}, api="sealed")
    assert (answer.status, answer.error) == (502, "server_error")


def test_two_tokens_with_one_signature_cannot_be_told_apart(gw, idp):
    first, second = token(), token()
    signature = first.split(".")[2]
    given = raw(gw, idp, 200, {"access_token": first}).json()["access_token"]
    answer = raw(gw, idp, 200, {
        "access_token": second.rsplit(".", 1)[0] + "." + signature})
    assert answer.status == 502
    assert "signature part is in use" in answer.json()["error_description"]
    assert arrived(gw.get("/split/echo", given)) == [f"Bearer {first}"]


def test_when_to_try_again_is_passed_on(gw, idp):
    refusal = {"error": "slow_down"}
    answer = raw(gw, idp, 429, refusal, {"Retry-After": "7"})
    assert (answer.status, answer.json()) == (429, refusal)
    assert answer.headers["Retry-After"] == "7"
    answer = raw(gw, idp, 429, refusal, {"Retry-After": "9" * 40})
    assert answer.headers["Retry-After"] is None


def test_a_refusal_that_cites_the_refresh_token_is_not_passed_on(gw, idp):
    mine = login(gw)["refresh_token"]
    real = "real-" + str(time.time_ns())
    idp.raw = 200, {"access_token": token(), "refresh_token": real}, ()
    form = {**CLIENT, "grant_type": "refresh_token", "scope": "raw"}
    mine = post(gw, "/split/token", {**form, "refresh_token": mine}).json()[
        "refresh_token"]
    idp.raw = 400, {"error": "invalid_grant",
                    "error_description": f"{real} is unknown"}, ()
    answer = post(gw, "/split/token", {**form, "refresh_token": mine})
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert real not in answer.body.decode()


@pytest.mark.parametrize("short", ["ea", "e", "Bearer_", "api"])
def test_a_short_refresh_token_that_other_words_hold_by_chance(gw, idp, short):
    answer = raw(gw, idp, 200, {
        "access_token": token(), "refresh_token": short, "scope": "read api_1",
        "token_type": "Bearer", "why": f"x{short}x", "eae": {"eaea": ["xeax"]}})
    assert answer.status == 200, answer.body
    assert answer.json()["refresh_token"].startswith("jgr1.")


@pytest.mark.parametrize("where", [
    {"again": "%s"}, {"deep": [{"er": ["x", "%s"]}]},
    {"refresh": {"refresh_token": "%s"}}])
@pytest.mark.parametrize("secret", [
    "ea", "a-refresh-token-of-some-length", "quoted \"\\/\u00e9 and long enough"])
def test_a_refresh_token_in_another_member_is_no_answer(gw, idp, where, secret):
    where = json.loads(json.dumps(where).replace(
        '"%s"', json.dumps(secret)))
    for ascii_only in (True, False):
        body = json.dumps({"access_token": token(), "refresh_token": secret,
                           **where}, ensure_ascii=ascii_only).encode()
        answer = raw(gw, idp, 200, body)
        assert answer.status == 502 and b"again" not in answer.body


def test_a_long_refresh_token_inside_another_text_is_no_answer(gw, idp):
    secret = "a \"refresh\" token of some length"
    for more in ({"why": f"see {secret}!"}, {f"{secret}!": 1}):
        assert raw(gw, idp, 200, {"access_token": token(), **more,
                                  "refresh_token": secret}).status == 502


# What happens in the middle.

def in_the_middle(idp, begin, meanwhile):
    """The answer of <begin>, which waits for the provider until <meanwhile> has
    been done."""
    answers, count = [], len(idp.seen)
    idp.delay_s = 0.8
    try:
        thread = threading.Thread(target=lambda: answers.append(begin()))
        thread.start()
        deadline = time.monotonic() + 10
        while len(idp.seen) == count and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(idp.seen) > count
        idp.delay_s = 0
        meanwhile()
        thread.join(30)
    finally:
        idp.delay_s = 0
    return answers[0]


@pytest.mark.parametrize("api", ["split", "sealed"])
def test_who_revokes_in_the_middle_of_a_refresh_is_obeyed(gw, idp, api):
    mine = login(gw, api)["refresh_token"]
    answer = in_the_middle(
        idp, lambda: refresh(gw, mine, api),
        lambda: post(gw, f"/{api}/revoke", {"token": mine}))
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert refused(gw, "split", idp.issued[-1].split(".")[2]) == UNKNOWN


def test_a_reload_in_the_middle_changes_nothing_for_who_waits(gateway, idp):
    add_apis(gateway, idp)
    gateway.start()

    def change():
        gateway.add_api("split", split_token={"accept": True})
        gateway.reload()
    answer = in_the_middle(
        idp, lambda: post(gateway, "/split/token", CREDENTIALS), change)
    assert answer.status == 200
    arrived(gateway.get("/split/echo", answer.json()["access_token"]))
    assert post(gateway, "/split/token", CREDENTIALS).status != 200


def test_the_process_may_end_in_the_middle(gateway, idp):
    add_apis(gateway, idp)
    gateway.conf["broker_processes"] = 2
    gateway.start()
    kept = obtain(gateway)["access_token"]
    issued = len(idp.issued)

    def kill_it():
        for pid, name in children(gateway.process.pid):
            if "broker" in name and pid != gateway.process.pid:
                sockets = os.listdir(f"/proc/{pid}/fd")
                links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in sockets
                         if os.path.islink(f"/proc/{pid}/fd/{fd}")]
                if sum(link.startswith("socket:") for link in links) > 3:
                    victims.append(pid)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
    victims = []
    answer = in_the_middle(
        idp, lambda: post(gateway, "/split/token", CREDENTIALS), kill_it)
    assert victims
    assert answer.status >= 500
    while len(idp.issued) == issued: # it knows nothing of that
        time.sleep(0.05)
    assert refused(gateway, "split", idp.issued[-1].split(".")[2]) == UNKNOWN
    arrived(gateway.get("/split/echo", kept))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = post(gateway, "/split/token", CREDENTIALS)
        if answer.status == 200:
            break
        time.sleep(0.1)
    assert answer.status == 200


def test_a_provider_that_says_nothing_leaves_room_for_others(gateway, idp):
    """More requests wait for it than may: it gets half of the places."""
    add_apis(gateway, idp)
    body = urllib.parse.urlencode(CREDENTIALS).encode()
    request = (b"POST /silent/token HTTP/1.1\r\nHost: x\r\nConnection: close"
               b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
               b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(
            socket.create_server(("127.0.0.1", 0), backlog=4096))
        port = silent.getsockname()[1]
        gateway.add_api("silent", split_token={
            "token_url": f"http://127.0.0.1:{port}/token", "timeout": 5})
        gateway.start()
        waiting = []
        for _ in range(1300):
            one = stack.enter_context(socket.create_connection(
                ("127.0.0.1", gateway.port), 30))
            one.sendall(request)
            waiting.append(one)
        obtain(gateway)
        answers = {one.recv(64)[9:12] for one in waiting}
    assert answers == {b"503", b"504"}
    assert "JG824" in gateway.log()


# What configurations say.

def test_addresses_that_are_kept_out_get_no_token(gateway, idp):
    add_apis(gateway, idp)
    terms = {"token_url": f"{idp.url}/token"}
    gateway.add_api("blocked", split_token=terms, enable_ip_blacklisting=True,
                    blacklisted_ips=["127.0.0.1"])
    gateway.add_api("others", split_token=terms, enable_ip_whitelisting=True,
                    allowed_ips=["192.0.2.1"])
    gateway.add_api("here", split_token=terms, enable_ip_whitelisting=True,
                    allowed_ips=["127.0.0.1"])
    gateway.start()
    count = len(idp.seen)
    for api in ("blocked", "others"):
        for endpoint in ("token", "revoke", "introspect"):
            answer = post(gateway, f"/{api}/{endpoint}", CREDENTIALS)
            assert (answer.status, answer.error) == \
                (403, "access from this IP has been disallowed")
    assert len(idp.seen) == count
    assert post(gateway, "/here/token", CREDENTIALS).status == 200


def test_token_url_goes_where_key_sets_may_be_fetched_from(gateway, idp):
    gateway.conf["jwks"] = {"allow_http": True}
    add_apis(gateway, idp)
    hosts = {"meta": "169.254.169.254", "self": "0.0.0.0", "local": "[fe80::1]",
             "mapped": "[::ffff:169.254.169.254]", "all": "224.0.0.1"}
    for name, host in hosts.items():
        gateway.add_api(name, split_token={"token_url": f"http://{host}/token"})
    gateway.start()
    for name in hosts:
        answer = post(gateway, f"/{name}/token", CREDENTIALS)
        assert answer.status == 502
        assert answer.json()["error_description"] == \
            "The identity provider cannot be reached"
    assert gateway.log().count("cannot be reached: not allowed: ") == len(hosts)


@pytest.mark.parametrize("terms, fault", [
    ({"token_url": "https://idp.example/token", "mod": "sealed"},
     'split_token.mod: not a known field; did you mean "mode"?'),
    ({"token_url": "https://idp.example/token", "strips": ["a"]},
     'did you mean "strip"?'),
    ({"token_url": "https://idp.example/token",
      "introspect_clients": {"a": "short-secret"}}, "at least 16 bytes"),
    ({"token_url": 5}, "split_token.token_url"),
])
def test_a_wrong_member_is_found_at_load(gateway, terms, fault):
    gateway.add_api("bad", split_token=terms)
    gateway.add_api("good")
    gateway.start()
    assert gateway.get("/bad/").status == 404
    log = gateway.log()
    assert fault in log and "bad.json:" in log
    assert "short-secret" not in log


def test_an_oas_definition_says_it_in_its_own_spelling(gateway, idp):
    document = add_oas_api(gateway, "oas", "HS256", source="")
    scheme = document["x-tyk-api-gateway"]["server"]["authentication"][
        "securitySchemes"]["jwtAuth"]
    scheme["source"] = "dHlrMTIz"
    document["x-tyk-api-gateway"]["splitToken"] = {
        "tokenUrl": f"{idp.url}/token", "revokePath": "/end",
        "allowJwt": False, "mode": "split"}
    good = json.dumps(document)
    document["x-tyk-api-gateway"]["info"]["id"] = "bad"
    document["x-tyk-api-gateway"]["server"]["listenPath"]["value"] = "/bad/"
    document["x-tyk-api-gateway"]["splitToken"]["revokePath"] = "end"
    (gateway.apps / "oas.json").write_text(good)
    (gateway.apps / "bad.json").write_text(json.dumps(document, indent=1))
    gateway.start()
    given = obtain(gateway, "oas")["access_token"]
    assert len(given) == 43
    assert post(gateway, "/oas/end", {"token": given}).status == 200
    assert refused(gateway, "oas", given) == UNKNOWN
    assert "x-tyk-api-gateway.splitToken.revokePath" in gateway.log()


def test_explain_knows_what_was_given(gw):
    for api in ("split", "sealed"):
        given = obtain(gw, api)["access_token"]
        answer = gw.control_call("POST", "/tyk/explain", {
            "api_id": api, "token": given, "method": "GET",
            "path": f"/{api}/echo"})
        steps = {s["name"]: s["outcome"] for s in answer.json()["steps"]}
        assert "fail" not in steps.values(), answer.body
        assert given not in answer.body.decode()
