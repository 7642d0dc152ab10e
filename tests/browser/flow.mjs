// The decision as a picture, and traffic as a chart.
import {equal, token} from "./helpers.mjs";
import {until} from "./world.mjs";

function traffic(world) {
    for (let i = 0; i < 3; i++)
        world.gate("/my-jwt-api/get", token({sub: "john"}));
    world.gate("/my-jwt-api/get", token({sub: "john"}, "other"));
    world.gate("/my-jwt-api/get", token({sub: "john"}, "other"));
    world.gate("/my-jwt-api/get");
}

const shown = (page) => page.locator(".flow .node").evaluateAll((all) =>
    all.map((node) => [...node.querySelectorAll(":scope > text")].map((t) => t.textContent).join(": ")));

export const tests = [
["the picture counts live, and a way down shows the requests that ended there", async (world) => {
    const {page} = world;
    traffic(world);
    await world.open("overview");
    await page.getByText("6 came").first().waitFor();
    equal(await shown(page), ["Request: 6 came", "Token: 6 came", "Key: 5 came", "Claims: 3 came",
        "Policies: 3 came", "Rights: 3 came", "Limits: 3 came", "Upstream: 3 let pass"], "counts");
    world.gate("/my-jwt-api/get");
    await page.getByText("7 came").first().waitFor();
    await page.getByRole("link", {name: "2 refused at Key: show them"}).press("Enter");
    await page.getByText("Only requests that ended at Key.").waitFor();
    const rows = page.getByRole("region", {name: "Recent decisions"}).locator("tbody tr");
    equal((await rows.allInnerTexts()).map((text) => /JG\d+/.exec(text)[0]), ["JG207", "JG207"], "rows");
    await rows.first().getByTitle(/^Explain request/).click();
    await page.locator(".verdict.bad").filter({hasText: "JG207"}).waitFor();
    equal(await page.locator(".flow .node.pass").count(), 2, "steps that it passed");
}],

["the chart has a table, and marks where the configuration was loaded", async (world) => {
    const {page} = world;
    await world.open("overview");
    await page.getByText("Collecting; two readings").waitFor({state: "detached"});
    await world.reload();
    traffic(world);
    await page.getByText("A grey line: the configuration was loaded.").waitFor();
    await page.getByText("The same as a table").click();
    const table = page.getByRole("region", {name: /^Traffic of the last/});
    const cells = await until("traffic in the table", async () => {
        const all = await table.locator("td").allInnerTexts();
        return all.some((text, i) => i % 3 === 1 && Number(text) > 0) && all;
    });
    equal([cells.length >= 6, /^\d\d:\d\d:\d\d$/.test(cells[0])], [true, true], cells.join(" "));
}],
];
