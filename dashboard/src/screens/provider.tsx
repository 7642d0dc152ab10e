/*
 * From an identity provider to an API that takes its tokens: five steps, one
 * look at what is written, and no half of it when something is refused.
 */
import {useEffect, useLayoutEffect, useRef, useState} from "preact/hooks";
import type {Discovery} from "../answers";
import {keptToken, FoundTable, shown, TokenField, useClaims} from "../claims";
import {call, gateway, namesOf, post, Problem, reload, type Api, type Finding,
        type Policy} from "../control";
import {Diff, keeps, Saved} from "../editor";
import {setMembers, toNumber} from "../json_edit";
import {Rows, Tester, type Mapping} from "../mapping";
import {freeId, policyFor, slug, template} from "../new_api";
import {address} from "../route";
import {words} from "../text_identity";
import {t} from "../text";
import {useVerdict, Verdict} from "../token_panel";
import {Copy, Failure, Notice, SelectField, Table, TextField, useAction,
        useReadOnly} from "../widgets";
import {askAbout} from "./explain";
import {quoted} from "./try";

const w = words.wizard;

interface Wanted {
    issuer: string; name: string; id: string; path: string; target: string;
    identity: string; audience: string; scope: string;
    policy: string;     // the id of one that is there; "": a new one
    rate: string; per: string; quota: string; renewal: string;
    mapping: Mapping;
}

const nothing: Wanted = {issuer: "", name: "", id: "", path: "", target: "", identity: "",
    audience: "", scope: "", policy: "", rate: "0", per: "60", quota: "-1", renewal: "0", mapping: {}};

/* What was answered so far, also when somebody looks at another screen meanwhile. */
const kept = {wanted: nothing, found: null as Discovery | null, step: 0};
const forget = () => { Object.assign(kept, {wanted: nothing, found: null, step: 0}); };
keeps({unsaved: () => kept.wanted !== nothing, forget});

interface Props { wanted: Wanted; put: (more: Partial<Wanted>) => void; found: Discovery;
                  apis: Api[]; policies: Policy[] }

/* "https://kc.example/realms/shop" is called shop, "https://id.example" id.example. */
function nameOf(issuer: string): string {
    try {
        const url = new URL(issuer);
        return url.pathname.split("/").filter(Boolean).pop() ?? url.hostname;
    } catch {
        return "";
    }
}

/* An id that no API has. */
const idFor = (name: string, apis: Api[]) =>
    freeId(slug(name) || "api", apis.map((api) => ({id: api.api_id})));

function prefill(found: Discovery, apis: Api[]): Partial<Wanted> {
    const name = nameOf(found.issuer);
    const id = idFor(name, apis);
    return {name, id, path: `/${id}/`, identity: found.provider.identity_claim,
            scope: found.provider.scope_claim, audience: found.provider.audience};
}

function Found(p: {found: Discovery}) {
    const f = p.found;
    return <>
        <Notice kind="good"><p><strong>{w.found(f.provider.name)}</strong></p>
            <p>{f.provider.advice}</p></Notice>
        {f.warnings.map((warning) => <Notice kind="warning">{warning.message}</Notice>)}
        <dl class="facts">
            <dt>{w.facts.issuer}</dt><dd>{f.issuer}</dd>
            <dt>{w.facts.keys}</dt><dd>{f.jwks_uri}</dd>
            <dt>{w.facts.algorithms}</dt><dd>{f.algorithms.join(", ") || t.common.none}</dd>
            {f.token_endpoint && <><dt>{w.facts.token}</dt><dd>{f.token_endpoint}</dd></>}
        </dl>
        {f.keys.length > 0 && <Table label={w.keys} head={[w.kid, w.kind, w.use, w.thumb, w.state]}>
            {f.keys.map((k) => <tr>
                <td><code>{k.kid || t.common.none}</code></td>
                <td>{[k.kty, k.crv, k.bits ? `${k.bits} bit` : "", k.alg].filter(Boolean).join(" ")}</td>
                <td>{k.use}</td>
                <td><code class="short" title={k.thumbprint}>{k.thumbprint}</code></td>
                <td>{k.state === "usable" ? <span class="state good">{w.usable}</span>
                    : <><span class="state off">{w.skipped}</span>: {k.reason}</>}</td>
            </tr>)}</Table>}
    </>;
}

