/* From nothing to a protected API: three answers, one look at what is saved. */
import {useEffect, useState} from "preact/hooks";
import reasons from "jotgate:reasons";
import {call, gateway, reload, type Api, type Decision, type Policy} from "../control";
import {Diff} from "../editor";
import {toBase64} from "../encoding";
import {setMembers} from "../json_edit";
import {freeId, policyFor, savePolicy, slug, template} from "../new_api";
import {address} from "../route";
import {freshSecret, sampleToken} from "../sample_token";
import {t} from "../text";
import {Copy, Dialog, Failure, json, Notice, SelectField, TextField, useAction,
        useReadOnly, useResource} from "../widgets";
import {maskApi} from "./apis";
import {askAbout} from "./explain";
import {quoted} from "./try";

type Kind = keyof typeof t.protect.kinds;
interface Wanted { name: string; target: string; kind: Kind; secret: string; url: string }
interface Documents { id: string; api: string; policy: string }

/* One id for the API, its path and its policy, that none of them has. */
function idFor(name: string, apis: Api[], policies: Policy[]): string {
    return freeId(slug(name) || "api",
                  [...apis.map((api) => ({id: api.api_id})), ...policies]);
}

function documents(w: Wanted, id: string): Documents {
    const api = setMembers(template(), [
        [["name"], w.name], [["api_id"], id],
        [["jwt_signing_method"], w.kind === "secret" ? "hmac" : "rsa"],
        [["jwt_source"], w.kind === "secret" ? toBase64(w.secret) : w.url],
        [["jwt_default_policies"], [id]],
        [["proxy", "listen_path"], `/${id}/`], [["proxy", "target_url"], w.target]]);
    return {id, api, policy: policyFor(api, id)};
}

/* What came in for the new API, as it comes in. */
function FirstRequest(p: {id: string}) {
    const journal = useResource("/tyk/journal?limit=100",
                                json<{decisions: Decision[]}>(), 1500);
    const found = journal.data?.decisions.find((d) => d.api_id === p.id);
    if (found === undefined)
        return <Notice kind="info">{t.protect.waiting}</Notice>;
    return found.reason === "JG000" ? <Notice kind="good">{t.protect.arrived}</Notice>
        : <Notice kind="warning"><p>{t.protect.refused} <code>{found.reason}</code>{" "}
            {reasons[found.reason]?.help}</p></Notice>;
}

function Done(p: {made: Documents; wanted: Wanted}) {
    const [token, setToken] = useState<string | null>(null);
    useEffect(() => {
        if (p.wanted.kind === "secret")
            void sampleToken(p.wanted.secret).then(setToken);
    }, []);
    const line = (bearer: string) => `curl -i ${quoted(`${gateway()}/${p.made.id}/get`)} ` +
        `-H "Authorization: Bearer ${bearer}"`;
    const sign = `printf %s ${quoted(p.wanted.secret)} | ` +
        "jotgate token sign --secret-file - --claim sub=me --exp +1h";
    return <>
        <h1 tabIndex={-1}>{t.protect.doneTitle(p.wanted.name)}</h1>
        <Notice kind="good">{t.save.saved}</Notice>
        <h2>{t.protect.tryTitle}</h2>
        <p>{token ? t.protect.tryToken : p.wanted.kind === "secret" ? t.protect.tryCli
            : t.protect.tryProvider}</p>
        <Copy text={token ? line(token) : p.wanted.kind === "secret" ? line(`$(${sign})`)
            : line("TOKEN")} label={t.try.line} />
        <FirstRequest id={p.made.id} />
        <h2>{t.protect.nextTitle}</h2>
        <div class="bar">
            <a class="button" href={address("explain", undefined, {api: p.made.id})}
               onClick={() => askAbout(token ?? "", "GET", "/get")}>{t.api.explain}</a>
            <a class="button" href={address("apis", p.made.id)}>{t.protect.openApi}</a>
            <a class="button" href={address("policies", p.made.id)}>{t.protect.openPolicy}</a>
        </div>
    </>;
}

export function Protect(p: {apis: Api[]; policies: Policy[]}) {
    const [wanted, setWanted] = useState<Wanted>(() => ({
        name: "", target: "", kind: "secret", secret: freshSecret(), url: ""}));
    const [asks, setAsks] = useState<Documents | null>(null);
    const [done, setDone] = useState<Documents | null>(null);
    const {busy, problem, run} = useAction();
    const readOnly = useReadOnly();
    const put = (more: Partial<Wanted>) => setWanted({...wanted, ...more});
    const save = (made: Documents) => run(async () => {
        setAsks(null);
        await call("POST", "/tyk/apis", made.api, {"If-None-Match": "*"});
        await savePolicy(made.policy);
        await reload();
        setDone(made);
    });
    const id = idFor(wanted.name, p.apis, p.policies);
    if (done !== null)
        return <Done made={done} wanted={wanted} />;
    return <>
        <p><a href={address("apis")}>← {t.apis.title}</a></p>
        <h1>{t.protect.title}</h1>
        <p class="quiet">{t.protect.intro}</p>
        <Failure problem={problem} />
        <form class="narrow" onSubmit={(e) => {
            e.preventDefault();
            setAsks(documents(wanted, id));
        }}>
            <TextField label={t.api.name} value={wanted.name} required autofocus
                help={wanted.name ? t.protect.pathWill(id) : t.protect.nameHelp}
                onInput={(name) => put({name})} />
            <TextField label={t.api.target} type="url" value={wanted.target} required
                help={t.protect.targetHelp} placeholder="http://127.0.0.1:3000/"
                onInput={(target) => put({target})} />
            <SelectField label={t.protect.kind} value={wanted.kind}
                options={Object.entries(t.protect.kinds)} onInput={(v) => put({kind: v as Kind})} />
            {wanted.kind === "secret"
                ? <TextField label={t.api.sources.secret} value={wanted.secret} required mono
                    help={t.protect.secretHelp} onInput={(secret) => put({secret})} />
                : <TextField label={t.api.sources.url} type="url" value={wanted.url} required
                    help={t.protect.urlHelp} onInput={(url) => put({url})} />}
            <button class="main" disabled={readOnly || busy}>{t.common.save}</button>
        </form>
        {asks && <Dialog title={t.save.title} onClose={() => setAsks(null)}>
            <Diff before="" after={maskApi(asks.api, "{}")} />
            <h3>{t.save.also}</h3><Diff before="" after={asks.policy} label={t.save.also} />
            <div class="bar">
                <button type="button" class="main" onClick={() => save(asks)}>{t.save.button}</button>
                <button type="button" onClick={() => setAsks(null)}>{t.common.cancel}</button>
            </div>
        </Dialog>}
    </>;
}
