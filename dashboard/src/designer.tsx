/* The parts of an API's form that most APIs leave alone: headers and scripts. */
import {useState} from "preact/hooks";
import type {Document} from "./editor";
import {fromBase64, toBase64} from "./encoding";
import {scripts} from "./scripts";
import {t} from "./text";
import {Check, SelectField, TextField} from "./widgets";

type Endpoint = Record<string, unknown>;

/* The version that a not versioned API has: "Default", or the only one. */
function version(doc: Document): string[] {
    const all = doc.get(["version_data", "versions"]);
    const names = typeof all === "object" && all !== null ? Object.keys(all) : [];
    return ["version_data", "versions",
            names.includes("Default") ? "Default" : names[0] ?? "Default"];
}

/* "Name: value" lines; what has no colon yet is not a header yet. */
function readHeaders(text: string): Record<string, string> {
    return Object.fromEntries(text.split("\n").map((line) => /^([^:]+):\s*(.*)$/.exec(line))
        .filter((found) => found !== null).map(([, name, value]) => [name.trim(), value.trim()]));
}

function Headers(p: {doc: Document}) {
    const path = [...version(p.doc), "global_headers"];
    const found = p.doc.get(path);
    const [text, setText] = useState(() => typeof found === "object" && found !== null
        ? Object.entries(found).map(([name, value]) => `${name}: ${String(value)}`).join("\n") : "");
    return <TextField label={t.more.headers} code="global_headers" rows={3} mono
        value={text} help={t.more.headersHelp} error={p.doc.error(path)}
        onInput={(typed) => {
            const headers = readHeaders(typed);
            setText(typed);
            p.doc.set(path, Object.keys(headers).length > 0 ? headers : undefined);
        }} />;
}

function OneEndpoint(p: {number: number; endpoint: Endpoint;
                         set: (endpoint: Endpoint | null) => void}) {
    const e = p.endpoint;
    const inline = e.function_source_type !== "file";
    const source = String(e.function_source_uri ?? "");
    const text = (label: string, name: string) => <TextField label={label} code={name} mono
        value={String(e[name] ?? "")} onInput={(v) => p.set({...e, [name]: v})} />;
    return <fieldset class="card">
        <legend>{t.more.endpoint(p.number)}</legend>
        <div class="fields">
            {text(t.more.path, "path")}
            {text(t.more.method, "method")}
            {text(t.more.fn, "response_function_name")}
        </div>
        {inline ? <TextField label={t.more.script} rows={12} mono value={fromBase64(source)}
                    onInput={(v) => p.set({...e, function_source_uri: toBase64(v)})} />
            : text(t.more.file, "function_source_uri")}
        <button type="button" onClick={() => p.set(null)}>{t.more.remove(p.number)}</button>
    </fieldset>;
}

function Endpoints(p: {doc: Document}) {
    const base = version(p.doc);
    const path = [...base, "extended_paths", "virtual"];
    const found = p.doc.get(path);
    const list = Array.isArray(found) ? found as Endpoint[] : [];
    const [start, setStart] = useState<keyof typeof scripts>("empty");
    const put = (next: Endpoint[]) => p.doc.setAll([
        [path, next], ...(next.length > 0
            ? [[[...base, "use_extended_paths"], true] as [string[], unknown]] : [])]);
    const add = () => put([...list, {
        path: start === "split" ? "/token" : "/hello", method: scripts[start].method,
        response_function_name: scripts[start].fn, function_source_type: "blob",
        function_source_uri: toBase64(scripts[start].source)}]);
    return <>
        <p class="note">{t.more.scriptsHelp}</p>
        {list.map((endpoint, i) => <OneEndpoint key={i} number={i + 1} endpoint={endpoint}
            set={(next) => put(next === null ? list.filter((_, k) => k !== i)
                : list.map((old, k) => k === i ? next : old))} />)}
        <div class="fields">
            <SelectField label={t.more.start} value={start} options={Object.entries(t.more.starts)}
                onInput={(v) => setStart(v as keyof typeof scripts)} />
        </div>
        <button type="button" onClick={add}>{t.more.add}</button>
    </>;
}

/* Clients hold the signature alone; the gateway is in front of the provider. */
function SplitToken(p: {doc: Document}) {
    const {doc} = p;
    const on = doc.get(["split_token"]) !== undefined;
    const field = (name: string, label: string, help: string, type?: "url") =>
        <TextField label={label} code={name} help={help} type={type}
            value={doc.text(["split_token", name])} error={doc.error(["split_token", name])}
            onInput={(v) => doc.set(["split_token", name], v)} />;
    return <>
        <p class="note">{t.more.splitHelp}</p>
        <Check label={t.more.splitOn} checked={on} onInput={(yes) => doc.set(["split_token"],
            yes ? {token_url: "", path: "/token", mode: "split"} : undefined)} />
        {on && <>
            {field("token_url", t.more.tokenUrl, t.more.tokenUrlHelp, "url")}
            {field("path", t.more.tokenPath, t.more.tokenPathHelp)}
            <SelectField label={t.more.splitMode} code="mode" value={doc.text(["split_token", "mode"])}
                help={t.more.splitModeHelp} error={doc.error(["split_token", "mode"])}
                options={Object.entries(t.more.splitModes)}
                onInput={(v) => doc.set(["split_token", "mode"], v)} />
        </>}
    </>;
}

/* Closed until somebody needs them, or has used them. */
export function More(p: {doc: Document}) {
    const [base] = useState(() => version(p.doc));
    const [open] = useState(() => p.doc.get([...base, "global_headers"]) !== undefined ||
        p.doc.get([...base, "extended_paths"]) !== undefined);
    const [split] = useState(() => p.doc.get(["split_token"]) !== undefined);
    return <>
        <details open={open}><summary>{t.more.upstream}</summary>
            <Headers doc={p.doc} />
            <Check label={t.more.strip} checked={p.doc.get(["strip_auth_data"]) === true}
                help={t.more.stripHelp} onInput={(on) => p.doc.set(["strip_auth_data"], on)} />
        </details>
        {p.doc.get(["enable_jwt"]) === true && <details open={split}>
            <summary>{t.more.split}</summary><SplitToken doc={p.doc} /></details>}
        <details open={open}><summary>{t.more.scripts}</summary><Endpoints doc={p.doc} /></details>
    </>;
}
