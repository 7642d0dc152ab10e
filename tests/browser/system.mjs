// The system screen, and what holds for the page as a whole.
import fs from "node:fs";
import path from "node:path";
import {equal, explain, eachScreen, token} from "./helpers.mjs";
import {READER, World} from "./world.mjs";

const MINUTE_MS = 60000;
const LINKS_MAX = 200;

export const tests = [
["a weak secret is warned of with its place, until it is a better one", async (world) => {
    const {demo, page} = world;
    const file = path.join(demo.folder, "apps/my-jwt-api.json");
    const before = fs.readFileSync(file, "utf8");
    await world.open("system");
    await page.getByText("secret is on public lists").waitFor();
    await page.getByText("my-jwt-api.json:9:17").waitFor();
    try {
        fs.writeFileSync(file, before.replace(/"jwt_source": *"[^"]*"/, `"jwt_source": "${
            Buffer.from("0b8f1c5de7a94f2cb36d08e15a7c9f42").toString("base64")}"`));
        await page.getByRole("button", {name: "Reload now"}).click();
        await page.getByText("Nothing is wrong with").waitFor();
    } finally {
        fs.writeFileSync(file, before);
        await world.reload();
    }
}],

["settings in force are found, and no secret is among them", async (world) => {
    const {page} = world;
    await world.open("system");
    await page.getByLabel("Search: Configuration in force").fill("control_api_port");
    const row = page.getByRole("region", {name: "Configuration in force"}).locator("tbody tr");
    equal([await row.count(), (await row.innerText()).includes(String(world.demo.control))],
          [1, true], "the port that it listens on");
    equal((await page.content()).includes(world.demo.secret), false, "the secret");
}],

["a faulty file is named with its place, also after a second reload", async (world) => {
    const {demo, page} = world;
    const file = path.join(demo.folder, "apps/faulty.json");
    fs.writeFileSync(file, "{\n  \"api_id\": \"faulty\",\n  \"active\": 7\n}\n");
    fs.chmodSync(file, 0o644);
    try {
        await world.open("system");
        for (let i = 0; i < 2; i++) {
            await page.getByRole("button", {name: "Reload now"}).click();
            await page.getByText("Reloaded.").waitFor();
            await page.getByText("faulty.json:3:").first().waitFor();
        }
        await page.getByRole("alert").filter({hasText: "faulty.json"}).waitFor();
    } finally {
        fs.rmSync(file);
    }
    await page.getByRole("button", {name: "Reload now"}).click();
    await page.getByText("faulty.json").first().waitFor({state: "detached"});
}],

["many APIs and policies are searched and sorted, and the address keeps it", async (world) => {
    const {page} = world;
    for (let i = 0; i < 60; i++) {
        const id = `many-${String(i).padStart(2, "0")}`;
        await world.control("POST", "/tyk/apis", {api_id: id, name: id, org_id: "default",
            active: i % 2 === 0, use_keyless: true, version_data: {not_versioned: true},
            proxy: {listen_path: `/${id}/`, target_url: world.demo.upstream}});
        await world.control("POST", "/tyk/policies", {id, name: id, org_id: "default",
            active: true, quota_max: i, access_rights: {}});
    }
    await world.reload();
    try {
        await world.open("apis");
        await page.getByText(/^1–50 of 6\d$/).waitFor();
        await page.getByLabel("Search: APIs").fill("many-");
        await page.getByRole("button", {name: "Name"}).click();
        await page.getByRole("button", {name: "Name"}).click();
        await page.reload();
        const first = () => page.locator("main tbody tr").first().innerText();
        equal((await first()).startsWith("many-59"), true, "last name first");
        await world.open("policies?policies=many-&policies.by=-4");
        equal((await first()).startsWith("many-00"), true, "without quota: the largest");
        await page.getByText("51–60 of 60").waitFor({state: "detached"});
        await page.getByRole("button", {name: "Next"}).click();
        await page.getByText("51–60 of 60").waitFor();
    } finally {
        for (let i = 0; i < 60; i++)
            for (const kind of ["apis", "policies"])
                await world.control("DELETE", `/tyk/${kind}/many-${String(i).padStart(2, "0")}`);
        await world.reload();
    }
}],

["who signs out leaves no token behind", async (world) => {
    const {demo, page} = world;
    const pasted = token({sub: "nobody-else-may-know"});
    await world.open("explain");
    await explain(page, pasted, "my-jwt-api");
    await world.open("overview");
    await world.open("explain");
    equal(await page.getByLabel("Token", {exact: true}).inputValue(), pasted, "kept while signed in");
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill(demo.secret);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("heading", {name: "Explain"}).waitFor();
    equal(await page.getByLabel("Token", {exact: true}).inputValue(), "", "of the next one");
    equal(await page.locator(".verdict").count(), 0, "verdict");
}],

["whoever is away for half an hour is signed out", async ({page}) => {
    await page.clock.install();
    await page.reload();
    await page.getByRole("heading", {name: "Overview"}).waitFor();
    await page.clock.fastForward(29 * MINUTE_MS);
    await page.keyboard.press("Shift");
    await page.clock.fastForward(29 * MINUTE_MS);
    equal(await page.getByRole("button", {name: "Sign out"}).count(), 1, "a key was pressed");
    await page.clock.fastForward(2 * MINUTE_MS);
    await page.getByLabel("Control secret").waitFor();
    equal(await page.evaluate(() => sessionStorage.getItem("jotgate.secret")), null, "secret");
}],

["who may only read cannot end the wizard", async (world) => {
    const {page} = world;
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill(READER);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByText("This secret may only read").waitFor();
    await world.open("identity/new");
    equal(await page.locator(".wizard button.main").isDisabled(), true, "wizard");
    await world.open("system");
    equal(await page.getByRole("button", {name: "Reload now"}).isDisabled(), true, "reload");
}],

["at 200 % zoom nothing is wider than the window", async (world, {browser, build}) => {
    const context = await browser.newContext({viewport: {width: 640, height: 400}, deviceScaleFactor: 2});
    try {
        const page = await context.newPage();
        await page.goto(world.demo.link);
        await page.locator("main h1").waitFor();
        const wide = [];
        await eachScreen(new World(world.demo, page, [], build), "light", async (place) => {
            const width = await page.evaluate("document.documentElement.scrollWidth");
            if (width > 640)
                wide.push(`${place}: ${width}`);
        });
        equal(wide, [], "wider");
    } finally {
        await context.close();
    }
}],

// That nothing else is asked for, and no policy broken, is looked at after every test.
["every link inside leads to a screen", async (world) => {
    const {page} = world;
    const seen = new Set(), next = ["#/overview"];
    while (next.length > 0 && seen.size < LINKS_MAX) {
        const link = next.pop();
        if (seen.has(link))
            continue;
        seen.add(link);
        await world.open(link.slice("#/".length));
        next.push(...await page.locator("a[href^='#/']").evaluateAll(
            (all) => all.map((a) => a.getAttribute("href"))));
    }
    const places = ["apis", "policies", "identity", "keys", "explain", "try", "system",
                    "apis/my-jwt-api", "policies/default", "identity/new"];
    equal(places.filter((place) => !seen.has(`#/${place}`)), [], "not reached");
}],
];
