"""Split tokens of a certified OpenID provider that nobody here wrote: the life
of each, from the code to the end."""
import secrets

import pytest
from keysets import add_api
from oidc_provider import BACK, OidcProvider
from splits import Client, terms

MODES = ["split", "sealed"]
ORDERS = {"client_id": "orders", "client_secret": "orders-secret"}
SHOP = {"client_id": "shop", "client_secret": "shop-secret"}
RESOURCE = "urn:ES256"


@pytest.fixture
def op(folder):
    with OidcProvider(folder, ["RS256", "ES256"]) as provider:
        yield provider


@pytest.fixture(params=MODES)
def client_of(request, gateway, op):
    """Makes clients, of a gateway in either mode."""
    found = op.discovery()
    add_api(gateway, "api", None, "ES256", jwt_issuer=op.issuer,
            split_token=terms(request.param, found["token_endpoint"],
                              found["revocation_endpoint"]))
    gateway.conf["storage"]["max_bytes"] = 16 << 20 # it is read whole
    gateway.start()
    return lambda credentials: Client(gateway, "api", credentials)


def login(client, op, resource=RESOURCE):
    verifier = secrets.token_urlsafe(48)
    return client.obtain(
        grant_type="authorization_code", code=op.code(resource, verifier),
        redirect_uri=BACK, code_verifier=verifier, resource=resource)


def refresh(client, given):
    return client.ask(grant_type="refresh_token", resource=RESOURCE,
                      refresh_token=given["refresh_token"])


def test_obtain_split_call_refresh_and_revoke(client_of, op, gateway):
    client = client_of(SHOP)
    first = login(client, op)
    whole = client.whole(first["access_token"])
    said = client.introspect(first["access_token"])
    assert (said["active"], said["sub"], said["client_id"]) == \
        (True, "ada", "shop")
    answer = refresh(client, first)
    assert answer.status == 200, answer.body
    second = answer.json()
    assert client.whole(second["access_token"]) != whole
    client.revoke(second["refresh_token"])
    for _ in range(2): # the second time from what is remembered
        assert client.call(second["access_token"]).status in (401, 403)
    assert client.introspect(second["access_token"]) == {"active": False}
    again = refresh(client, second)
    assert (again.status, again.error) == (400, "invalid_grant")
    assert "was not taken by the provider" not in gateway.log()
    client.check_nothing_leaked(parts=[1])


def test_a_code_is_good_once(client_of, op):
    client = client_of(SHOP)
    verifier = secrets.token_urlsafe(48)
    form = {"grant_type": "authorization_code", "redirect_uri": BACK,
            "code": op.code(RESOURCE, verifier), "code_verifier": verifier,
            "resource": RESOURCE}
    client.obtain(**form)
    answer = client.ask(**form)
    assert (answer.status, answer.error) == (400, "invalid_grant")


def test_an_access_token_is_revoked_and_another_ends(client_of):
    client = client_of(ORDERS)
    grant = {"grant_type": "client_credentials", "scope": "read"}
    given = client.obtain(**grant, resource=RESOURCE)["access_token"]
    client.whole(given)
    client.revoke(given)
    assert client.call(given).status in (401, 403)
    short = client.obtain(**grant, resource=f"{RESOURCE}:short")
    client.whole(short["access_token"])
    client.wait_for_end(short["access_token"])
    assert client.introspect(short["access_token"]) == {"active": False}
    client.check_nothing_leaked(parts=[1])


def test_its_refusals_are_its_own(client_of):
    client = client_of({"client_id": "orders", "client_secret": "wrong"})
    answer = client.ask(grant_type="client_credentials", resource=RESOURCE)
    assert (answer.status, answer.error) == (401, "invalid_client")
    answer = client_of(ORDERS).ask(grant_type="authorization_code", code="x",
                                   redirect_uri=BACK)
    assert (answer.status, answer.json()) == (400, {
        "error": "invalid_request", "error_description":
        "requested grant type is not allowed for this client"})


def test_opaque_tokens_are_no_tokens_here(client_of):
    """Without a resource this provider's access tokens are opaque."""
    answer = client_of(ORDERS).ask(grant_type="client_credentials")
    assert (answer.status, answer.error) == (502, "server_error")
