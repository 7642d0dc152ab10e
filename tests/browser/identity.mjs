// Identity providers: read, turned into an API, mapped, tested; their key sets.
import {equal, faultsOf, save, token} from "./helpers.mjs";
import {withProvider} from "./provider.mjs";
import {until} from "./world.mjs";

async function readMetadata(page, issuer) {
    await page.getByLabel("Issuer", {exact: true}).fill(issuer);
    await page.getByRole("button", {name: "Read its metadata"}).click();
}

export const tests = [
["a provider's realm becomes an API by clicking, and its tokens pass", (world) => withProvider("keycloak", async (idp) => {
    const {page} = world;
    await world.open("identity");
    await page.getByRole("link", {name: "Add from identity provider"}).first().click();
    await readMetadata(page, idp.issuer);
    await page.getByText("This is Keycloak.").waitFor();
    await page.getByText("plain http").waitFor();
    await page.getByRole("button", {name: "Next"}).click();
    equal([await page.getByLabel("API name").inputValue(),
           await page.getByLabel("Listen path").inputValue()], ["shop", "/shop/"], "prefilled");
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByRole("button", {name: "Next"}).click();
    equal(await page.getByLabel("Identity claim").inputValue(), "sub", "identity");
    await page.getByLabel("Access token").fill(`Bearer ${idp.token()}`);
    await page.getByRole("button", {name: "Look", exact: true}).click();
    await page.getByText("The caller would be 3f6c9a5e").waitFor();
    await page.getByRole("button", {name: "Use account"}).click();
    equal(await page.getByLabel("Audience").inputValue(), "account", "audience");
    await page.getByRole("button", {name: "Next"}).click();
    await page.getByLabel(/^Rate/).fill("100");
    await page.getByRole("button", {name: "Next"}).click();
    const text = await page.locator(".wizard").innerText();
    for (const part of [`"allowed_issuers": [`, idp.issuer, idp.jwks, `"rate": 100`, `"account"`])
        if (!text.includes(part))
            throw new Error(`"${part}" is not in: ${text}`);
    equal((await world.control("GET", "/tyk/apis/shop")).status, 404, "nothing saved yet");
    await page.getByRole("button", {name: "Create and load"}).click();
    await page.getByRole("heading", {name: "shop takes the provider's tokens"}).waitFor();
    equal([await world.gateLater("/shop/get", idp.token()),
           await world.gateLater("/shop/get", idp.token({aud: "another"})),
           await world.gateLater("/shop/get", idp.token({iss: "https://another"}))],
          ["200", "401", "401"], "through the gateway");
    await page.getByRole("button", {name: "Ask the gateway"}).click();
    await page.getByText("It would pass.").waitFor();
    const line = await page.getByLabel("cURL", {exact: true}).inputValue();
    equal(line.includes("/shop/") && line.includes("$TOKEN"), true, line);
    await world.control("DELETE", "/tyk/apis/shop");
    await world.control("DELETE", "/tyk/policies/shop");
    await world.reload();
})],

["all of that goes with the keyboard alone", (world) => withProvider("auth0", async (idp) => {
    const {page} = world;
    await world.open("identity/new");
    await page.keyboard.press("Tab");           // the way back, then the field
    await page.keyboard.press("Tab");
    await page.keyboard.type(idp.base);
    await page.keyboard.press("Enter");
    await page.getByRole("button", {name: "Next"}).waitFor();
    await page.getByLabel("Issuer", {exact: true}).focus();
    await page.keyboard.press("Enter");
    const focused = (text) => page.waitForFunction(
        (wanted) => document.activeElement.textContent.startsWith(wanted), text);
    await focused("Step 2 of 5: API");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("By keys");
    for (let i = 0; i < 3; i++)
        await page.keyboard.press("Tab");
    await page.keyboard.type(world.demo.upstream);
    for (const step of [3, 4, 5]) {
        await page.keyboard.press("Enter");
        await focused(`Step ${step} of 5`);
        if (step < 5)
            await page.keyboard.press("Tab");
        if (step === 4)
            await page.keyboard.press("Tab");   // from the select to a field
    }
    await page.keyboard.press("Tab");
    while (await page.evaluate("document.activeElement.textContent") !== "Create and load")
        await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: "By keys takes the provider's tokens"}).waitFor();
    equal(await world.gateLater("/by-keys/get", idp.token()), "200", "through the gateway");
    await world.control("DELETE", "/tyk/apis/by-keys");
    await world.control("DELETE", "/tyk/policies/by-keys");
    await world.reload();
})],

