/* A token to try a new API with. It is signed here, where the browser can. */
const HOUR_S = 3600;

const base64url = (bytes: Uint8Array) =>
    btoa(Array.from(bytes, (c) => String.fromCharCode(c)).join(""))
        .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const bytes = (text: string) => new TextEncoder().encode(text);

/* 32 random bytes: as long as HS256 asks for (RFC 7518 3.2). */
export const freshSecret = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

/* HS256 for one hour; null where the page is no secure context. */
export async function sampleToken(secret: string): Promise<string | null> {
    if (!globalThis.crypto?.subtle)
        return null;
    const now = Math.floor(Date.now() / 1000);
    const text = [{alg: "HS256", typ: "JWT"}, {sub: "me", iat: now, exp: now + HOUR_S}]
        .map((part) => base64url(bytes(JSON.stringify(part)))).join(".");
    const key = await crypto.subtle.importKey("raw", bytes(secret),
        {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
    return `${text}.${base64url(new Uint8Array(
        await crypto.subtle.sign("HMAC", key, bytes(text))))}`;
}
