// Tokens, and a comparison that says what differs.
import {createHmac} from "node:crypto";

function b64(text) { return Buffer.from(text).toString("base64url"); }

export function token(claims, secret = "tyk123") {
    const signed = `${b64('{"alg":"HS256","typ":"JWT"}')}.${b64(JSON.stringify(claims))}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export function equal(found, wanted, what) {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
        throw new Error(`${what}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}
