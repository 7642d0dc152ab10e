/* The APIs of the gateway: the list, and the designer of one. */
import {useState} from "preact/hooks";
import {call, namesOf, type Api, type Finding, type Policy} from "../control";
import {Checks, ClaimNames} from "../jwt_checks";
import {More} from "../designer";
import {Editor, Remove, Saved, type Document} from "../editor";
import {fromBase64, toBase64} from "../encoding";
import {member, setMember} from "../json_edit";
import {ScopeMapping} from "../mapping";
import {asksOthers, byClassicNames, secretPlaces, TYK} from "../oas";
import {freeId, policyFor, savePolicy, slug, template} from "../new_api";
import {address, go, type Route} from "../route";
import {DataTable} from "../table";
import {t} from "../text";
import {words} from "../text_identity";
import {TokenPanel} from "../token_panel";
import {Protect} from "./protect";
import {Check, Choices, Empty, json, Notice, SelectField, State,
        TextField, useFresh, useResource, Wait} from "../widgets";

const MASK = "••••••••";
type Mode = keyof typeof t.api.modes;
type Source = keyof typeof t.api.sources;

export function modeOf(api: Pick<Api, "use_keyless" | "enable_jwt" | "use_standard_auth">): Mode {
    return api.use_keyless ? "keyless" : api.enable_jwt ? "jwt"
        : api.use_standard_auth ? "token" : "other";
}

/* jwt_source holds an address, or a PEM or a secret in base64. */
function sourceOf(method: string, source: string): {kind: Source; text: string} {
    const text = /^https?:/.test(source) ? source : fromBase64(source);
    const kind = /^https?:/.test(text) ? "url" : text.includes("-----BEGIN") ? "pem"
        : method === "hmac" ? "secret" : source === "" ? "url" : "pem";
    return {kind, text};
}

export function maskApi(text: string, before: string): string {
    try {
        const api: unknown = JSON.parse(text), old: unknown = JSON.parse(before);
        return secretPlaces(api).filter((path) => member(api, path)).reduce((now, path) =>
            setMember(now, path, member(api, path) === member(old, path)
                ? MASK : `${MASK} (${t.api.fresh})`), text);
    } catch {
        return text;
    }
}

function Secret(p: {doc: Document}) {
    const [before] = useState(p.doc.text(["jwt_source"]));
    const [typed, setTyped] = useState("");
    const bytes = new TextEncoder().encode(fromBase64(before)).length;
    return <TextField label={t.api.sources.secret} code={p.doc.code(["jwt_source"])} type="password"
        value={typed} error={p.doc.error(["jwt_source"])}
        placeholder={before ? MASK : ""}
        help={before ? t.api.secretNow(bytes) : t.api.secretNew}
        onInput={(text) => {
            setTyped(text);
            p.doc.set(["jwt_source"], text === "" ? before : toBase64(text));
        }} />;
}

function KeySource(p: {doc: Document}) {
    const {doc} = p;
    const method = doc.text(["jwt_signing_method"]);
    const found = sourceOf(method, doc.text(["jwt_source"]));
    const [kind, setKind] = useState<Source | null>(null);
    const shown = kind ?? found.kind;
    const shared = {code: doc.code(["jwt_source"]), error: doc.error(["jwt_source"])};
    if (method === "hmac")
        return <Secret doc={doc} />;
    const uris = doc.get(["jwt_jwks_uris"]);
    return <>
        {Array.isArray(uris) && uris.length > 0 && <Notice kind="info">{t.api.uris}</Notice>}
        <SelectField label={t.api.source} value={shown}
            options={[["url", t.api.sources.url], ["pem", t.api.sources.pem]]}
            onInput={(to) => { setKind(to as Source); doc.set(["jwt_source"], ""); }} />
        {shown === "pem"
            ? <TextField label={t.api.sources.pem} rows={6} mono {...shared} help={t.api.pemHelp}
                value={found.text} onInput={(v) => doc.set(["jwt_source"], v && toBase64(v))} />
            : <TextField label={t.api.sources.url} type="url" {...shared} help={t.api.urlHelp}
                value={found.text} onInput={(v) => doc.set(["jwt_source"], v)} />}
    </>;
}

