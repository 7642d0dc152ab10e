// APIs protected by clicking; each ends with requests through the gateway.
import {generateKeyPairSync, sign} from "node:crypto";
import http from "node:http";
import {equal, save, token} from "./helpers.mjs";

export const tests = [
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
];
