/* The parts that all screens are made of: native elements, named and plain. */
import {createContext, type ComponentChildren} from "preact";
import {useCallback, useContext, useEffect, useId, useLayoutEffect, useRef, useState} from "preact/hooks";
import {call, Problem} from "./control";
import {ago, date, t} from "./text";

/* False with read_only_secret: the gateway would refuse, so that buttons are grey. */
export const MayChange = createContext(true);
export const useReadOnly = () => !useContext(MayChange);

export interface Resource<T> {
    data: T | null; problem: Problem | null; etag: string | null;
    again: () => Promise<void>;     // done when it was read, or could not be
}

export function asProblem(e: unknown): Problem {
    return e instanceof Problem ? e
        : new Problem(0, e instanceof Error ? e.message : String(e));
}

/*
 * What the control API has at <path>, read again every <everyMs> while somebody
 * looks. A failure keeps what was there, and is shown beside it.
 */
export function useResource<T>(path: string | null, parse: (text: string) => T,
                               everyMs = 0): Resource<T> {
    const [state, set] = useState<{path: string | null; data: T | null;
        problem: Problem | null; etag: string | null}>(
        {path, data: null, problem: null, etag: null});
    const [round, next] = useState(0);
    const waiting = useRef<(() => void)[]>([]);
    useEffect(() => {
        let live = true;
        let timer = 0;
        const mine = waiting.current.splice(0);
        const read = async (repeated: boolean) => {
            if (path === null)
                return;
            if (!repeated || !document.hidden)
                try {
                    const answer = await call("GET", path);
                    if (live)
                        set({path, data: parse(answer.text), problem: null, etag: answer.etag});
                } catch (e) {
                    if (live)
                        set((old) => ({...(old.path === path ? old : {data: null, etag: null}),
                                       path, problem: asProblem(e)}));
                }
            if (!live)
                return;
            mine.splice(0).forEach((done) => done());
            if (everyMs > 0)
                timer = window.setTimeout(() => read(true), everyMs);
        };
        void read(false);
        return () => {
            live = false;
            window.clearTimeout(timer);
            waiting.current.push(...mine);      // the next read answers them
        };
    }, [path, round]);
    const again = useCallback(() => new Promise<void>((done) => {
        waiting.current.push(done);
        next((n) => n + 1);
    }), []);
    const same = state.path === path;
    return {data: same ? state.data : null, problem: same ? state.problem : null,
            etag: same ? state.etag : null, again};
}

/* Reads anew when <id> is another one: a save on the last screen may show here. */
export function useFresh(id: string | null, ...all: Resource<unknown>[]) {
    const first = useRef(true);
    useEffect(() => {
        if (!first.current)
            all.forEach((resource) => void resource.again());
        first.current = false;
    }, [id]);
}

export const json = <T,>() => (text: string): T => JSON.parse(text) as T;

export function Notice(props: {kind: "error" | "warning" | "good" | "info";
                               children: ComponentChildren}) {
    const mark = {error: "✗", warning: "!", good: "✓", info: "i"}[props.kind];
    return <div class={`notice ${props.kind}`}
                role={props.kind === "error" ? "alert" : "status"}>
        <span class="mark" aria-hidden="true">{mark}</span>
        <div>{props.children}</div>
    </div>;
}

export function Failure(props: {problem: Problem | null; again?: () => void}) {
    if (props.problem === null)
        return null;
    return <Notice kind="error">
        <p>{props.problem.message}</p>
        {props.problem.findings.length > 0 && <ul>
            {props.problem.findings.map((f) => <li>
                {f.path && <code>{f.path}</code>} {f.message}{f.fix && `: ${f.fix}`}
            </li>)}
        </ul>}
        {props.again && <button type="button" onClick={() => props.again?.()}>{t.problem.again}</button>}
    </Notice>;
}

/* What a screen shows while it has nothing, or the failure that says why. */
export function Wait(props: {of: Resource<unknown>}) {
    if (props.of.problem)
        return <Failure problem={props.of.problem} again={props.of.again} />;
    return props.of.data === null ? <p class="quiet">{t.common.loading}</p> : null;
}

export function Empty(props: {children: ComponentChildren}) {
    return <div class="empty">{props.children}</div>;
}

