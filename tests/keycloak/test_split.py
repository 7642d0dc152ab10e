"""Split tokens of a real Keycloak: obtain, split, call, refresh, revoke, expire."""
import pytest
from keycloak import http
from keysets import add_api
from splits import Client, terms

CREDENTIALS = {"client_id": "orders", "client_secret": "orders-secret"}
LOGIN = {"grant_type": "password", "username": "ada",
         "password": "ada-password", "scope": "openid"}


@pytest.fixture(params=["split", "sealed"])
def client(request, gateway, realm):
    add_api(gateway, "api", realm.jwks_url, split_token={
        **terms(request.param, f"{realm.endpoints}/token",
                f"{realm.endpoints}/revoke"), "strip": ["id_token"]})
    gateway.conf["storage"]["max_bytes"] = 16 << 20 # it is read whole
    gateway.start()
    return Client(gateway, "api", CREDENTIALS)


def knows(realm, whole):
    """Keycloak's own word on a token."""
    return http("POST", f"{realm.endpoints}/token/introspect",
                form={**CREDENTIALS, "token": whole})[1]["active"]


def test_the_life_of_a_login(client, realm, gateway):
    first = client.obtain(**LOGIN)
    whole = client.whole(first["access_token"])
    assert knows(realm, whole)
    assert "id_token" not in first
    assert client.introspect(first["access_token"])["azp"] == "orders"
    second = client.obtain(grant_type="refresh_token",
                           refresh_token=first["refresh_token"])
    whole = client.whole(second["access_token"])
    client.revoke(second["refresh_token"])
    assert client.call(second["access_token"]).status in (401, 403)
    again = client.ask(grant_type="refresh_token",
                       refresh_token=second["refresh_token"])
    assert (again.status, again.error) == (400, "invalid_grant")
    assert not knows(realm, whole) # the session is over there, too
    assert "was not taken by the provider" not in gateway.log()
    client.check_nothing_leaked(parts=[1])


def test_a_service_account_revokes_its_token(client, realm):
    given = client.obtain(grant_type="client_credentials")["access_token"]
    whole = client.whole(given)
    client.revoke(given)
    assert client.call(given).status in (401, 403)
    assert client.introspect(given) == {"active": False}
    assert not knows(realm, whole)
    client.check_nothing_leaked(parts=[1])


def test_a_token_ends_with_its_time(client, realm):
    realm.admin("PUT", "", {"accessTokenLifespan": 3})
    given = client.obtain(grant_type="client_credentials")["access_token"]
    client.whole(given)
    client.wait_for_end(given)
    assert client.introspect(given) == {"active": False}
    client.check_nothing_leaked(parts=[1])


def test_a_wrong_password_is_keycloaks_to_refuse(client):
    answer = client.ask(**{**LOGIN, "password": "wrong"})
    assert (answer.status, answer.error) == (401, "invalid_grant")
    answer = client.post("token", {
        "grant_type": "client_credentials", "client_id": "orders",
        "client_secret": "wrong"})
    assert answer.status == 401
