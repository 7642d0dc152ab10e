/*
 * A document of the user's, as a form and as JSON side by side. Each edit of the
 * form changes its own member of the text and nothing else; nothing is saved
 * before its difference was seen; what is not saved yet stays while the tab does.
 */
import type {ComponentChildren} from "preact";
import {useMemo, useState} from "preact/hooks";
import {call, reload, type Finding, type Problem} from "./control";
import {diffLines, shorten, type Line} from "./diff";
import {member, setMembers, type Path} from "./json_edit";
import {t} from "./text";
import {Dialog, Failure, Notice, TextField, useAction, useReadOnly} from "./widgets";

interface Draft { text: string; original: string; etag: string | null }

const drafts = new Map<string, Draft>();

/* Others that keep what was typed: would it be lost? And: drop it. */
interface Keeper { unsaved: () => boolean; forget: () => void }
const keepers: Keeper[] = [];
export function keeps(keeper: Keeper) { keepers.push(keeper); }

addEventListener("beforeunload", (e) => {
    if ([...drafts.values()].some((d) => d.text !== d.original) || keepers.some((k) => k.unsaved()))
        e.preventDefault();
});

export function forgetDrafts() {
    drafts.clear();
    keepers.forEach((k) => k.forget());
}

/* What a form works with. */
export interface Document {
    isNew: boolean;
    get: (path: Path) => unknown;
    text: (path: Path) => string;
    set: (path: Path, value: unknown) => void;
    /* Several at once; undefined removes. */
    setAll: (members: [Path, unknown][]) => void;
    error: (path: Path) => string | undefined;
    code: (path: Path) => string;       // what the document itself calls it
}

export interface Target {
    key: string;                // of the draft
    original: string;           // the text in force, or the template of a new one
    etag: string | null;
    isNew: boolean;
    /* Secrets out of sight; one that differs from <before> is marked. */
    mask: (text: string, before: string) => string;
    also?: (text: string) => string | null;     // another document that is made
    save: (text: string, match: Record<string, string>) => Promise<{text: string}>;
    after?: (text: string) => Promise<void>;    // before the reload
    onSaving?: () => void;
    /* Done when the document that is edited from now on is there. */
    onSaved: (text: string, warnings: Finding[]) => void | Promise<void>;
    onCurrent: () => void;
    form: ((document: Document) => ComponentChildren) | null;   // null: JSON only
    beside?: (document: Document, dirty: boolean) => ComponentChildren; // above the JSON
}

function syntax(text: string): string | null {
    try {
        JSON.parse(text);
        return null;
    } catch (e) {
        return e instanceof Error ? e.message : String(e);
    }
}

export function Diff(p: {before: string; after: string; label?: string}) {
    const lines = useMemo(() => p.before === ""
        ? p.after.split("\n").map((text): Line => ({sign: "+", text}))
        : shorten(diffLines(p.before, p.after)),
                          [p.before, p.after]);
    return <div class="diff" role="region" aria-label={p.label ?? t.save.title} tabIndex={0}>
        {lines.map((line) => line === null
            ? <div class="gap" aria-hidden="true">⋯</div>
            : <div class={line.sign === "+" ? "plus" : line.sign === "-" ? "minus" : ""}>
                <span class="sign" aria-hidden="true">{line.sign}</span>
                {line.sign !== " " && <span class="away">
                    {line.sign === "+" ? t.save.after : t.save.before} </span>}
                {line.text}</div>)}
    </div>;
}

function makeDocument(target: Target, text: string, put: (text: string) => void,
                      problem: Problem | null): Document {
    const value: unknown = JSON.parse(text);
    const setAll = (all: [Path, unknown][]) => put(setMembers(text, all));
    return {
        isNew: target.isNew,
        get: (path) => member(value, path),
        text: (path) => {
            const found = member(value, path);
            return found === undefined || found === null ? "" : String(found);
        },
        set: (path, v) => setAll([[path, v]]),
        setAll,
        error: (path) => {
            const found = problem?.findings.find((f) => f.path === path.join("."));
            return found && (found.fix ? `${found.message}: ${found.fix}` : found.message);
        },
        code: (path) => path[path.length - 1],
    };
}

