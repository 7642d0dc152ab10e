// Policies: made, limited, granted.
import {equal, save, token} from "./helpers.mjs";

export const tests = [
["a policy is made, limited and granted by clicking", async (world) => {
    const {page} = world;
    await world.open("policies");
    await page.getByRole("link", {name: "Add policy"}).click();
    await page.getByLabel("Policy name").fill("Gold");
    await page.getByLabel("My JWT API").check();
    await page.getByLabel(/^Rate/).fill("7");
    await page.getByLabel("Per (s)").fill("60");
    await save(page);
    const policy = JSON.parse((await world.control("GET", "/tyk/policies/gold")).text);
    equal([policy.rate, policy.per, policy.access_rights["my-jwt-api"].versions],
          [7, 60, ["Default"]], "the policy");
    equal(world.gate("/my-jwt-api/get", token({sub: "gus", pol: "gold"})), "200", "its token");
}],
];
