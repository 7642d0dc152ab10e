/*
 * The control API. The secret lives in this tab only and travels in a header,
 * never in a cookie or an address: no other site can make the browser send it.
 */
import type * as api from "./api_types";
import {t} from "./text";

const SECRET = "jotgate.secret";
const GATEWAY = "jotgate.gateway";
const BASE = new URL("../", document.baseURI);
const TIMEOUT_MS = 20000;

export type Finding = NonNullable<api.Message["errors"]>[number] & {message: string};

/* An answer that is none of 2xx, or none at all (status 0). */
export class Problem extends Error {
    constructor(readonly status: number, message: string,
                readonly findings: Finding[] = []) {
        super(message);
    }
}

export interface Answer { text: string; etag: string | null }

let listener: () => void = () => {};
export function onRefused(callback: () => void) { listener = callback; }

export function secret(): string { return sessionStorage.getItem(SECRET) ?? ""; }
export function keepSecret(value: string) { sessionStorage.setItem(SECRET, value); }
export function forgetSecret() { sessionStorage.removeItem(SECRET); }

/* Where the gateway itself listens: the demo's link says it, else a guess. */
export function gateway(): string {
    return sessionStorage.getItem(GATEWAY) ??
        `${location.protocol}//${location.hostname}:8080`;
}
export function keepGateway(value: string) {
    if (/^https?:\/\/[^\s/]+$/.test(value))
        sessionStorage.setItem(GATEWAY, value);
}

/* "#secret=…": used once, and out of the address bar before anything is drawn. */
export function takeSecretFromAddress(): boolean {
    if (!location.hash.startsWith("#secret="))
        return false;
    const given = new URLSearchParams(location.hash.slice(1));
    keepSecret(given.get("secret") ?? "");
    keepGateway(given.get("gateway") ?? "");
    history.replaceState(null, "", `${location.pathname}#/`);
    return true;
}

function parsed(text: string): Record<string, unknown> {
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === "object" && value !== null
            ? value as Record<string, unknown> : {};
    } catch {
        return {};
    }
}

function problemOf(status: number, text: string): Problem {
    const body = parsed(text);
    const message = typeof body.message === "string" && body.message !== ""
        ? body.message : `${t.problem.status} ${status}`;
    return new Problem(status, message,
                       Array.isArray(body.errors) ? body.errors as Finding[] : []);
}

async function send(method: string, path: string, body: string | undefined,
                    headers: Record<string, string>): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
        return await fetch(new URL(path.replace(/^\//, ""), BASE), {
            method, body, signal: stop.signal, credentials: "omit",
            cache: "no-store", redirect: "error",
            headers: {"X-Tyk-Authorization": secret(), ...headers},
        });
    } catch {
        throw new Problem(0, t.problem.network);
    } finally {
        clearTimeout(timer);
    }
}

/* Other refusals have the status, too: of a page at another address, for example. */
export const isWrongSecret = (problem: Problem) =>
    problem.status === 403 && problem.message.includes("administrative access");

export async function call(method: string, path: string, body?: string,
                           headers: Record<string, string> = {}): Promise<Answer> {
    const sent = secret();
    const response = await send(method, path, body, headers);
    const text = await response.text();
    if (response.ok)
        return {text, etag: response.headers.get("ETag")};
    const problem = problemOf(response.status, text);
    /* Of the secret that was sent: meanwhile somebody may have signed in anew. */
    if (isWrongSecret(problem) && secret() === sent) {
        forgetSecret();
        listener();
    }
    throw problem;
}

export async function get<T>(path: string): Promise<T> {
    return JSON.parse((await call("GET", path)).text) as T;
}

export async function post<T>(path: string, body: unknown): Promise<T> {
    return JSON.parse((await call("POST", path, JSON.stringify(body))).text) as T;
}

export const reload = () => call("GET", "/tyk/reload?block=true");

/* What answers hold: of the control API's own description, which names no sets. */
export type Of<T> = NonNullable<T> extends (infer One)[] ? One : never;
type Always<T, K extends keyof T> = Omit<T, K> & {[k in K]-?: NonNullable<T[k]>};

export type Api = Always<api.Api, "api_id"> & {is_oas?: boolean};
export type Policy = Always<api.Policy, "id">;
/* What people choose by. */
export const namesOf = (policies: Policy[]) =>
    policies.map((policy): [string, string] => [policy.id, policy.name || policy.id]);

export type Step = Always<Of<api.Explanation["steps"]>, "name" | "meaning"> & {
    outcome: "pass" | "skip" | "fail" | "wait" | "not_reached"};
export type Explanation = Omit<api.Explanation, "verdict" | "steps" | "response"> & {
    verdict: "allow" | "deny" | "want"; steps: Step[];
    response: {from?: string; status?: number; headers?: Record<string, string>; body?: string}};
export type Decision = Required<Omit<Of<api.Journal["decisions"]>, "identity">>;
export type KeySet = Always<Of<api.KeySets["sets"]>, "id" | "url">;
export type Key = Of<KeySet["keys"]>;
export type Revocation = Always<Omit<api.Revocation, "expires">, "id"> & {expires?: number};
export type Split = Always<Of<api.SplitTokens["splits"]>, "id">;
export type Splits = Omit<api.SplitTokens, "splits"> & {splits: Split[]};
export type KeyList = Omit<api.Keys, "details"> & {details?: KeyRow[]};
export type KeyRow = Always<Of<api.Keys["details"]>, "key">;
