// src/api_types.ts out of the control API's own description, which the build
// folder $BUILD (../build) has: made before each type check, so it never differs.
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {fileURLToPath} from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const build = path.resolve(here, process.env.BUILD ?? "../build");
const file = path.join(here, "src/api_types.ts");
const names = {string: "string", integer: "number", number: "number", boolean: "boolean"};

const member = (name) => /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);

function object(schema, indent) {
    const inner = `${indent}    `;
    const rows = Object.entries(schema.properties).map(([name, one]) =>
        `${one.description ? `${inner}/** ${one.description.replaceAll("*/", "* /")} */\n` : ""}` +
        `${inner}${member(name)}${schema.required?.includes(name) ? "" : "?"}: ${type(one, inner)};\n`);
    return `{\n${rows.join("")}${indent}}`;
}

// null and an absent member mean the same everywhere, so that types say "absent".
function type(schema, indent = "") {
    if (schema.$ref)
        return schema.$ref.split("/").pop();
    if (schema.allOf)
        return schema.allOf.map((one) => type(one, indent)).join(" & ");
    const kind = [schema.type].flat().find((one) => one !== "null");
    if (kind === "array")
        return `${type(schema.items, indent).replace(/^.* & .*$/s, "($&)")}[]`;
    if (schema.additionalProperties)
        return `Record<string, ${type(schema.additionalProperties, indent)}>`;
    return kind === "object" && schema.properties ? object(schema, indent)
        : names[kind] ?? "unknown";
}

const {components: {schemas}} = JSON.parse(execFileSync(
    path.join(build, "reference"), ["openapi"], {encoding: "utf8", maxBuffer: 1 << 26}));
const text = "/* Made by types.mjs out of /openapi.json: do not edit. */\n" +
    Object.entries(schemas).map(([name, schema]) =>
        `\nexport type ${name} = ${type(schema)};\n`).join("");

fs.writeFileSync(file, text);
