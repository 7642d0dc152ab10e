/* The command bar: pages, objects and actions by a few letters of their names. */
import {useEffect, useId, useState} from "preact/hooks";
import {get, type Api, type Policy} from "./control";
import {address, go} from "./route";
import {askAbout} from "./screens/explain";
import {t} from "./text";
import {reloadSoon} from "./screens/system";
import {matches, Notice, useModal} from "./widgets";

const SHOWN = 12;

export interface Command { name: string; kind: string; words?: string; run: () => void | Promise<void> }

const to = (place: string, id?: string, query?: Record<string, string>) =>
    () => go(address(place, id, query));

/* A dialog of the keys' screen, also when it was opened and closed before. */
const keys = (what: string) =>
    () => go(address("keys", undefined, {do: what, at: String(Date.now())}));

/* Without a clipboard to read, the field is there to paste into. */
async function explainClipboard() {
    const from = location.hash;
    const text = await navigator.clipboard?.readText().catch(() => "") ?? "";
    if (location.hash !== from)
        return;         // the browser asked, and somebody went elsewhere instead
    if (text !== "")
        askAbout(text, "GET", "/");
    go(address("explain", undefined, {focus: "token", at: String(Date.now())}));
}

function fixed(shell: Command[]): Command[] {
    const c = t.command;
    const pages = Object.entries(t.places).filter(([place]) => place !== "label")
        .map(([place, name]): Command => ({name, kind: c.page, run: to(place)}));
    return [...pages, ...[
        {name: t.protect.title, words: c.words.protect, run: to("apis", undefined, {guide: "1"})},
        {name: t.apis.add, words: c.words.add, run: to("apis", "new")},
        {name: t.policies.add, words: c.words.addPolicy, run: to("policies", "new")},
        {name: t.keys.add, words: c.words.add, run: keys("add")},
        {name: t.keys.revokeOne, words: c.words.revoke, run: keys("revoke")},
        {name: c.clipboard, words: c.words.clipboard, run: explainClipboard},
        {name: t.system.reload, run: () => {
            reloadSoon();
            go(address("system", undefined, {at: String(Date.now())}));
        }},
    ].map((one) => ({kind: c.action, ...one})), ...shell];
}

async function objects(): Promise<Command[]> {
    const [apis, policies] = await Promise.all([
        get<Api[]>("/tyk/apis"), get<Policy[]>("/tyk/policies")]);
    return [...apis.map((a): Command => ({name: a.name || a.api_id, kind: t.command.api,
                words: `${a.api_id} ${a.proxy?.listen_path}`, run: to("apis", a.api_id)})),
            ...policies.map((x): Command => ({name: x.name || x.id, kind: t.command.policy,
                words: x.id, run: to("policies", x.id)}))];
}

/* What begins with the text comes first. */
function find(all: Command[], text: string): Command[] {
    const begins = (c: Command) => c.name.toLowerCase().startsWith(text.toLowerCase().trim());
    const found = all.filter((c) => matches(text, c.name, c.kind, c.words));
    return [...found.filter(begins), ...found.filter((c) => !begins(c))].slice(0, SHOWN);
}

export function CommandBar(p: {shell: Command[]; onClose: () => void}) {
    const modal = useModal(p.onClose);
    const [text, setText] = useState("");
    const [at, setAt] = useState(0);
    const [known, setKnown] = useState<Command[]>([]);
    const [problem, setProblem] = useState("");
    const id = useId();
    useEffect(() => { objects().then(setKnown, (e: Error) => setProblem(e.message)); }, []);
    const found = find([...fixed(p.shell), ...known], text);
    const chosen = Math.min(at, found.length - 1);
    const run = (command: Command | undefined) => {
        if (command === undefined)
            return;
        p.onClose();
        void command.run();
    };
    const keys: Record<string, () => void> = {
        ArrowDown: () => setAt((chosen + 1) % Math.max(1, found.length)),
        ArrowUp: () => setAt((chosen + found.length - 1) % Math.max(1, found.length)),
        Enter: () => run(found[chosen]),
    };
    return <dialog {...modal} class="command" aria-label={t.command.title}
                   onClick={(e) => { if (e.target === modal.ref.current) p.onClose(); }}>
        <input type="text" role="combobox" aria-label={t.command.title} autofocus
               aria-expanded={true} aria-controls={`${id}-list`} aria-autocomplete="list"
               aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
               placeholder={t.command.hint} value={text} spellcheck={false} autocomplete="off"
               onInput={(e) => { setText(e.currentTarget.value); setAt(0); }}
               onKeyDown={(e) => {
                   const action = keys[e.key];
                   if (action !== undefined && !e.isComposing) {
                       e.preventDefault();
                       action();
                   }
               }} />
        <div role="listbox" id={`${id}-list`} aria-label={t.command.results}>
            {found.map((command, i) => <div role="option" id={`${id}-${i}`} key={i}
                    aria-selected={i === chosen} onClick={() => run(command)}>
                <span>{command.name}</span> <span class="quiet">{command.kind}</span></div>)}
        </div>
        {found.length === 0 && <p class="quiet" role="status">{t.common.noHit}</p>}
        {problem && <Notice kind="error">{problem}</Notice>}
    </dialog>;
}
