/* Scripts to start from; each is ES5, as the gateway runs it. */
export const scripts = {
    empty: {fn: "answer", method: "GET", source: `\
function answer(request, session, config) {
  return TykJsResponse({Body: "hello\\n", Code: 200}, session.meta_data);
}
`},
    /* The caller gets the signature alone; header and payload stay here. */
    split: {fn: "login", method: "POST", source: `\
var provider = "https://keycloak-host";
var resource = "/auth/realms/tyk/protocol/openid-connect/token";
var policy = "default";

function login(request, session, config) {
  var credentials = request.Body.split("&").map(function (item) {
    return item.split("=").map(decodeURIComponent);
  }).reduce(function (all, pair) {
    all[pair[0]] = pair[1];
    return all;
  }, {});
  var response = JSON.parse(TykMakeHttpRequest(JSON.stringify({
    Method: "POST", Domain: provider, Resource: resource,
    Headers: {"Content-Type": "application/x-www-form-urlencoded"},
    FormData: {
      grant_type: credentials.grant_type,
      client_id: credentials.client_id,
      client_secret: credentials.client_secret
    }
  })));
  if (response.Code !== 200)
    return TykJsResponse({Body: response.Body, Code: response.Code}, session.meta_data);

  var body = JSON.parse(response.Body);
  var signature = body.access_token.split(".")[2];
  TykSetKeyData(signature, JSON.stringify({
    org_id: "default", apply_policies: [policy],
    expires: Math.floor(Date.now() / 1000) + body.expires_in,
    meta_data: {access_token: body.access_token}
  }), "1");
  body.access_token = signature;
  delete body.refresh_expires_in;
  delete body.refresh_token;
  return TykJsResponse({Body: JSON.stringify(body), Code: 200}, session.meta_data);
}
`},
} as const;
