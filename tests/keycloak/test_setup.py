"""The product page's Keycloak set-up and what people add to it: roles and
client scopes that give policies, logins that go on, keys that change while
requests run, and the wizard that makes an API out of the realm's address."""
from command import expect
from keycloak import http
from keysets import (Load, add_api, b64, flush, quick, sets, status,
                     wait_for_status)
from test_oas import document, put

MAPPED = {"reader": "readers", "writer": "writers"}
NO_SCOPE = "key not authorized: no matching policy found in scope claim"
DISALLOWED = "Access to this API has been disallowed"


def roles_in(realm, *roles):
    """Realm roles, and ada has them."""
    user = realm.admin("GET", "/users?username=ada")[0]["id"]
    for role in roles:
        realm.admin("POST", "/roles", {"name": role})
    realm.admin("POST", f"/users/{user}/role-mappings/realm", [
        realm.admin("GET", f"/roles/{role}") for role in roles])


def optional_scope(realm, name):
    """A client scope that a client gets when it asks for it."""
    realm.admin("POST", "/client-scopes", {
        "name": name, "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "true"}})
    made = [one["id"] for one in realm.admin("GET", "/client-scopes")
            if one["name"] == name]
    realm.admin("PUT", f"/clients/{realm.client}/optional-client-scopes/"
                f"{made[0]}")


def login(realm, **form):
    """All that the token endpoint answers."""
    return http("POST", f"{realm.endpoints}/token", form={
        "client_id": "orders", "client_secret": "orders-secret", **form})[1]


def ada(realm, **form):
    return login(realm, grant_type="password", username="ada",
                 password="ada-password", **form)


def mapped_apis(gw, realm, claim):
    """The same rules in both forms: readers may GET, writers may POST."""
    gw.add_api("classic", jwt_source=b64(realm.jwks_url),
               jwt_signing_method="rsa", jwt_default_policies=[],
               scopes={"jwt": {"scope_claim_name": claim,
                               "scope_to_policy": MAPPED}})
    put(gw, "oas.json", document(
        "oas", gw.upstream, source=None, signingMethod="rsa",
        jwksURIs=[{"url": realm.jwks_url, "cacheTimeout": "5m"}],
        defaultPolicies=[], scopes={"claims": [claim], "scopeToPolicyMapping": [
            {"scope": s, "policyId": p} for s, p in MAPPED.items()]}))
    for name, method in (("readers", "GET"), ("writers", "POST")):
        gw.add_policy(name, access_rights={
            api: {"api_id": api, "api_name": api, "versions": ["Default"],
                  "allowed_urls": [{"url": ".*", "methods": [method]}]}
            for api in ("classic", "oas")})


def tried(gw, token):
    """(status of a GET, of a POST), the same in both forms."""
    headers = {"Authorization": f"Bearer {token}"}
    seen = {tuple(gw.call(method, f"/{api}/echo", headers).status
                  for method in ("GET", "POST")) for api in ("classic", "oas")}
    assert len(seen) == 1, seen
    return seen.pop()


def test_realm_roles_give_policies(gateway, realm):
    roles_in(realm, "reader")
    mapped_apis(gateway, realm, "realm_access.roles")
    gateway.start()
    assert tried(gateway, ada(realm)["access_token"]) == (200, 403)
    roles_in(realm, "writer")
    assert tried(gateway, ada(realm)["access_token"]) == (200, 200)
    answer = gateway.get("/classic/echo", realm.client_credentials())
    assert (answer.status, answer.error) == (403, NO_SCOPE)


def test_client_scopes_give_policies(gateway, realm):
    for name in MAPPED:
        optional_scope(realm, name)
    mapped_apis(gateway, realm, "scope")
    gateway.start()
    for asked, allowed in (("reader", (200, 403)), ("writer", (403, 200)),
                           ("openid reader writer", (200, 200))):
        token = login(realm, grant_type="client_credentials", scope=asked)
        assert tried(gateway, token["access_token"]) == allowed, asked
    assert tried(gateway, realm.client_credentials()) == (403, 403)


def test_a_login_goes_on_by_its_refresh_token(gateway, realm):
    """Each access token ends by itself; the caller stays the same one."""
    add_api(gateway, "api", realm.jwks_url, policy=False)
    gateway.add_policy("api", ["api"], quota_max=10, quota_renewal_rate=3600)
    gateway.start()
    given, left = ada(realm), []
    for _ in range(3):
        answer = gateway.get("/api/echo", given["access_token"])
        left.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
        given = login(realm, grant_type="refresh_token",
                      refresh_token=given["refresh_token"])
    assert left == [(200, "9"), (200, "8"), (200, "7")]
    # What refreshes is no access token: Keycloak signs it with a secret.
    answer = gateway.get("/api/echo", given["refresh_token"])
    assert (answer.status, answer.error) == (
        403, "Key not authorized: Unexpected signing method")


def test_keys_change_in_the_realm_while_requests_run(gateway, realm):
    """Keys are added and the old ones taken away: no good token is refused,
    and the one whose key went is, once its copy is forgotten."""
    quick(gateway)
    add_api(gateway, "api", realm.jwks_url)
    gateway.start()
    first = realm.client_credentials()
    current = [first]
    assert status(gateway, "api", first) == 200
    with Load(gateway, lambda: ("/api/get", current[0]), threads=2) as load:
        for _ in range(2):
            realm.rotate()
            fresh = realm.client_credentials()
            # Not asked for again within a second: a request may come to that.
            wait_for_status(gateway, "api", fresh)
            current[0] = fresh
        realm.remove_old_keys()
    assert load.all_good(), (load.statuses, load.odd)
    flush(gateway)
    assert status(gateway, "api", first) == 403
    assert status(gateway, "api", current[0]) == 200
    states = {key["kid"]: key["state"]
              for key in sets(gateway)[realm.jwks_url]["keys"]}
    published = {key["kid"] for key in http("GET", realm.jwks_url)[1]["keys"]
                 if key["use"] == "sig"}
    assert published == {kid for kid in states if states[kid] != "gone"}


def test_the_wizard_knows_the_realm(gateway, realm):
    """What the dashboard's five steps ask the control API, in order."""
    gateway.start()
    ask = gateway.control_call
    found = ask("POST", "/tyk/identity/discover", {"issuer": realm.issuer})
    assert found.status == 200, found.body
    found = found.json()
    assert (found["issuer"], found["jwks_uri"]) == \
        (realm.issuer, realm.jwks_url)
    assert found["provider"]["id"] == "keycloak"
    assert found["token_endpoint"] == f"{realm.endpoints}/token"
    usable, skipped = sorted(found["keys"], key=lambda k: "reason" in k)
    assert (usable["state"], usable["alg"]) == ("usable", "RS256")
    assert skipped["state"] == "skipped" and skipped["reason"], skipped
    roles_in(realm, "reader")
    token = ada(realm)["access_token"]
    claims = ask("POST", "/tyk/identity/claims", {
        "token": token, "paths": ["sub", "realm_access.roles", "nothing"]})
    assert claims.status == 200, claims.body
    sub, roles, nothing = claims.json()["found"]
    assert (sub["identity"], nothing["kind"]) == (True, "nothing")
    assert "reader" in roles["scopes"]
    # The API that comes out of it, made by the answer's own words.
    said = found["provider"]
    for path, body in (
            ("/tyk/policies", gateway.add_policy("readers", ["shop"])),
            ("/tyk/apis", gateway.api(
                "shop", jwt_source=found["jwks_uri"],
                jwt_issuer=found["issuer"],
                jwt_signing_method=said["signing_method"],
                jwt_identity_base_field=said["identity_claim"],
                jwt_default_policies=[], scopes={"jwt": {
                    "scope_claim_name": "realm_access.roles",
                    "scope_to_policy": {"reader": "readers"}}}))):
        assert ask("POST", path, body).status == 200
    gateway.reload()
    assert status(gateway, "shop", token) == 200
    told = ask("POST", "/tyk/explain", {
        "api_id": "shop", "token": token, "method": "GET", "path": "/shop/"})
    assert told.status == 200 and told.json()["verdict"] == "allow", told.body


def test_a_realm_that_is_not_there_is_told(gateway, keycloak):
    gateway.start()
    answer = gateway.control_call("POST", "/tyk/identity/discover", {
        "issuer": f"{keycloak.url}/realms/nowhere"})
    assert answer.status == 502 and "404" in answer.json()["message"]


def test_the_command_makes_an_api_of_the_realm(gateway, realm):
    """`jotgate import oidc`, checked and served."""
    expect("import", "oidc", realm.issuer, "--listen", "/shop/", "--upstream",
           gateway.upstream.url, "--to", gateway.folder)
    expect("check", gateway.folder)
    gateway.start()
    assert status(gateway, "shop", realm.client_credentials()) == 200
    assert status(gateway, "shop", realm.password()) == 200
