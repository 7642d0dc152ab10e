// Stored keys and revocations.
import {equal, token} from "./helpers.mjs";

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
    await page.getByRole("button", {name: `Delete ${key}`}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete"}).click();
    await page.getByRole("status").filter({hasText: "Deleted"}).waitFor();
    equal((await world.control("GET", `/tyk/keys/${key}`)).status, 404, "gone");
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
