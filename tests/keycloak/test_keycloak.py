"""A real Keycloak's tokens through the gateway, and the how-to page."""
import os
import pathlib
import time

import pytest
from documents import Session, follow
from keysets import (Load, add_api, b64, flush, quick, sets, status,
                     wait_for_status)

ROOT = pathlib.Path(__file__).resolve().parents[2]
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


@pytest.mark.parametrize("grant", ["password", "client_credentials"])
@pytest.mark.parametrize("spelled", [str, b64], ids=["plain", "base64"])
def test_a_token_of_either_grant_passes(gateway, realm, grant, spelled):
    add_api(gateway, "api", spelled(realm.jwks_url))
    gateway.start()
    token = getattr(realm, grant)()
    for _ in range(3):
        answer = gateway.get("/api/get", token)
        assert answer.status == 200, answer.body
    head, body, signature = token.split(".")
    for bad in (f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.",
                token[:-1]):
        assert status(gateway, "api", bad) == 403


def test_the_issuer_alone_is_enough(gateway, realm):
    add_api(gateway, "api", None, jwt_issuer=realm.issuer)
    gateway.start()
    assert status(gateway, "api", realm.client_credentials()) == 200


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_that_keycloak_signs_with(gateway, realm, alg):
    realm.sign_with(alg)
    token = realm.client_credentials() # makes the key, when there is none
    add_api(gateway, "api", realm.jwks_url, alg)
    gateway.start()
    assert status(gateway, "api", token) == 200


def test_a_realm_does_not_open_another_realms_api(gateway, realm, keycloak):
    other = keycloak.realm()
    add_api(gateway, "api", realm.jwks_url)
    add_api(gateway, "bound", None, jwt_issuer=realm.issuer)
    gateway.start()
    for name in ("api", "bound"):
        assert status(gateway, name, realm.client_credentials()) == 200
        assert status(gateway, name, other.client_credentials()) in (401, 403)


def test_keys_rotate_under_load(gateway, realm):
    quick(gateway)
    add_api(gateway, "api", realm.jwks_url)
    gateway.start()
    current = [realm.client_credentials()]
    assert status(gateway, "api", current[0]) == 200
    with Load(gateway, lambda: ("/api/get", current[0]), threads=2) as load:
        for _ in range(3):
            time.sleep(1.5) # min_refresh_interval
            realm.rotate()
            current[0] = realm.client_credentials()
        time.sleep(1)
    assert load.all_good(), (load.statuses, load.odd)
    kids = {key["kid"] for key in sets(gateway)[realm.jwks_url]["keys"]}
    assert len(kids) >= 4


def test_a_removed_key_is_refused_at_once_after_a_flush(gateway, realm):
    add_api(gateway, "api", realm.jwks_url)
    gateway.start()
    old = realm.client_credentials()
    assert status(gateway, "api", old) == 200
    realm.rotate()
    realm.remove_old_keys()
    flush(gateway)
    assert status(gateway, "api", old) == 403
    wait_for_status(gateway, "api", realm.client_credentials())


@pytest.mark.parametrize("page", ["keycloak.md", "split-token.md"])
def test_the_how_to_pages_do_what_they_say(keycloak, folder, page):
    session = Session(folder)
    session.ports["8180"] = str(keycloak.port)
    session.env["HOME"] = str(folder)
    session.env["PATH"] += os.pathsep + str(keycloak.home / "bin")
    try:
        follow(ROOT / "docs/how-to" / page, session,
               peers=("", "idp", "keycloak"))
    finally:
        session.stop()
        keycloak.admin("DELETE", "/shop") # each page makes this realm
