/* Policies: which APIs, how fast, how often. The list, and the editor of one. */
import {useState} from "preact/hooks";
import {call, get, namesOf, type Api, type Finding, type KeyList, type Policy} from "../control";
import {Editor, Remove, Saved, type Document, type Target} from "../editor";
import {member, toNumber} from "../json_edit";
import {address, go, type Route} from "../route";
import {EffectiveOf} from "../effective";
import {DataTable} from "../table";
import {count, t} from "../text";
import {words} from "../text_identity";
import {Check, Choices, Empty, json, State, TextField,
        useFresh, useResource, Wait} from "../widgets";
import {slug} from "../new_api";
import {masked} from "./keys";

function template(): string {
    return JSON.stringify({id: "", name: "", org_id: "default", active: true,
        rate: 0, per: 0, quota_max: -1, quota_renewal_rate: 0, key_expires_in: 0,
        access_rights: {}}, null, 2);
}

function Rights(p: {doc: Document; apis: Api[]}) {
    const rights = p.doc.get(["access_rights"]);
    const granted = typeof rights === "object" && rights !== null ? rights : {};
    return <fieldset>
        <legend>{t.policy.rights} <code class="quiet">access_rights</code></legend>
        <p class="note">{p.apis.length > 0 ? t.policy.rightsHelp : t.policy.noApis}</p>
        <div class="list">{p.apis.map((api) =>
            <Check label={api.name || api.api_id}
                checked={Object.prototype.hasOwnProperty.call(granted, api.api_id)}
                onInput={(on) => p.doc.setAll([[["access_rights", api.api_id], on
                    ? {api_id: api.api_id, api_name: api.name ?? "", versions: ["Default"]}
                    : undefined]])} />)}
        </div>
    </fieldset>;
}

/* This policy as it is in the form, merged with others as a token would have them. */
function Together(p: {doc: Document; policies: Policy[]}) {
    const [chosen, setChosen] = useState<string[]>([]);
    const id = p.doc.text(["id"]);
    const others = p.policies.filter((policy) => policy.id !== id);
    return <details><summary>{words.effective.together}</summary>
        <p class="note">{words.effective.togetherHelp}</p>
        {others.length > 0 && <div class="list">
            <Choices options={namesOf(others)} chosen={chosen} onInput={setChosen} /></div>}
        <EffectiveOf waiting={words.effective.none} question={id === "" ? {}
            : {policies: [id, ...chosen], documents: [p.doc.get([]) as Policy]}} />
    </details>;
}

function Form(p: {doc: Document; apis: Api[]; policies: Policy[]}) {
    const {doc} = p;
    const follow = doc.isNew && doc.text(["id"]) === slug(doc.text(["name"]));
    const field = (label: string, name: string, help?: string) =>
        <TextField label={label} code={name} type="number" help={help}
            value={doc.text([name])} error={doc.error([name])}
            onInput={(v) => doc.set([name], toNumber(v))} />;
    return <>
        <h2>{t.policy.basics}</h2>
        <TextField label={t.policy.name} code="name" value={doc.text(["name"])}
            error={doc.error(["name"])} required
            onInput={(v) => doc.setAll(follow
                ? [[["name"], v], [["id"], slug(v)]] : [[["name"], v]])} />
        {doc.isNew && <TextField label={t.policy.id} code="id" value={doc.text(["id"])}
            error={doc.error(["id"])} help={t.policy.idHelp} required
            onInput={(v) => doc.set(["id"], v)} />}
        <Check label={t.policy.active} checked={doc.get(["active"]) === true}
            onInput={(on) => doc.set(["active"], on)} />
        <Rights doc={doc} apis={p.apis} />
        <h2>{t.policy.limits}</h2>
        <div class="fields">
            {field(t.policy.rate, "rate", t.policy.rateHelp)}
            {field(t.policy.per, "per")}
            {field(t.policy.quota, "quota_max", t.policy.quotaHelp)}
            {field(t.policy.renewal, "quota_renewal_rate")}
            {field(t.policy.expires, "key_expires_in", t.policy.expiresHelp)}
        </div>
        <Together doc={doc} policies={p.policies} />
    </>;
}

/* Stored keys that name the policy. Where they are not listed, nobody knows. */
async function keysWith(policy: string): Promise<string[]> {
    const list = await get<KeyList>("/tyk/keys?details=true").catch(() => null);
    return (list?.details ?? []).filter((row) => row.apply_policies?.includes(policy))
        .map((row) => t.save.key(row.alias || masked(row.key)));
}

