// Stored keys and revocations.
import {equal, token} from "./helpers.mjs";

async function makeKeys(world, count) {
    for (let i = 0; i < count; i++)
        await world.control("POST", `/tyk/keys/made-${String(i).padStart(3, "0")}`, {
            org_id: "default", alias: `till ${(i * 7) % count}`, apply_policies: ["default"],
            expires: 4000000000 + i});
}

const firstRow = (page) => page.getByRole("region", {name: "Stored keys"})
    .locator("tbody tr").first();

export const tests = [
["a key is made, used nowhere else, and deleted", async (world) => {
    const {page} = world;
    await world.open("keys");
    await page.getByRole("button", {name: "Add key"}).click();
    await page.getByLabel("Alias").fill("till 7");
    await page.getByLabel("Default policy", {exact: true}).check();
    await page.getByRole("button", {name: "Create key"}).click();
    const key = await page.getByRole("dialog").getByLabel("Key").inputValue();
    equal(JSON.parse((await world.control("GET", `/tyk/keys/${key}`)).text).alias, "till 7", "alias");
    await page.getByRole("button", {name: "Close"}).click();
    equal((await page.locator("main").innerText()).includes(key), false, "the whole key in the list");
    await page.getByRole("button", {name: "Delete till 7"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete"}).click();
    await page.getByRole("status").filter({hasText: "Deleted"}).waitFor();
    equal((await world.control("GET", `/tyk/keys/${key}`)).status, 404, "gone");
}],

["many keys are searched, sorted and read in pages, by keyboard", async (world) => {
    const {page} = world;
    await makeKeys(world, 120);
    await world.open("keys");
    await page.getByText("1–50 of 120").waitFor();
    await page.getByRole("button", {name: "Next"}).focus();
    await page.keyboard.press("Enter");
    await page.getByText("51–100 of 120").waitFor();
    await page.getByRole("button", {name: "Alias"}).focus();
    await page.keyboard.press("Enter");
    await page.getByText("1–50 of 120").waitFor();      // another order begins on page 1
    equal(await firstRow(page).locator("td").nth(1).innerText(), "till 0", "the first");
    await page.keyboard.press("Enter");
    equal([await firstRow(page).locator("td").nth(1).innerText(),
           await page.getByRole("columnheader", {name: "Alias"}).getAttribute("aria-sort")],
          ["till 99", "descending"], "the other way round");
    await page.getByLabel("Search: Stored keys").fill("made-119");  // on no page in sight
    equal(await firstRow(page).locator("td").nth(1).innerText(), "till 113", "found");
    await page.reload();
    equal([await page.getByLabel("Search: Stored keys").inputValue(),
           await page.getByRole("region", {name: "Stored keys"}).locator("tbody tr").count()],
          ["made-119", 1], "the address has it all");
    await page.getByLabel("Search: Stored keys").fill("nothing like it");
    await page.getByText("Nothing matches this search.").waitFor();
}],

["deleting a policy lists the APIs and keys that use it", async (world) => {
    const {page} = world;
    await world.open("policies/default");
    await page.getByRole("button", {name: "Delete"}).click();
    await page.getByRole("dialog").getByText("and 101 more").waitFor();
    const users = await page.getByRole("dialog").getByRole("listitem").allInnerTexts();
    equal([users[0], /^key till \d+$/.test(users[1]), users.length, users[20]],
          ["My JWT API", true, 21, "and 101 more"], "its users");
    await page.getByRole("button", {name: "Cancel"}).click();
}],

["a revoked token is refused at once, and passes again when taken back", async (world) => {
    const {page} = world;
    const bad = token({sub: "eve", jti: "j1"});
    equal(world.gate("/my-jwt-api/get", bad), "200", "before");
    await world.open("keys");
    await page.getByRole("button", {name: "Revoke…"}).click();
    await page.getByRole("dialog").getByLabel("Value").fill(`Bearer ${bad}`);
    await page.getByRole("dialog").getByRole("button", {name: "Revoke…"}).click();
    await page.getByRole("status").filter({hasText: "Revoked"}).waitFor();
    equal(world.gate("/my-jwt-api/get", bad), "401", "revoked");
    await page.getByRole("button", {name: /^Take back/}).first().click();
    await page.getByRole("dialog").getByRole("button", {name: "Take back"}).click();
    await page.getByRole("status").filter({hasText: "Taken back"}).waitFor();
    equal(world.gate("/my-jwt-api/get", bad), "200", "taken back");
}],
];
