// What the page may not do, and whom it lets in.
import {equal, explain, token} from "./helpers.mjs";

const payloads = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>",
    "\"><svg onload=alert(3)>", "javascript:alert(4)", "'-alert(5)-'",
    "<iframe srcdoc='<script>alert(6)</script>'>", "{{7*7}}${alert(7)}",
    "</textarea><script>alert(8)</script>", "<a href=javascript:alert(9)>x</a>",
    "<style>*{display:none}</style>",
];

export const tests = [
["the page has a strict policy, and its files may be kept", async ({demo, page}) => {
    const answer = await fetch(`http://127.0.0.1:${demo.control}/ui/`);
    equal(answer.headers.get("content-security-policy"), "default-src 'none'; " +
        "script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'", "CSP");
    equal([answer.headers.get("referrer-policy"), answer.headers.get("x-content-type-options"),
           answer.headers.get("cache-control"), answer.headers.get("content-type")],
          ["no-referrer", "nosniff", "no-store", "text/html; charset=utf-8"], "headers");
    const script = /assets\/app-\w+\.js/.exec(await answer.text())[0];
    const asset = await fetch(`http://127.0.0.1:${demo.control}/ui/${script}`,
                              {headers: {"Accept-Encoding": "gzip"}});
    equal([asset.status, asset.headers.get("content-encoding"), asset.headers.get("cache-control"),
           asset.headers.get("content-type")],
          [200, "gzip", "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"], "asset");
    equal((await fetch(`http://127.0.0.1:${demo.control}/ui/assets/../index.html.x`)).status, 404, "no file");
    equal(page.url(), `http://127.0.0.1:${demo.control}/ui/#/`, "no secret in the address");
}],

["a wrong secret is refused in words, a right one signs in", async ({demo, page}) => {
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill("wrong");
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("alert").filter({hasText: "refused"}).waitFor();
    await page.getByLabel("Control secret").fill(demo.secret);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByRole("heading", {name: "Overview"}).waitFor();
}],

["no name runs as a script", async (world) => {
    for (const [i, text] of payloads.entries()) {
        await world.api(`xss-${i}`, {name: text});
        await world.control("POST", "/tyk/policies", {id: `xss-${i}`, name: text, org_id: "default",
            active: true, access_rights: {}});
        await world.control("POST", "/tyk/revocations", {sub: text, note: text});
    }
    await world.control("GET", "/tyk/reload?block=true");
    for (const place of ["apis", "policies", "keys", "explain", "try", "apis/xss-1",
                         "policies/xss-2", `apis/${encodeURIComponent(payloads[1])}`])
        await world.open(place).then(() => world.page.waitForTimeout(150));
    await world.open("explain");
    await explain(world.page, token({sub: payloads[0], "<img src=x onerror=alert(1)>": 1}), "my-jwt-api");
    for (const {id} of JSON.parse((await world.control("GET", "/tyk/revocations")).text).revocations)
        await world.control("DELETE", `/tyk/revocations/${id}`);
    for (let i = 0; i < payloads.length; i++) {
        await world.control("DELETE", `/tyk/apis/xss-${i}`);
        await world.control("DELETE", `/tyk/policies/xss-${i}`);
    }
    await world.control("GET", "/tyk/reload?block=true");
}],
];
