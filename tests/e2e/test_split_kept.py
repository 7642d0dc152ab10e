"""What is kept of split tokens in the control API, and refresh tokens that are
presented twice."""
import concurrent.futures
import hashlib
import json

import pytest

from split_tokens import (CLIENT, UNKNOWN, add_apis, arrived,
                          identity_provider, login, post, refused)


@pytest.fixture(scope="module")
def idp():
    with identity_provider() as server:
        yield server


@pytest.fixture(scope="module")
def gw(module_gateway, idp):
    add_apis(module_gateway, idp)
    module_gateway.add_api("told", split_token={
        "token_url": f"{idp.url}/token", "revocation_url": f"{idp.url}/revoke"})
    module_gateway.add_api("untold", split_token={
        "token_url": f"{idp.url}/token",
        "revocation_url": "http://127.0.0.1:1/revoke"})
    module_gateway.add_policy(apis=("split", "told", "untold"))
    return module_gateway.start()


def control(gw, method, path, status=200):
    answer = gw.control_call(method, path)
    assert answer.status == status, answer.body
    return answer.json()


def id_of(letter, handle):
    return letter + hashlib.sha256(handle.encode()).hexdigest()[:32]


def access_id(tokens):
    return id_of("a", tokens["access_token"])


def refresh_id(tokens):
    return id_of("r", tokens["refresh_token"].rpartition(".")[0])


def refresh(gw, tokens, api):
    return post(gw, f"/{api}/token", {
        **CLIENT, "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"]})


def test_a_login_is_shown_without_a_secret(gw, idp):
    tokens = login(gw)
    shown = control(gw, "GET", f"/tyk/splits/{access_id(tokens)}")
    assert (shown["kind"], shown["api_id"], shown["subject"]) == \
        ("access", "split", "ada")
    assert shown["refresh_id"] == refresh_id(tokens)
    assert shown["created"] < shown["expires"]
    renewable = control(gw, "GET", f"/tyk/splits/{refresh_id(tokens)}")
    assert (renewable["kind"], renewable["subject"]) == ("refresh", "ada")
    listed = control(gw, "GET", "/tyk/splits?api_id=split&subject=ada")
    assert shown in listed["splits"] and renewable in listed["splits"]
    text = json.dumps(listed)
    for secret in (*tokens["refresh_token"].split(".")[1:],
                   tokens["access_token"], *idp.issued[-1].split("."),
                   idp.issued_refresh[-1]):
        assert secret not in text
    files = b"".join(p.read_bytes() for p in gw.folder.rglob("data.mdb"))
    assert b"split" in files and b"ada@" not in files


def test_who_may_only_read_sees_them_and_deletes_none(gateway, idp):
    gateway.conf["read_only_secret"] = "look-but-do-not-touch"
    add_apis(gateway, idp)
    gateway.start()
    tokens = login(gateway)
    path = f"/tyk/splits/{access_id(tokens)}"
    answer = gateway.control_call("GET", path, secret="look-but-do-not-touch")
    assert (answer.status, answer.json()["subject"]) == (200, "ada")
    for target in (path, "/tyk/splits?api_id=split"):
        assert gateway.control_call(
            "DELETE", target, secret="look-but-do-not-touch").status == 403
    arrived(gateway.get("/split/echo", tokens["access_token"]))
    assert gateway.control_call("GET", "/tyk/splits", secret="x").status == 403


@pytest.mark.parametrize("which", [access_id, refresh_id])
def test_deleting_one_ends_its_login_at_once(gw, which):
    tokens = login(gw)
    other = login(gw)
    arrived(gw.get("/split/echo", tokens["access_token"])) # it is remembered
    more = refresh(gw, tokens, "split").json()
    control(gw, "DELETE", f"/tyk/splits/{which(more)}")
    for one in (tokens, more):
        assert refused(gw, "split", one["access_token"]) == UNKNOWN
    answer = refresh(gw, more, "split")
    assert (answer.status, answer.error) == (400, "invalid_grant")
    arrived(gw.get("/split/echo", other["access_token"]))
    control(gw, "GET", f"/tyk/splits/{access_id(tokens)}", 404)


