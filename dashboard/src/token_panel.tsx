/* "What will happen to a token": the definition in plain words, and tried on one. */
import {useState} from "preact/hooks";
import {keptToken, keepToken} from "./claims";
import {post, type Explanation} from "./control";
import type {Document} from "./editor";
import {fromBase64} from "./encoding";
import {claimNames, required, skewOf, texts} from "./jwt_checks";
import {tykPart} from "./oas";
import {words} from "./text_identity";
import {Failure, json, Notice, TextField, useAction, useResource} from "./widgets";

const w = words.jwt, say = w.say;
const names = {rsa: "RSA", ecdsa: "ECDSA", eddsa: "EdDSA", mldsa: "ML-DSA"} as Record<string, string>;
const any = (all: string[]) => all.join(" or ");

/* Both spellings of a list; the first that is there. */
const list = (doc: Document, snake: string, camel: string) =>
    texts(doc.get([snake]) ?? doc.get([camel]));

function place(doc: Document): string {
    const own = doc.get(["auth_configs", "jwt"]) !== undefined ? ["auth_configs", "jwt"] : ["auth"];
    return [..."use_param use_cookie disable_header".split(" ")]
        .some((name) => doc.get([...own, name]) === true) ? say.places
        : say.where(doc.text([...own, "auth_header_name"]) || "Authorization");
}

function key(doc: Document): string {
    const method = doc.text(["jwt_signing_method"]);
    const source = doc.text(["jwt_source"]);
    const uris = doc.get(["jwt_jwks_uris"]);
    const urls = Array.isArray(uris) ? uris.map((u: {url?: string}) => String(u?.url ?? "")) : [];
    const text = /^https?:/.test(source) ? source : fromBase64(source);
    if (method === "hmac")
        return source ? say.hmac : say.noKey;
    const all = [...(/^https?:/.test(text) ? [text] : []), ...urls];
    const issuer = doc.text(["jwt_issuer"]);
    return all.length > 0 ? say.url(names[method] ?? method, all.join(", "))
        : source ? say.pem(names[method] ?? method) : issuer ? say.issuer(issuer) : say.noKey;
}

function checks(doc: Document): string[] {
    const iss = list(doc, "allowed_issuers", "allowedIssuers");
    const aud = list(doc, "allowed_audiences", "allowedAudiences");
    const sub = list(doc, "allowed_subjects", "allowedSubjects");
    const need = required(doc).claims;
    const jti = (doc.get(["jti_validation", "enabled"]) ?? doc.get(["jtiValidation", "enabled"])) === true;
    return [say.times, ...(skewOf(doc) ? [say.skew(skewOf(doc))] : []),
            iss.length > 0 ? say.iss(any(iss)) : say.noIss,
            aud.length > 0 ? say.aud(any(aud)) : say.noAud,
            ...(sub.length > 0 ? [say.sub(any(sub))] : []), ...(jti ? [say.jti] : []),
            ...(need.length > 0 ? [say.claims(need.join(", "))] : [])];
}

function policies(doc: Document): string[] {
    const field = any(claimNames(doc, "jwt_policy_field_name", "jwt_base_policy_claims"));
    const defaults = texts(doc.get(["jwt_default_policies"]));
    const map = doc.get(["scopes", "jwt", "scope_to_policy"]) ?? doc.get(["jwt_scope_to_policy_mapping"]);
    const mapped = typeof map === "object" && map !== null ? Object.keys(map).length : 0;
    const ids = defaults.join(", ");
    return [field ? say.policy(field) + (ids ? say.orDefault(ids) : say.orNone)
                : ids ? say.fixed(ids) : say.noPolicy,
            ...(mapped > 0 ? [say.scopes(mapped)] : [])];
}

/* Whether a token would pass at the API <id>, once somebody asks. */
export function useVerdict(id: string) {
    const [answer, setAnswer] = useState<Explanation | null>(null);
    const action = useAction();
    return {answer, ...action, forget: () => { setAnswer(null); action.drop(); },
            ask: (token: string) => action.run(async (wanted) => {
                const got = await post<Explanation>("/tyk/explain",
                    {api_id: id, token, method: "GET", path: "/"});
                if (wanted())
                    setAnswer(got);
            })};
}

