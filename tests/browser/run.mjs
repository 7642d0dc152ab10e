// The dashboard in Debian's chromium, at a real gateway, with its real headers:
// node run.mjs BUILD [--write] [PART OF A NAME]. Ends with "N passed, N failed".
// Screenshots are in BUILD/screenshots; with --write they replace docs/screenshots.
import {chromium} from "playwright-core";
import {spawn, execFileSync} from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import {fileURLToPath} from "node:url";
import {equal} from "./helpers.mjs";
import {tests} from "./tests.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.argv[2] ?? path.join(root, "build"));
const write = process.argv.includes("--write");
const only = process.argv.slice(3).find((word) => word !== "--write");
const shots = path.join(write ? path.join(root, "docs") : build, "screenshots");
const axe = fs.readFileSync(
    path.join(root, "tests/browser/node_modules/axe-core/axe.min.js"), "utf8");
const TIMEOUT_MS = 10000;

function freePort() {
    return new Promise((resolve) => {
        const server = net.createServer().listen(0, "127.0.0.1", () => {
            const {port} = server.address();
            server.close(() => resolve(port));
        });
    });
}

// `jotgate demo`, and the link that it prints.
async function startDemo() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "jotgate-browser-"));
    fs.chmodSync(folder, 0o755);
    const [port, control, upstream] = [await freePort(), await freePort(), await freePort()];
    const process = spawn(path.join(build, "jotgate"),
        ["demo", "--port", port, "--control-port", control,
         "--upstream-port", upstream, "--dir", folder],
        {stdio: ["ignore", "pipe", fs.openSync(path.join(build, "browser.log"), "w")]});
    const link = await new Promise((resolve, reject) => {
        let text = "";
        const timer = setTimeout(() => reject(new Error(`no link in: ${text}`)), 30000);
        process.stdout.on("data", (data) => {
            text += data;
            const found = /http:\S+\/ui\/#secret=\S+/.exec(text);
            if (found) {
                clearTimeout(timer);
                resolve(found[0]);
            }
        });
    });
    return {folder, port, control, link, upstream: `http://127.0.0.1:${upstream}/`,
            secret: /secret=([^&]+)/.exec(link)[1],
            stop: () => new Promise((resolve) => {
                process.on("exit", resolve);
                process.kill("SIGTERM");
            }).then(() => fs.rmSync(folder, {recursive: true, force: true}))};
}

class World {
    constructor(demo, page, reports) { Object.assign(this, {demo, page, reports}); }
    curl(url, ...options) {
        return execFileSync("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}",
            "-m", "10", url, ...options], {encoding: "utf8"});
    }
    gate(url, bearer) {
        return this.curl(`http://127.0.0.1:${this.demo.port}${url}`,
            ...(bearer ? ["-H", `Authorization: Bearer ${bearer}`] : []));
    }
    // The same while this process answers others, a key set for example.
    async gateLater(url, bearer) {
        const answer = await fetch(`http://127.0.0.1:${this.demo.port}${url}`,
            {headers: {Authorization: `Bearer ${bearer}`}});
        await answer.arrayBuffer();
        return String(answer.status);
    }
    async control(method, url, body) {
        const answer = await fetch(`http://127.0.0.1:${this.demo.control}${url}`, {
            method, headers: {"X-Tyk-Authorization": this.demo.secret},
            body: body && (typeof body === "string" ? body : JSON.stringify(body))});
        return {status: answer.status, text: await answer.text()};
    }
    async open(place) {
        await this.page.goto(`http://127.0.0.1:${this.demo.control}/ui/#/${place}`);
        const [first, second] = place.split(/[/?]/);
        await this.page.locator(`nav a[href="#/${first}"][aria-current]`).waitFor();
        if (second && !place.includes("?"))
            await this.page.getByRole("link", {name: "←"}).waitFor();
        await this.page.locator("main h1").waitFor();
        await this.page.getByText("Loading…").first().waitFor({state: "detached"});
    }
    async api(id, more = {}) {
        await this.control("POST", "/tyk/apis", {
            api_id: id, name: id, org_id: "default", active: true, enable_jwt: true,
            jwt_signing_method: "hmac", jwt_source: Buffer.from("tyk123").toString("base64"),
            jwt_identity_base_field: "sub", jwt_default_policies: ["default"],
            version_data: {not_versioned: true, versions: {Default: {name: "Default"}}},
            proxy: {listen_path: `/${id}/`, target_url: this.demo.upstream,
                    strip_listen_path: true}, ...more});
        await this.control("GET", "/tyk/reload?block=true");
    }
}

async function main() {
    const demo = await startDemo();
    const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu"]});
    let passed = 0, failed = 0;
    try {
        for (const [name, test] of tests) {
            if (only && !name.includes(only))
                continue;
            const context = await browser.newContext({viewport: {width: 1280, height: 800}});
            context.setDefaultTimeout(TIMEOUT_MS);
            const page = await context.newPage();
            const reports = [];      // what no test may cause
            page.on("pageerror", (e) => reports.push(`error: ${e.message}`));
            page.on("console", (m) => /Content Security Policy|Refused to/.test(m.text()) &&
                reports.push(m.text()));
            page.on("dialog", (d) => { reports.push(`dialog: ${d.message()}`); void d.dismiss(); });
            page.on("request", (r) => {
                const url = new URL(r.url());
                if (url.protocol !== "data:" && url.host !== `127.0.0.1:${demo.control}`)
                    reports.push(`request to ${url.host}`);
            });
            try {
                await page.goto(demo.link);
                await page.locator("main h1").waitFor();
                await test(new World(demo, page, reports), {axe, shots, root, build});
                equal(reports, [], "errors, policy reports, foreign requests");
                passed++;
                console.log(`ok   ${name}`);
            } catch (e) {
                failed++;
                await page.screenshot({path: path.join(build, "browser-failed.png")}).catch(() => {});
                console.log(`FAIL ${name}\n     ${e.message.split("\n").slice(0, 12).join("\n     ")}`);
            }
            await context.close();
        }
    } finally {
        await browser.close();
        await demo.stop();
    }
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

await main();