function Where(p: Props) {
    const {wanted, put} = p;
    const taken = p.apis.some((api) => api.api_id === wanted.id);
    const follow = wanted.id === slug(wanted.name) || wanted.id === idFor(wanted.name, p.apis);
    const rename = (name: string) => {
        const id = idFor(name, p.apis);
        put(follow ? {name, id, path: `/${id}/`} : {name});
    };
    return <>
        <TextField label={w.name} code="name" value={wanted.name} required help={w.nameHelp} onInput={rename} />
        <TextField label={w.id} code="api_id" value={wanted.id} required help={w.idHelp}
            error={taken ? w.taken : undefined} onInput={(id) => put({id})} />
        <TextField label={w.path} code="listen_path" value={wanted.path} required help={w.pathHelp}
            onInput={(path) => put({path})} />
        <TextField label={w.target} code="target_url" type="url" value={wanted.target} required
            help={w.targetHelp} placeholder="http://127.0.0.1:3000/" onInput={(target) => put({target})} />
    </>;
}

const list = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === "string");

function TokenSays(p: Props & {claims: ReturnType<typeof useClaims>}) {
    const looked = p.claims.looked;
    const {wanted, found} = p;
    if (looked === null)
        return null;
    const who = looked.of(wanted.identity);
    const iss = looked.of("iss")?.value, audiences = list(looked.of("aud")?.value);
    const use = <div class="bar">{audiences.map((aud) => <button type="button"
        onClick={() => p.put({audience: aud})}>{w.useThis(aud)}</button>)}</div>;
    return <div aria-live="polite">
        {iss !== found.issuer && <Notice kind="error">{words.claims.issuerDiffers(
            iss === undefined || iss === null ? words.claims.kinds.nothing : shown(iss))}</Notice>}
        {wanted.audience !== "" && !audiences.includes(wanted.audience) &&
            <Notice kind="error"><p>{words.claims.audienceDiffers(audiences.join(", "))}</p>
                {use}</Notice>}
        {wanted.audience === "" && audiences.length > 0 && <Notice kind="info">
            <p>{words.claims.audienceIs(audiences.join(", "))}</p>{use}</Notice>}
        {who && (who.identity
            ? <Notice kind="good">{words.claims.identityGood(shown(who.value))}</Notice>
            : <Notice kind="error"><code>{wanted.identity}</code>: {words.claims.noIdentity}</Notice>)}
        <FoundTable scopes={wanted.scope} found={[...new Set([wanted.identity, "aud", wanted.scope].filter(Boolean))]
            .flatMap((path) => looked.of(path) ?? [])} />
    </div>;
}

function Who(p: Props) {
    const {wanted, put} = p;
    const claims = useClaims([wanted.identity, wanted.scope]);
    const asked = [wanted.identity, wanted.scope].join("\n");
    useEffect(() => {
        if (claims.looked !== null || (keptToken() !== "" && claims.problem === null))
            void claims.look();
    }, [asked]);
    return <>
        <p class="note">{w.claimsHelp(p.found.provider.name)}</p>
        <TextField label={w.identity} code="jwt_identity_base_field" mono value={wanted.identity}
            required help={w.identityHelp} onInput={(identity) => put({identity})} />
        <TextField label={w.audience} code="allowed_audiences" mono value={wanted.audience}
            help={w.audienceHelp} onInput={(audience) => put({audience})} />
        {wanted.audience === "" && <Notice kind="warning">{w.noAudience}</Notice>}
        <TextField label={w.scope} code="scope_claim_name" mono value={wanted.scope}
            help={w.scopeHelp} onInput={(scope) => put({scope})} />
        <h3>{words.claims.title}</h3>
        <TokenField claims={claims} />
        <TokenSays {...p} claims={claims} />
    </>;
}

/* Names of policies that are used as they are, and do not grant the new API. */
function without(wanted: Wanted, policies: Policy[]): string[] {
    const used = [wanted.policy, ...Object.values(wanted.scope === "" ? {} : wanted.mapping)];
    return policies.filter((policy) => used.includes(policy.id) &&
            Object.keys(policy.access_rights ?? {}).length > 0 &&
            policy.access_rights?.[wanted.id] === undefined)
        .map((policy) => policy.name || policy.id);
}