["no half of it stays when the API is refused", (world) => withProvider("keycloak", async (idp) => {
    const {page} = world;
    await world.open("identity/new");
    await readMetadata(page, idp.issuer);
    await page.getByRole("button", {name: "Next"}).click();
    await page.getByLabel("API name").fill("Half");
    await page.getByLabel("Target URL").fill("http://x y/");
    await page.getByRole("button", {name: "Next"}).click();
    // The browser's own check of the address stops it, or the gateway's does.
    if (await page.getByRole("heading", {name: "Step 2 of 5"}).isVisible())
        await page.getByLabel("Target URL").fill("ftp://x/");
    for (let i = 0; i < 3; i++)
        if (!await page.getByRole("button", {name: "Create and load"}).isVisible())
            await page.getByRole("button", {name: "Next"}).click();
    await page.getByRole("button", {name: "Create and load"}).click();
    await page.getByRole("alert").waitFor();
    await world.reload();
    equal([(await world.control("GET", "/tyk/apis/half")).status,
           (await world.control("GET", "/tyk/policies/half")).status], [404, 404], "neither");
    // What was typed is still there, also after a look elsewhere.
    await page.getByRole("link", {name: "Policies"}).first().click();
    await page.getByRole("heading", {name: "Policies"}).waitFor();
    await page.evaluate("location.hash = '#/identity/new'");
    await page.getByRole("button", {name: "Create and load"}).waitFor();
    await page.getByRole("button", {name: "Start over"}).click();
})],

["a provider that cannot be read says why, and nothing is lost", async (world) => {
    const {page} = world;
    await world.open("identity/new");
    for (const [issuer, why] of [
        ["http://169.254.169.254", "expected an https URL"],
        ["https://127.0.0.1:9/realms/x", "openid-configuration: "],
        ["ftp://x", "https URL"]]) {
        await readMetadata(page, issuer);
        await page.getByRole("alert").filter({hasText: why}).waitFor();
        equal(await page.getByLabel("Issuer", {exact: true}).inputValue(), issuer, "kept");
    }
    await page.getByRole("button", {name: "Start over"}).click();
}],

["scopes are mapped by keyboard, seen together, and nothing else of the document changes", async (world) => {
    const {page} = world;
    await world.control("POST", "/tyk/policies", {id: "gold", name: "Gold", org_id: "default", active: true,
        rate: 50, per: 1, access_rights: {mapped: {api_id: "mapped", versions: ["Default"]}}});
    await world.api("mapped", {x_mine: {kept: 12345678901234567},
        scopes: {jwt: {scope_claim_name: "scp", scope_to_policy: {read: "default", x: "y"}}}});
    const before = (await world.control("GET", "/tyk/apis/mapped")).text;
    await world.open("apis/mapped");
    await page.getByText("y (no such policy)").first().waitFor({state: "attached"});
    await page.getByRole("button", {name: "Add a scope"}).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction("document.activeElement.getAttribute('aria-label') === 'Scope 3'");
    await page.keyboard.type("write");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Gold");       // as in any list of choices
    await page.getByRole("button", {name: "Remove x"}).focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("write", {exact: true}).focus();
    await page.keyboard.press("Space");
    await page.getByText("50 in 1 s").waitFor();
    await save(page);
    const after = (await world.control("GET", "/tyk/apis/mapped")).text;
    equal(after, before.replace('"read":"default","x":"y"', '"read":"default", "write": "gold"'), "the document");
    equal(world.gate("/mapped/get", token({sub: "a", scp: ["write"]})), "200", "through the gateway");
}],

["a claim path is tried on a token, by the gateway", async (world) => {
    const {page} = world;
    await world.api("mapped", {scopes: {jwt: {scope_claim_name: "scp", scope_to_policy: {read: "default"}}}});
    await world.open("apis/mapped");
    await page.getByText("Try it with a token").click();
    await page.getByLabel("Access token").fill(token({sub: "a", scope: "one two", realm_access: {roles: ["admin"]}}));
    for (const [path, what] of [["realm_access.roles", "a list"], ["scope", "a text, split at spaces"],
                                ["realm_access", "an object"], ["nobody", "not there"]]) {
        await page.getByLabel("Claim path").fill(path);
        await page.getByRole("button", {name: "Look", exact: true}).click();
        await page.getByRole("row").filter({hasText: path}).filter({hasText: what}).waitFor();
    }
}],

["an API says in words what happens to a token, and asks about one", async (world) => {
    const {page} = world;
    await world.api("told", {x_mine: 1, proxy: {listen_path: "/told/", target_url: world.demo.upstream, x_deep: 2}});
    await world.open("apis/told");
    const panel = page.getByRole("region", {name: "What will happen to a token"});
    await panel.getByText("It may be for any audience").waitFor();
    await page.getByText("What a token has to say").click();
    await page.getByLabel("Allowed audiences").fill("orders\nbilling");
    await page.getByLabel("Required claims").fill("tenant");
    await page.getByLabel("Expiry (exp)").fill("30");
    await panel.getByText("aud has to be, or to have, orders or billing.").waitFor();
    await panel.getByText("Clocks may differ: exp 30 s.").waitFor();
    await save(page);
    const api = JSON.parse((await world.control("GET", "/tyk/apis/told")).text);
    equal([api.allowed_audiences, api.custom_claim_validation, api.jwt_expires_at_validation_skew, api.x_mine],
          [["orders", "billing"], {tenant: {type: "required"}}, 30, 1], "the document");
    await panel.getByLabel("Ask about a token").fill(token({sub: "a", aud: "orders"}));
    await panel.getByRole("button", {name: "Ask"}).click();
    await panel.getByText("It would be refused at claim_rules.").waitFor();
    await panel.getByLabel("Ask about a token").fill(token({sub: "a", aud: "orders", tenant: "x"}));
    await panel.getByRole("button", {name: "Ask"}).click();
    await panel.getByText("refused at rights").waitFor();
    await panel.getByText("Kept, not used (2)").click();
    await panel.getByText("proxy.x_deep").waitFor();
}],

