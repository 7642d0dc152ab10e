// What all screens have in common: accessible, drawn, never too wide.
import {spawnSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {equal, eachScreen, faultsOf, token} from "./helpers.mjs";
import {withProvider} from "./provider.mjs";
import {until} from "./world.mjs";

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

// A set with a key that is used, and one that tokens name and it has not.
async function keySet(world, idp) {
    await world.api("shop", {jwt_signing_method: "rsa", jwt_source: idp.jwks});
    await world.gateLater("/shop/get", idp.token());
    await until("an unknown key", async () => {
        await world.gateLater("/shop/get", idp.token({}, "of-another-realm"));
        return JSON.parse((await world.control("GET", "/tyk/jwks")).text).sets.some((set) =>
            set.url === idp.jwks && set.keys.some((key) => key.state === "unknown"));
    });
}

export const tests = [
...["light", "dark"].map((theme) =>
    [`every screen is accessible in the ${theme} theme, and drawn`, (world, {axe, shots}) => withProvider("keycloak", async (idp) => {
        await traffic(world);
        await world.api("orders");
        await keySet(world, idp);
        await world.control("POST", "/tyk/revocations", {sub: "mallory", note: "left in May"});
        await world.control("POST", "/tyk/keys/till-0001", {org_id: "default", alias: "till 1, Oslo",
            apply_policies: ["default"], expires: 4000000000});
        await world.control("POST", "/tyk/keys/till-0002", {org_id: "default", alias: "till 2, Bergen",
            apply_policies: ["default"]});
        fs.mkdirSync(shots, {recursive: true});
        const faults = [];
        await eachScreen(world, theme, async (place) => {
            if (place === "overview")
                for (let i = 0; i < 3; i++) {
                    await traffic(world);
                    await world.page.waitForTimeout(2100);
                }
            await draw(world.page, path.join(shots, `${place.replace(/\W+/g, "-")}-${theme}.png`));
            faults.push(...await faultsOf(world.page, axe, place));
        });
        for (const {id} of JSON.parse((await world.control("GET", "/tyk/revocations")).text).revocations)
            await world.control("DELETE", `/tyk/revocations/${id}`);
        equal(faults, [], "axe");
    })]),

["command bar, help, scripts and split tokens are accessible in both themes", async (world, {axe}) => {
    const {page} = world;
    const faults = [];
    const look = async (what) => { faults.push(...await faultsOf(page, axe, what)); };
    for (const theme of ["light", "dark"]) {
        await page.evaluate((name) => localStorage.setItem("jotgate.theme", name), theme);
        await world.open("apis/new");
        await page.reload();
        await page.getByText("Headers for the upstream").click();
        await page.getByText("Split token", {exact: true}).click();
        await page.getByLabel("Offer a token endpoint").check();
        await page.getByText("Virtual endpoints (scripts)").click();
        await page.getByRole("button", {name: "Add a virtual endpoint"}).click();
        await look(`designer ${theme}`);
        await page.getByRole("button", {name: "Discard changes"}).click();
        await page.getByRole("button", {name: "Search", exact: false}).first().click();
        await page.locator(".command [aria-selected=true]").waitFor();
        await look(`command bar ${theme}`);
        await page.keyboard.press("Escape");
        await page.getByRole("button", {name: "Help"}).click();
        await look(`help ${theme}`);
        await page.keyboard.press("Escape");
    }
    equal(faults, [], "axe");
}],

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