function What(p: Props) {
    const {wanted, put} = p;
    const lacking = without(wanted, p.policies);
    const field = (label: string, name: "rate" | "per" | "quota" | "renewal", help?: string) =>
        <TextField label={label} type="number" value={wanted[name]} help={help}
                   onInput={(v) => put({[name]: v})} />;
    return <>
        <SelectField label={w.policy} code="jwt_default_policies" value={wanted.policy} help={w.policyHelp}
            options={[["", w.newPolicy], ...namesOf(p.policies)]}
            onInput={(policy) => put({policy})} />
        {wanted.policy === "" && <div class="fields four">
            {field(w.rate, "rate", w.rateHelp)}{field(w.per, "per")}
            {field(w.quota, "quota", w.quotaHelp)}{field(w.renewal, "renewal")}</div>}
        {wanted.scope !== "" && p.policies.length > 0 && <>
            <h3>{w.more}</h3>
            <p class="note">{words.mapping.help}</p>
            <Rows start={wanted.mapping} suggestions={p.found.scopes} policies={p.policies}
                  onChange={(mapping) => put({mapping})} />
            <Tester mapping={wanted.mapping} />
        </>}
        {lacking.length > 0 && <Notice kind="warning">{w.lacking(lacking)}</Notice>}
    </>;
}

/* The documents. */

interface Documents { policyId: string; policy: string | null; api: string }

function documents(wanted: Wanted, found: Discovery, policies: Policy[]): Documents {
    const policyId = wanted.policy || freeId(wanted.id, policies);
    const mapped = wanted.scope !== "" && Object.keys(wanted.mapping).length > 0;
    const api = setMembers(template(), [
        [["name"], wanted.name], [["api_id"], wanted.id],
        [["jwt_signing_method"], found.provider.signing_method],
        [["jwt_source"], found.jwks_uri],
        [["jwt_identity_base_field"], wanted.identity],
        [["jwt_default_policies"], [policyId]],
        [["allowed_issuers"], [found.issuer]],
        [["allowed_audiences"], wanted.audience ? [wanted.audience] : undefined],
        [["scopes"], mapped ? {jwt: {scope_claim_name: wanted.scope,
                                     scope_to_policy: wanted.mapping}} : undefined],
        [["proxy", "listen_path"], wanted.path], [["proxy", "target_url"], wanted.target],
    ]);
    const policy = wanted.policy ? null : setMembers(policyFor(api, policyId), [
        [["rate"], toNumber(wanted.rate)], [["per"], toNumber(wanted.per)],
        [["quota_max"], toNumber(wanted.quota)], [["quota_renewal_rate"], toNumber(wanted.renewal)]]);
    return {policyId, policy, api};
}

const fresh = {"If-None-Match": "*"};

/* The policy first, since the API names it; it goes again when the API is refused. */
async function write(made: Documents): Promise<Finding[]> {
    if (made.policy !== null)
        await call("POST", "/tyk/policies", made.policy, fresh);
    try {
        const answer = await call("POST", "/tyk/apis", made.api, fresh);
        return (JSON.parse(answer.text) as {warnings?: Finding[]}).warnings ?? [];
    } catch (e) {
        if (made.policy !== null)
            await call("DELETE", `/tyk/policies/${encodeURIComponent(made.policyId)}`)
                .catch((again: unknown) => { throw again instanceof Problem
                    ? new Problem(again.status, `${w.partly} ${again.message}`) : again; });
        throw e;
    }
}

function Review(p: {wanted: Wanted; made: Documents; problem: Problem | null}) {
    const {wanted} = p;
    const line = `jotgate import oidc ${quoted(wanted.issuer.trim())} --id ${quoted(wanted.id)} ` +
        `--listen ${quoted(wanted.path)} --upstream ${quoted(wanted.target)}` +
        (wanted.audience ? ` --audience ${quoted(wanted.audience)}` : "");
    return <>
        <p class="note">{w.reviewHelp}</p>
        <Failure problem={p.problem} />
        <h3>{w.thePolicy}</h3>
        {p.made.policy === null ? <p>{w.kept(p.made.policyId)}</p>
            : <Diff before="" after={p.made.policy} label={w.thePolicy} />}
        <h3>{w.theApi}</h3>
        <Diff before="" after={p.made.api} label={w.theApi} />
        <h3>{w.line}</h3>
        <Copy text={line} label={w.line} />
    </>;
}

/* What comes after it. */

function Asked(p: {id: string}) {
    const verdict = useVerdict(p.id);
    if (keptToken() === "")
        return null;
    return <div class="asked">
        <button type="button" disabled={verdict.busy}
                onClick={() => verdict.ask(keptToken())}>{w.test}</button>
        <Verdict of={verdict} />
    </div>;
}

