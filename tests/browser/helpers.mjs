// What tests of several subjects do: tokens, comparisons, saving, every screen.
import {build} from "../../dashboard/node_modules/esbuild/lib/main.js";
import {createHmac} from "node:crypto";
import fs from "node:fs";
import path from "node:path";

function b64(text) { return Buffer.from(text).toString("base64url"); }

export function token(claims, secret = "tyk123") {
    const signed = `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify(claims))}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export function equal(found, wanted, what) {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
        throw new Error(`${what}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

export const places = ["overview", "apis", "apis/my-jwt-api", "apis/new", "policies",
    "policies/default", "policies/new", "identity", "identity/new", "keys", "explain", "try", "system", "apis?guide=1"];

export async function save(page) {
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("status").filter({hasText: /Saved/}).waitFor();
}

export async function explain(page, pasted, api) {
    await page.getByLabel("Token", {exact: true}).fill(pasted);
    await page.getByLabel("API", {exact: true}).selectOption(api);
    await page.getByRole("button", {name: "Explain"}).click();
    await page.locator(".verdict").waitFor();
}

// What the pages do not do by hand: every theme of every screen.
export async function eachScreen(world, theme, look) {
    await world.page.evaluate((name) => localStorage.setItem("jotgate.theme", name), theme);
    await world.page.reload();
    for (const place of places) {
        await world.open(place);
        if (place === "explain")
            await explain(world.page, token({sub: "john", exp: 1700000000}), "my-jwt-api");
        await look(place);
    }
}

// What axe-core finds on the page as it is, each fault as "<what>: rule, element, why".
export async function faultsOf(page, axe, what) {
    const {violations} = await page.evaluate(`${axe}; axe.run({runOnly:
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})`);
    return violations.map(({id, nodes: [first]}) =>
        `${what}: ${id} ${first.target}: ${first.failureSummary.split("\n")[1]}`);
}

// The JSON texts of docs/ that are <wanted>, as they stand there.
export function docsDefinitions(root, wanted) {
    return fs.readdirSync(path.join(root, "docs"), {recursive: true})
        .filter((name) => name.endsWith(".md"))
        .flatMap((name) => [...fs.readFileSync(path.join(root, "docs", name), "utf8")
            .matchAll(/^```json[^\n]*\n(.*?)^```/gms)].map(([, text]) => text))
        .filter((text) => {
            try {
                return wanted(JSON.parse(text));
            } catch {
                return false;
            }
        });
}

// A file of the dashboard's that needs no page.
export async function part(root, name) {
    const {outputFiles: [file]} = await build({write: false, bundle: true, format: "esm",
        entryPoints: [path.join(root, `dashboard/src/${name}.ts`)]});
    return import(`data:text/javascript;base64,${Buffer.from(file.text).toString("base64")}`);
}
