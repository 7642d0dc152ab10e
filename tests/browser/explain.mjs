// Why was it refused, and how does one try again?
import {execFileSync} from "node:child_process";
import {equal, explain, token} from "./helpers.mjs";

export const tests = [
["the reason of an expired token is explained with its numbers", async (world) => {
    await world.open("explain");
    await explain(world.page, `Bearer ${token({sub: "ann", exp: 1700000000})}`, "my-jwt-api");
    const text = await world.page.locator(".answer").innerText();
    for (const part of ["Refused", "claims", "JG301", "exp 2023-11-14", "now 20",
                        "401", "token has expired"])
        if (!text.includes(part))
            throw new Error(`"${part}" is not in: ${text}`);
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