function Done(p: {wanted: Wanted; made: Documents; found: Discovery; warnings: Finding[]}) {
    const title = useRef<HTMLHeadingElement>(null);
    useLayoutEffect(() => title.current?.focus(), []);
    const {wanted, found} = p;
    const ask = `TOKEN=$(curl -s ${quoted(found.token_endpoint)} -d grant_type=client_credentials ` +
        "-d client_id=\"$CLIENT_ID\" -d client_secret=\"$CLIENT_SECRET\"" +
        (found.provider.id === "auth0" && wanted.audience ? ` -d audience=${quoted(wanted.audience)}` : "") +
        " | jq -r .access_token)";
    return <>
        <h1 ref={title} tabIndex={-1}>{w.doneTitle(wanted.name)}</h1>
        <Saved warnings={p.warnings} />
        {found.token_endpoint && <><h2>{w.getToken}</h2><Copy text={ask} label={w.getToken} /></>}
        <h2>{w.callApi}</h2>
        <Copy label={t.try.line} text={`curl -i ${quoted(`${gateway()}${wanted.path}`)} ` +
            "-H \"Authorization: Bearer $TOKEN\""} />
        <Asked id={wanted.id} />
        <div class="bar">
            <a class="button" href={address("explain", undefined, {api: wanted.id})}
               onClick={() => askAbout(keptToken(), "GET", "/")}>{w.explain}</a>
            <a class="button" href={address("apis", wanted.id)}>{w.openApi}</a>
            <a class="button" href={address("policies", p.made.policyId)}>{w.openPolicy}</a>
        </div>
    </>;
}

const parts = [null, Where, Who, What];

export function AddProvider(p: {apis: Api[]; policies: Policy[]; onMade: () => void}) {
    const [wanted, setWanted] = useState(kept.wanted);
    const [found, setFound] = useState(kept.found);
    const [step, setStep] = useState(kept.step);
    const [done, setDone] = useState<{made: Documents; warnings: Finding[]} | null>(null);
    const {busy, problem, run, clear, drop} = useAction();
    const readOnly = useReadOnly();
    const title = useRef<HTMLHeadingElement>(null);
    if (done === null)
        Object.assign(kept, {wanted, found, step});
    const put = (more: Partial<Wanted>) => setWanted((old) => ({...old, ...more}));
    const to = (next: number) => { clear(); setStep(next); };
    useLayoutEffect(() => { if (step > 0) title.current?.focus(); }, [step]);

    const look = () => run(async (stillWanted) => {
        const answer = await post<Discovery>("/tyk/identity/discover", {issuer: wanted.issuer});
        if (!stillWanted())
            return;     // another issuer was typed
        setFound(answer);
        put(prefill(answer, p.apis));
    });
    const save = (made: Documents) => run(async () => {
        const warnings = await write(made);
        await reload();
        forget();
        setDone({made, warnings});
        p.onMade();
    });
    if (done !== null && found !== null)
        return <Done wanted={wanted} found={found} {...done} />;
    const made = found && step === 4 ? documents(wanted, found, p.policies) : null;
    const Part = parts[step];
    const act = () => {
        if (step === 0 && found === null)
            void look();
        else if (step < 4)
            to(step + 1);
        else if (made !== null)
            void save(made);
    };
    const startOver = () => {
        forget();
        setWanted(nothing); setFound(null); to(0);
    };
    const taken = step === 1 && p.apis.some((api) => api.api_id === wanted.id);
    return <>
        <p><a href={address("identity")}>← {t.identity.title}</a></p>
        <h1>{w.title}</h1>
        <p class="quiet">{w.intro}</p>
        <ol class="progress" aria-label={w.title}>{w.steps.map((name, i) =>
            <li aria-current={i === step ? "step" : undefined} class={i < step ? "past" : ""}>{name}</li>)}</ol>
        <form class="wizard" onSubmit={(e) => { e.preventDefault(); act(); }}>
            <h2 ref={title} tabIndex={-1}>{w.stepOf(step + 1, w.steps.length, w.steps[step])}</h2>
            {step === 0 && <>
                <TextField label={w.issuer} value={wanted.issuer} required mono autofocus
                    help={w.issuerHelp} placeholder="https://kc.example/realms/shop"
                    onInput={(issuer) => { put({issuer}); setFound(null); drop(); }} />
                <Failure problem={problem} />
                <div aria-live="polite">{found && <Found found={found} />}</div>
            </>}
            {Part && found && <Part wanted={wanted} put={put} found={found} apis={p.apis}
                                    policies={p.policies} />}
            {made && <Review wanted={wanted} made={made} problem={problem} />}
            <div class="bar">
                <button class="main" disabled={readOnly || busy || taken}>
                    {step === 0 ? found ? w.next : w.look : step < 4 ? w.next : w.save}</button>
                {step > 0 && <button type="button" onClick={() => to(step - 1)}>{w.back}</button>}
                {wanted !== nothing && <button type="button" onClick={startOver}>{w.discard}</button>}
            </div>
        </form>
    </>;
}
