// One row a test: its name as a sentence, and what it does.
import {build} from "../../dashboard/node_modules/esbuild/lib/main.js";
import {execFileSync, spawnSync} from "node:child_process";
import {generateKeyPairSync, sign} from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import {equal, token} from "./helpers.mjs";

const places = ["overview", "apis", "apis/my-jwt-api", "apis/new", "policies",
    "policies/default", "policies/new", "identity", "keys", "explain", "try", "system"];

const payloads = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>",
    "\"><svg onload=alert(3)>", "javascript:alert(4)", "'-alert(5)-'",
    "<iframe srcdoc='<script>alert(6)</script>'>", "{{7*7}}${alert(7)}",
    "</textarea><script>alert(8)</script>", "<a href=javascript:alert(9)>x</a>",
    "<style>*{display:none}</style>",
];

async function save(page) {
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("status").filter({hasText: /Saved/}).waitFor();
}

async function explain(page, pasted, api) {
    await page.getByLabel("Token", {exact: true}).fill(pasted);
    await page.getByLabel("API", {exact: true}).selectOption(api);
    await page.getByRole("button", {name: "Explain"}).click();
    await page.locator(".verdict").waitFor();
}

async function jsonEdit(root) {
    const {outputFiles: [file]} = await build({write: false, bundle: true, format: "esm",
        entryPoints: [path.join(root, "dashboard/src/json_edit.ts")]});
    return import(`data:text/javascript;base64,${Buffer.from(file.text).toString("base64")}`);
}

// What the pages do not do by hand: every theme of every screen.
async function eachScreen(world, theme, look) {
    await world.page.evaluate((name) => localStorage.setItem("jotgate.theme", name), theme);
    await world.page.reload();
    for (const place of places) {
        await world.open(place);
        if (place === "explain")
            await explain(world.page, token({sub: "john", exp: 1700000000}), "my-jwt-api");
        await look(place);
    }
}

// All of a screen, in a window as high as it is.
async function draw(page, file) {
    const height = await page.evaluate("document.documentElement.scrollHeight");
    await page.setViewportSize({width: 1280, height: Math.min(height, 1200)});
    await page.screenshot({path: file});
    spawnSync("pngquant", ["--force", "--output", file, "--", file]);   // if it is there
    await page.setViewportSize({width: 1280, height: 800});
}

async function traffic(world) {
    for (let i = 0; i < 4; i++)
        world.gate("/my-jwt-api/get", token({sub: "john"}));
    world.gate("/my-jwt-api/get", token({sub: "john", exp: 1700000000}));
    world.gate("/my-jwt-api/get", token({sub: "john"}, "other"));
    world.gate("/my-jwt-api/get");
}

