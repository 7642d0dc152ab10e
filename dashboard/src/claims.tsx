/* Which claim is it? Paths tried on a pasted token, by the gateway's own reading of them. */
import {useState} from "preact/hooks";
import type {Claims, FoundClaim} from "./answers";
import {post} from "./control";
import {keeps} from "./editor";
import {words} from "./text_identity";
import {Failure, Table, TextField, useAction} from "./widgets";

const w = words.claims;

/* Kept while the tab is open and nowhere else. */
let kept = "";
keeps({unsaved: () => false, forget: () => { kept = ""; }});
export const keptToken = () => kept;
export const keepToken = (text: string) => { kept = text; };

export interface Looked { answer: Claims; of: (path: string) => FoundClaim | undefined }

/* A token, and what <paths> yield in it as soon as somebody asks. */
export function useClaims(paths: string[]) {
    const [token, setToken] = useState(kept);
    const [looked, setLooked] = useState<Looked | null>(null);
    const action = useAction();
    const look = (which = paths) => action.renew(async (wanted) => {
        const asked = [...new Set([...which, "iss", "aud"].filter((path) => path !== ""))];
        const answer = await post<Claims>("/tyk/identity/claims", {token, paths: asked});
        if (wanted())
            setLooked({answer, of: (path) => answer.found.find((f) => f.path === path)});
    });
    return {token, looked, look, ...action,
            setToken: (text: string) => {
                kept = text;
                setToken(text);
                setLooked(null);
                action.drop();
            }};
}

export function shown(value: unknown): string {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/* <scopes>: the claim that is read as scopes; of others that says nothing. */
export function FoundTable(p: {found: FoundClaim[]; scopes: string}) {
    return <Table label={w.title} head={[w.claim, w.kind, w.value, w.means]}>
        {p.found.map((f) => <tr key={f.path}>
            <td><code>{f.path}</code></td>
            <td class={f.kind === "nothing" ? "state off" : ""}>{f.kind === "string" &&
                f.path === p.scopes && f.scopes.length > 1 ? w.spaces : w.kinds[f.kind] ?? f.kind}</td>
            <td class="break">{f.kind === "nothing" ? "–" : shown(f.value)}</td>
            <td>{f.path !== p.scopes ? "" : f.scopes.length === 0 ? w.noScopes : f.scopes.map((s, i) =>
                <>{i > 0 && " "}<code>{s}</code></>)}</td>
        </tr>)}
    </Table>;
}

export function TokenField(p: {claims: ReturnType<typeof useClaims>}) {
    const c = p.claims;
    return <>
        <TextField label={w.token} rows={4} mono value={c.token} help={w.tokenHelp}
                   onInput={c.setToken} />
        <button type="button" disabled={c.busy || c.token.trim() === ""}
                onClick={() => c.look()}>{w.button}</button>
        <Failure problem={c.problem} />
    </>;
}

/* One path at a time: "what does realm_access.roles yield?" */
export function ClaimTester(p: {path: string}) {
    const [path, setPath] = useState(p.path || "scope");
    const claims = useClaims([path]);
    const found = claims.looked?.of(path);
    return <>
        <TextField label={w.path} mono value={path} help={w.pathHelp} onInput={setPath} />
        <TokenField claims={claims} />
        <div aria-live="polite">{found && <FoundTable found={[found]} scopes={path} />}</div>
    </>;
}
