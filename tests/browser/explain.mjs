// Why was it refused, and how does one try again?
import {execFileSync} from "node:child_process";
import {equal, explain, part, token} from "./helpers.mjs";

const apis = [{api_id: "a", proxy: {listen_path: "/a/"}}, {api_id: "ab", proxy: {listen_path: "/a/b/"}}];
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";

// What is pasted, and what is understood.
const pasted = [
    [JWT, {token: JWT}],
    [`  ${JWT}\n`, {token: JWT}],
    [`Bearer ${JWT}`, {token: JWT}],
    [`bearer   ${JWT}`, {token: JWT}],
    [`Authorization: Bearer ${JWT}`, {token: JWT}],
    [`"${JWT}",`, {token: JWT}],
    [`${JWT.slice(0, 20)}\r\n  ${JWT.slice(20)}`, {token: JWT}],
    [`Bearer%20${JWT.replaceAll(".", "%2E")}`, {token: JWT}],
    [`access_token=${JWT}`, {token: JWT}],
    [JSON.stringify({access_token: JWT, token_type: "Bearer"}, null, 2), {token: JWT}],
    ['{"error": "invalid_client"}', {token: '{"error": "invalid_client"}'}],
    ["EwIaRgq4go4R2M2z7AADywZ2ToxG4gDMoG4SQ1X3GJ0", {token: "EwIaRgq4go4R2M2z7AADywZ2ToxG4gDMoG4SQ1X3GJ0"}],
    ["0123456789ABCDEF0123456789abcdef", {request: "0123456789abcdef0123456789abcdef", token: ""}],
    ["X-Request-ID: 0123456789abcdef0123456789abcdef", {request: "0123456789abcdef0123456789abcdef", token: ""}],
    [`curl http://gw:8080/a/b/get -H 'Authorization: Bearer ${JWT}'`,
     {path: "/a/b/get", api: "ab", token: JWT, method: "GET"}],
    [`curl -X DELETE \\\n  "https://gw/a/x?y=1" \\\n  --header "authorization: ${JWT}"`,
     {path: "/a/x", api: "a", token: JWT, method: "DELETE"}],
    [`$ curl -d 'it'\\''s' localhost:8080/a -H "Authorization: Bearer ${JWT}"`,
     {path: "/a", api: "a", token: JWT, method: "POST"}],
    [`https://gw/a/get?access_token=${JWT}`, {path: "/a/get", api: "a", token: JWT}],
    [`https://gw/#id_token=${JWT}`, {path: "/", token: JWT}],
    ["curl", {token: "curl"}], ["{", {token: "{"}], ["%", {token: "%"}], ["%2e%zz", {token: "%2e%zz"}],
    ["", {token: ""}],
];

async function requestId(world, bearer) {
    world.gate("/my-jwt-api/get", bearer);
    return (await world.decision((one) => one.reason === "JG207")).request_id;
}

export const tests = [
["whatever is pasted is understood", async (_, {root}) => {
    const {understand} = await part(root, "paste");
    for (const [text, wanted] of pasted) {
        const found = understand(text, apis);
        equal(Object.entries(found).filter(([, v]) => v !== undefined).sort(),
              Object.entries(wanted).sort(), text);
    }
}],

["the reason of an expired token is explained with its numbers", async (world) => {
    await world.open("explain");
    await explain(world.page, `Bearer ${token({sub: "ann", exp: 1700000000})}`, "my-jwt-api");
    const text = await world.page.locator(".answer").innerText();
    for (const part of ["Refused", "claims", "JG301", "exp 2023-11-14", "now 20",
                        "401", "token has expired"])
        if (!text.includes(part))
            throw new Error(`"${part}" is not in: ${text}`);
}],

["a cURL command fills in API, method and path", async (world) => {
    const {page} = world;
    await world.api("second");
    await world.open("explain");
    await page.getByLabel("Token", {exact: true}).fill(
        `curl -X PUT http://localhost:8080/second/some/path -H "Authorization: Bearer ${token({sub: "ann"})}"`);
    equal([await page.getByLabel("API", {exact: true}).inputValue(),
           await page.getByLabel("Method", {exact: true}).inputValue(),
           await page.getByLabel("Path", {exact: true}).inputValue()],
          ["second", "PUT", "/second/some/path"], "the fields");
    await page.getByRole("button", {name: "Explain"}).click();
    await page.locator(".verdict.bad").filter({hasText: "rights"}).waitFor();   // no policy grants it
}],

["a request is explained by its id", async (world) => {
    const {page} = world;
    const id = await requestId(world, token({sub: "ann"}, "another secret"));
    await world.open("explain");
    await page.getByLabel("Token", {exact: true}).fill(id);
    await page.getByRole("button", {name: "Explain"}).click();
    await page.locator(".verdict.bad").filter({hasText: "JG207"}).waitFor();
    equal(await page.locator(".flow .node.fail").textContent(), "Keyfailed here", "where it ended");
    await page.getByLabel("Token", {exact: true}).fill("0".repeat(32));
    await page.getByRole("button", {name: "Explain"}).click();
    await page.getByText("The journal does not have this request").waitFor();
}],

["a report has no token and no claim in it, and is copied without a clipboard", async (world) => {
    const {page} = world;
    const bad = token({sub: "ann.smith@example.org", iss: "https://idp.example/", exp: 1700000000});
    await page.evaluate(() => {
        Object.defineProperty(navigator, "clipboard", {value: undefined});
        addEventListener("copy", () => { window.copied = document.getSelection().toString() ||
            document.activeElement.value; });
    });
    await world.open("explain");
    await explain(page, bad, "my-jwt-api");
    await page.getByText("Share this").click();
    await page.getByRole("button", {name: "Copy"}).click();
    await page.getByRole("button", {name: "Copied"}).waitFor();
    const text = await page.evaluate("window.copied");
    for (const secret of ["ann.smith", "idp.example", ...bad.split(".")])
        equal(text.includes(secret), false, `${secret} in ${text}`);
    for (const wanted of ["JG301", "exp 2023-11-14", "HS256", "sub, iss, exp"])
        equal(text.includes(wanted), true, `${wanted} in ${text}`);
}],

["the cURL line of Try it is the request", async (world) => {
    const {page} = world;
    await world.open("try?api=my-jwt-api");
    await page.getByLabel("Token", {exact: true}).fill(token({sub: "o'hara"}));
    const line = await page.getByLabel("cURL", {exact: true}).inputValue();
    const answer = execFileSync("sh", ["-c", `${line} -s -m 10`], {encoding: "utf8"});
    equal(answer.split("\r\n")[0], "HTTP/1.1 200 OK", line);
}],
];