["a key that tokens name and no set has is shown, and how the last fetch went", (world) => withProvider("keycloak", async (idp) => {
    const {page} = world;
    await world.api("strange", {jwt_signing_method: "rsa", jwt_source: idp.jwks});
    equal(await world.gateLater("/strange/get", idp.token()), "403", "no right, but a good key");
    // The set is fetched for an unknown key when its last fetch is some time ago.
    await until("an unknown key", async () => {
        await world.gateLater("/strange/get", idp.token({}, "of-another-realm"));
        return (await world.control("GET", "/tyk/jwks")).text.includes("of-another-realm");
    });
    await world.open("identity");
    const set = page.locator("section.card").filter({hasText: idp.jwks});
    const row = set.getByRole("row").filter({hasText: "of-another-realm"});
    await row.filter({hasText: "unknown"}).filter({hasText: "asked"}).waitFor();
    equal(await row.getByRole("button").count(), 0, "there is no key to copy");
    await set.getByText(/status 200 in \d+ ms/).waitFor();
})],

["a key of a set is copied as JWK and as PEM, and the set is fetched anew", (world) => withProvider("keycloak", async (idp) => {
    const {page} = world;
    await world.api("keyed", {jwt_signing_method: "rsa", jwt_source: idp.jwks});
    equal(await world.gateLater("/keyed/get", idp.token()), "403", "no right, but a good key");
    await world.open("identity");
    const set = page.locator("section.card").filter({hasText: idp.jwks});
    await set.getByRole("row").filter({hasText: idp.kid}).filter({hasText: "active"}).waitFor();
    await set.getByRole("button", {name: `Copy the key ${idp.kid}`}).click();
    const dialog = page.getByRole("dialog");
    equal(JSON.parse(await dialog.getByLabel("JWK").inputValue()).kid, idp.kid, "JWK");
    equal((await dialog.getByLabel("PEM").inputValue()).split("\n")[0], "-----BEGIN PUBLIC KEY-----", "PEM");
    await page.keyboard.press("Escape");
    await page.getByRole("button", {name: `Fetch again now: ${idp.jwks}`}).click();
    await set.getByText("Forgotten, and being fetched again.").waitFor();
    await set.getByRole("row").filter({hasText: idp.kid}).waitFor();
})],

...["light", "dark"].map((theme) =>
    [`each step of the wizard, and a conflict, is accessible and narrow enough in the ${theme} theme`, (world, {axe}) => withProvider("keycloak", async (idp) => {
        const {page} = world;
        const faults = [];
        const look = async (place) => {
            faults.push(...await faultsOf(page, axe, place));
            const width = await page.evaluate("document.documentElement.scrollWidth");
            if (width > 360)
                faults.push(`${place}: ${width} pixels`);
        };
        await page.setViewportSize({width: 360, height: 740});
        await page.evaluate((name) => localStorage.setItem("jotgate.theme", name), theme);
        await page.reload();
        await world.open("identity/new");
        await readMetadata(page, idp.issuer);
        await page.getByText("This is Keycloak.").waitFor();
        await look("provider");
        await page.getByRole("button", {name: "Next"}).click();
        await page.getByLabel("Target URL").fill(world.demo.upstream);
        await look("API");
        await page.getByRole("button", {name: "Next"}).click();
        await page.getByLabel("Access token").fill(idp.token());
        await page.getByRole("button", {name: "Look", exact: true}).click();
        await page.getByText("The caller would be").waitFor();
        await look("claims");
        await page.getByRole("button", {name: "Next"}).click();
        await page.getByRole("button", {name: "Add a scope"}).click();
        await page.getByLabel("Scope 1").fill("read");
        await page.getByLabel("Policy 1").selectOption("default");
        await page.getByLabel("read", {exact: true}).check();
        await page.getByText("Granted by").waitFor();
        await look("policy");
        await page.getByRole("button", {name: "Next"}).click();
        await look("review");
        await page.getByRole("button", {name: "Start over"}).click();
        await world.control("POST", "/tyk/policies", {id: "each", name: "each", org_id: "default",
            active: true, partitions: {per_api: true}, access_rights: {"my-jwt-api": {api_id: "my-jwt-api"}}});
        await world.control("POST", "/tyk/policies", {id: "part", name: "part", org_id: "default",
            active: true, partitions: {acl: true}, access_rights: {"my-jwt-api": {api_id: "my-jwt-api"}}});
        await world.api("clash", {scopes: {jwt: {scope_to_policy: {a: "each", b: "part"}}}});
        await world.open("apis/clash");
        await page.getByLabel("a", {exact: true}).check();
        await page.getByLabel("b", {exact: true}).check();
        await page.getByText("JG410").waitFor();
        await look("conflict");
        equal(faults, [], "faults");
    })]),
];
