// The product page's set-ups by clicking; each ends with curl through the gateway.
import {equal, save, token} from "./helpers.mjs";
import {withProvider} from "./provider.mjs";

const PAGE_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6" +
    "IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowiHEAZnan74";

async function newApi(world, name) {
    await world.open("apis");
    await world.page.getByRole("link", {name: "Add API"}).click();
    await world.page.getByLabel("API name").fill(name);
    await world.page.getByLabel("Target URL").fill(world.demo.upstream);
}

// System Management -> Policies -> Add Policy, in the page's order.
async function newPolicy(world, name, api) {
    const {page} = world;
    await page.getByRole("link", {name: "Policies", exact: true}).click();
    await page.getByRole("link", {name: "Add policy"}).click();
    await page.getByLabel(api, {exact: true}).check();
    await page.getByLabel("Policy name").fill(name);
    await page.getByLabel("Key life (s)").fill("3600");
    await save(page);
}

// The page's steps from "Create your API in Tyk" to "add the policy".
async function followThePage(world, name, jwks) {
    const {page} = world;
    await newApi(world, name);
    await page.getByLabel("Authentication mode").selectOption({label: "JSON Web Token"});
    await page.getByLabel("JWT signing method").selectOption({label: "RSA public key"});
    await page.getByLabel("JWKS URL").fill(jwks);
    await page.getByLabel("Identity source").fill("sub");
    await page.getByLabel("Policy field name").fill("pol");
    await page.getByLabel("Make a policy for this API").uncheck();
    await save(page);
    await newPolicy(world, `${name} policy`, name);
    await page.getByRole("link", {name: "APIs", exact: true}).click();
    await page.getByRole("link", {name, exact: true}).click();
    await page.getByLabel(`${name} policy`).check();
    await save(page);
}

