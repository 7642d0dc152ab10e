/* Split tokens that the gateway keeps: whose, until when, and the end of them. */
import {useState} from "preact/hooks";
import {call, get, type Api, type Split, type Splits} from "../control";
import {address} from "../route";
import {DataTable, type Column} from "../table";
import {t} from "../text";
import {words} from "../text_identity";
import {Ask, Dialog, Empty, Failure, json, Notice, SelectField, TextField, useAction, useReadOnly,
        useResource, Wait, When, type Resource} from "../widgets";

const w = words.splits;
const PAGE = 1000;

/* What a split token belongs to, as the list says it. */
const whose = (s: Split) => s.subject || s.client || s.id.slice(0, 9);

function columns(end: (s: Split) => void, readOnly: boolean): Column<Split>[] {
    return [
        {head: w.id, sort: (s) => s.id, cell: (s) => <code title={s.id}>{s.id.slice(0, 9)}…</code>},
        {head: w.kind, sort: (s) => s.kind ?? "", cell: (s) => w.kinds[s.kind ?? ""] ?? s.kind},
        {head: w.subject, sort: (s) => s.subject ?? "", cell: (s) =>
            s.subject || <span class="quiet">{w.nobody}</span>},
        {head: w.client, sort: (s) => s.client ?? "", cell: (s) => s.client},
        {head: w.api, sort: (s) => s.api_id ?? "", cell: (s) => s.api_id &&
            <a href={address("apis", s.api_id)}>{s.api_id}</a>},
        {head: w.created, sort: (s) => s.created ?? 0, cell: (s) => <When at={s.created} />},
        {head: t.keys.ends, sort: (s) => s.expires ?? Infinity, cell: (s) => <When at={s.expires} />},
        {head: t.common.actions, class: "end", cell: (s) => <button type="button" class="danger"
            disabled={readOnly} aria-label={w.endOf(whose(s), s.id.slice(0, 9))}
            onClick={() => end(s)}>{w.end}</button>},
    ];
}

/* All of a caller, of an API, or of both. */
function EndAll(p: {apis: Api[]; onClose: () => void; onDone: (count: number) => void}) {
    const [subject, setSubject] = useState("");
    const [api, setApi] = useState("");
    const {busy, problem, run} = useAction();
    const end = () => run(async () => {
        const query = new URLSearchParams({...(api && {api_id: api}), ...(subject && {subject})});
        const answer = await call("DELETE", `/tyk/splits?${query}`);
        p.onDone((JSON.parse(answer.text) as {deleted?: number}).deleted ?? 0);
    });
    return <Dialog title={w.endAll} stay={busy} onClose={p.onClose}>
        <form onSubmit={(e) => { e.preventDefault(); void end(); }}>
            <Failure problem={problem} />
            <p>{w.endAllHelp}</p>
            <TextField label={w.subject} value={subject} onInput={setSubject} mono autofocus
                       help={w.subjectHelp} />
            <SelectField label={w.api} value={api} onInput={setApi}
                options={[["", t.common.all], ...p.apis.map((a): [string, string] =>
                    [a.api_id, a.name || a.api_id])]} />
            <div class="bar">
                <button class="danger" disabled={busy || (subject === "" && api === "")}>{w.end}</button>
                <button type="button" onClick={p.onClose}>{t.common.cancel}</button></div>
        </form>
    </Dialog>;
}

export function SplitTokens({apis}: {apis: Resource<Api[]>}) {
    const readOnly = useReadOnly();
    const list = useResource(`/tyk/splits?limit=${PAGE}`, json<Splits>());
    const [more, setMore] = useState<{after: string; splits: Split[]; next?: string} | null>(null);
    const [ends, setEnds] = useState<Split | null>(null);
    const [endsAll, setEndsAll] = useState(false);
    const [done, setDone] = useState("");
    const {busy, problem, run} = useAction();
    /* Pages behind the first one belong to it, as long as it is the same. */
    const mine = more !== null && list.data?.next === more.after ? more : null;
    const rows = [...list.data?.splits ?? [], ...mine?.splits ?? []];
    const next = mine === null ? list.data?.next : mine.next;
    const finish = (text: string) => {
        setEnds(null);
        setEndsAll(false);
        setMore(null);
        setDone(text);
        void list.again();
    };
    const read = () => run(async (wanted) => {
        const page = await get<Splits>(`/tyk/splits?limit=${PAGE}&after=${next}`);
        if (wanted())
            setMore({after: list.data!.next!, splits: [...mine?.splits ?? [], ...page.splits],
                     next: page.next});
    });
    return <section>
        <div class="row"><h2>{w.title}</h2>
            {rows.length > 0 && <button type="button" disabled={readOnly || apis.data === null}
                onClick={() => setEndsAll(true)}>{w.endAll}…</button>}</div>
        {done && <Notice kind="good">{done}</Notice>}
        {list.data === null ? <Wait of={list} />
            : rows.length === 0 ? <Empty><p>{w.empty}</p></Empty>
            : <><p class="quiet">{w.intro}</p>
                <DataTable name="splits" label={w.title} rows={rows} columns={columns(setEnds, readOnly)}
                    id={(s) => s.id} words={(s) => [s.id, s.subject, s.client, s.api_id, s.kind]} /></>}
        <Failure problem={problem} />
        {next && <div class="bar"><button type="button" disabled={busy} onClick={read}>{w.more}</button></div>}
        {ends && <Ask title={w.ask(whose(ends))} button={w.end} onClose={() => setEnds(null)}
            action={() => call("DELETE", `/tyk/splits/${encodeURIComponent(ends.id)}`)}
            onDone={() => finish(w.ended)}><p>{w.askHelp}</p></Ask>}
        {endsAll && !readOnly && apis.data !== null && <EndAll apis={apis.data}
            onClose={() => setEndsAll(false)} onDone={(count) => finish(w.endedAll(count))} />}
    </section>;
}