interface FieldProps {
    label: string; help?: ComponentChildren; code?: string; error?: string;
    children: (id: string, describedBy: string | undefined) => ComponentChildren;
}

/* A label above, its control, and below what it means or what is wrong. */
export function Field(props: FieldProps) {
    const id = useId();
    const note = props.error ?? props.help;
    return <div class={props.error ? "field wrong" : "field"}>
        <label for={id}>{props.label}
            {props.code && <code class="quiet">{props.code}</code>}</label>
        {props.children(id, note ? `${id}-note` : undefined)}
        {note && <p id={`${id}-note`} class="note">{note}</p>}
    </div>;
}

interface TextProps {
    label: string; value: string; onInput: (value: string) => void;
    help?: ComponentChildren; code?: string; error?: string;
    type?: "text" | "password" | "url" | "number";
    required?: boolean; disabled?: boolean; placeholder?: string; rows?: number;
    autofocus?: boolean; mono?: boolean;
}

export function TextField(p: TextProps) {
    return <Field label={p.label} help={p.help} code={p.code} error={p.error}>
        {(id, note) => {
            const shared = {
                id, value: p.value, "aria-describedby": note,
                "aria-invalid": p.error ? true : undefined,
                required: p.required, disabled: p.disabled,
                placeholder: p.placeholder, class: p.mono ? "mono" : undefined,
                spellcheck: false, autocomplete: "off", autofocus: p.autofocus,
                onInput: (e: Event) =>
                    p.onInput((e.currentTarget as HTMLInputElement).value),
            } as const;
            return p.rows
                ? <textarea {...shared} rows={p.rows} />
                : <input {...shared} type={p.type as "text" | undefined} />;
        }}
    </Field>;
}

export function SelectField(p: {label: string; value: string; code?: string;
    help?: ComponentChildren; error?: string; disabled?: boolean;
    options: [string, string][]; onInput: (value: string) => void}) {
    return <Field label={p.label} help={p.help} code={p.code} error={p.error}>
        {(id, note) => <select id={id} value={p.value} aria-describedby={note}
                               disabled={p.disabled}
                               onChange={(e) => p.onInput(e.currentTarget.value)}>
            {p.options.map(([value, label]) =>
                <option value={value} selected={value === p.value}>{label}</option>)}
        </select>}
    </Field>;
}

export function Check(p: {label: string; checked: boolean; help?: string;
                          onInput: (value: boolean) => void}) {
    const id = useId();
    return <div class="check">
        <input type="checkbox" id={id} checked={p.checked}
               aria-describedby={p.help ? `${id}-note` : undefined}
               onChange={(e) => p.onInput(e.currentTarget.checked)} />
        <label for={id}>{p.label}</label>
        {p.help && <p id={`${id}-note`} class="note">{p.help}</p>}
    </div>;
}

/* Any of <options>, each an id and its name. */
export function Choices(p: {options: [string, string][]; chosen: string[];
                            onInput: (chosen: string[]) => void}) {
    return <>{p.options.map(([id, name]) => <Check label={name} checked={p.chosen.includes(id)}
        onInput={(on) => p.onInput(on ? [...p.chosen, id]
            : p.chosen.filter((one) => one !== id))} />)}</>;
}

/* A table that scrolls by itself when the window is narrow. */
export function Table(p: {label: string; head: string[]; children: ComponentChildren}) {
    return <div class="scroll" role="region" aria-label={p.label} tabIndex={0}>
        <table>
            <thead><tr>{p.head.map((h) => <th scope="col">{h}</th>)}</tr></thead>
            <tbody>{p.children}</tbody>
        </table>
    </div>;
}

export function State(p: {on: boolean; yes?: string; no?: string}) {
    return <span class={p.on ? "state good" : "state off"}>
        {p.on ? p.yes ?? t.common.active : p.no ?? t.common.inactive}</span>;
}

/* Without a secure context there is no clipboard: then the old way is taken. */
async function copy(text: string): Promise<boolean> {
    if (navigator.clipboard)
        try {
            await navigator.clipboard.writeText(text);
            return true;
        } catch { /* not allowed: the old way */ }
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "away";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
}

