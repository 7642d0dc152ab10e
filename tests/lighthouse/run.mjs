// Lighthouse at the built dashboard, as desktop and as phone: node run.mjs BUILD
// package.json overrides third-party-web: one of lighthouse's packages wants the
// latest, and with each new one the lock file would be wrong.
import lighthouse from "lighthouse";
import {chromium} from "../browser/node_modules/playwright-core/index.mjs";
import {startDemo} from "../browser/world.mjs";

const MIN = 95;
const DEBUG_PORT = 9333;
const desktop = {formFactor: "desktop",
    screenEmulation: {mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false},
    throttling: {rttMs: 40, throughputKbps: 10240, cpuSlowdownMultiplier: 1}};
const phone = {formFactor: "mobile"};

const demo = await startDemo(process.argv[2] ?? "build");
const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", `--remote-debugging-port=${DEBUG_PORT}`]});
try {
    for (const [device, settings] of [["desktop", desktop], ["phone", phone]])
        for (const [what, url] of [["sign-in", `http://127.0.0.1:${demo.control}/ui/`],
                                   ["overview", demo.link]]) {
            const {lhr} = await lighthouse(url, {port: DEBUG_PORT, ...settings,
                onlyCategories: ["performance", "accessibility", "best-practices"]});
            const scores = Object.values(lhr.categories)
                .map(({id, score}) => [id, Math.round(score * 100)]);
            console.log(`${device} ${what}: ${scores.map((one) => one.join(" ")).join(", ")}`);
            if (scores.some(([, score]) => score < MIN))
                process.exitCode = 1;
        }
} finally {
    await browser.close();
    await demo.stop();
}
