// The dashboard as static files: node build.mjs FOLDER
// Names of assets have a hash of their content, so that browsers may keep them.
import {build} from "esbuild";
import {gzipSync} from "node:zlib";
import fs from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "dist"));
const FIRST_LOAD_MAX = 120 * 1024;      // compressed, all of it

// "jotgate:reasons": code to {status, help}, of the program's own list.
function reasons() {
    const text = fs.readFileSync(
        path.join(here, "../core/base/errors.def"), "utf8");
    const row = /JG_ERROR\(\w+,\s*"(JG\d+)",\s*(\d+),\s*"(?:[^"\\]|\\.)*",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)/g;
    const all = {};
    for (const [, code, status, help] of text.matchAll(row))
        all[code] = {status: Number(status),
                     help: help.match(/"(?:[^"\\]|\\.)*"/g)
                         .map((part) => JSON.parse(part)).join("")};
    const count = text.match(/^JG_ERROR\(/gm).length;
    if (Object.keys(all).length !== count)
        throw new Error(`errors.def: read ${Object.keys(all).length} of ${count} rows`);
    return all;
}

const tables = {
    name: "tables",
    setup(b) {
        b.onResolve({filter: /^jotgate:reasons$/},
                    (args) => ({path: args.path, namespace: "tables"}));
        b.onLoad({filter: /.*/, namespace: "tables"},
                 () => ({contents: JSON.stringify(reasons()), loader: "json"}));
    },
};

fs.rmSync(out, {recursive: true, force: true});
const result = await build({
    entryPoints: {app: path.join(here, "src/main.tsx"),
                  style: path.join(here, "src/style.css")},
    bundle: true, minify: true, format: "esm", target: "es2020",
    jsx: "automatic", jsxImportSource: "preact", plugins: [tables],
    entryNames: "[name]-[hash]", outdir: path.join(out, "assets"),
    metafile: true, legalComments: "none", logLevel: "warning",
});

let page = fs.readFileSync(path.join(here, "src/index.html"), "utf8");
const files = Object.keys(result.metafile.outputs).map((f) => path.basename(f));
for (const file of files)
    page = page.replace(/assets\/(\w+)\.(js|css)/g, (all, name, ending) =>
        file.startsWith(`${name}-`) && file.endsWith(`.${ending}`)
            ? `assets/${file}` : all);

let size = gzipSync(page).length;
for (const file of files) {
    const whole = path.join(out, "assets", file);
    const packed = gzipSync(fs.readFileSync(whole), {level: 9});
    fs.writeFileSync(`${whole}.gz`, packed);
    size += packed.length;
}
if (size > FIRST_LOAD_MAX)
    throw new Error(`the first load has ${size} bytes, more than ${FIRST_LOAD_MAX}`);
fs.writeFileSync(path.join(out, "index.html"), page);   // last: it says "done"
console.log(`dashboard: ${files.length} files, ${(size / 1024).toFixed(1)} kB compressed`);