function setMode(doc: Document, mode: Mode) {
    const flags: [string, boolean][] = [
        ["use_keyless", mode === "keyless"], ["enable_jwt", mode === "jwt"],
        ["use_standard_auth", mode === "token"]];
    doc.setAll(flags.filter(([name, on]) => on || doc.get([name]) !== undefined)
        .map(([name, on]) => [[name], on]));
}

function Jwt(p: {doc: Document; policies: Policy[]; making: boolean}) {
    const {doc} = p;
    const defaults = doc.get(["jwt_default_policies"]);
    const chosen = Array.isArray(defaults) ? defaults as string[] : [];
    const has = (...all: string[]) => all.some((name) => doc.get([name]) !== undefined);
    const [checked] = useState(() => has("allowed_issuers", "allowedIssuers",
        "allowed_audiences", "allowedAudiences", "allowed_subjects", "allowedSubjects"));
    const [mapped] = useState(() => has("scopes", "jwt_scope_to_policy_mapping") ||
        doc.get(["scopes", "jwt", "scope_to_policy"]) !== undefined);
    return <>
        <SelectField label={t.api.method} code={doc.code(["jwt_signing_method"])}
            value={doc.text(["jwt_signing_method"])} error={doc.error(["jwt_signing_method"])}
            options={Object.entries(t.api.methods)}
            onInput={(v) => doc.setAll([[["jwt_signing_method"], v], [["jwt_source"], ""]])} />
        <KeySource doc={doc} key={doc.text(["jwt_signing_method"])} />
        <ClaimNames doc={doc} label={t.api.identity} help={t.api.identityHelp}
            one="jwt_identity_base_field" many="jwt_subject_claims" />
        <ClaimNames doc={doc} label={t.api.policy} help={t.api.policyHelp}
            one="jwt_policy_field_name" many="jwt_base_policy_claims" />
        {!p.making && p.policies.length > 0 && <fieldset>
            <legend>{t.api.defaults} <code class="quiet">{doc.code(["jwt_default_policies"])}</code></legend>
            <p class="note">{t.api.defaultsHelp}</p>
            <div class="list"><Choices options={namesOf(p.policies)} chosen={chosen}
                onInput={(all) => doc.set(["jwt_default_policies"], all)} /></div>
        </fieldset>}
        <details open={checked}><summary>{words.jwt.checks}</summary><Checks doc={doc} /></details>
        <details open={mapped}><summary>{words.mapping.title}</summary>
            <ScopeMapping doc={doc} policies={p.policies} /></details>
    </>;
}

/* Of a document in OpenAPI's form, only modes whose schemes are known to fit. */
function modesFor(doc: Document, mode: Mode, oas: boolean): [string, string][] {
    const own = (["keyless", "jwt"] as string[]).includes(mode) && !asksOthers(doc.get([]));
    return Object.entries(t.api.modes).filter(([m]) => m === mode ||
        (oas ? own && (m === "keyless" || m === "jwt") : m !== "other"));
}

/* <doc> by classic names, of a document in either form. */
function Form(p: {doc: Document; policies: Policy[]; making: boolean; oas?: boolean;
                  setMaking: (on: boolean) => void}) {
    const {doc} = p;
    const mode = modeOf({use_keyless: doc.get(["use_keyless"]) === true,
                         enable_jwt: doc.get(["enable_jwt"]) === true,
                         use_standard_auth: doc.get(["use_standard_auth"]) === true});
    const follow = doc.isNew && doc.text(["api_id"]) === slug(doc.text(["name"]));
    const text = (label: string, path: string[], help?: string, type?: "url") =>
        <TextField label={label} code={doc.code(path)} help={help} type={type}
            value={doc.text(path)} error={doc.error(path)} required
            onInput={(v) => doc.set(path, v)} />;
    return <>
        <h2>{t.api.basics}</h2>
        <TextField label={t.api.name} code={doc.code(["name"])} value={doc.text(["name"])}
            error={doc.error(["name"])} required
            onInput={(v) => doc.setAll(follow
                ? [[["name"], v], [["api_id"], slug(v)],
                   [["proxy", "listen_path"], slug(v) && `/${slug(v)}/`]]
                : [[["name"], v]])} />
        {doc.isNew && text(t.api.id, ["api_id"], t.api.idHelp)}
        {text(t.api.path, ["proxy", "listen_path"], t.api.pathHelp)}
        {text(t.api.target, ["proxy", "target_url"], t.api.targetHelp, "url")}
        <Check label={t.api.strip} checked={doc.get(["proxy", "strip_listen_path"]) === true}
            onInput={(on) => doc.set(["proxy", "strip_listen_path"], on)} />
        <Check label={t.api.active} checked={doc.get(["active"]) === true}
            onInput={(on) => doc.set(["active"], on)} />
        <h2>{t.api.who}</h2>
        <SelectField label={t.api.mode} value={mode}
            options={modesFor(doc, mode, p.oas === true)}
            onInput={(v) => setMode(doc, v as Mode)} />
        {mode === "jwt" && <Jwt doc={doc} policies={p.policies} making={p.making} />}
        {mode === "jwt" && doc.isNew && <Check label={t.api.withPolicy} checked={p.making}
            help={t.api.withPolicyHelp} onInput={p.setMaking} />}
        {!p.oas && <More doc={doc} />}
    </>;
}

