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

["policies are merged in sight before one is saved, and a conflict is named", async (world) => {
    const {page} = world;
    const right = {"my-jwt-api": {api_id: "my-jwt-api", api_name: "My JWT API", versions: ["Default"]}};
    for (const policy of [{id: "fast", rate: 50, per: 1}, {id: "part", partitions: {rate_limit: true}, rate: 9, per: 1}])
        await world.control("POST", "/tyk/policies", {name: policy.id, org_id: "default", active: true,
            access_rights: right, ...policy});
    await world.reload();
    await world.open("policies/new");
    await page.getByLabel("Policy name").fill("Draft");
    await page.getByLabel("My JWT API").check();
    await page.getByLabel(/^Rate/).fill("7");
    await page.getByLabel("Per (s)").fill("1");
    await page.getByText("Together with other policies").click();
    const result = page.getByRole("region", {name: "Rights and limits"});
    await result.getByText("7 in 1 s").waitFor();
    await page.getByLabel("fast", {exact: true}).check();
    await result.getByText("50 in 1 s").waitFor();
    equal(await result.getByText("from fast").count() > 0, true, "who won");
    await page.getByLabel(/^Rate/).fill("700");
    await result.getByText("from draft").first().waitFor();

    await page.getByLabel("part", {exact: true}).check();
    await page.getByRole("button", {name: "Edit as JSON"}).click();
    const text = page.getByRole("textbox", {name: "The same as JSON"});
    await text.fill((await text.inputValue()).replace('"rate"', '"partitions": {"per_api": true}, "rate"'));
    const row = result.getByRole("row").filter({hasText: "JG410"});
    await row.waitFor();
    equal((await row.innerText()).includes("draft and part on my-jwt-api"), true, await row.innerText());
    await page.getByRole("button", {name: "Back to the form"}).click();
    await page.getByRole("button", {name: "Discard changes"}).click();
    for (const id of ["fast", "part"])
        await world.control("DELETE", `/tyk/policies/${id}`);
    await world.reload();
}],
];
