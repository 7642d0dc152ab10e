// Answers that come late, and people who are faster than the page.
import {equal, save, token} from "./helpers.mjs";
import {READER} from "./world.mjs";

// The first request to <url> waits for release(), which tells when it was answered.
async function hold(page, url, answer) {
    let open, first = true;
    const gate = new Promise((done) => { open = done; });
    await page.route(url, async (route) => {
        if (!first)
            return route.fallback();
        first = false;
        await gate;
        return answer ? route.fulfill(answer) : route.fallback();
    });
    return async () => {
        const answered = page.waitForEvent("requestfinished", (r) => new RegExp(url.replaceAll("*", ".*")).test(r.url()));
        open();
        await answered;
        /* What is asked later has gone the same way, and was drawn. */
        await page.evaluate(async () => {
            await (await fetch("/hello")).text();
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        });
    };
}

export const tests = [
["the verdict on a token that was replaced is not shown for the next one", async (world) => {
    const {page} = world;
    await world.open("apis/my-jwt-api");
    const panel = page.getByRole("region", {name: "What will happen to a token"});
    const release = await hold(page, "**/tyk/explain");
    await panel.getByLabel("Ask about a token").fill(token({sub: "a"}, "another"));
    await panel.getByRole("button", {name: "Ask"}).click();
    await panel.getByLabel("Ask about a token").fill(token({sub: "b"}));
    await panel.getByRole("button", {name: "Ask"}).click();
    await panel.getByText("It would pass.").waitFor();
    await release();
    equal([await panel.getByText("It would pass.").count(), await panel.getByText("It would be refused").count()],
          [1, 0], "verdicts");
}],

["who leaves while a save is on its way is not led back by its answer", async (world) => {
    const {page} = world;
    await world.open("apis/new");
    await page.getByLabel("API name").fill("Slow");
    await page.getByLabel("Target URL").fill(world.demo.upstream);
    await page.getByLabel("Make a policy for this API").uncheck();
    const release = await hold(page, "**/tyk/reload**");
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.locator("form.editor[inert]").waitFor();     // nothing is typed into the void
    await world.open("policies");
    await release();
    equal(await page.evaluate("location.hash"), "#/policies", "the address");
    await world.open("apis/slow");
    await world.open("apis/new");
    equal(await page.getByLabel("API name").inputValue(), "", "the draft of what is saved");
}],

["after a save the form holds what was saved, and the next save finds no conflict", async (world) => {
    const {page} = world;
    await world.api("again");
    await world.open("apis/again");
    for (const name of ["Once", "Twice", "Three times"]) {
        await page.getByLabel("API name").fill(name);
        await save(page);
        equal([await page.getByLabel("API name").inputValue(),
               await page.getByRole("button", {name: "Review changes"}).isDisabled()], [name, true], name);
    }
}],

["the last letter before one leaves is kept", async (world) => {
    const {page} = world;
    await world.api("left");
    await world.open("apis/left");
    await page.getByLabel("API name").evaluate((field) => {
        field.value = "Left at once";
        field.dispatchEvent(new Event("input", {bubbles: true}));
        location.hash = "#/system";
    });
    await page.getByRole("heading", {name: "System"}).waitFor();
    await world.open("apis/left");
    equal(await page.getByLabel("API name").inputValue(), "Left at once", "the draft");
    await page.getByRole("button", {name: "Discard changes"}).click();
}],

["what is typed right after the keys of the command bar is typed into it", async (world) => {
    const {page} = world;
    await world.open("overview");
    const open = await page.evaluate(async () => {
        dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, cancelable: true}));
        await null;             // no more than the rest of the same keystroke
        await null;
        return document.activeElement.getAttribute("role");
    });
    equal(open, "combobox", "where the next letter goes");
}],

["a refusal of the secret before does not sign out the next person", async (world) => {
    const {page} = world;
    await world.open("keys");
    const release = await hold(page, "**/tyk/system", {status: 403, contentType: "application/json",
        body: '{"status": "error", "message": "Attempted administrative access with invalid or missing key!"}'});
    await page.evaluate("location.hash = '#/system'");
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill(READER);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByText("This secret may only read").waitFor();
    await release();
    equal(await page.getByRole("button", {name: "Sign out"}).count(), 1, "still signed in");
}],

["a link with another secret is taken in a tab that shows the page already", async (world) => {
    const {page} = world;
    await page.evaluate((secret) => { location.hash = `#secret=${secret}`; }, READER);
    await page.getByText("This secret may only read").waitFor();
    equal(await page.evaluate("location.hash"), "#/", "no secret in the address");
}],

["back and links change a table that is in sight", async (world) => {
    const {page} = world;
    await world.api("orders");
    await world.open("apis");
    await page.getByLabel("Search: APIs").fill("nothing like it");
    await page.getByText("Nothing matches this search.").waitFor();
    await page.getByRole("link", {name: "APIs", exact: true}).click();
    await page.getByRole("link", {name: "orders", exact: true}).waitFor();
    equal(await page.getByLabel("Search: APIs").inputValue(), "", "the search");
}],
];
