/*
 * Edits of a JSON text by member. Every byte outside the member stays as its
 * author wrote it: unknown fields, order, spaces, numbers too long for a double.
 */
export type Path = readonly string[];

interface Span { start: number; end: number }
interface Member { key: string; start: number; value: Span }

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,:\]}"]+/y;

function skip(text: string, at: number): number {
    SPACE.lastIndex = at;
    SPACE.test(text);
    return SPACE.lastIndex;
}

/* The end of the value that starts at <at>; the text is valid JSON. */
function valueEnd(text: string, at: number): number {
    let depth = 0;
    do {
        at = skip(text, at);
        const c = text[at];
        if (c === undefined)
            throw new SyntaxError("the JSON text ends too early");
        if (c === "{" || c === "[")
            depth++;
        else if (c === "}" || c === "]")
            depth--;
        if ("{}[],:".includes(c)) {
            at++;
        } else {
            SCALAR.lastIndex = at;
            if (!SCALAR.test(text))
                throw new SyntaxError("the text is not JSON");
            at = SCALAR.lastIndex;
        }
    } while (depth > 0);
    return at;
}

/* Those of an object, or of a list by their numbers. */
function members(text: string, span: Span): Member[] {
    return text[span.start] === "{" ? named(text, span)
        : text[span.start] === "[" ? items(text, span) : [];
}

function items(text: string, list: Span): Member[] {
    const found: Member[] = [];
    let at = skip(text, list.start + 1);
    while (text[at] !== "]") {
        const end = valueEnd(text, at);
        found.push({key: String(found.length), start: at, value: {start: at, end}});
        at = skip(text, end);
        if (text[at] === ",")
            at = skip(text, at + 1);
    }
    return found;
}

function named(text: string, object: Span): Member[] {
    const found: Member[] = [];
    let at = skip(text, object.start + 1);
    while (text[at] === '"') {
        const keyEnd = valueEnd(text, at);
        const start = skip(text, skip(text, keyEnd) + 1);
        const end = valueEnd(text, start);
        found.push({key: JSON.parse(text.slice(at, keyEnd)) as string,
                    start: at, value: {start, end}});
        at = skip(text, end);
        if (text[at] === ",")
            at = skip(text, at + 1);
    }
    return found;
}

function root(text: string): Span {
    JSON.parse(text);   // all below may take it for granted
    const start = skip(text, 0);
    return {start, end: valueEnd(text, start)};
}

/* The spaces before the last line's first character, when it has only those. */
function indentAt(text: string, at: number): string | null {
    const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
    return text.lastIndexOf("\n", at - 1) >= 0 && /^[ \t]*$/.test(line) ? line : null;
}

function written(value: unknown, indent: string | null): string {
    if (indent === null)
        return JSON.stringify(value);
    return JSON.stringify(value, null, 2).replace(/\n/g, `\n${indent}`);
}

function append(text: string, object: Span, all: Member[], key: string,
                value: unknown): string {
    const [open, close] = text[object.start] === "[" ? "[]" : "{}";
    const name = open === "{" ? `${JSON.stringify(key)}: ` : "";
    const last = all[all.length - 1];
    if (last === undefined) {
        const outer = indentAt(text, object.end - 1) ??
            /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", object.start) + 1))![0];
        const inner = `${outer}  `;
        return `${text.slice(0, object.start)}${open}\n${inner}${name}` +
            `${written(value, inner)}\n${outer}${close}${text.slice(object.end)}`;
    }
    const indent = indentAt(text, last.start);
    const gap = indent === null ? ", " : `,\n${indent}`;
    return text.slice(0, last.value.end) + gap + name +
        written(value, indent) + text.slice(last.value.end);
}

/* Can a member <key> be there, or be added? A list has no gaps. */
function takes(text: string, span: Span, all: Member[], key: string): boolean {
    return text[span.start] === "{" ||
        (text[span.start] === "[" && /^\d+$/.test(key) && Number(key) <= all.length);
}

/* <value> at <path>, where numbers count in lists; objects on the way are made,
 * all else is kept. */
export function setMember(text: string, path: Path, value: unknown): string {
    let span = root(text);
    for (let i = 0; i < path.length; i++) {
        const all = members(text, span);
        const rest = path.slice(i + 1)
            .reduceRight<unknown>((inner, key) => ({[key]: inner}), value);
        if (!takes(text, span, all, path[i]))
            return text.slice(0, span.start) +
                written({[path[i]]: rest}, indentAt(text, span.start)) +
                text.slice(span.end);
        const found = all.filter((m) => m.key === path[i]).pop();
        if (found === undefined)
            return append(text, span, all, path[i], rest);
        span = found.value;
    }
    const old = text.slice(span.start, span.end);
    if (JSON.stringify(JSON.parse(old)) === JSON.stringify(value))
        return text;
    const line = text.slice(text.lastIndexOf("\n", span.start) + 1);
    return text.slice(0, span.start) +
        written(value, old.includes("\n") ? /^[ \t]*/.exec(line)![0] : null) +
        text.slice(span.end);
}

/* Without the member at <path>; the text as it is when there is none. */
export function removeMember(text: string, path: Path): string {
    let span = root(text);
    for (let i = 0; i < path.length; i++) {
        const all = members(text, span);
        const at = all.findIndex((m) => m.key === path[i]);
        if (at < 0)
            return text;
        if (i < path.length - 1) {
            span = all[at].value;
            continue;
        }
        if (all.length === 1)
            return text.slice(0, span.start) + (text[span.start] === "[" ? "[]" : "{}") +
                text.slice(span.end);
        return at > 0
            ? text.slice(0, all[at - 1].value.end) + text.slice(all[at].value.end)
            : text.slice(0, all[0].start) + text.slice(all[1].start);
    }
    return text;
}

/* Several at once, in their order; undefined removes. */
export function setMembers(text: string, all: [Path, unknown][]): string {
    return all.reduce((now, [path, value]) => value === undefined
        ? removeMember(now, path) : setMember(now, path, value), text);
}

/* The value at <path> of a parsed document. */
export function member(document: unknown, path: Path): unknown {
    let at = document;
    for (const key of path) {
        if (typeof at !== "object" || at === null ||
            !Object.prototype.hasOwnProperty.call(at, key))
            return undefined;
        at = (at as Record<string, unknown>)[key];
    }
    return at;
}

/* A number as a number; what is none is left for the gateway to refuse. */
export const toNumber = (text: string): unknown =>
    text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
