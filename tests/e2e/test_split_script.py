"""Split token as the product page does it: a script exchanges the credentials,
keeps the JWT as a key whose id is the signature, and gives that away alone."""
import http.server
import json
import time
import urllib.parse

import pytest

from gateway import SECRET
from test_virtual import versions, virtual
from tokens import hs256
from upstream import serving

# The page's own function, but for the provider's address.
LOGIN = """
function login(request, session, config) {
var credentials = request.Body.split("&")
.map(function(item, index) {
return item.split("=");
}).reduce(function(p, c) {
p[c[0]] = c[1];
return p;
}, {});
var newRequest = {
"Headers": {"Content-Type": "application/x-www-form-urlencoded"},
"Method": "POST",
"FormData": {
grant_type: credentials.grant_type,
client_id: credentials.client_id,
client_secret: credentials.client_secret
},
"Domain": "@provider@",
"resource": "/auth/realms/tyk/protocol/openid-connect/token",
};
var response = TykMakeHttpRequest(JSON.stringify(newRequest));
var usableResponse = JSON.parse(response);
if (usableResponse.Code !== 200) {
return TykJsResponse({
Body: usableResponse.Body,
Code: usableResponse.Code
}, session.meta_data)
}
var bodyObj = JSON.parse(usableResponse.Body);
var accessTokenComplete = bodyObj.access_token;
var signature = accessTokenComplete.split(".")[2];
log("completeAccessToken: " + accessTokenComplete);
// Create key inside Tyk
createKeyInsideTyk(signature, bodyObj);
// Override signature
bodyObj.access_token = signature;
delete bodyObj.refresh_expires_in;
delete bodyObj.refresh_token;
delete bodyObj.foo;
var responseObject = {
Body: JSON.stringify(bodyObj),
Code: usableResponse.Code
}
return TykJsResponse(responseObject, session.meta_data);
}
"""
# The two ways in which people write what the page leaves out.
BY_REQUEST = """
function createKeyInsideTyk(customId, body) {
  TykMakeHttpRequest(JSON.stringify({
    "Method": "POST", "Domain": "@control@", "Resource": "/tyk/keys/" + customId,
    "Headers": {"x-tyk-authorization": "@secret@",
                "Content-Type": "application/json"},
    "Body": JSON.stringify({org_id: "default", apply_policies: ["default"],
      expires: Math.floor(Date.now() / 1000) + body.expires_in,
      meta_data: {access_token: body.access_token}})}));
}
"""
BY_FUNCTION = """
function createKeyInsideTyk(customId, body) {
  TykSetKeyData(customId, JSON.stringify({
    org_id: "default", apply_policies: ["default"],
    expires: Math.floor(Date.now() / 1000) + body.expires_in,
    meta_data: {access_token: body.access_token}}), "1");
}
"""


class Provider(http.server.BaseHTTPRequestHandler):
    issued = []

    def do_POST(self):
        form = urllib.parse.parse_qs(
            self.rfile.read(int(self.headers["Content-Length"])).decode())
        good = form.get("client_secret") == ["right"] and \
            self.path.endswith("/openid-connect/token")
        body = {"error": "unauthorized_client"}
        if good:
            token = hs256({"sub": form["client_id"][0], "at": time.time_ns()})
            self.issued.append(token)
            body = {"access_token": token, "expires_in": 2, "foo": 1,
                    "refresh_token": "r", "refresh_expires_in": 3}
        body = json.dumps(body).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def provider():
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                 Provider)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def script(gw, provider, create):
    text = LOGIN + create
    for name, value in {"provider": provider, "secret": SECRET,
                        "control": f"http://127.0.0.1:{gw.control}"}.items():
        text = text.replace(f"@{name}@", value)
    return text


@pytest.fixture(scope="module")
def gw(module_gateway, provider):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.conf["hash_keys"] = True
    gw.add_policy(apis=("basic-protected-api",))
    for name, create in (("request", BY_REQUEST), ("function", BY_FUNCTION)):
        gw.add_api(name, use_keyless=True, enable_jwt=False,
                   version_data=versions(virtual(
                       "/token", "login", script(gw, provider, create),
                       method="POST")))
    gw.add_api("basic-protected-api", enable_jwt=False, use_standard_auth=True,
               auth_configs={"authToken":
                             {"auth_header_name": "Authorization"}},
               strip_auth_data=True, version_data={
                   "not_versioned": True, "versions": {"Default": {
                       "name": "Default", "global_headers": {
                           "Authorization":
                               "Bearer $tyk_meta.access_token"}}}})
    return gw.start()


def login(gw, way, secret="right"):
    return gw.call("POST", f"/{way}/token", {
        "Content-Type": "application/x-www-form-urlencoded"},
        f"grant_type=client_credentials&client_id=ada&client_secret={secret}")


@pytest.mark.parametrize("way", ["request", "function"])
def test_the_pages_script_splits_and_the_gateway_joins(gw, way):
    answer = login(gw, way)
    assert answer.status == 200, gw.log()[-1500:]
    whole = Provider.issued[-1]
    given = answer.json()
    assert given == {"access_token": whole.split(".")[2], "expires_in": 2}
    for value in (given["access_token"], f"Bearer {given['access_token']}"):
        got = gw.get("/basic-protected-api/echo",
                     headers={"Authorization": value})
        assert got.status == 200, got.body
        assert [v for n, v in got.json()["headers"]
                if n == "Authorization"] == [f"Bearer {whole}"]
    assert whole not in gw.log()


@pytest.mark.parametrize("way", ["request", "function"])
def test_it_ends_with_its_time(gw, way):
    token = login(gw, way).json()["access_token"]
    deadline = time.monotonic() + 10
    headers = {"Authorization": token}
    while time.monotonic() < deadline:
        answer = gw.get("/basic-protected-api/echo", headers=headers)
        if answer.status != 200:
            break
        time.sleep(0.1)
    assert (answer.status, answer.error) == \
        (401, "Key has expired, please renew")


def test_what_is_no_signature_is_refused(gw):
    token = login(gw, "request").json()["access_token"]
    wrong = ("A" if token[0] != "A" else "B") + token[1:]
    for value in (wrong, token[:-1], token + "x"):
        answer = gw.get("/basic-protected-api/echo",
                        headers={"Authorization": value})
        assert (answer.status, answer.error) == \
            (403, "Access to this API has been disallowed")
    answer = gw.get("/basic-protected-api/echo")
    assert (answer.status, answer.error) == (401, "Authorization field missing")


def test_the_providers_refusal_is_passed_on(gw):
    answer = login(gw, "request", "wrong")
    assert answer.status == 401
    assert answer.json() == {"error": "unauthorized_client"}
