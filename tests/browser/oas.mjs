// Definitions in OpenAPI's form, edited by the same form as classic ones.
import {docsDefinitions, equal, part, save, token} from "./helpers.mjs";

const TYK = "x-tyk-api-gateway";
const SCHEMES = `${TYK}.server.authentication.securitySchemes`;

// As somebody's editor left it: order, spaces, members of others, a long number.
const text = (upstream, more = "") => `{
  "openapi": "3.0.3", "info": {"title": "Shop, for people", "version": "1"},
  "paths": {"/items": {"get": {"operationId": "items", "responses": {"200": {"description": "all"}}}}},
  "components": {"securitySchemes": {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
  "security": [{"token": []}],
  "x-mine": {"deep": [1, {"n": 1234567890123456789}]},
  "${TYK}": {
    "info": {"name": "Shop", "id": "oas-shop", "orgId": "default", "state": {"active": true}},
    "upstream": {"url": "${upstream}", "x-kept":   null},
    "server": {
      "listenPath": {"value": "/oas-shop/", "strip": true},
      "authentication": {"enabled": true, "securitySchemes": {
        "token": {"enabled": true, "header": {"enabled": true, "name": "Authorization"},
          "signingMethod": "hmac", "source": "dHlrMTIz", "defaultPolicies": ["default"],
          "scopes": {"claimName": "scp", "scopeToPolicyMapping": [
            {"scope": "read", "policyId": "default", "x-why": "long ago"},
            {"scope": "x", "policyId": "y"}]}${more}}}}
    }
  }
}`;

// A document as the editor gives it to forms, over a text that is edited.
async function documentOf(root, start) {
    const {member, setMembers} = await part(root, "json_edit");
    const {byClassicNames} = await part(root, "oas");
    let now = start;
    const make = () => {
        const value = JSON.parse(now);
        return byClassicNames({get: (path) => member(value, path), code: (path) => path.at(-1),
            error: (path) => path.join("."), setAll: (all) => { now = setMembers(now, all); }});
    };
    return {make, text: () => now};
}

