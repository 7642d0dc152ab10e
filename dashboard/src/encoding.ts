/* Base64 of UTF-8 text, as definitions hold it. */
export const toBase64 = (text: string) =>
    btoa(Array.from(new TextEncoder().encode(text), (c) => String.fromCharCode(c)).join(""));

/* What is no base64 is shown as it is. */
export function fromBase64(text: string): string {
    try {
        return new TextDecoder().decode(
            Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
    } catch {
        return text;
    }
}