export function Editor(p: {target: Target}) {
    const {target} = p;
    const [draft, setDraft] = useState<Draft>(() => drafts.get(target.key) ??
        {text: target.original, original: target.original, etag: target.etag});
    const [raw, setRaw] = useState(target.form === null);
    const [asks, setAsks] = useState(false);
    const [round, setRound] = useState(0);  // fields forget what was typed
    const {busy, problem, clear, run} = useAction();
    const readOnly = useReadOnly();
    /* At once, not after a paint: who leaves at the same moment loses nothing. */
    const keep = (next: Draft) => {
        if (next.text !== next.original)
            drafts.set(target.key, next);
        else
            drafts.delete(target.key);
        setDraft(next);
    };
    const put = (text: string) => keep({...draft, text});
    const dirty = draft.text !== draft.original;
    const broken = syntax(draft.text);

    const discard = () => {
        keep({text: target.original, original: target.original, etag: target.etag});
        setRound(round + 1);
        clear();
    };
    const save = () => run(async (wanted) => {
        setAsks(false);
        target.onSaving?.();
        const answer = await target.save(draft.text, target.isNew
            ? {"If-None-Match": "*"}
            : draft.etag ? {"If-Match": draft.etag} : {});
        const changed = JSON.parse(answer.text) as {warnings?: Finding[]};
        await target.after?.(draft.text);
        await reload();
        drafts.delete(target.key);
        if (wanted())           // not when another screen was opened meanwhile
            await target.onSaved(draft.text, changed.warnings ?? []);
    });

    /* What would be typed while it is saved would be in neither document. */
    return <form class="editor" inert={busy} onSubmit={(e) => { e.preventDefault(); setAsks(true); }}>
        {problem && (problem.status === 412
            ? <Notice kind="error"><p>{t.problem.conflict}</p>
                <button type="button" onClick={() => { discard(); target.onCurrent(); }}>
                    {t.problem.current}</button></Notice>
            : <Failure problem={problem} />)}
        <div class={target.form ? "halves" : ""}>
            {target.form && <div class="form" key={round}>
                {broken === null
                    ? target.form(makeDocument(target, draft.text, put, problem))
                    : <Notice kind="warning">{t.api.broken} {broken}</Notice>}
            </div>}
            <div>{target.beside && broken === null &&
                target.beside(makeDocument(target, draft.text, put, problem), dirty)}
            <section class="json" aria-label={t.api.json}>
                {raw ? <>
                    <TextField label={t.api.json} value={draft.text} rows={26} mono
                               help={t.api.bare} onInput={put}
                               error={broken ? `${t.api.broken} ${broken}` : undefined} />
                    {target.form && <button type="button" disabled={broken !== null}
                        onClick={() => setRaw(false)}>{t.api.stop}</button>}
                </> : <>
                    <div class="row"><h2>{t.api.json}</h2>
                        <button type="button" data-key="edit"
                                onClick={() => setRaw(true)}>{t.api.edit}</button></div>
                    <pre tabIndex={0} aria-label={t.api.json}>{target.mask(draft.text, draft.original)}</pre>
                </>}
            </section></div>
        </div>
        <div class="bar">
            <button class="main" disabled={readOnly || busy || broken !== null || (!dirty && !target.isNew)}>
                {t.common.save}</button>
            <button type="button" disabled={!dirty || busy} onClick={discard}>
                {t.common.discard}</button>
        </div>
        {asks && <Dialog title={t.save.title} onClose={() => setAsks(false)}>
            <Diff before={target.isNew ? "" : target.mask(draft.original, draft.original)}
                  after={target.mask(draft.text, draft.original)} />
            {target.also?.(draft.text) && <>
                <h3>{t.save.also}</h3>
                <Diff before="" after={target.also(draft.text)!} label={t.save.also} /></>}
            <div class="bar">
                <button type="button" class="main" onClick={save}>{t.save.button}</button>
                <button type="button" onClick={() => setAsks(false)}>{t.common.cancel}</button>
            </div>
        </Dialog>}
    </form>;
}

/* After a save: that it worked, and what the gateway had to say about it. */
export function Saved(p: {warnings: Finding[] | null}) {
    if (p.warnings === null)
        return null;
    if (p.warnings.length === 0)
        return <Notice kind="good">{t.save.saved}</Notice>;
    return <Notice kind="warning"><p>{t.save.warnings}</p><ul>
        {p.warnings.map((w) => <li>{w.path && <code>{w.path}</code>} {w.message}</li>)}
    </ul></Notice>;
}

/* "Delete": asks first, and says who would miss it. */
export function Remove(p: {id: string; path: string; users: string[]; onDone: () => void;
                           more?: () => Promise<string[]>}) {
    const [asks, setAsks] = useState(false);
    const [more, setMore] = useState<string[]>([]);
    const {busy, problem, run} = useAction();
    const readOnly = useReadOnly();
    const users = [...p.users, ...more];
    return <>
        {!asks && <Failure problem={problem} />}
        <button type="button" class="danger" disabled={readOnly || busy} onClick={() => run(async () => {
            setMore(await p.more?.() ?? []);
            setAsks(true);
        })}>{t.common.remove}</button>
        {asks && <Dialog title={t.save.remove(p.id)} stay={busy} onClose={() => setAsks(false)}>
            <Failure problem={problem} />
            {users.length > 0 && <><p>{t.save.usedBy}</p>
                <ul>{users.slice(0, 20).map((user) => <li>{user}</li>)}
                    {users.length > 20 && <li>{t.save.andMore(users.length - 20)}</li>}</ul></>}
            <div class="bar">
                <button type="button" class="danger" disabled={busy} onClick={() => run(async (wanted) => {
                    await call("DELETE", p.path);
                    await reload();
                    if (wanted())
                        p.onDone();
                })}>{t.common.remove}</button>
                <button type="button" onClick={() => setAsks(false)}>{t.common.cancel}</button>
            </div>
        </Dialog>}
    </>;
}
