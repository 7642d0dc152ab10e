// Everything without a mouse: the command bar and keys of one letter.
import {equal, token} from "./helpers.mjs";

const at = (page) => page.evaluate("location.hash");
const bar = (page) => page.getByRole("combobox", {name: "Search or run"});

async function command(page, text) {
    await page.keyboard.press("Control+k");
    await bar(page).waitFor();
    await page.keyboard.type(text);
}

export const tests = [
["the command bar finds pages, objects and actions", async (world) => {
    const {page} = world;
    await world.api("orders", {name: "Orders of today"});
    for (const [text, name, wanted] of [["identi", "Identity", "#/identity"],
        ["of today", "Orders of today", "#/apis/orders"],
        ["add policy", "Add policy", "#/policies/new"], ["system management", "Add policy", "#/policies/new"],
        ["default pol", "Default policy", "#/policies/default"], ["protect", "Protect an API", "#/apis?guide=1"]]) {
        await command(page, text);
        await page.locator(".command [aria-selected=true]").filter({hasText: name}).waitFor();
        await page.keyboard.press("Enter");
        equal(await at(page), wanted, text);
        await page.locator("main h1").waitFor();
    }
    await command(page, "add key");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", {name: "Add key"}).waitFor();
    await page.keyboard.press("Escape");
    await command(page, "zzz");
    await page.getByText("Nothing matches this search.").waitFor();
    await page.keyboard.press("Escape");
    equal(await bar(page).count(), 0, "closed");
}],

["the command bar is gone through by arrows, and says where one is", async (world) => {
    const {page} = world;
    await command(page, "");
    const options = page.locator(".command [role=option]");
    await page.keyboard.press("ArrowDown");
    equal(await bar(page).getAttribute("aria-activedescendant"),
          await options.nth(1).getAttribute("id"), "the second");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    equal(await options.last().getAttribute("aria-selected"), "true", "round to the last");
    await page.keyboard.press("Escape");
}],

["an address that changes while the page starts is followed", async (world) => {
    const {page} = world;
    await page.addInitScript(() => new MutationObserver((_, self) => {
        if (document.querySelector("nav") === null)
            return;
        self.disconnect();
        location.hash = "#/policies";
    }).observe(document, {childList: true, subtree: true}));
    await page.goto("about:blank");
    await page.goto(world.demo.link);
    await page.locator('nav a[href="#/policies"][aria-current]').waitFor();
}],

["the clipboard is explained; without one there is the field", async (world) => {
    const {page} = world;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const text = `Bearer ${token({sub: "ann"})}`;
    await page.evaluate((value) => navigator.clipboard.writeText(value), text);
    await command(page, "explain clipboard");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: "Explain"}).waitFor();
    equal(await page.getByLabel("Token", {exact: true}).inputValue(), text, "pasted");
    await world.open("overview");
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", {value: undefined}));
    await command(page, "clipboard");
    await page.keyboard.press("Enter");
    await page.locator("textarea:focus").waitFor();
}],

["single keys lead everywhere, but not while one types, and can be switched off", async (world) => {
    const {page} = world;
    for (const [keys, wanted] of [["ga", "#/apis"], ["gp", "#/policies"], ["ge", "#/explain"],
                                  ["gk", "#/keys"], ["go", "#/overview"]]) {
        await page.keyboard.type(keys);
        equal(await at(page), wanted, keys);
        await page.locator("main h1").waitFor();
        await page.getByText("Loading…").first().waitFor({state: "detached"});
    }
    await world.open("apis");
    await page.keyboard.press("/");
    equal(await page.evaluate("document.activeElement.type"), "search", "/");
    await page.keyboard.type("gp?/");
    equal([await page.locator("input[type=search]").inputValue(), await at(page).then((a) => a.split("?")[0])],
          ["gp?/", "#/apis"], "while one types");
    await world.open("apis/my-jwt-api");
    await page.keyboard.press("e");
    await page.locator(".json textarea").waitFor();
    await world.open("overview");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("System Management → Policies → Add Policy").waitFor();
    await page.getByLabel("Keys of one letter").uncheck();
    await page.getByRole("button", {name: "Close"}).click();
    await page.keyboard.type("gp?");
    equal([await at(page), await page.getByRole("dialog").count()], ["#/overview", 0], "off");
    await page.keyboard.press("Control+k");
    await bar(page).waitFor();
}],
];
