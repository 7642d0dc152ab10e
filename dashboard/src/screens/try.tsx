/* A request as a cURL line: another origin is not ours to call from here. */
import {useState} from "preact/hooks";
import {gateway, keepGateway, type Api} from "../control";
import {address, go, type Route} from "../route";
import {t} from "../text";
import {Copy, Empty, json, SelectField, TextField, useResource, Wait} from "../widgets";
import {askAbout, methods} from "./explain";

/* One word of a shell, whatever is in it. */
export function quoted(text: string): string {
    return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

export function Try(p: {route: Route}) {
    const apis = useResource("/tyk/apis", json<Api[]>());
    const [base, setBase] = useState(gateway());
    const [api, setApi] = useState(p.route.query.get("api") ?? "");
    const [method, setMethod] = useState("GET");
    const [path, setPath] = useState("get");
    const [token, setToken] = useState("");
    const [body, setBody] = useState("");
    const chosen = apis.data?.find((a) => a.api_id === api) ?? apis.data?.[0];
    const prefix = (chosen?.proxy?.listen_path ?? "/").replace(/\/?$/, "/");
    const url = base.replace(/\/+$/, "") + prefix + path.replace(/^\/+/, "");
    const sent = token.trim().replace(/^Bearer\s+/i, "").replace(/\s+/g, "");
    const line = ["curl -i",
        method === "HEAD" ? "-I" : method !== "GET" && `-X ${method}`,
        quoted(url),
        sent && `-H ${quoted(`Authorization: Bearer ${sent}`)}`,
        body && `-H 'Content-Type: application/json' --data-raw ${quoted(body)}`,
    ].filter(Boolean).join(" ");
    return <>
        <h1>{t.try.title}</h1>
        <p class="quiet">{t.try.intro}</p>
        {apis.data === null ? <Wait of={apis} /> : apis.data.length === 0
            ? <Empty><p>{t.explain.noApis}</p>
                <a class="button main" href={address("apis", "new")}>{t.apis.add}</a></Empty>
            : <>
                <div class="fields">
                    <TextField label={t.try.gateway} value={base} type="url" mono
                        onInput={(v) => { setBase(v); keepGateway(v); }} />
                    <SelectField label={t.try.api} value={chosen?.api_id ?? ""} onInput={setApi}
                        options={apis.data.map((a) => [a.api_id, a.name || a.api_id])} />
                    <SelectField label={t.try.method} value={method} options={methods}
                        onInput={setMethod} />
                    <TextField label={t.try.path} value={path} onInput={setPath} mono />
                </div>
                <TextField label={t.try.token} value={token} onInput={setToken} rows={4} mono
                           help={t.try.tokenHelp} />
                {!["GET", "HEAD", "OPTIONS"].includes(method) &&
                    <TextField label={t.try.body} value={body} onInput={setBody} rows={4} mono />}
                <h2>{t.try.line}</h2>
                <Copy text={line} label={t.try.line} />
                <div class="bar"><button type="button" onClick={() => {
                    askAbout(token, method, `/${path.replace(/^\/+/, "")}`);
                    go(address("explain", undefined, {api: chosen!.api_id}));
                }}>{t.try.explain}</button></div>
            </>}
    </>;
}
