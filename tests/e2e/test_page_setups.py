"""The product page's set-ups in its own order, over the control API: an API
that nobody has rights to yet, a policy for it, and the policy as its default."""
import json

import pytest
from gateway import b64
from idp import Idp
from test_oas import EXTENSION, document
from tokens import NOW, PAGE_TOKEN, hs256

POLICY = "59672779fa4387000129507d"
NONE = (403, "key not authorized: no matching policy found")


def call(gw, method, path, body=None):
    answer = gw.control_call(method, path, body)
    assert answer.status == 200, answer.body
    return answer.json()


def classic(gw, method, source, **more):
    return gw.api("jwt-api", jwt_source=source, jwt_signing_method=method,
                  **{"jwt_default_policies": [], **more})


def oas(gw, method, source, **more):
    more = {"defaultPolicies": more.get("jwt_default_policies", [])}
    return document("jwt-api", gw.upstream, source=source,
                    signingMethod=method, identityBaseField="sub",
                    policyFieldName="pol", **more)


# How the definition is written, and where.
FORMS = {"classic": (classic, "/tyk/apis"), "oas": (oas, "/tyk/apis/oas")}


def policy(**more):
    return {"_id": POLICY, "name": "Default", "org_id": "default",
            "active": True, "rate": 1000, "per": 60, "quota_max": -1,
            "quota_renewal_rate": 3600, "key_expires_in": 3600,
            "access_rights": {"jwt-api": {
                "api_id": "jwt-api", "api_name": "My JWT API",
                "versions": ["Default"], "allowed_urls": []}}, **more}


def result(gw, token):
    answer = gw.get("/jwt-api/get", token)
    return answer.status, None if answer.status == 200 else answer.error


@pytest.fixture(params=FORMS)
def set_up(request, gateway):
    """Does what the page says; <token> gets in at the end, and not before."""
    make, place = FORMS[request.param]

    def steps(method, source, token):
        gw = gateway.start()
        said = call(gw, "POST", place, make(gw, method, source))
        assert (said["key"], said["action"]) == ("jwt-api", "added")
        call(gw, "GET", "/tyk/reload?block=true")
        assert result(gw, token) == NONE
        said = call(gw, "POST", "/tyk/policies", policy())
        assert (said["key"], said["action"]) == (POLICY, "added")
        said = call(gw, "PUT", f"{place}/jwt-api", make(
            gw, method, source, jwt_default_policies=[POLICY]))
        assert (said["key"], said["action"]) == ("jwt-api", "modified")
        assert result(gw, token) == NONE # in force from the reload on
        call(gw, "GET", "/tyk/reload?block=true")
        assert result(gw, token) == (200, None)
        return gw
    return steps


def test_hmac(set_up):
    gw = set_up("hmac", b64("tyk123"), PAGE_TOKEN)
    assert result(gw, PAGE_TOKEN[:-1] + "5") == (403, "Key not authorized")
    assert result(gw, hs256({"sub": "ada", "pol": POLICY})) == (200, None)


def test_auth0(set_up):
    """The token that Auth0 gives a machine, its keys at the URL that the page
    names, in base64 as a dashboard writes it."""
    with Idp("RS256") as idp:
        claims = {"iss": f"{idp.url}/", "sub": "s9Vn2@clients",
                  "aud": "https://my-api", "iat": NOW, "exp": NOW + 86400,
                  "azp": "s9Vn2", "gty": "client-credentials",
                  "scope": "read:orders"}
        good = idp.token(**claims)
        gw = set_up("rsa", b64(idp.jwks_url), good)
        # The page's message for a wrong set-up.
        assert result(gw, hs256(claims)) == (
            403, "Key not authorized: Unexpected signing method")
        assert result(gw, idp.token(**{**claims, "exp": NOW - 60})) == (
            401, "Key not authorized: token has expired")
        unknown = idp.token(headers={"kid": "unknown"}, **claims)
        assert result(gw, unknown) == (403, "Key not authorized")


def test_a_secret_of_one_caller(gateway):
    """"Set up individual JWT secrets": the kid names the key, or else sub."""
    gateway.add_policy()
    gateway.add_api(jwt_source="", jwt_default_policies=[])
    gw = gateway.start()
    for name, secret in (("the-kid", "Secret"), ("ada", "of Ada")):
        call(gw, "POST", f"/tyk/keys/{name}", {
            "org_id": "default", "apply_policies": ["default"],
            "jwt_data": {"secret": secret}})

    def status(kid, secret):
        token = hs256({"sub": "ada"}, secret, kid and {"kid": kid})
        return gw.get("/api/get", token).status

    assert [status("the-kid", "Secret"), status(None, "of Ada")] == [200, 200]
    assert [status("the-kid", "of Ada"), status(None, "Secret"),
            status("nobody", "Secret")] == [403, 403, 403]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_written_is_what_is_read(gateway, form):
    """A definition comes back as it was sent, the page's fields included."""
    make, place = FORMS[form]
    gw = gateway.start()
    sent = make(gw, "hmac", b64("tyk123"), jwt_default_policies=[POLICY])
    call(gw, "POST", place, json.loads(json.dumps(sent)))
    call(gw, "GET", "/tyk/reload?block=true")
    assert call(gw, "GET", f"{place}/jwt-api") == sent
    if form == "oas":
        public = call(gw, "GET", f"{place}/jwt-api?mode=public")
        assert EXTENSION not in public
