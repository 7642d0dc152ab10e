// Identity providers: read, turned into an API, mapped, tested; their key sets.
import {equal} from "./helpers.mjs";
import {provider} from "./provider.mjs";

async function look(page, issuer) {
    await page.getByLabel("Issuer", {exact: true}).fill(issuer);
    await page.getByRole("button", {name: "Read its metadata"}).click();
}

export const tests = [
["a provider's realm becomes an API by clicking, and its tokens pass", async (world) => {
    const {page} = world;
    const idp = await provider("keycloak");
    try {
        await world.open("identity");
        await page.getByRole("link", {name: "Add from identity provider"}).first().click();
        await look(page, idp.issuer);
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
        await world.control("GET", "/tyk/reload?block=true");
    } finally {
        idp.close();
    }
}],

["all of that goes with the keyboard alone", async (world) => {
    const {page} = world;
    const idp = await provider("auth0");
    try {
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
        await world.control("GET", "/tyk/reload?block=true");
    } finally {
        idp.close();
    }
}],

["no half of it stays when the API is refused", async (world) => {
    const {page} = world;
    const idp = await provider("keycloak");
    try {
        await world.open("identity/new");
        await look(page, idp.issuer);
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
        await world.control("GET", "/tyk/reload?block=true");
        equal([(await world.control("GET", "/tyk/apis/half")).status,
               (await world.control("GET", "/tyk/policies/half")).status], [404, 404], "neither");
        // What was typed is still there, also after a look elsewhere.
        await page.getByRole("link", {name: "Policies"}).first().click();
        await page.getByRole("heading", {name: "Policies"}).waitFor();
        await page.evaluate("location.hash = '#/identity/new'");
        await page.getByRole("button", {name: "Create and load"}).waitFor();
        await page.getByRole("button", {name: "Start over"}).click();
    } finally {
        idp.close();
    }
}],

["a provider that cannot be read says why, and nothing is lost", async (world) => {
    const {page} = world;
    await world.open("identity/new");
    for (const [issuer, why] of [
        ["http://169.254.169.254", "expected an https URL"],
        ["https://127.0.0.1:9/realms/x", "openid-configuration: "],
        ["ftp://x", "https URL"]]) {
        await look(page, issuer);
        await page.getByRole("alert").filter({hasText: why}).waitFor();
        equal(await page.getByLabel("Issuer", {exact: true}).inputValue(), issuer, "kept");
    }
    await page.getByRole("button", {name: "Start over"}).click();
}],
];
