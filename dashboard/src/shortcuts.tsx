/*
 * Keys without a mouse. Those that are one letter can be switched off: speech
 * input and a cat on the keyboard produce them, too (WCAG 2.1.4).
 */
import {useLayoutEffect, useRef, useState} from "preact/hooks";
import {address, go} from "./route";
import {t} from "./text";
import {Check, Dialog} from "./widgets";

const SWITCH = "jotgate.keys";
const SECOND_MS = 1500;     // for the letter after "g"

/* The letter after "g", and where it leads. */
const places: Record<string, string> = {
    o: "overview", a: "apis", p: "policies", i: "identity", k: "keys",
    e: "explain", t: "try", s: "system",
};

export const singleKeys = () => localStorage.getItem(SWITCH) !== "off";

function typing(target: EventTarget | null): boolean {
    return target instanceof HTMLElement &&
        (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function focusSearch(): boolean {
    const field = document.querySelector<HTMLInputElement>("main input[type=search]");
    field?.focus();
    field?.select();
    return field !== null;
}

/* "e": the JSON of a document; what is not on the screen is not pressed. */
function press(selector: string): boolean {
    const button = document.querySelector<HTMLButtonElement>(selector);
    button?.click();
    return button !== null;
}

export function useShortcuts(on: {command: () => void; help: () => void}) {
    const afterG = useRef(0);
    useLayoutEffect(() => {
        const single: Record<string, () => boolean> = {
            "/": focusSearch,
            "?": () => { on.help(); return true; },
            e: () => press("main [data-key=edit]"),
            g: () => { afterG.current = Date.now(); return true; },
        };
        const withControl: Record<string, () => boolean> = {
            k: () => { on.command(); return true; },
            s: () => press("main .editor .bar .main:not(:disabled)") || typing(document.activeElement),
        };
        const pressed = (e: KeyboardEvent) => {
            const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
            const second = Date.now() - afterG.current < SECOND_MS ? places[key] : undefined;
            const inDialog = document.querySelector("dialog[open]") !== null;
            let action: (() => boolean) | undefined;
            if (e.ctrlKey || e.metaKey)
                action = e.altKey || e.shiftKey || inDialog ? undefined : withControl[key];
            else if (!e.altKey && !inDialog && !typing(e.target) && singleKeys())
                action = second ? () => { go(address(second)); return true; } : single[key];
            if (key !== "g")
                afterG.current = 0;
            if (action?.())
                e.preventDefault();
        };
        addEventListener("keydown", pressed);
        return () => removeEventListener("keydown", pressed);
    }, []);
}

export function Help(p: {onClose: () => void}) {
    const [on, setOn] = useState(singleKeys());
    const put = (value: boolean) => {
        localStorage.setItem(SWITCH, value ? "on" : "off");
        setOn(value);
    };
    return <Dialog title={t.help.title} onClose={p.onClose}>
        <div class="halves">
            <section><h3>{t.help.keys}</h3>
                <dl class="keys">{t.help.list.map(([key, what]) =>
                    <><dt><kbd>{key}</kbd></dt><dd>{what}</dd></>)}</dl>
                <Check label={t.help.single} help={t.help.singleHelp} checked={on} onInput={put} />
            </section>
            <section><h3>{t.help.map}</h3>
                <dl>{t.help.mapRows.map(([tyk, place, where]) => <><dt>{tyk}</dt>
                    <dd><a href={`#/${place}`} onClick={p.onClose}>{where}</a></dd></>)}</dl>
            </section>
        </div>
        <div class="bar"><button type="button" class="main" onClick={p.onClose}>{t.common.close}</button></div>
    </Dialog>;
}
