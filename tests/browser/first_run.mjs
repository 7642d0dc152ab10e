// From the link that the demo prints to a protected API of one's own.
import {execFileSync} from "node:child_process";
import {equal} from "./helpers.mjs";
import {withProvider} from "./provider.mjs";

async function countClicks(page) {
    await page.evaluate(() => {
        window.clicks = 0;
        addEventListener("click", (e) => { if (e.isTrusted && e.detail > 0) window.clicks++; }, true);
    });
    return () => page.evaluate("window.clicks");
}

export const tests = [
["an API of one's own is protected from the Overview on", async (world) => {
    const {page} = world;
    const started = Date.now();
    const clicks = await countClicks(page);
    await page.getByRole("link", {name: "Protect an API"}).click();
    await page.getByLabel("API name").fill("Orders");
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("heading", {name: "Orders is protected"}).waitFor();
    await page.getByText("The token is good for one hour").waitFor();
    const line = await page.getByLabel("cURL", {exact: true}).inputValue();
    const answer = execFileSync("sh", ["-c", `${line} -s -m 10`], {encoding: "utf8"});
    equal(answer.split("\r\n")[0], "HTTP/1.1 200 OK", line);
    await page.getByText("The API is protected and works").waitFor();
    console.log(`     ${await clicks()} clicks and 2 fields, ${
        ((Date.now() - started) / 1000).toFixed(1)} s when nobody thinks`);
    equal(world.gate("/orders/get"), "400", "without a token");
}],

["with a provider's key set it is as short", (world) => withProvider("auth0", async (auth0) => {
    const {page} = world;
    await world.open("apis");
    await page.getByRole("link", {name: "Protect an API"}).click();
    await page.getByLabel("API name").fill("Orders");   // taken: it gets another id
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByLabel("Who signs the tokens?").selectOption("url");
    await page.getByLabel("JWKS URL").fill(auth0.jwks);
    await page.getByText(/It will be at \/orders-2\//).waitFor();
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("heading", {name: "Orders is protected"}).waitFor();
    equal([await world.gateLater("/orders-2/get", auth0.token()),
           await world.gateLater("/orders-2/get", "x.y.z")], ["200", "403"], "through the gateway");
})],

["where the browser cannot sign, the command line does", async (world) => {
    const {page} = world;
    await page.evaluate(() => Object.defineProperty(crypto, "subtle", {value: undefined}));
    await world.open("apis?guide=1");
    await page.getByLabel("API name").fill("By CLI");
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("heading", {name: "By CLI is protected"}).waitFor();
    const line = await page.getByLabel("cURL", {exact: true}).inputValue();
    const answer = execFileSync("sh", ["-c", `${line} -s -m 10`], {encoding: "utf8",
        env: {...process.env, PATH: `${world.build}:${process.env.PATH}`}});
    equal(answer.split("\r\n")[0], "HTTP/1.1 200 OK", line);
}],
];