export const tests = [
["an edit of a member keeps every other byte", async (_, {root}) => {
    const {setMember, removeMember} = await jsonEdit(root);
    const rows = [
        ['{"a": 1,  "big": 12345678901234567890}', ["a"], 2, '{"a": 2,  "big": 12345678901234567890}'],
        ['{\n  "a": 1\n}', ["b"], "x", '{\n  "a": 1,\n  "b": "x"\n}'],
        ['{"a":{"b":[1,{"c":"}"}],"d":1}}', ["a", "d"], 2, '{"a":{"b":[1,{"c":"}"}],"d":2}}'],
        ["{}", ["a", "b"], 1, '{\n  "a": {\n    "b": 1\n  }\n}'],
        ['{"a": null}', ["a", "b"], 1, '{"a": {"b":1}}'],
        ['{"a":1}', ["a"], 1, '{"a":1}'],
        ['{"\\u0061":1}', ["a"], 3, '{"\\u0061":3}'],
    ];
    for (const [text, at, value, wanted] of rows)
        equal(setMember(text, at, value), wanted, text);
    equal(removeMember('{"a": 1, "b": 2, "c": 3}', ["b"]), '{"a": 1, "c": 3}', "remove b");
    equal(removeMember('{"a": 1, "b": 2}', ["a"]), '{"b": 2}', "remove the first");
    equal(removeMember('{"a": {"b": 2}}', ["a", "b"]), '{"a": {}}', "remove the only one");
}],

["the page has a strict policy, and its files may be kept", async ({demo, page}) => {
    const answer = await fetch(`http://127.0.0.1:${demo.control}/ui/`);
    equal(answer.headers.get("content-security-policy"), "default-src 'none'; " +
        "script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", "CSP");
    equal([answer.headers.get("referrer-policy"), answer.headers.get("x-content-type-options"),
           answer.headers.get("cache-control"), answer.headers.get("content-type")],
          ["no-referrer", "nosniff", "no-store", "text/html; charset=utf-8"], "headers");
    const script = /assets\/app-\w+\.js/.exec(await answer.text())[0];
    const asset = await fetch(`http://127.0.0.1:${demo.control}/ui/${script}`,
                              {headers: {"Accept-Encoding": "gzip"}});
    equal([asset.status, asset.headers.get("content-encoding"), asset.headers.get("cache-control"),
           asset.headers.get("content-type")],
          [200, "gzip", "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"], "asset");
    equal((await fetch(`http://127.0.0.1:${demo.control}/ui/assets/../index.html.x`)).status, 404, "no file");
    equal(page.url(), `http://127.0.0.1:${demo.control}/ui/#/`, "no secret in the address");
}],

["a wrong secret is refused in words, a right one signs in", async ({demo, page}) => {
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill("wrong");
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("alert").filter({hasText: "refused"}).waitFor();
    await page.getByLabel("Control secret").fill(demo.secret);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("heading", {name: "Overview"}).waitFor();
}],

["an HMAC API made by clicking lets its tokens pass and no others", async (world) => {
    const {page} = world;
    await world.open("apis");
    await page.getByRole("link", {name: "Add API"}).click();
    await page.getByLabel("API name").fill("Orders & more");
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByLabel("Shared secret").fill("a secret of mine");
    await save(page);
    await page.getByRole("heading", {name: "Orders & more"}).waitFor();
    equal(await page.getByLabel("Default policy of Orders & more").isChecked(), true, "its policy");
    equal([world.gate("/orders-more/get", token({sub: "ann"}, "a secret of mine")),
           world.gate("/orders-more/get", token({sub: "ann"}, "another")),
           world.gate("/orders-more/get")], ["200", "403", "400"], "through the gateway");
}],

["an API with a JWKS URL made by clicking takes the provider's tokens", async (world) => {
    const {page} = world;
    const {publicKey, privateKey} = generateKeyPairSync("rsa", {modulusLength: 2048});
    const signed = (kid) => {
        const text = [{alg: "RS256", typ: "JWT", kid}, {sub: "ann"}].map((part) =>
            Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
        return `${text}.${sign("sha256", Buffer.from(text), privateKey).toString("base64url")}`;
    };
    const provider = http.createServer((_, answer) => answer.end(JSON.stringify({keys: [
        {...publicKey.export({format: "jwk"}), kid: "first", alg: "RS256", use: "sig"}]})));
    await new Promise((done) => provider.listen(0, "127.0.0.1", done));
    try {
        await world.open("apis/new");
        await page.getByLabel("API name").fill("With provider");
        await page.getByLabel("Target URL").fill(world.demo.upstream);
        await page.getByLabel("JWT signing method").selectOption("rsa");
        await page.getByLabel("JWKS URL").fill(`http://127.0.0.1:${provider.address().port}/certs`);
        await save(page);
        equal([await world.gateLater("/with-provider/get", signed("first")),
               await world.gateLater("/with-provider/get", signed("other"))], ["200", "403"],
              "through the gateway");
        await world.open("identity");
        await page.getByRole("row").filter({hasText: "first"}).filter({hasText: "active"}).waitFor();
    } finally {
        provider.close();
    }
}],

["the reason of an expired token is explained with its numbers", async (world) => {
    await world.open("explain");
    await explain(world.page, `Bearer ${token({sub: "ann", exp: 1700000000})}`, "my-jwt-api");
    const text = await world.page.locator(".answer").innerText();
    for (const part of ["Refused", "claims", "JG301", "exp 2023-11-14", "now 20",
                        "401", "token has expired"])
        if (!text.includes(part))
            throw new Error(`"${part}" is not in: ${text}`);
}],

["what the form does not know survives a save", async (world) => {
    const {page} = world;
    await world.api("kept", {x_mine: {deep: [1, {"a\u00e9": null}]}, big: 12345678901234567});
    const before = (await world.control("GET", "/tyk/apis/kept")).text;
    await world.open("apis/kept");
    await page.getByLabel("API name").fill("Kept!");
    await save(page);
    const after = (await world.control("GET", "/tyk/apis/kept")).text;
    equal(after, before.replace('"name":"kept"', '"name":"Kept!"'), "the document");
}],

["a new secret is in the difference, but cannot be read there", async (world) => {
    const {page} = world;
    await world.open("apis/my-jwt-api");
    await page.getByLabel("Shared secret").fill("quite another");
    await page.getByLabel("API name").fill("Another name");
    await page.getByRole("button", {name: "Review changes"}).click();
    const text = await page.locator(".diff").innerText();
    equal([text.includes("(new)"), text.includes("Another name"),
           text.includes(Buffer.from("quite another").toString("base64"))],
          [true, true, false], text);
    await page.getByRole("button", {name: "Cancel"}).click();
    await page.getByRole("button", {name: "Discard changes"}).click();
}],

["a policy is made, limited and granted by clicking", async (world) => {
    const {page} = world;
    await world.open("policies");
    await page.getByRole("link", {name: "Add policy"}).click();
    await page.getByLabel("Policy name").fill("Gold");
    await page.getByLabel("My JWT API").check();
    await page.getByLabel(/^Rate/).fill("7");
    await page.getByLabel("Per (s)").fill("60");
    await save(page);
    const policy = JSON.parse((await world.control("GET", "/tyk/policies/gold")).text);
    equal([policy.rate, policy.per, policy.access_rights["my-jwt-api"].versions],
          [7, 60, ["Default"]], "the policy");
    equal(world.gate("/my-jwt-api/get", token({sub: "gus", pol: "gold"})), "200", "its token");
}],

["the server's refusal is shown at its field, and nothing is lost", async (world) => {
    const {page} = world;
    await world.api("strict");
    await world.open("apis/strict");
    await page.getByLabel("Target URL").fill("ftp://nowhere/");
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.locator(".field.wrong").filter({hasText: "Target URL"}).waitFor();
    equal(await page.getByLabel("Target URL").inputValue(), "ftp://nowhere/", "the text");
    await world.open("policies");
    await world.open("apis/strict");
    equal(await page.getByLabel("Target URL").inputValue(), "ftp://nowhere/", "the draft");
    await page.getByRole("button", {name: "Discard changes"}).click();
    equal(await page.getByLabel("Target URL").inputValue(), world.demo.upstream, "discarded");
}],

["an edit of somebody else's is not overwritten", async (world) => {
    const {page} = world;
    await world.api("shared");
    await world.open("apis/shared");
    await page.getByLabel("API name").fill("Mine");
    await world.api("shared", {name: "Theirs"});
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("button", {name: "Open the current one"}).click();
    await page.getByRole("heading", {name: "Theirs"}).waitFor();
}],

["a key is made, used nowhere else, and deleted", async (world) => {
    const {page} = world;
    await world.open("keys");
    await page.getByRole("button", {name: "Add key"}).click();
    await page.getByLabel("Alias").fill("till 7");
    await page.getByLabel("Default policy", {exact: true}).check();
    await page.getByRole("button", {name: "Create key"}).click();
    const key = await page.getByRole("dialog").getByLabel("Key").inputValue();
    equal(JSON.parse((await world.control("GET", `/tyk/keys/${key}`)).text).alias, "till 7", "alias");
    await page.getByRole("button", {name: "Close"}).click();
    await page.getByRole("button", {name: `Delete ${key}`}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete"}).click();
    await page.getByRole("status").filter({hasText: "Deleted"}).waitFor();
    equal((await world.control("GET", `/tyk/keys/${key}`)).status, 404, "gone");
}],

["a revoked token is refused at once, and passes again when taken back", async (world) => {
    const {page} = world;
    const bad = token({sub: "eve", jti: "j1"});
    equal(world.gate("/my-jwt-api/get", bad), "200", "before");
    await world.open("keys");
    await page.getByRole("button", {name: "Revoke…"}).click();
    await page.getByRole("dialog").getByLabel("Value").fill(`Bearer ${bad}`);
    await page.getByRole("dialog").getByRole("button", {name: "Revoke…"}).click();
    await page.getByRole("status").filter({hasText: "Revoked"}).waitFor();
    equal(world.gate("/my-jwt-api/get", bad), "401", "revoked");
    await page.getByRole("button", {name: /^Take back/}).first().click();
    await page.getByRole("dialog").getByRole("button", {name: "Take back"}).click();
    await page.getByRole("status").filter({hasText: "Taken back"}).waitFor();
    equal(world.gate("/my-jwt-api/get", bad), "200", "taken back");
}],

["the cURL line of Try it is the request", async (world) => {
    const {page} = world;
    await world.open("try?api=my-jwt-api");
    await page.getByLabel("Token", {exact: true}).fill(token({sub: "o'hara"}));
    const line = await page.getByLabel("cURL", {exact: true}).inputValue();
    const answer = execFileSync("sh", ["-c", `${line} -s -m 10`], {encoding: "utf8"});
    equal(answer.split("\r\n")[0], "HTTP/1.1 200 OK", line);
}],

["no name runs as a script", async (world) => {
    for (const [i, text] of payloads.entries()) {
        await world.api(`xss-${i}`, {name: text});
        await world.control("POST", "/tyk/policies", {id: `xss-${i}`, name: text, org_id: "default",
            active: true, access_rights: {}});
        await world.control("POST", "/tyk/revocations", {sub: text, note: text});
    }
    await world.control("GET", "/tyk/reload?block=true");
    for (const place of ["apis", "policies", "keys", "explain", "try", "apis/xss-1",
                         "policies/xss-2", `apis/${encodeURIComponent(payloads[1])}`])
        await world.open(place).then(() => world.page.waitForTimeout(150));
    await world.open("explain");
    await explain(world.page, token({sub: payloads[0], "<img src=x onerror=alert(1)>": 1}), "my-jwt-api");
    for (const {id} of JSON.parse((await world.control("GET", "/tyk/revocations")).text).revocations)
        await world.control("DELETE", `/tyk/revocations/${id}`);
    for (let i = 0; i < payloads.length; i++) {
        await world.control("DELETE", `/tyk/apis/xss-${i}`);
        await world.control("DELETE", `/tyk/policies/xss-${i}`);
    }
    for (const id of ["kept", "strict", "shared"])
        await world.control("DELETE", `/tyk/apis/${id}`);
    await world.control("GET", "/tyk/reload?block=true");
}],

...["light", "dark"].map((theme) =>
    [`every screen is accessible in the ${theme} theme, and drawn`, async (world, {axe, shots}) => {
        await traffic(world);
        await world.api("orders");
        await world.control("POST", "/tyk/revocations", {sub: "mallory", note: "left in May"});
        fs.mkdirSync(shots, {recursive: true});
        const faults = [];
        await eachScreen(world, theme, async (place) => {
            if (place === "overview")
                for (let i = 0; i < 3; i++) {
                    await traffic(world);
                    await world.page.waitForTimeout(2100);
                }
            await draw(world.page, path.join(shots, `${place.replace("/", "-")}-${theme}.png`));
            const found = await world.page.evaluate(`${axe}; axe.run({runOnly:
                ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})`);
            for (const v of found.violations)
                faults.push(`${place}: ${v.id} ${v.nodes[0].target}: ${v.nodes[0].failureSummary.split("\n")[1]}`);
        });
        for (const {id} of JSON.parse((await world.control("GET", "/tyk/revocations")).text).revocations)
            await world.control("DELETE", `/tyk/revocations/${id}`);
        equal(faults, [], "axe");
    }]),

["nothing is wider than a window of 360 pixels", async (world) => {
    await world.page.setViewportSize({width: 360, height: 740});
    const wide = [];
    await eachScreen(world, "light", async (place) => {
        const width = await world.page.evaluate("document.documentElement.scrollWidth");
        if (width > 360)
            wide.push(`${place}: ${width}`);
    });
    equal(wide, [], "wider");
}],
];
