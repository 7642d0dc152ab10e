/*
 * A table that is searched, sorted and read in pages. All of its rows are
 * searched, not the page in sight; what was chosen is in the address.
 */
import type {ComponentChildren} from "preact";
import {useLayoutEffect, useState} from "preact/hooks";
import {t} from "./text";
import {matches, Search} from "./widgets";

const PAGE = 50;

export interface Column<Row> {
    head: string;
    cell: (row: Row) => ComponentChildren;
    sort?: (row: Row) => string | number;   // without: this column cannot be sorted by
    class?: string;
}

interface Choice { search: string; by: number; down: boolean; page: number }

/* "#/keys?keys=till&keys.by=-2&keys.page=3" */
function readChoice(name: string): Choice {
    const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
    const by = Number(query.get(`${name}.by`) ?? 0);
    return {search: query.get(name) ?? "", by: Math.abs(by), down: by < 0,
            page: Math.max(0, Number(query.get(`${name}.page`) ?? 1) - 1)};
}

function writeChoice(name: string, choice: Choice) {
    const [path, text] = location.hash.split("?");
    const query = new URLSearchParams(text ?? "");
    const put = (key: string, value: string) =>
        value === "" ? query.delete(key) : query.set(key, value);
    put(name, choice.search);
    put(`${name}.by`, choice.by === 0 ? "" : String(choice.down ? -choice.by : choice.by));
    put(`${name}.page`, choice.page === 0 ? "" : String(choice.page + 1));
    history.replaceState(null, "", `${path || "#/"}${query.size > 0 ? `?${query}` : ""}`);
}

/* By column <by>, counted from 1; 0 is the order in which they came. */
function sorted<Row>(rows: Row[], columns: Column<Row>[], choice: Choice): Row[] {
    const value = columns[choice.by - 1]?.sort;
    if (value === undefined)
        return rows;
    const compare = (a: Row, b: Row) => {
        const x = value(a), y = value(b);
        return typeof x === "number" && typeof y === "number" ? x - y
            : String(x).localeCompare(String(y));
    };
    return [...rows].sort((a, b) => choice.down ? compare(b, a) : compare(a, b));
}

function Head<Row>(p: {column: Column<Row>; number: number; choice: Choice;
                       put: (choice: Partial<Choice>) => void}) {
    const chosen = p.choice.by === p.number;
    if (p.column.sort === undefined)
        return <th scope="col">{p.column.head}</th>;
    return <th scope="col" aria-sort={!chosen ? undefined
            : p.choice.down ? "descending" : "ascending"}>
        <button type="button" class="sort" onClick={() =>
            p.put({by: p.number, down: chosen && !p.choice.down, page: 0})}>
            {p.column.head}<span aria-hidden="true">{
                !chosen ? " ↕" : p.choice.down ? " ↓" : " ↑"}</span></button></th>;
}

function Pages(p: {page: number; all: number; put: (choice: Partial<Choice>) => void}) {
    const last = Math.ceil(p.all / PAGE) - 1;
    return <div class="bar" role="group" aria-label={t.table.pages}>
        <button type="button" disabled={p.page === 0}
                onClick={() => p.put({page: p.page - 1})}>{t.table.before}</button>
        <button type="button" disabled={p.page >= last}
                onClick={() => p.put({page: p.page + 1})}>{t.table.after}</button>
        <span class="quiet" role="status">{t.table.range(p.page * PAGE + 1,
            Math.min(p.all, (p.page + 1) * PAGE), p.all)}</span>
    </div>;
}

/* <name> in the address; <words> of a row are what a search looks at. */
export function DataTable<Row>(p: {name: string; label: string; rows: Row[];
    columns: Column<Row>[]; id: (row: Row) => string;
    words: (row: Row) => (string | undefined)[]}) {
    const [choice, setChoice] = useState(() => readChoice(p.name));
    useLayoutEffect(() => {
        const changed = () => setChoice(readChoice(p.name));
        addEventListener("hashchange", changed);    // back, or a link to all of it
        return () => removeEventListener("hashchange", changed);
    }, [p.name]);
    const put = (more: Partial<Choice>) => {
        const next = {...choice, ...more};
        writeChoice(p.name, next);
        setChoice(next);
    };
    const found = sorted(p.rows.filter((row) => matches(choice.search, ...p.words(row))),
                         p.columns, choice);
    const page = Math.min(choice.page, Math.max(0, Math.ceil(found.length / PAGE) - 1));
    return <>
        <Search value={choice.search} label={t.table.search(p.label)}
                onInput={(search) => put({search, page: 0})} />
        {choice.search && <span class="away" role="status">{t.table.found(found.length)}</span>}
        {found.length === 0 ? <p class="quiet">{t.common.noHit}</p>
            : <div class="scroll" role="region" aria-label={p.label} tabIndex={0}>
                <table>
                    <thead><tr>{p.columns.map((column, i) => <Head column={column}
                        number={i + 1} choice={choice} put={put} />)}</tr></thead>
                    <tbody>{found.slice(page * PAGE, (page + 1) * PAGE).map((row) =>
                        <tr key={p.id(row)}>{p.columns.map((column) =>
                            <td class={column.class}>{column.cell(row)}</td>)}</tr>)}</tbody>
                </table>
            </div>}
        {found.length > PAGE && <Pages page={page} all={found.length} put={put} />}
        {found.length <= PAGE && p.rows.length > 10 &&
            <p class="quiet">{t.table.range(Math.min(1, found.length), found.length, p.rows.length)}</p>}
    </>;
}
