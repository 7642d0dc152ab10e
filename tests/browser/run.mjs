// The dashboard in Debian's chromium, at a real gateway, with its real headers:
// node run.mjs BUILD [--write] [SUBJECT | PART OF A NAME]. Ends with "N passed, N failed".
// Screenshots are in BUILD/screenshots; with --write they replace docs/screenshots.
import {chromium} from "playwright-core";
import fs from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";
import {equal} from "./helpers.mjs";
import {startDemo, World} from "./world.mjs";

// One file a subject, each with a gateway of its own.
const subjects = [
    "documents",
    "oas",
    "security",
    "setups",
    "first_run",
    "explain",
    "flow",
    "late",
    "shortcuts",
    "policies",
    "identity",
    "keys",
    "system",
    "screens",
];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(process.argv[2] ?? path.join(root, "build"));
const write = process.argv.includes("--write");
const only = process.argv.slice(3).find((word) => word !== "--write");
const shots = path.join(write ? path.join(root, "docs") : build, "screenshots");
const axe = fs.readFileSync(
    path.join(root, "tests/browser/node_modules/axe-core/axe.min.js"), "utf8");
const TIMEOUT_MS = 30000;      // how long a state may take, however loaded the machine is

// What no test may cause: errors, policy reports, dialogs, foreign requests.
async function watch(page, demo) {
    const reports = [];
    await page.addInitScript(() => addEventListener("securitypolicyviolation",
        (e) => console.error(`Content Security Policy: ${e.violatedDirective} ${e.blockedURI}`)));
    page.on("pageerror", (e) => reports.push(`error: ${e.message}`));
    page.on("console", (m) => /Content Security Policy|Refused to/.test(m.text()) &&
        reports.push(m.text()));
    page.on("dialog", (d) => { reports.push(`dialog: ${d.message()}`); void d.dismiss(); });
    page.on("request", (r) => {
        const url = new URL(r.url());
        if (url.protocol !== "data:" && url.host !== `127.0.0.1:${demo.control}`)
            reports.push(`request to ${url.host}`);
    });
    return reports;
}

// A row that ends with {reports: true} causes reports on purpose.
async function runOne(browser, demo, [name, test, meant = {}]) {
    const context = await browser.newContext({viewport: {width: 1280, height: 800}});
    context.setDefaultTimeout(TIMEOUT_MS);
    const page = await context.newPage();
    const reports = await watch(page, demo);
    try {
        await page.goto(demo.link);
        await page.locator("main h1").waitFor();
        await test(new World(demo, page, reports, build), {axe, shots, root, build, browser});
        if (!meant.reports)
            equal(reports, [], "errors, policy reports, foreign requests");
        console.log(`ok   ${name}`);
        return true;
    } catch (e) {
        await page.screenshot({path: path.join(build, "browser-failed.png")}).catch(() => {});
        console.log(`FAIL ${name}\n     ${e.message.split("\n").slice(0, 12).join("\n     ")}`);
        return false;
    } finally {
        await context.close();
    }
}

async function main() {
    const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu"]});
    let passed = 0, failed = 0;
    fs.writeFileSync(path.join(build, "browser.log"), "");
    for (const subject of subjects) {
        const {tests} = await import(`./${subject}.mjs`);
        const chosen = tests.filter(([name]) => !only || (subjects.includes(only)
            ? only === subject : name.includes(only)));
        if (chosen.length === 0)
            continue;
        const demo = await startDemo(build);
        for (const test of chosen)
            if (await runOne(browser, demo, test))
                passed++;
            else
                failed++;
        await demo.stop();
    }
    await browser.close();
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

for (const signal of ["SIGINT", "SIGTERM"])
    process.on(signal, () => process.exit(1));      // which ends its gateway, too
await main();