def test_all_of_an_api_are_forgotten(gw):
    mine, other = login(gw, "told"), login(gw)
    for _ in range(3):
        login(gw, "told")
    answer = control(gw, "DELETE", "/tyk/splits?api_id=told")
    assert answer["deleted"] >= 8
    assert refused(gw, "told", mine["access_token"]) == UNKNOWN
    assert control(gw, "GET", "/tyk/splits?api_id=told") == {"splits": []}
    arrived(gw.get("/split/echo", other["access_token"]))


def test_a_revocation_wins_over_a_refresh_that_is_on_its_way(gw, idp):
    tokens = login(gw, "told") # its provider has time
    idp.gate.clear()
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            running = pool.submit(refresh, gw, tokens, "told")
            assert idp.held.wait(30)
            control(gw, "DELETE", f"/tyk/splits/{refresh_id(tokens)}")
            idp.gate.set()
            answer = running.result()
    finally:
        idp.gate.set()
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert refused(gw, "told", tokens["access_token"]) == UNKNOWN


def test_a_refresh_token_presented_twice_ends_its_login(gw, idp):
    first = login(gw, "told")
    bystander = login(gw, "told")
    second = refresh(gw, first, "told").json()
    third = refresh(gw, second, "told").json()
    current = idp.issued_refresh[-1]
    arrived(gw.get("/told/echo", third["access_token"]))
    answer = refresh(gw, first, "told")
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert "used before" in answer.json()["error_description"]
    path, form, _ = idp.seen[-1]
    assert (path, form["token"]) == ("/revoke", current)
    for tokens in (first, second, third):
        assert refused(gw, "told", tokens["access_token"]) == UNKNOWN
        answer = refresh(gw, tokens, "told")
        assert (answer.status, answer.error) == (400, "invalid_grant")
    assert "JG334" in gw.log() and current not in gw.log()
    arrived(gw.get("/told/echo", bystander["access_token"]))
    assert refresh(gw, bystander, "told").status == 200


def test_a_provider_that_cannot_be_told_keeps_nothing_alive(gw):
    first = login(gw, "untold")
    second = refresh(gw, first, "untold").json()
    answer = refresh(gw, first, "untold")
    assert (answer.status, answer.error) == (400, "invalid_grant")
    assert refused(gw, "untold", second["access_token"]) == UNKNOWN
    assert "the revocation was not taken by the provider" in gw.log()


def test_a_refresh_token_of_another_api_ends_nothing(gw):
    first = login(gw, "split")
    second = refresh(gw, first, "split").json()
    assert refresh(gw, first, "told").status == 400
    arrived(gw.get("/split/echo", second["access_token"]))
    login_part, _, turn = second["refresh_token"].rpartition(".")
    for given in (login_part, f"x.{turn}", f"jgr1.{turn}", f"jgr1.x.{turn}"):
        answer = refresh(gw, {"refresh_token": given}, "split")
        assert (answer.status, answer.error) == (400, "invalid_grant")
    arrived(gw.get("/split/echo", second["access_token"]))
    # Whoever knows the login's part had one of its tokens.
    assert refresh(gw, {"refresh_token": f"{login_part}.x"},
                   "split").status == 400
    assert refused(gw, "split", second["access_token"]) == UNKNOWN


def test_an_old_refresh_token_may_be_revoked_and_takes_all_along(gw):
    first = login(gw)
    second = refresh(gw, first, "split").json()
    assert post(gw, "/split/revoke",
                {"token": first["refresh_token"]}).status == 200
    assert refused(gw, "split", second["access_token"]) == UNKNOWN
    assert refresh(gw, second, "split").status == 400


def test_a_provider_that_does_not_rotate_is_asked_again_and_again(gw, idp):
    idp.rotates = False
    try:
        tokens = login(gw, "told")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(
                lambda _: refresh(gw, tokens, "told").status, range(16)))
        assert answers == [200] * 16
    finally:
        idp.rotates = True
