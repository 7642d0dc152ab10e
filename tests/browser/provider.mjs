// Identity providers as they look from a gateway: discovery, key set, tokens.
import {generateKeyPairSync, sign} from "node:crypto";
import http from "node:http";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

// What Auth0 and Keycloak publish where, and what their access tokens hold.
const shapes = {
    auth0: {
        issuer: (base) => `${base}/`,
        jwks: "/.well-known/jwks.json",
        token: "/oauth/token",
        keys: [{use: "sig", alg: "RS256"}, {use: "sig", alg: "RS256"}],
        claims: (issuer) => ({iss: issuer, sub: "kAu3pGQb1@clients", azp: "kAu3pGQb1",
            aud: "https://orders.example/", scope: "read:orders", gty: "client-credentials"}),
    },
    keycloak: {
        issuer: (base) => `${base}/realms/shop`,
        jwks: "/realms/shop/protocol/openid-connect/certs",
        token: "/realms/shop/protocol/openid-connect/token",
        keys: [{use: "sig", alg: "RS256"}, {use: "enc", alg: "RSA-OAEP"}],
        claims: (issuer) => ({iss: issuer, sub: "3f6c9a5e-0c1d-4a3c-9a52-6a1d6a8f9c10", typ: "Bearer",
            azp: "orders", aud: "account", acr: "1", scope: "openid profile email",
            realm_access: {roles: ["offline_access", "uma_authorization"]},
            resource_access: {account: {roles: ["view-profile"]}},
            preferred_username: "service-account-orders"}),
    },
};

function makeKeys(shape) {
    return shape.keys.map((about, i) => {
        const {publicKey, privateKey} = generateKeyPairSync("rsa", {modulusLength: 2048});
        return {kid: `${shape.keys.length - i}-${about.use}-wzbrvdk4yVa3`, privateKey,
                jwk: {...publicKey.export({format: "jwk"}), ...about,
                      kid: `${shape.keys.length - i}-${about.use}-wzbrvdk4yVa3`}};
    });
}

function issue(key, claims) {
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({alg: "RS256", typ: "JWT", kid: key.kid})}.${
        part({iat: now, exp: now + 300, jti: String(Math.random()), ...claims})}`;
    return `${text}.${sign("sha256", Buffer.from(text), key.privateKey).toString("base64url")}`;
}

// <name> of the shapes above, on a port of its own until close().
async function provider(name) {
    const shape = shapes[name];
    const keys = makeKeys(shape);
    const issued = [];
    let base = "";
    const answers = {
        "/.well-known/openid-configuration": () => ({issuer: shape.issuer(base),
            jwks_uri: base + shape.jwks, token_endpoint: base + shape.token,
            id_token_signing_alg_values_supported: ["RS256"]}),
        [shape.jwks]: () => ({keys: keys.map((key) => key.jwk)}),
        [shape.token]: () => ({access_token: token(), expires_in: 300, refresh_expires_in: 1800,
            refresh_token: "opaque", token_type: "Bearer", scope: "profile email"}),
    };
    answers[`${new URL(shape.issuer("http://x")).pathname.replace(/\/$/, "")
        }/.well-known/openid-configuration`] = answers["/.well-known/openid-configuration"];
    const token = (more = {}, kid = keys[0].kid) => {
        issued.push(issue({...keys[0], kid}, {...shape.claims(shape.issuer(base)), ...more}));
        return issued[issued.length - 1];
    };
    const server = http.createServer((request, answer) => {
        const found = answers[request.url];
        answer.writeHead(found ? 200 : 404, {"Content-Type": "application/json"});
        answer.end(JSON.stringify(found ? found() : {error: "not_found"}));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${server.address().port}`;
    return {base, issuer: shape.issuer(base), jwks: base + shape.jwks, token, issued,
            path: shape.token, kid: keys[0].kid, close: () => server.close()};
}

// <work> with one that is there meanwhile.
export async function withProvider(name, work) {
    const one = await provider(name);
    try {
        await work(one);
    } finally {
        one.close();
    }
}
