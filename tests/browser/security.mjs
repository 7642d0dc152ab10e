// What the page may not do, and whom it lets in.
import {equal, explain, token} from "./helpers.mjs";
import {READER} from "./world.mjs";

// What must stay text, wherever it is written or shown.
const payloads = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(2)>",
    "\"><svg onload=alert(3)>", "javascript:alert(4)", "'-alert(5)-'",
    "<iframe srcdoc='<script>alert(6)</script>'>", "{{7*7}}${alert(7)}",
    "</textarea><script>alert(8)</script>", "<a href=javascript:alert(9)>x</a>",
    "<style>*{display:none}</style>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example/>", "<object data=//evil.example/x>",
    "<embed src=//evil.example/x>", "<link rel=stylesheet href=//evil.example/x>",
    "<body onload=alert(16)>", "<details open ontoggle=alert(17)>x", "<video><source onerror=alert(18)>",
    "<audio src=x onerror=alert(19)>", "<marquee onstart=alert(20)>", "<input autofocus onfocus=alert(21)>",
    "<select autofocus onfocus=alert(22)>", "<math href=javascript:alert(23)>x", "<form action=javascript:alert(24)>",
    "<button formaction=javascript:alert(25)>x", "<svg><animate onbegin=alert(26)>", "<svg><script>alert(27)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(28)>'>", "<template><img src=x onerror=alert(29)>",
    "--><img src=x onerror=alert(30)>", "]]><img src=x onerror=alert(31)>", "</script><script>alert(32)</script>",
    "</style><img src=x onerror=alert(33)>", "</title><img src=x onerror=alert(34)>", "\u2028alert(35)\u2029",
    "\u202e<img src=x onerror=alert(36)>", "&lt;img src=x onerror=alert(37)&gt;", "%3Cscript%3Ealert(38)%3C/script%3E",
    "data:text/html,<script>alert(39)</script>", "vbscript:msgbox(40)", "__proto__", "constructor",
];

// Every field for text of a screen has had every one of them in it.
async function fillAll(page) {
    const fields = page.locator("main :is(input:not([type=checkbox]):not([type=number]), textarea):not([readonly])");
    for (let i = 0; i < await fields.count(); i++)
        for (const text of payloads)
            if (await fields.nth(i).isVisible())
                await fields.nth(i).fill(text);
    return fields.count();
}

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

["nobody else may read its answers, or put it into a frame", async ({demo, page}) => {
    const base = `http://127.0.0.1:${demo.control}`;
    const asked = await fetch(`${base}/tyk/apis`, {method: "OPTIONS", headers: {
        Origin: "http://evil.example", "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-tyk-authorization"}});
    equal([asked.status >= 400, asked.headers.get("access-control-allow-origin")], [true, null], "preflight");
    const open = await fetch(`${base}/hello`, {headers: {Origin: "http://evil.example"}});
    equal(open.headers.get("access-control-allow-origin"), null, "an open route");
    const shown = await page.evaluate((url) => new Promise((done) => {
        const frame = document.createElement("iframe");
        addEventListener("securitypolicyviolation", (e) => done(e.violatedDirective), {once: true});
        frame.src = url;
        document.body.append(frame);
    }), `${base}/ui/`);
    equal(shown, "frame-src", "no frame, not even its own");
}, {reports: true}],

["a secret that may only read changes nothing, and sees no secret", async (world) => {
    const {demo, page} = world;
    await page.getByRole("button", {name: "Sign out"}).click();
    await page.getByLabel("Control secret").fill(READER);
    await page.getByRole("button", {name: "Sign in"}).click();
    await page.getByText("This secret may only read").waitFor();
    await world.open("apis/my-jwt-api");
    await page.getByLabel("API name").fill("Another");
    equal(await page.getByRole("button", {name: "Review changes"}).isDisabled(), true, "no save");
    equal(await page.getByRole("button", {name: "Delete"}).isDisabled(), true, "no delete");
    equal((await page.locator("main").innerText()).includes(Buffer.from("tyk123").toString("base64")),
          false, "no secret");
    await page.getByRole("button", {name: "Discard changes"}).click();
    await world.open("explain");
    await explain(page, token({sub: "ann"}, "other"), "my-jwt-api");
    await page.locator(".verdict.bad").filter({hasText: "JG207"}).waitFor();
    const answer = await fetch(`http://127.0.0.1:${demo.control}/tyk/apis/my-jwt-api`,
        {method: "DELETE", headers: {"X-Tyk-Authorization": READER}});
    equal(answer.status, 403, "the gateway itself refuses");
}],

["nothing that is typed runs", async (world) => {
    for (const place of ["apis/new", "apis?guide=1", "policies/new", "explain", "try", "keys", "overview",
                         "system"]) {
        await world.open(place);
        if (await fillAll(world.page) === 0 && !["keys", "overview"].includes(place))
            throw new Error(`no field on ${place}`);
    }
}],

["no traffic runs", async (world) => {
    for (const text of payloads) {
        world.gate(`/my-jwt-api/${encodeURIComponent(text)}`, token({sub: text, jti: text}));
        world.gate(`/my-jwt-api/x?${encodeURIComponent(text)}`, token({sub: text}, "other"));
        world.gate(`/${encodeURIComponent(text)}`, text.replace(/[^ -~]/g, "?"));
    }
    await world.open("overview");
    await world.page.getByRole("region", {name: "Recent decisions"}).locator("tbody tr").nth(40).waitFor();
}],

["no name runs as a script", async (world) => {
    for (const [i, text] of payloads.entries()) {
        await world.api(`xss-${i}`, {name: text});
        await world.control("POST", "/tyk/policies", {id: `xss-${i}`, name: text, org_id: "default",
            active: true, access_rights: {}});
        await world.control("POST", "/tyk/revocations", {sub: text, note: text});
    }
    await world.reload();
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
    await world.reload();
}],
];