export const tests = [
["members have the classic names, and are called as the document calls them", async (_, {root}) => {
    const doc = (await documentOf(root, text("http://u/"))).make();
    const rows = [
        [["name"], "Shop"], [["api_id"], "oas-shop"], [["proxy", "listen_path"], "/oas-shop/"],
        [["use_keyless"], false], [["enable_jwt"], true], [["use_standard_auth"], false],
        [["jwt_signing_method"], "hmac"], [["auth", "disable_header"], false],
        [["scopes", "jwt", "scope_to_policy"], {read: "default", x: "y"}], [["jwt_issuer"], undefined],
        [["nobody", "knows"], undefined],
    ];
    for (const [path, wanted] of rows)
        equal(doc.get(path), wanted, path.join("."));
    equal([doc.code(["jwt_source"]), doc.error(["allowed_issuers"])],
          ["source", `${SCHEMES}.token.allowedIssuers`], "its own names");
}],

["the scheme that counts is the one that is asked for and enabled", async (_, {root}) => {
    const {asksOthers} = await part(root, "oas");
    const rows = [      // what is changed, whether a JWT is asked for, whether something else is, too
        [(t) => t, true, false],
        [(t) => t.replace('"security": [{"token": []}]', '"security": [{"key": []}, {"token": []}]'), false, true],
        [(t) => t.replace('"security": [{"token": []}]', '"security": [{"token": [], "key": []}]'), true, true],
        [(t) => t.replace('"security": [{"token": []}]', '"security": [{"key": []}, {"token": []}]')
            .replace('"authentication": {', '"authentication": {"securityProcessingMode": "compliant", '), true, true],
        [(t) => t.replace('"token": {"enabled": true', '"token": {"enabled": false'), false, false],
        [(t) => t.replace('"bearerFormat": "JWT"', '"bearerFormat": "opaque"'), false, true],
        [(t) => t.replace('"security": [{"token": []}]', '"security": "x"'), false, false],
        [(t) => t.replace('"components"', '"no-components"'), false, true],
    ];
    for (const [change, jwt, others] of rows) {
        const changed = change(text("http://u/"));
        const doc = (await documentOf(root, changed)).make();
        equal([doc.get(["enable_jwt"]), asksOthers(JSON.parse(changed))], [jwt, others], changed);
    }
}],

["an edit changes its own bytes, also in the list of scopes", async (_, {root}) => {
    const before = text("http://u/");
    const edits = [
        [[["name"], "Sh"], ['"name": "Shop"', '"name": "Sh"']],
        [[["jwt_source"], "eHl6"], ['"dHlrMTIz"', '"eHl6"']],
        [[["scopes", "jwt", "scope_to_policy", "read"], "gold"],
         ['"policyId": "default", "x-why"', '"policyId": "gold", "x-why"']],
        [[["scopes", "jwt", "scope_to_policy", "read"], undefined],
         ['{"scope": "read", "policyId": "default", "x-why": "long ago"},\n            ', ""]],
        [[["scopes", "jwt", "scope_to_policy", "x"], undefined], [',\n            {"scope": "x", "policyId": "y"}', ""]],
        [[["allowed_audiences"], ["a"]], ['"policyId": "y"}]}}', '"policyId": "y"}]},\n          "allowedAudiences": [\n            "a"\n          ]}']],
        [[["use_keyless"], true], ['"authentication": {"enabled": true', '"authentication": {"enabled": false']],
        [[["nobody", "knows"], 1], ["", ""]],
    ];
    for (const [[path, to], [found, wanted]] of edits) {
        const document = await documentOf(root, before);
        document.make().setAll([[path, to]]);
        equal(document.text(), before.replace(found, wanted), path.join("."));
    }
    const document = await documentOf(root, before);
    const at = (scope) => ["scopes", "jwt", "scope_to_policy", scope];
    document.make().setAll([[at("read"), undefined], [at("x"), "z"], [at("write"), "gold"]]);
    equal(document.make().get(at("x").slice(0, -1)), {x: "z", write: "gold"}, "several at once");
}],

["a document that is open to all asks for a JWT when that is chosen", async (_, {root}) => {
    for (const start of [
        `{"openapi": "3.0.3", "${TYK}": {"info": {"id": "a"}}}`,
        `{"openapi": "3.0.3", "security": [], "components": {"schemas": {"S": {}}}, "${TYK}": {"server": {"authentication": {"enabled": false}}}}`,
        text("http://u/").replace('"authentication": {"enabled": true', '"authentication": {"enabled": false')
            .replace('"token": {"enabled": true', '"token": {"enabled": false'),
    ]) {
        const document = await documentOf(root, start);
        document.make().setAll([[["use_keyless"], false], [["enable_jwt"], true]]);
        document.make().set(["jwt_source"], "eHl6");
        const doc = document.make();
        equal([doc.get(["use_keyless"]), doc.get(["enable_jwt"]), doc.get(["jwt_source"]), doc.get(["auth", "disable_header"])],
              [false, true, "eHl6", false], document.text());
    }
}],

["an OpenAPI document is edited by the form, tested, and loses nothing", async (world) => {
    const {page} = world;
    const before = text(world.demo.upstream, ',\n          "allowedIssuers": ["https://idp.example"]');
    equal((await world.control("POST", "/tyk/apis/oas", before)).status, 200, "made");
    await world.control("POST", "/tyk/policies", {id: "gold", name: "Gold", org_id: "default", active: true,
        rate: 50, per: 1, access_rights: {"oas-shop": {api_id: "oas-shop", versions: ["Default"]}}});
    await world.reload();
    const stored = (await world.control("GET", "/tyk/apis/oas/oas-shop")).text;
    await world.open("apis/oas-shop");
    const panel = page.getByRole("region", {name: "What will happen to a token"});
    await panel.getByText("iss has to be https://idp.example.").waitFor();
    await panel.getByText("It may be for any audience").waitFor();
    equal((await page.locator("main").innerText()).includes("dHlrMTIz"), false, "the secret in the JSON");
    await page.getByLabel("API name").fill("Shop!");
    await page.getByLabel("Allowed audiences").fill("orders");
    await page.getByLabel("Policy 2", {exact: true}).selectOption("gold");
    await page.getByLabel("Scope 2", {exact: true}).fill("write");
    await page.getByLabel("write", {exact: true}).check();
    await page.getByText("50 in 1 s").waitFor();
    await panel.getByText("Kept, not used (2)").click();
    await panel.getByText(`${TYK}.upstream.x-kept`).waitFor();
    await save(page);
    const after = (await world.control("GET", "/tyk/apis/oas/oas-shop")).text;
    equal(JSON.parse(after)[TYK].server.authentication.securitySchemes.token.scopes.scopeToPolicyMapping,
          [{scope: "read", policyId: "default", "x-why": "long ago"}, {scope: "write", policyId: "gold"}], "scopes");
    equal([after.includes('"n": 1234567890123456789'), after.includes('"x-kept":   null'),
           after.split("\n").slice(0, 8).join("\n")],
          [true, true, stored.split("\n").slice(0, 8).join("\n")], "what is not the form's");
    const ask = async (claims) => {
        await panel.getByLabel("Ask about a token").fill(token({sub: "a", ...claims}));
        await panel.getByRole("button", {name: "Ask"}).click();
    };
    await ask({iss: "https://idp.example", aud: "others", scp: "write"});
    await panel.getByText("It would be refused at").waitFor();
    await ask({iss: "https://idp.example", aud: "orders", scp: "write"});
    await panel.getByText("It would pass.").waitFor();
    equal([world.gate("/oas-shop/get", token({sub: "a", iss: "https://idp.example", aud: "orders", scp: "write"})),
           world.gate("/oas-shop/get", token({sub: "a", iss: "https://idp.example", aud: "others", scp: "write"}))],
          ["200", "401"], "through the gateway");
}],

["the gateway's refusal is shown at the field of the form", async (world) => {
    const {page} = world;
    await world.control("POST", "/tyk/apis/oas", text(world.demo.upstream));
    await world.reload();
    await world.open("apis/oas-shop");
    await page.getByText("What a token has to say").click();
    await page.getByLabel("Expiry (exp)").fill("-7");
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.locator(".field.wrong").filter({hasText: "expiresAtValidationSkew"}).waitFor();
    await page.getByRole("button", {name: "Discard changes"}).click();
}],

["every OpenAPI document of docs/ keeps its other bytes when one member is edited", async (world, {root}) => {
    const {page} = world;
    let count = 0;
    for (const example of docsDefinitions(root, (value) => value[TYK]?.info?.id)) {
        const {id, name} = JSON.parse(example)[TYK].info;
        if ((await world.control("POST", "/tyk/apis/oas", example)).status !== 200)
            continue;       // an excerpt
        await world.reload();
        const before = (await world.control("GET", `/tyk/apis/oas/${id}`)).text;
        await world.open(`apis/${id}`);
        await page.getByLabel("API name").fill(`${name}!`);
        await save(page);
        const after = (await world.control("GET", `/tyk/apis/oas/${id}`)).text;
        equal(after.split(JSON.stringify(`${name}!`)).join(JSON.stringify(name)), before, id);
        await world.control("DELETE", `/tyk/apis/oas/${id}`);
        await world.reload();
        await world.open("policies");
        count++;
    }
    equal(count >= 1, true, `${count} documents`);
}],
];