let note: Finding[] | null = null;

function One(p: {id: string; apis: (Api & {jwt_default_policies?: string[]})[];
                 policies: Policy[]}) {
    const isNew = p.id === "new";
    const path = `/tyk/policies/${encodeURIComponent(p.id)}`;
    const found = useResource(isNew ? null : path, (text) => text);
    const [saved, setSaved] = useState(() => {
        const taken = note;
        note = null;
        return taken;
    });
    const shared: Pick<Target, "mask" | "form"> = {
        mask: (text) => text,
        form: (doc) => <Form doc={doc} apis={p.apis} policies={p.policies} />,
    };
    const title = isNew ? t.policy.newTitle : found.data
        ? String(member(JSON.parse(found.data), ["name"]) || p.id) : p.id;
    return <>
        <p><a href={address("policies")}>← {t.policies.title}</a></p>
        <div class="row"><h1>{title}</h1>
            {!isNew && <div class="bar"><Remove id={p.id} path={path}
                users={p.apis.filter((a) => a.jwt_default_policies?.includes(p.id))
                    .map((a) => a.name || a.api_id)}
                more={() => keysWith(p.id)}
                onDone={() => go(address("policies"))} /></div>}</div>
        <Saved warnings={saved} />
        {isNew ? <Editor target={{...shared, key: "policy/new", original: template(),
                etag: null, isNew: true, onCurrent: () => {},
                save: (text, match) => call("POST", "/tyk/policies", text, match),
                onSaved: (text, warnings) => {
                    note = warnings;
                    go(address("policies", JSON.parse(text).id as string));
                }}} />
            : found.data === null ? <Wait of={found} />
            : <Editor key={`${path} ${found.etag}`} target={{...shared,
                key: `policy/${p.id}`, original: found.data, etag: found.etag,
                isNew: false, onCurrent: () => void found.again(), onSaving: () => setSaved(null),
                save: (text, match) => call("PUT", path, text, match),
                onSaved: (_, warnings) => found.again().then(() => setSaved(warnings))}} />}
    </>;
}

function List(p: {policies: Policy[]}) {
    if (p.policies.length === 0)
        return <Empty><p>{t.policies.empty}</p>
            <a class="button main" href={address("policies", "new")}>{t.policies.add}</a></Empty>;
    const nameOf = (x: Policy) => x.name || x.id;
    const apisOf = (x: Policy) => Object.keys(x.access_rights ?? {});
    return <DataTable name="policies" label={t.policies.title} rows={p.policies} id={(x) => x.id}
        words={(x) => [x.name, x.id, ...apisOf(x)]}
        columns={[
            {head: t.policies.name, sort: nameOf,
             cell: (x) => <a href={address("policies", x.id)}>{nameOf(x)}</a>},
            {head: t.policies.apis, sort: (x) => apisOf(x).join(),
             cell: (x) => apisOf(x).join(", ") || t.common.none},
            {head: t.policies.rate, sort: (x) => x.rate && x.per ? x.rate / x.per : Infinity,
             cell: (x) => x.rate && x.per ? t.policies.rateOf(x.rate, x.per) : t.common.none},
            {head: t.policies.quota, sort: (x) => x.quota_max && x.quota_max > 0 ? x.quota_max : Infinity,
             cell: (x) => x.quota_max && x.quota_max > 0 ? count(x.quota_max) : t.common.none},
            {head: t.policies.state, sort: (x) => Number(x.active !== true),
             cell: (x) => <State on={x.active === true} />},
        ]} />;
}

export function Policies(p: {route: Route}) {
    const policies = useResource("/tyk/policies", json<Policy[]>());
    const apis = useResource("/tyk/apis", json<Api[]>());
    useFresh(p.route.id, policies, apis);
    if (policies.data === null || apis.data === null)
        return <><h1>{t.policies.title}</h1>
            <Wait of={policies.problem ? policies : apis} /></>;
    if (p.route.id !== null)
        return <One key={p.route.id} id={p.route.id} apis={apis.data} policies={policies.data} />;
    return <>
        <div class="row"><h1>{t.policies.title}</h1>
            {policies.data.length > 0 &&
                <a class="button main" href={address("policies", "new")}>{t.policies.add}</a>}</div>
        <List policies={policies.data} />
    </>;
}
