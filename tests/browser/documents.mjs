// A user's document: edited member by member, compared, saved, never lost.
import {findings} from "../../dashboard/literals.mjs";
import {docsDefinitions, equal, part, save} from "./helpers.mjs";

export const tests = [
["an edit of a member keeps every other byte", async (_, {root}) => {
    const {setMember, removeMember} = await part(root, "json_edit");
    const rows = [
        ['{"a": 1,  "big": 12345678901234567890}', ["a"], 2, '{"a": 2,  "big": 12345678901234567890}'],
        ['{\n  "a": 1\n}', ["b"], "x", '{\n  "a": 1,\n  "b": "x"\n}'],
        ['{"a":{"b":[1,{"c":"}"}],"d":1}}', ["a", "d"], 2, '{"a":{"b":[1,{"c":"}"}],"d":2}}'],
        ["{}", ["a", "b"], 1, '{\n  "a": {\n    "b": 1\n  }\n}'],
        ['{"a": null}', ["a", "b"], 1, '{"a": {"b":1}}'],
        ['{"a":1}', ["a"], 1, '{"a":1}'],
        ['{"\\u0061":1}', ["a"], 3, '{"\\u0061":3}'],
        ['{"a": [1,  {"b": 2}, 3]}', ["a", "1", "b"], 4, '{"a": [1,  {"b": 4}, 3]}'],
        ['[1, 2]', ["2"], 3, '[1, 2, 3]'],
        ['{"a": []}', ["a", "0"], 1, '{"a": [\n  1\n]}'],
        ['{"a": [1]}', ["a", "2"], 9, '{"a": {"2":9}}'],        // no gaps
        ['{"a": [1]}', ["a", "b"], 9, '{"a": {"b":9}}'],
    ];
    for (const [text, at, value, wanted] of rows)
        equal(setMember(text, at, value), wanted, text);
    equal(removeMember('{"a": 1, "b": 2, "c": 3}', ["b"]), '{"a": 1, "c": 3}', "remove b");
    equal(removeMember('{"a": 1, "b": 2}', ["a"]), '{"b": 2}', "remove the first");
    equal(removeMember('{"a": {"b": 2}}', ["a", "b"]), '{"a": {}}', "remove the only one");
    equal(removeMember('[1, [2, 3], 4]', ["1", "0"]), '[1, [3], 4]', "remove of a list");
    equal(removeMember('[1]', ["0"]), "[]", "remove the only one of a list");
    equal(removeMember('[1]', ["7"]), "[1]", "remove what is not there");
}],

["a word that is not in the file of texts is found", async () => {
    const rows = [
        ["<p>Hello there</p>", 1], ["<p>{t.hello}</p>", 0], ['<input placeholder="Search" />', 1],
        ["<button>\n    Save it\n</button>", 1], ['<a title={`Open it`}>{x}</a>', 1],
        ["const x: Array<string> = []; y < 3", 0], ['<input placeholder="http://a/" />', 0],
        ["/* <p>Hello</p> */ x", 0], ['throw new Error("no such thing")', 1], ["<dt>URL</dt>", 0],
    ];
    for (const [text, wanted] of rows)
        equal(findings(text).length, wanted, text);
}],

["what the form does not know survives a save", async (world) => {
    const {page} = world;
    await world.api("kept", {x_mine: {deep: [1, {"a\u00e9": null}]}, big: 12345678901234567});
    const before = (await world.control("GET", "/tyk/apis/kept")).text;
    await world.open("apis/kept");
    await page.getByLabel("API name").fill("Kept!");
    await save(page);
    const after = (await world.control("GET", "/tyk/apis/kept")).text;
    equal(after, before.replace('"name":"kept"', '"name":"Kept!"'), "the document");
}],

["every definition of docs/ keeps its other bytes when one member is edited", async (world, {root}) => {
    const {page} = world;
    let count = 0;
    for (const example of docsDefinitions(root, ({api_id: id, name, proxy}) => id && name && proxy)) {
        const {api_id: id, name} = JSON.parse(example);
        if ((await world.control("POST", "/tyk/apis", example)).status !== 200)
            continue;       // an excerpt
        await world.reload();
        const before = (await world.control("GET", `/tyk/apis/${id}`)).text;
        await world.open(`apis/${id}`);
        await page.getByLabel("API name").fill(`${name}!`);
        await save(page);
        const after = (await world.control("GET", `/tyk/apis/${id}`)).text;
        equal(after.split(JSON.stringify(`${name}!`)).join(JSON.stringify(name)), before, id);
        await world.control("DELETE", `/tyk/apis/${id}`);
        await world.reload();
        await world.open("policies");       // examples share ids
        count++;
    }
    equal(count >= 5, true, `${count} definitions`);
}],

["a new secret is in the difference, but cannot be read there", async (world) => {
    const {page} = world;
    await world.open("apis/my-jwt-api");
    await page.getByLabel("Shared secret").fill("quite another");
    await page.getByLabel("API name").fill("Another name");
    await page.getByRole("button", {name: "Review changes"}).click();
    const text = await page.locator(".diff").innerText();
    equal([text.includes("(new)"), text.includes("Another name"),
           text.includes(Buffer.from("quite another").toString("base64"))],
          [true, true, false], text);
    await page.getByRole("button", {name: "Cancel"}).click();
    await page.getByRole("button", {name: "Discard changes"}).click();
}],

["the server's refusal is shown at its field, and nothing is lost", async (world) => {
    const {page} = world;
    await world.api("strict");
    await world.open("apis/strict");
    await page.getByLabel("Target URL").fill("ftp://nowhere/");
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.locator(".field.wrong").filter({hasText: "Target URL"}).waitFor();
    equal(await page.getByLabel("Target URL").inputValue(), "ftp://nowhere/", "the text");
    await world.open("policies");
    await world.open("apis/strict");
    equal(await page.getByLabel("Target URL").inputValue(), "ftp://nowhere/", "the draft");
    await page.getByRole("button", {name: "Discard changes"}).click();
    equal(await page.getByLabel("Target URL").inputValue(), world.demo.upstream, "discarded");
}],

["an edit of somebody else's is not overwritten", async (world) => {
    const {page} = world;
    await world.api("shared");
    await world.open("apis/shared");
    await page.getByLabel("API name").fill("Mine");
    await world.api("shared", {name: "Theirs"});
    await page.getByRole("button", {name: "Review changes"}).click();
    await page.getByRole("button", {name: "Save and reload"}).click();
    await page.getByRole("button", {name: "Open the current one"}).click();
    await page.getByRole("heading", {name: "Theirs"}).waitFor();
}],
];
