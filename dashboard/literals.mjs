// English outside of src/text.ts: node literals.mjs. What people read is in one
// file; a word between tags or in a label of a screen is a finding.
import fs from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";

const src = path.join(path.dirname(fileURLToPath(import.meta.url)), "src");

// The same in every language, as are addresses and names_of_fields.
const names = new Set(["URL", "HTTP", "JWT", "jotgate"]);

const rules = [
    /* between tags: >word<, not the types of TypeScript */
    [/(?<!=)>([^<>{}()=;|&]*[A-Za-z]{2}[^<>{}()=;|&]*)<\/?[a-z]/g, "text between tags"],
    [/\b(?:label|title|placeholder|alt|help|aria-label)="([^"]*[A-Za-z]{3}[^"]*)"/g, "attribute"],
    [/\b(?:label|title|placeholder|alt|help|aria-label)=\{(?:"([^"]*[A-Za-z]{3}[^"]*)"|`[^`$]*[A-Za-z]{3}[^`]*`)\}/g, "attribute"],
    [/\b(?:alert|confirm|prompt)\(/g, "dialog of the browser"],
    [/new (?:Error|Problem)\([^)]*"[^"]* [^"]*"/g, "text of an error"],
];

const blank = (text) => text.replace(/[^\n]/g, " ");
const code = (text) => text.replace(/\/\*[\s\S]*?\*\/|(?<![:"'`])\/\/.*$/gm, blank);

export function findings(text) {
    const found = [];
    for (const [pattern, what] of rules)
        for (const match of code(text).matchAll(pattern)) {
            const word = (match[1] ?? match[0]).trim();
            if (!names.has(word) && !/^https?:\S*$|^[a-z]+(_[a-z]+)+$/.test(word))
                found.push({line: text.slice(0, match.index).split("\n").length, what, word});
        }
    return found;
}

function files(folder) {
    return fs.readdirSync(folder, {withFileTypes: true}).flatMap((one) => one.isDirectory()
        ? files(path.join(folder, one.name)) : path.join(folder, one.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    let count = 0;
    for (const file of files(src).filter((name) => name.endsWith(".tsx")))
        for (const {line, what, word} of findings(fs.readFileSync(file, "utf8"))) {
            console.error(`${path.relative(src, file)}:${line}: ${what}: "${word}" belongs into text.ts`);
            count++;
        }
    process.exitCode = count > 0 ? 1 : 0;
}