export function Verdict(p: {of: ReturnType<typeof useVerdict>}) {
    const {answer, problem} = p.of;
    const failed = answer?.steps.find((s) => s.outcome === "fail");
    return <>
        <Failure problem={problem} />
        <div aria-live="polite">{answer && (answer.verdict === "allow"
            ? <Notice kind="good">{w.allowed}</Notice>
            : <Notice kind="error"><p>{failed ? w.refused(failed.name) : w.want}</p>
                {failed && <p>{[failed.seen, failed.expected].filter(Boolean).join(" · ")}</p>}
                {answer.reason && <p><code>{answer.reason}</code> {answer.help}</p>}</Notice>)}</div>
    </>;
}

function Ask(p: {id: string; dirty: boolean}) {
    const [token, setToken] = useState(keptToken());
    const verdict = useVerdict(p.id);
    return <>
        <TextField label={w.test} rows={3} mono value={token} help={p.dirty ? w.unsaved : w.testHelp}
            onInput={(text) => { keepToken(text); setToken(text); verdict.forget(); }} />
        <button type="button" disabled={verdict.busy || token.trim() === ""}
                onClick={() => verdict.ask(token)}>{w.ask}</button>
        <Verdict of={verdict} />
    </>;
}

/* Members that /openapi.json, made of the tables that read documents, has not. */
interface Schema { properties?: Record<string, Schema>; items?: Schema; additionalProperties?: Schema;
                   allOf?: Schema[] }

/* Several tables may read one object: it has the members of all of them. */
const tablesOf = (schema: Schema): Schema[] => [schema, ...(schema.allOf ?? []).flatMap(tablesOf)];
const there = (schemas: (Schema | undefined)[]) => schemas.flatMap((s) => s ? tablesOf(s) : []);

function unknown(value: unknown, tables: Schema[], at: string): string[] {
    if (typeof value !== "object" || value === null || tables.length === 0)
        return [];
    if (Array.isArray(value))
        return value.slice(0, 50).flatMap((item, i) =>
            unknown(item, there(tables.map((s) => s.items)), `${at}.${i}`));
    const named = tables.some((s) => s.properties !== undefined);
    return Object.entries(value).flatMap(([name, inner]) => {
        const path = at === "" ? name : `${at}.${name}`;
        const known = there(tables.map((s) => named ? s.properties?.[name] : s.additionalProperties));
        return known.length === 0 ? named ? [path] : [] : unknown(inner, known, path);
    });
}

function Unknown(p: {doc: Document; oas: boolean}) {
    const schemas = useResource("/openapi.json",
        json<{components: {schemas: Record<string, Schema>}}>()).data?.components.schemas;
    const api = schemas?.[p.oas ? "OasApi" : "Api"];
    const found = api === undefined ? []
        : unknown(p.oas ? tykPart(p.doc.get([])) : p.doc.get([]), tablesOf(api), "");
    return found.length === 0 ? null : <details><summary>{w.unknown} ({found.length})</summary>
        <p class="note">{w.unknownHelp}</p>
        <ul>{found.slice(0, 200).map((path) => <li><code>{path}</code></li>)}</ul></details>;
}

/* <doc> by classic names, of a document in either form. */
export function TokenPanel(p: {doc: Document; dirty: boolean; oas?: boolean}) {
    const {doc} = p;
    const jwt = doc.get(["enable_jwt"]) === true && doc.get(["use_keyless"]) !== true;
    const who = any(claimNames(doc, "jwt_identity_base_field", "jwt_subject_claims")) || "sub";
    return <section class="card token-panel" aria-label={w.panel}>
        {jwt && <><h2>{w.panel}</h2>
            <ol>{[place(doc), key(doc), ...checks(doc), say.who(who), ...policies(doc)]
                .map((line) => <li>{line}</li>)}</ol>
            {!doc.isNew && <Ask id={doc.text(["api_id"])} dirty={p.dirty} />}</>}
        <Unknown doc={doc} oas={p.oas === true} />
    </section>;
}