function NewApi(p: {policies: Policy[]}) {
    const [making, setMaking] = useState(true);
    const wanted = (text: string) => {
        const api = JSON.parse(text) as Api;
        return making && api.enable_jwt === true && !api.use_keyless && api.api_id !== "";
    };
    const policyId = (text: string) =>
        freeId((JSON.parse(text) as Api).api_id, p.policies);
    const also = (text: string) =>
        wanted(text) ? policyFor(text, policyId(text)) : null;
    /* What is saved: with the policy that is made as the default one. */
    const complete = (text: string) => wanted(text)
        ? setMember(text, ["jwt_default_policies"], [policyId(text)]) : text;
    return <>
        <p><a href={address("apis")}>← {t.apis.title}</a></p>
        <h1>{t.api.newTitle}</h1>
        <Editor target={{
            key: "api/new", original: template(), etag: null, isNew: true,
            mask: (text, before) => {
                try {
                    return maskApi(complete(text), before);
                } catch {
                    return text;
                }
            },
            save: (text, match) => call("POST", "/tyk/apis", complete(text), match),
            also,
            after: async (text) => {
                const policy = also(text);
                if (policy !== null)
                    await savePolicy(policy);
            },
            onCurrent: () => {},
            onSaved: (text, warnings) => {
                note = warnings;
                go(address("apis", JSON.parse(text).api_id as string));
            },
            beside: (doc, dirty) => <TokenPanel doc={doc} dirty={dirty} />,
            form: (doc) => <Form doc={doc} policies={p.policies} making={making}
                                 setMaking={setMaking} />,
        }} />
    </>;
}

/* What the last save said, for the screen that comes after it. */
let note: Finding[] | null = null;
export function takeNote(): Finding[] | null {
    const taken = note;
    note = null;
    return taken;
}

function OneApi(p: {id: string; oas: boolean; policies: Policy[]}) {
    const path = `/tyk/apis/${p.oas ? "oas/" : ""}${encodeURIComponent(p.id)}`;
    const found = useResource(path, (text) => text);
    const [saved, setSaved] = useState(takeNote);
    const name = found.data ? String(member(JSON.parse(found.data),
        p.oas ? [TYK, "info", "name"] : ["name"]) ?? p.id) : p.id;
    const seen = (doc: Document) => p.oas ? byClassicNames(doc) : doc;
    const users = p.policies.filter((policy) => policy.access_rights?.[p.id])
        .map((policy) => policy.name || policy.id);
    return <>
        <p><a href={address("apis")}>← {t.apis.title}</a></p>
        <div class="row"><h1>{name || p.id}</h1>
            <div class="bar">
                <a class="button" href={address("explain", undefined, {api: p.id})}>{t.api.explain}</a>
                <a class="button" href={address("try", undefined, {api: p.id})}>{t.api.try}</a>
                <Remove id={p.id} path={path} users={users} onDone={() => go(address("apis"))} />
            </div></div>
        <Saved warnings={saved} />
        {p.oas && <Notice kind="info">{t.api.oas}</Notice>}
        {found.data === null ? <Wait of={found} /> : <Editor key={`${path} ${found.etag}`} target={{
            key: `api/${p.id}`, original: found.data, etag: found.etag, isNew: false,
            mask: maskApi,
            save: (text, match) => call("PUT", path, text, match),
            onCurrent: () => void found.again(), onSaving: () => setSaved(null),
            onSaved: (_, warnings) => found.again().then(() => setSaved(warnings)),
            beside: (doc, dirty) => <TokenPanel doc={seen(doc)} dirty={dirty} oas={p.oas} />,
            form: (doc) => <Form doc={seen(doc)} policies={p.policies} oas={p.oas}
                                 making={false} setMaking={() => {}} />,
        }} />}
    </>;
}

