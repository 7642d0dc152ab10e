// A gateway of its own for each file of tests, and what a test does to it.
import {execFile, execFileSync, spawn} from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import {promisify} from "node:util";

export const READER = "may-only-read";
const START_MS = 60000;
const STARTS = 3;           // somebody else may take a port that was free
const LATER_MS = 30000;

function freePort() {
    return new Promise((resolve) => {
        const server = net.createServer().listen(0, "127.0.0.1", () => {
            const {port} = server.address();
            server.close(() => resolve(port));
        });
    });
}

// `jotgate demo`, and the link that it prints.
export async function startDemo(build, tries = STARTS) {
    try {
        return await startOnce(build);
    } catch (e) {
        if (tries === 1)
            throw e;
        return startDemo(build, tries - 1);
    }
}

async function startOnce(build) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "jotgate-browser-"));
    fs.chmodSync(folder, 0o755);
    const [port, control, upstream] = [await freePort(), await freePort(), await freePort()];
    const child = spawn(path.join(build, "jotgate"),
        ["demo", "--port", port, "--control-port", control,
         "--upstream-port", upstream, "--dir", folder],
        {env: {...process.env, TYK_GW_READONLYSECRET: READER,
               TYK_GW_JWKS_MINREFRESHINTERVAL: "1"},     // of unknown keys: tests do not wait
         stdio: ["ignore", "pipe", fs.openSync(path.join(build, "browser.log"), "a")]});
    const end = () => child.kill("SIGTERM");
    process.on("exit", end);
    const link = await new Promise((resolve, reject) => {
        let text = "";
        const fail = () => { end(); reject(new Error(`no link in: ${text}`)); };
        const timer = setTimeout(fail, START_MS);
        child.on("exit", fail);
        child.stdout.on("data", (data) => {
            text += data;
            const found = /http:\S+\/ui\/#secret=\S+/.exec(text);
            if (found) {
                clearTimeout(timer);
                child.off("exit", fail);
                resolve(found[0]);
            }
        });
    });
    return {folder, port, control, link, upstream: `http://127.0.0.1:${upstream}/`,
            secret: /secret=([^&]+)/.exec(link)[1],
            stop: () => new Promise((resolve) => {
                process.off("exit", end);
                child.on("exit", resolve);
                end();
            }).then(() => fs.rmSync(folder, {recursive: true, force: true}))};
}

// The first answer of <look> that says something, asked again and again.
export async function until(what, look) {
    for (const end = Date.now() + LATER_MS; Date.now() < end;) {
        const found = await look();
        if (found)
            return found;
        await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`${what}: not within ${LATER_MS / 1000} s`);
}

const statusOnly = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "10"];

export class World {
    constructor(demo, page, reports, build) { Object.assign(this, {demo, page, reports, build}); }
    curl(url, ...options) {
        return execFileSync("curl", [...statusOnly, url, ...options], {encoding: "utf8"});
    }
    gate(url, bearer) {
        return this.curl(`http://127.0.0.1:${this.demo.port}${url}`,
            ...(bearer ? ["-H", `Authorization: Bearer ${bearer}`] : []));
    }
    // The same while this process answers others, a key set for example.
    gateLater(url, bearer) {
        return this.curlLater(url, ...statusOnly,
            ...(bearer ? ["-H", `Authorization: Bearer ${bearer}`] : []));
    }
    async curlLater(url, ...options) {
        return (await promisify(execFile)("curl", ["-s", "-m", "10", ...options,
            `http://127.0.0.1:${this.demo.port}${url}`])).stdout;
    }
    async control(method, url, body) {
        const answer = await fetch(`http://127.0.0.1:${this.demo.control}${url}`, {
            method, headers: {"X-Tyk-Authorization": this.demo.secret},
            body: body && (typeof body === "string" ? body : JSON.stringify(body))});
        return {status: answer.status, text: await answer.text()};
    }
    // What the gateway notes when it has answered: who has the answer waits for the note.
    async decision(wanted) {
        return until("a decision in the journal", async () =>
            JSON.parse((await this.control("GET", "/tyk/journal?limit=100")).text)
                .decisions.find(wanted));
    }
    reload() { return this.control("GET", "/tyk/reload?block=true"); }
    async open(place) {
        await this.page.goto(`http://127.0.0.1:${this.demo.control}/ui/#/${place}`);
        const shown = decodeURIComponent(place.split("?")[0]);
        await this.page.locator(`main[data-place=${JSON.stringify(shown)}]`).waitFor();
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
        await this.reload();
    }
}
