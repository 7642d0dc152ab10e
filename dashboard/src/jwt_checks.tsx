/* What a token has to say beyond its signature: issuer, audience, and so on. */
import {useState} from "preact/hooks";
import type {Document} from "./editor";
import {member, toNumber, type Path} from "./json_edit";
import {words} from "./text_identity";
import {Check, TextField} from "./widgets";

const w = words.jwt;

/* The two spellings that the gateway reads; the one that is there is kept. */
function spelled(doc: Document, snake: string, camel: string): string {
    return doc.get([snake]) === undefined && doc.get([camel]) !== undefined ? camel : snake;
}

export const texts = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((v): v is string => typeof v === "string") : [];

const lines = (text: string) => [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];

function Lines(p: {doc: Document; label: string; path: Path; code: string; help?: string;
                   start: string[]; put: (values: string[]) => void}) {
    const [text, setText] = useState(p.start.join("\n"));
    return <TextField label={p.label} code={p.doc.code([p.code])} rows={2} mono value={text} help={p.help}
        error={p.doc.error(p.path)} onInput={(typed) => { setText(typed); p.put(lines(typed)); }} />;
}

function List(p: {doc: Document; label: string; snake: string; camel: string}) {
    const [name] = useState(() => spelled(p.doc, p.snake, p.camel));
    return <Lines doc={p.doc} label={p.label} path={[name]} code={name} start={texts(p.doc.get([name]))}
        put={(all) => p.doc.set([name], all.length > 0 ? all : undefined)} />;
}

/* Claims of which the first that is there counts: one name, or a list of them. */
export function ClaimNames(p: {doc: Document; label: string; one: string; many: string; help: string}) {
    const {doc} = p;
    const [start] = useState(() => texts(doc.get([p.many])));
    return start.length > 0
        ? <Lines doc={doc} label={p.label} path={[p.many]} code={p.many} start={start} help={w.firstCounts}
                 put={(all) => doc.set([p.many], all)} />
        : <TextField label={p.label} code={doc.code([p.one])} help={p.help} value={doc.text([p.one])}
                     error={doc.error([p.one])} onInput={(v) => doc.set([p.one], v)} />;
}

/* What is read of them, in either way. */
export function claimNames(doc: Document, one: string, many: string): string[] {
    const all = texts(doc.get([many]));
    return all.length > 0 ? all : [doc.text([one])].filter(Boolean);
}

/* The rules of type "required"; others are left alone. */
export function required(doc: Document): {name: string; claims: string[]} {
    const name = spelled(doc, "custom_claim_validation", "customClaimValidation");
    const rules = doc.get([name]);
    const all = typeof rules === "object" && rules !== null ? Object.keys(rules) : [];
    return {name, claims: all.filter((claim) => member(rules, [claim, "type"]) === "required")};
}

function Required(p: {doc: Document}) {
    const [{name, claims: start}] = useState(() => required(p.doc));
    const now = required(p.doc).claims;
    return <Lines doc={p.doc} label={w.required} path={[name]} code={name} help={w.requiredHelp} start={start}
        put={(all) => p.doc.setAll([
            ...now.filter((claim) => !all.includes(claim))
                .map((claim): [Path, unknown] => [[name, claim], undefined]),
            ...all.filter((claim) => !now.includes(claim) && p.doc.get([name, claim]) === undefined)
                .map((claim): [Path, unknown] => [[name, claim], {type: "required"}]),
        ])} />;
}

const skews = [["exp", "jwt_expires_at_validation_skew"], ["iat", "jwt_issued_at_validation_skew"],
               ["nbf", "jwt_not_before_validation_skew"]] as const;

function Skew(p: {doc: Document; label: string; name: string}) {
    return <TextField label={p.label} code={p.doc.code([p.name])} type="number" value={p.doc.text([p.name])}
        error={p.doc.error([p.name])} onInput={(v) => p.doc.set([p.name],
            v.trim() === "" ? undefined : toNumber(v))} />;
}

export function skewOf(doc: Document): string {
    return skews.filter(([, name]) => Number(doc.get([name])) > 0)
        .map(([claim, name]) => `${claim} ${doc.text([name])} s`).join(", ");
}

export function Checks(p: {doc: Document}) {
    const [jti] = useState(() => spelled(p.doc, "jti_validation", "jtiValidation"));
    return <>
        <p class="note">{w.checksHelp}</p>
        <List doc={p.doc} label={w.issuers} snake="allowed_issuers" camel="allowedIssuers" />
        <List doc={p.doc} label={w.audiences} snake="allowed_audiences" camel="allowedAudiences" />
        <List doc={p.doc} label={w.subjects} snake="allowed_subjects" camel="allowedSubjects" />
        <Required doc={p.doc} />
        <Check label={w.jti} checked={p.doc.get([jti, "enabled"]) === true}
            onInput={(on) => p.doc.set([jti, "enabled"], on)} />
        <h3>{w.skews}</h3>
        {skews.map(([claim, name]) => <Skew key={name} doc={p.doc} label={w[claim]} name={name} />)}
    </>;
}