interface OasApi { info?: {title?: string}; [TYK]?: {
    info?: {id?: string; name?: string; state?: {active?: boolean}};
    server?: {listenPath?: {value?: string}}; upstream?: {url?: string}} }

/* An OAS definition in the words of the list. */
function listed(oas: OasApi): Api {
    const tyk = oas[TYK];
    return {api_id: tyk?.info?.id ?? "", name: tyk?.info?.name ?? oas.info?.title,
            active: tyk?.info?.state?.active, is_oas: true,
            proxy: {listen_path: tyk?.server?.listenPath?.value,
                    target_url: tyk?.upstream?.url}};
}

function List(p: {apis: Api[]}) {
    if (p.apis.length === 0)
        return <Empty><p>{t.apis.empty}</p>
            <div class="bar"><a class="button main" href={address("apis", undefined, {guide: "1"})}>{t.protect.title}</a>
                <a class="button" href={address("apis", "new")}>{t.apis.add}</a></div></Empty>;
    const nameOf = (a: Api) => a.name || a.api_id;
    const modeIn = (a: Api) => a.is_oas ? t.apis.oas : t.api.modes[modeOf(a)];
    return <DataTable name="apis" label={t.apis.title} rows={p.apis} id={(a) => a.api_id}
        words={(a) => [a.name, a.api_id, a.proxy?.listen_path, a.proxy?.target_url, modeIn(a)]}
        columns={[
            {head: t.apis.name, sort: nameOf, cell: (a) => <a href={address("apis", a.api_id)}>{nameOf(a)}</a>},
            {head: t.apis.path, sort: (a) => a.proxy?.listen_path ?? "",
             cell: (a) => <code>{a.proxy?.listen_path}</code>},
            {head: t.apis.mode, sort: modeIn, cell: modeIn},
            {head: t.apis.target, sort: (a) => a.proxy?.target_url ?? "",
             cell: (a) => <code>{a.proxy?.target_url}</code>},
            {head: t.apis.state, sort: (a) => Number(a.active !== true),
             cell: (a) => <State on={a.active === true} />},
        ]} />;
}

export function Apis(p: {route: Route}) {
    const classic = useResource("/tyk/apis", json<Api[]>());
    const oas = useResource("/tyk/apis/oas", json<OasApi[]>());
    const policies = useResource("/tyk/policies", json<Policy[]>());
    useFresh(p.route.id, classic, oas, policies);
    if (classic.data === null || oas.data === null || policies.data === null)
        return <><h1>{t.apis.title}</h1>
            <Wait of={[classic, oas, policies].find((r) => r.problem) ?? classic} /></>;
    const second = oas.data.map(listed);
    const id = p.route.id;
    if (id === null && p.route.query.has("guide"))
        return <Protect apis={classic.data} policies={policies.data} />;
    if (id === "new")
        return <NewApi policies={policies.data} />;
    if (id !== null)
        return <OneApi key={id} id={id} oas={second.some((a) => a.api_id === id)}
                       policies={policies.data} />;
    const all = [...classic.data.filter((a) => !second.some((b) => b.api_id === a.api_id)),
                 ...second].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
    return <>
        <div class="row"><h1>{t.apis.title}</h1>
            {all.length > 0 && <div class="bar">
                <a class="button" href={address("apis", undefined, {guide: "1"})}>{t.protect.title}</a>
                <a class="button main" href={address("apis", "new")}>{t.apis.add}</a></div>}</div>
        <List apis={all} />
    </>;
}
