/*
 * What people paste into Explain: a token in any of its wrappings, a command,
 * or the id of a request. What is none of these is left as it is.
 */
import type {Api} from "./control";

export interface Pasted {
    request?: string;       // an id of 32 hex digits
    token: string;
    method?: string; path?: string; api?: string;   // of a command or an address
}

const WORD = /'((?:[^']|'\\'')*)'|"((?:[^"\\]|\\.)*)"|((?:[^\s'"\\]|\\.)+)/g;

/* The words of a shell command; enough of a shell for what browsers copy. */
function words(command: string): string[] {
    return [...command.replace(/\\\r?\n/g, " ").matchAll(WORD)].map(([, single, double, bare]) =>
        single !== undefined ? single.replace(/'\\''/g, "'")
            : (double ?? bare).replace(/\\(.)/g, "$1"));
}

function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

/* The API whose listen path is the longest that <path> begins with. */
function apiOf(path: string, apis: Api[]): string | undefined {
    return apis.filter((a) => a.proxy?.listen_path && `${path}/`.startsWith(a.proxy.listen_path))
        .sort((a, b) => b.proxy!.listen_path!.length - a.proxy!.listen_path!.length)[0]?.api_id;
}

function withUrl(url: string, apis: Api[]): Omit<Pasted, "token"> & {token?: string} {
    let parsed: URL;
    try {
        parsed = new URL(/^https?:/i.test(url) ? url : `http://${url}`);
    } catch {
        return {};
    }
    const found = [...parsed.searchParams, ...new URLSearchParams(parsed.hash.slice(1))]
        .find(([, value]) => /^eyJ/.test(value));
    return {path: parsed.pathname, api: apiOf(parsed.pathname, apis), token: found?.[1]};
}

function ofCommand(text: string, apis: Api[]): Pasted {
    const all = words(text);
    const after = (...names: string[]) => all[all.findIndex((w) => names.includes(w)) + 1];
    const has = (...names: string[]) => all.some((w) => names.includes(w));
    const url = all.slice(1).find((w) => /^https?:\/\//i.test(w)) ??
        all.slice(1).find((w, i) => /^[\w.-]+(:\d+)?\//.test(w) && !all[i].startsWith("-"));
    const header = all.map((w) => /^authorization:\s*(.*)$/i.exec(w)).find((found) => found !== null);
    const fromUrl = url === undefined ? {} : withUrl(url, apis);
    return {...fromUrl, token: header?.[1] ?? fromUrl.token ?? "",
            method: has("-X", "--request") ? after("-X", "--request").toUpperCase()
                : has("-I", "--head") ? "HEAD"
                : all.some((w) => /^(-d|--data)/.test(w)) ? "POST" : "GET"};
}

function ofAnswer(text: string): string | null {
    try {
        const {access_token: found} = JSON.parse(text) as {access_token?: unknown};
        return typeof found === "string" ? found : null;
    } catch {
        return null;
    }
}

/* One token: no header name, no scheme, no quotes, no breaks, no percent signs. */
function bare(text: string): string {
    let token = text.trim().replace(/^authorization:\s*/i, "").replace(/^["'](.*)["'],?$/s, "$1");
    if (/%(2e|20|2b|3d)/i.test(token))
        token = decoded(token);
    token = token.replace(/^(?:access_token|token|jwt)=/i, "").replace(/^Bearer\s+/i, "");
    return /^[\w=.+/-]+(\s+[\w=.+/-]+)*$/.test(token) ? token.replace(/\s+/g, "") : token;
}

export function understand(text: string, apis: Api[]): Pasted {
    const trimmed = text.trim();
    if (/^(x-request-id:\s*)?[0-9a-f]{32}$/i.test(trimmed))
        return {request: trimmed.slice(-32).toLowerCase(), token: ""};
    if (/^\$?\s*curl\s/i.test(trimmed)) {
        const found = ofCommand(trimmed.replace(/^\$\s*/, ""), apis);
        return {...found, token: bare(found.token)};
    }
    if (/^https?:\/\//i.test(trimmed)) {
        const found = withUrl(trimmed, apis);
        return {...found, token: bare(found.token ?? "")};
    }
    return {token: bare(trimmed.startsWith("{") ? ofAnswer(trimmed) ?? trimmed : trimmed)};
}
