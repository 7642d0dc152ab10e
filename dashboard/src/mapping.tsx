/* Scopes to policies: rows of a form, changed one member at a time. */
import {useId, useLayoutEffect, useRef, useState} from "preact/hooks";
import {ClaimTester} from "./claims";
import type {Policy} from "./control";
import type {Document} from "./editor";
import {EffectiveOf} from "./effective";
import type {Path} from "./json_edit";
import {texts} from "./jwt_checks";
import {words} from "./text_identity";
import {Choices, Notice, TextField} from "./widgets";

const w = words.mapping;

interface Row { scope: string; policy: string }
export type Mapping = Record<string, string>;

const complete = (rows: Row[]): Mapping => Object.fromEntries(
    rows.filter((row) => row.scope !== "" && row.policy !== "").map((row) => [row.scope, row.policy]));

function PolicyChoice(p: {label: string; value: string; policies: Policy[];
                          onInput: (id: string) => void}) {
    const known = p.policies.some((policy) => policy.id === p.value);
    return <select aria-label={p.label} value={p.value}
                   onChange={(e) => p.onInput(e.currentTarget.value)}>
        <option value="" selected={p.value === ""}>{w.choose}</option>
        {p.value !== "" && !known && <option value={p.value} selected>{w.unknown(p.value)}</option>}
        {p.policies.map((policy) => <option value={policy.id} selected={policy.id === p.value}>
            {policy.name || policy.id}</option>)}
    </select>;
}

function OneRow(p: {row: Row; number: number; list: string; policies: Policy[]; twice: boolean;
                    focus: boolean; put: (row: Row | null) => void}) {
    const input = useRef<HTMLInputElement>(null);
    const note = useId();
    useLayoutEffect(() => { if (p.focus) input.current?.focus(); }, [p.focus]);
    return <li class="mapping-row">
        <input ref={input} list={p.list} aria-label={`${w.scope} ${p.number}`} class="mono"
               value={p.row.scope} autocomplete="off" spellcheck={false}
               aria-invalid={p.twice ? true : undefined}
               aria-describedby={p.twice ? note : undefined}
               onInput={(e) => p.put({...p.row, scope: e.currentTarget.value})} />
        <span aria-hidden="true">→</span>
        <PolicyChoice label={`${w.policy} ${p.number}`} value={p.row.policy}
            policies={p.policies} onInput={(policy) => p.put({...p.row, policy})} />
        <button type="button" aria-label={w.remove(p.row.scope)} onClick={() => p.put(null)}>✕</button>
        {p.twice && <p class="note bad" id={note}>{w.twice}</p>}
    </li>;
}

/* Rows that are not complete yet live here only. */
export function Rows(p: {start: Mapping; suggestions: string[]; policies: Policy[];
                         onChange: (mapping: Mapping) => void}) {
    const [rows, setRows] = useState<Row[]>(() => Object.entries(p.start)
        .map(([scope, policy]) => ({scope, policy: String(policy)})));
    const [added, setAdded] = useState(-1);
    const adder = useRef<HTMLButtonElement>(null);
    const list = useId();
    const put = (next: Row[]) => { setRows(next); p.onChange(complete(next)); };
    return <>
        {rows.length === 0 && <p class="quiet">{w.empty}</p>}
        <datalist id={list}>{p.suggestions.map((scope) => <option value={scope} />)}</datalist>
        <ul class="mapping">{rows.map((row, i) => <OneRow key={i} row={row} number={i + 1} list={list}
            policies={p.policies} focus={i === added}
            twice={row.scope !== "" && rows.findIndex((r) => r.scope === row.scope) < i}
            put={(next) => {
                put(next === null ? rows.filter((_, k) => k !== i)
                    : rows.map((old, k) => k === i ? next : old));
                if (next === null)
                    adder.current?.focus();
            }} />)}</ul>
        <button type="button" ref={adder} onClick={() => {
            setAdded(rows.length);
            setRows([...rows, {scope: "", policy: ""}]);
        }}>{w.add}</button>
    </>;
}

/* Tick scopes, and see. */
export function Tester(p: {mapping: Mapping; apiId?: string}) {
    const [ticked, setTicked] = useState<string[]>([]);
    const scopes = Object.keys(p.mapping);
    const chosen = ticked.filter((scope) => scopes.includes(scope));
    if (scopes.length === 0)
        return null;
    return <fieldset>
        <legend>{w.tick}</legend>
        <div class="bar ticks"><Choices options={scopes.map((scope) => [scope, scope])}
            chosen={chosen} onInput={setTicked} /></div>
        <EffectiveOf waiting={w.nothing} question={{scopes: chosen, scope_to_policy: p.mapping,
            ...(p.apiId ? {api_id: p.apiId} : {})}} />
    </fieldset>;
}

const asMapping = (value: unknown): Mapping =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? value as Mapping : {};

/* Where the mapping of this document is: "scopes", unless only the older member is there. */
function places(doc: Document): {map: Path; claim: Path; old: boolean} {
    const old = doc.get(["jwt_scope_to_policy_mapping"]);
    const now = doc.get(["scopes", "jwt", "scope_to_policy"]) ?? doc.get(["scopes", "jwt", "scope_claim_name"]);
    return old !== undefined && old !== null && !now
        ? {map: ["jwt_scope_to_policy_mapping"], claim: ["jwt_scope_claim_name"], old: true}
        : {map: ["scopes", "jwt", "scope_to_policy"], claim: ["scopes", "jwt", "scope_claim_name"], old: false};
}

/* The part of an API's form. Only members that differ are written. */
export function ScopeMapping(p: {doc: Document; policies: Policy[]; suggestions?: string[]}) {
    const {doc} = p;
    const [at] = useState(() => places(doc));
    const now = asMapping(doc.get(at.map));
    const several = texts(doc.get(["jwt_scope_claims"]));
    const put = (next: Mapping) => {
        const gone = Object.keys(now).filter((scope) => !(scope in next));
        doc.setAll([
            ...gone.map((scope): [Path, unknown] => [[...at.map, scope], undefined]),
            ...Object.entries(next).filter(([scope, policy]) => now[scope] !== policy)
                .map(([scope, policy]): [Path, unknown] => [[...at.map, scope], policy]),
        ]);
    };
    return <>
        {at.old && <Notice kind="info">{w.old}</Notice>}
        <p class="note">{w.help}</p>
        {several.length > 0 ? <p class="note">{w.claims(several.join(", "))}{" "}
                <code class="quiet">{doc.code(["jwt_scope_claims"])}</code></p>
            : <TextField label={w.claim} code={doc.code(at.claim)} value={doc.text(at.claim)}
                help={w.claimHelp} error={doc.error(at.claim)} mono
                onInput={(v) => doc.set(at.claim, v === "" && doc.isNew ? undefined : v)} />}
        <Rows start={now} suggestions={p.suggestions ?? []} policies={p.policies} onChange={put} />
        <Tester mapping={now} apiId={doc.isNew ? undefined : doc.text(["api_id"])} />
        <details><summary>{words.claims.title}</summary>
            <ClaimTester path={several[0] ?? doc.text(at.claim)} /></details>
    </>;
}