export const tests = [
["HMAC: the page's own token passes under tyk123", async (world) => {
    const {page} = world;
    await newApi(world, "Page API");
    await page.getByLabel("Authentication mode").selectOption({label: "JSON Web Token"});
    await page.getByLabel("JWT signing method").selectOption({label: "HMAC (shared secret)"});
    await page.getByLabel("Shared secret").fill("tyk123");
    await page.getByLabel("Identity source").fill("sub");
    await page.getByLabel("Policy field name").fill("pol");
    await save(page);
    await page.getByRole("heading", {name: "Page API"}).waitFor();
    equal(await page.getByLabel("Default policy of Page API").isChecked(), true, "its policy");
    equal([world.gate("/page-api/get", PAGE_TOKEN),
           world.gate("/page-api/get", token({sub: "ann"}, "another")),
           world.gate("/page-api/get")], ["200", "403", "400"], "through the gateway");
}],

["Auth0: its tokens pass after the page's steps", (world) => withProvider("auth0", async (auth0) => {
    await followThePage(world, "JWT Auth0 API", auth0.jwks);
    equal([await world.gateLater("/jwt-auth0-api/get", auth0.token()),
           await world.gateLater("/jwt-auth0-api/get", token({sub: "ann"}))], ["200", "403"],
          "through the gateway");
    await world.open("identity");
    await world.page.getByText(auth0.kid).first().waitFor();
})],

["Keycloak: its tokens pass after the page's steps", (world) => withProvider("keycloak", async (keycloak) => {
    await followThePage(world, "keycloak jwt", keycloak.jwks);
    equal([await world.gateLater("/keycloak-jwt/get", keycloak.token()),
           await world.gateLater("/keycloak-jwt/get", keycloak.token({exp: 1700000000})),
           await world.gateLater("/keycloak-jwt/get")], ["200", "401", "400"], "through the gateway");
})],

["split token: a script gives away the signature, and the upstream gets the token",
 (world) => withProvider("keycloak", async (keycloak) => {
    const {page} = world;
    await newApi(world, "Basic protected API");
    await page.getByLabel("Authentication mode").selectOption({label: "Auth token"});
    await page.getByText("Headers for the upstream").click();
    await page.getByLabel("Headers", {exact: false}).fill("Authorization: Bearer $tyk_meta.access_token");
    await save(page);
    await newPolicy(world, "Split", "Basic protected API");

    await newApi(world, "Login");
    await page.getByLabel("Authentication mode").selectOption({label: "Open (keyless)"});
    await page.getByText("Virtual endpoints (scripts)").click();
    await page.getByLabel("Start from").selectOption({label: "Split token: client credentials"});
    await page.getByRole("button", {name: "Add a virtual endpoint"}).click();
    const script = page.getByLabel("Script", {exact: true});
    await script.fill((await script.inputValue())
        .replace("https://keycloak-host", keycloak.base)
        .replace("/auth/realms/tyk/protocol/openid-connect/token", keycloak.path)
        .replace('policy = "default"', 'policy = "split"'));
    await save(page);

    const answer = JSON.parse(await world.curlLater("/login/token", "-d",
        "grant_type=client_credentials&client_id=orders&client_secret=x"));
    equal(answer.access_token, keycloak.issued[0].split(".")[2], "the signature alone");
    equal([answer.refresh_token, answer.expires_in], [undefined, 300], "what is left out");
    const seen = await world.curlLater("/basic-protected-api/get", "-H",
        `Authorization: ${answer.access_token}`);
    equal(seen.includes(`Bearer ${keycloak.issued[0]}`), true, seen);
    equal(await world.gateLater("/basic-protected-api/get", "none"), "403", "another");
})],

["split token without a script: the designer's own form",
 (world) => withProvider("keycloak", async (keycloak) => {
    const {page} = world;
    await newApi(world, "Split natively");
    await page.getByLabel("JWT signing method").selectOption({label: "RSA public key"});
    await page.getByLabel("JWKS URL").fill(keycloak.jwks);
    await page.getByText("Split token", {exact: true}).click();
    await page.getByLabel("Offer a token endpoint").check();
    await page.getByLabel("Token URL").fill(keycloak.base + keycloak.path);
    await save(page);
    const answer = JSON.parse(await world.curlLater("/split-natively/token", "-d",
        "grant_type=client_credentials&client_id=orders&client_secret=x"));
    equal(answer.access_token, keycloak.issued[0].split(".")[2], "the signature alone");
    const seen = await world.curlLater("/split-natively/get", "-H",
        `Authorization: Bearer ${answer.access_token}`);
    equal(seen.includes(`Bearer ${keycloak.issued[0]}`), true, seen);
    await world.curlLater("/split-natively/revoke", "-d", `token=${answer.access_token}`,
        "-u", "orders:x");
    const [after, whole] = [await world.gateLater("/split-natively/get", answer.access_token),
                            await world.gateLater("/split-natively/get", keycloak.issued[0])];
    equal([after === "200", whole === "200"], [false, false], `revoked: ${after}, whole: ${whole}`);
})],

["what is kept of a split token is shown without it, and ended", (world) => withProvider("keycloak", async (keycloak) => {
    const {page} = world;
    await world.api("kept-split", {jwt_signing_method: "rsa", jwt_source: keycloak.jwks,
        split_token: {token_url: keycloak.base + keycloak.path, path: "/token", mode: "split"}});
    const login = async () => JSON.parse(await world.curlLater("/kept-split/token", "-d",
        "grant_type=client_credentials&client_id=orders&client_secret=x")).access_token;
    const call = (held) => world.gateLater("/kept-split/get", held);
    const first = await login(), second = await login();
    equal([await call(first) === "200", await call(second) === "200"], [false, false], "no right yet");
    await world.control("POST", "/tyk/policies", {id: "kept", name: "kept", org_id: "default", active: true,
        access_rights: {"kept-split": {api_id: "kept-split", versions: ["Default"]}}});
    await world.api("kept-split", {jwt_signing_method: "rsa", jwt_source: keycloak.jwks,
        jwt_default_policies: ["kept"],
        split_token: {token_url: keycloak.base + keycloak.path, path: "/token", mode: "split"}});
    equal([await call(first), await call(second)], ["200", "200"], "before");
    await world.open("keys");
    const table = page.getByRole("region", {name: "Split tokens"});
    await page.getByLabel("Search: Split tokens").fill("kept-split");
    await table.getByRole("row").filter({hasText: "3f6c9a5e"}).first().waitFor();
    const rows = table.locator("tbody tr");
    equal([await rows.count(), (await page.locator("main").innerText()).includes(first)], [4, false],
          "access and refresh tokens of two logins, and none whole");
    await rows.first().getByRole("button", {name: /^End/}).click();
    await page.getByRole("dialog").getByRole("button", {name: "End", exact: true}).click();
    await page.getByRole("status").filter({hasText: "Ended, with the others of its login."}).waitFor();
    equal([await call(first), await call(second)].filter((status) => status === "200").length, 1, "the other one");
    await page.getByRole("button", {name: "End all of a caller or an API"}).click();
    await page.getByRole("dialog").getByLabel("API").selectOption("kept-split");
    await page.getByRole("dialog").getByRole("button", {name: "End", exact: true}).click();
    await page.getByRole("status").filter({hasText: "2 tokens ended."}).waitFor();
    equal([await call(first) === "200", await call(second) === "200"], [false, false], "after");
})],

["the page's way to a policy is found", async (world) => {
    await world.open("overview");
    await newPolicy(world, "Found", "My JWT API");
    equal(world.gate("/my-jwt-api/get", token({sub: "gus", pol: "found"})), "200", "its token");
}],
];