/* A text to take away: selected as a whole by a click, and a button. */
export function Copy(p: {text: string; label: string}) {
    const [copied, set] = useState<string | null>(null);
    return <div class="copy">
        <textarea readOnly aria-label={p.label} class="mono" value={p.text}
                  rows={Math.min(8, p.text.split("\n").length + Math.floor(p.text.length / 90))}
                  onFocus={(e) => e.currentTarget.select()} />
        <button type="button" onClick={async () => set(await copy(p.text) ? p.text : null)}>
            {copied === p.text ? t.common.copied : t.common.copy}</button>
    </div>;
}

/*
 * Modal, closed by Escape unless it has to <stay> until something is done; the
 * rest of the page is out of reach meanwhile, from the very keystroke on that
 * opened it. A browser may close it without asking: what was asked twice.
 */
export function useModal(onClose: () => void, stay = false) {
    const ref = useRef<HTMLDialogElement>(null);
    useLayoutEffect(() => { ref.current?.showModal(); }, []);
    const close = () => stay ? ref.current?.open || ref.current?.showModal() : onClose();
    return {ref, onClose: close, onCancel: (e: Event) => { e.preventDefault(); close(); }};
}

export function Dialog(p: {title: string; stay?: boolean; onClose: () => void;
                           children: ComponentChildren}) {
    const id = useId();
    return <dialog {...useModal(p.onClose, p.stay)} aria-labelledby={id}>
        <h2 id={id}>{p.title}</h2>
        {p.children}
    </dialog>;
}

/* A moment, told by how long ago it was; the exact one on asking. */
export const When = (p: {at: number | undefined}) => p.at && p.at > 0
    ? <time title={date(p.at)}>{ago(p.at)}</time> : <>{t.common.never}</>;

/* Asks, then does it. */
export function Ask(p: {title: string; button: string; action: () => Promise<unknown>;
                 onClose: () => void; onDone: () => void; children?: ComponentChildren}) {
    const {busy, problem, run} = useAction();
    return <Dialog title={p.title} stay={busy} onClose={p.onClose}>
        <Failure problem={problem} />
        {p.children}
        <div class="bar">
            <button type="button" class="danger" disabled={busy} onClick={() => run(async () => {
                await p.action();
                p.onDone();
            })}>{p.button}</button>
            <button type="button" onClick={p.onClose}>{t.common.cancel}</button>
        </div>
    </Dialog>;
}

export function Search(p: {value: string; label?: string; onInput: (value: string) => void}) {
    return <input type="search" class="search" aria-label={p.label ?? t.common.search}
                  placeholder={t.common.search} value={p.value}
                  onInput={(e) => p.onInput(e.currentTarget.value)} />;
}

export function matches(search: string, ...texts: (string | undefined)[]): boolean {
    const all = texts.join(" ").toLowerCase();
    return search.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

export interface Action {
    busy: boolean; problem: Problem | null;
    run: (action: (wanted: () => boolean) => Promise<void>) => Promise<void>;
    renew: Action["run"];       // also while another one runs, which is dropped
    drop: () => void;           // its answer, which is not wanted any more
    clear: () => void;          // the failure
}

/*
 * One action: runs, is not started twice, and its failure is shown. Whoever asks
 * anew, types something else or leaves does not want an answer that comes late:
 * after each wait, an action asks whether it is <wanted>.
 */
export function useAction(): Action {
    const [busy, setBusy] = useState(false);
    const [problem, setProblem] = useState<Problem | null>(null);
    const turn = useRef({now: 0, runs: false});
    useLayoutEffect(() => () => { turn.current.now++; }, []);
    const renew: Action["run"] = async (action) => {
        const mine = ++turn.current.now;
        const wanted = () => turn.current.now === mine;
        turn.current.runs = true;
        setBusy(true);
        setProblem(null);
        try {
            await action(wanted);
        } catch (e) {
            if (wanted())
                setProblem(asProblem(e));
        }
        if (wanted()) {
            turn.current.runs = false;
            setBusy(false);
        }
    };
    const drop = () => {
        turn.current = {now: turn.current.now + 1, runs: false};
        setBusy(false);
        setProblem(null);
    };
    return {busy, problem, renew, drop, clear: () => setProblem(null),
            run: async (action) => { if (!turn.current.runs) await renew(action); }};
}
