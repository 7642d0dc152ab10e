/* What a new API begins as, and the policy that lets its callers in. */
import {call, Problem, type Api, type Policy} from "./control";
import {t} from "./text";

export function template(): string {
    return JSON.stringify({
        name: "", api_id: "", org_id: "default", active: true,
        use_keyless: false, enable_jwt: true, jwt_signing_method: "hmac",
        jwt_source: "", jwt_identity_base_field: "sub",
        jwt_policy_field_name: "pol", jwt_default_policies: [],
        auth: {auth_header_name: "Authorization"},
        version_data: {not_versioned: true, versions: {Default: {name: "Default"}}},
        proxy: {listen_path: "", target_url: "", strip_listen_path: true},
    }, null, 2);
}

export function slug(name: string): string {
    return name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "").slice(0, 60);
}

/* A policy that grants one API, of the same name. */
export function policyFor(text: string, id: string): string {
    const api = JSON.parse(text) as Api & {org_id?: string};
    return JSON.stringify({
        id, name: t.api.policyName(api.name ?? api.api_id),
        org_id: api.org_id ?? "default", active: true, quota_max: -1,
        access_rights: {[api.api_id]: {api_id: api.api_id, api_name: api.name ?? "",
                                       versions: ["Default"]}},
    }, null, 2);
}

export async function savePolicy(text: string) {
    try {
        await call("POST", "/tyk/policies", text, {"If-None-Match": "*"});
    } catch (e) {
        throw e instanceof Problem
            ? new Problem(0, `${t.save.partly} ${e.message}`, e.findings) : e;
    }
}

/* An id of its own: a policy that is there already is not touched. */
export function freeId(wanted: string, policies: Policy[]): string {
    let id = wanted;
    for (let i = 2; policies.some((policy) => policy.id === id); i++)
        id = `${wanted}-${i}`;
    return id;
}
