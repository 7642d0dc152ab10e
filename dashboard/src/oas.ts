/*
 * Definitions in OpenAPI's form. Forms speak of members by their classic names;
 * here is where Tyk's part of such a document has them, so that one form serves
 * both, and each edit is one of the user's own document.
 */
import type {Document} from "./editor";
import {member, type Path} from "./json_edit";

export const TYK = "x-tyk-api-gateway";
const AUTH = [TYK, "server", "authentication"];
const NEW_SCHEME = "jwtAuth";

/* A classic member, and the one in Tyk's part; "$" is the scheme for JWTs. */
const places: [classic: string, oas: string][] = [
    ["name", "info.name"], ["api_id", "info.id"], ["active", "info.state.active"],
    ["proxy.listen_path", "server.listenPath.value"],
    ["proxy.strip_listen_path", "server.listenPath.strip"], ["proxy.target_url", "upstream.url"],
    ["auth.auth_header_name", "$.header.name"],
    ["auth.use_param", "$.query.enabled"], ["auth.use_cookie", "$.cookie.enabled"],
    ["jwt_source", "$.source"], ["jwt_jwks_uris", "$.jwksURIs"], ["jwt_issuer", "$.issuer"],
    ["jwt_signing_method", "$.signingMethod"], ["jwt_identity_base_field", "$.identityBaseField"],
    ["jwt_subject_claims", "$.subjectClaims"], ["jwt_policy_field_name", "$.policyFieldName"],
    ["jwt_base_policy_claims", "$.basePolicyClaims"],
    ["jwt_default_policies", "$.defaultPolicies"],
    ["scopes.jwt.scope_claim_name", "$.scopes.claimName"],
    ["jwt_scope_claims", "$.scopes.claims"],
    ["scopes.jwt.scope_to_policy", "$.scopes.scopeToPolicyMapping"],
    ["allowed_issuers", "$.allowedIssuers"], ["allowed_audiences", "$.allowedAudiences"],
    ["allowed_subjects", "$.allowedSubjects"], ["jti_validation", "$.jtiValidation"],
    ["custom_claim_validation", "$.customClaimValidation"],
    ["jwt_issued_at_validation_skew", "$.issuedAtValidationSkew"],
    ["jwt_expires_at_validation_skew", "$.expiresAtValidationSkew"],
    ["jwt_not_before_validation_skew", "$.notBeforeValidationSkew"],
];
const MAPPING = ["scopes", "jwt", "scope_to_policy"];

const keys = (value: unknown) =>
    typeof value === "object" && value !== null ? Object.keys(value) : [];
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const same = (value: unknown, wanted: string) =>
    typeof value === "string" && value.toLowerCase() === wanted;

/* All of a document that is not OpenAPI's own. */
export const tykPart = (value: unknown) => ({[TYK]: member(value, [TYK])});

const isOas = (value: unknown) => member(value, [TYK]) !== undefined;

function isJwt(native: unknown): boolean {
    return same(member(native, ["type"]), "http") && same(member(native, ["scheme"]), "bearer") &&
        same(member(native, ["bearerFormat"]), "jwt");
}

const native = (value: unknown, name: string) =>
    member(value, ["components", "securitySchemes", name]);

/* The schemes that are asked for: in Tyk's legacy mode of the first requirement. */
function asked(value: unknown): string[] {
    const all = member(value, ["security"]);
    const every = member(value, [...AUTH, "securityProcessingMode"]) === "compliant";
    return isList(all) ? (every ? all : all.slice(0, 1)).flatMap(keys) : [];
}

/* The one for JWTs that counts. */
function jwtScheme(value: unknown): string | undefined {
    return asked(value).find((name) => isJwt(native(value, name)) &&
        member(value, [...AUTH, "securitySchemes", name, "enabled"]) === true);
}

/* Others are asked for, too, or instead: then only the text says what is meant. */
export const asksOthers = (value: unknown) =>
    asked(value).some((name) => !isJwt(native(value, name)));

/* Where secrets are, in either form. */
export function secretPlaces(value: unknown): Path[] {
    if (!isOas(value))
        return member(value, ["jwt_signing_method"]) === "hmac" ? [["jwt_source"]] : [];
    const schemes = [...AUTH, "securitySchemes"];
    return keys(member(value, schemes))
        .filter((name) => same(member(value, [...schemes, name, "signingMethod"]), "hmac"))
        .map((name) => [...schemes, name, "source"]);
}

/* Where <path> of a classic definition is here. */
function placeOf(value: unknown, path: Path): Path | undefined {
    const text = path.join(".");
    const found = places.find(([classic]) => text === classic || text.startsWith(`${classic}.`));
    if (found === undefined)
        return undefined;
    const start = found[1].startsWith("$.")
        ? [...AUTH, "securitySchemes", jwtScheme(value) ?? NEW_SCHEME, ...found[1].slice(2).split(".")]
        : [TYK, ...found[1].split(".")];
    return [...start, ...path.slice(found[0].split(".").length)];
}

interface Pair { scope?: unknown; policyId?: unknown }

function pairs(value: unknown): Pair[] | undefined {
    const list = member(value, placeOf(value, MAPPING)!);
    return isList(list) ? list as Pair[] : undefined;
}

/* What no member of this form says by itself. */
const derived: Record<string, (value: unknown) => unknown> = {
    use_keyless: (value) => member(value, [...AUTH, "enabled"]) !== true,
    enable_jwt: (value) => jwtScheme(value) !== undefined,
    use_standard_auth: (value) => jwtScheme(value) === undefined &&
        asked(value).some((name) => same(member(native(value, name), ["type"]), "apikey")),
    "auth.disable_header": (value) => jwtScheme(value) !== undefined && member(value,
        [...AUTH, "securitySchemes", jwtScheme(value)!, "header", "enabled"]) !== true,
    [MAPPING.join(".")]: (value) => {
        const list = pairs(value);
        return list && Object.fromEntries(list.map((pair) => [String(pair?.scope), pair?.policyId]));
    },
};

/* All that a document needs before a JWT is asked for: what is there already stays. */
function makeJwt(value: unknown): [Path, unknown][] {
    const known = keys(member(value, ["components", "securitySchemes"]))
        .find((name) => isJwt(native(value, name)));
    const name = known ?? NEW_SCHEME;
    const scheme = [...AUTH, "securitySchemes", name];
    const security = member(value, ["security"]);
    return [
        ...known === undefined ? [[["components", "securitySchemes", name],
            {type: "http", scheme: "bearer", bearerFormat: "JWT"}] as [Path, unknown]] : [],
        isList(security) && security.length > 0
            ? [["security", "0", name], []] : [["security"], [{[name]: []}]],
        ...member(value, scheme) === undefined
            ? [[scheme, {enabled: true, header: {enabled: true, name: "Authorization"},
                         signingMethod: "hmac", source: ""}] as [Path, unknown]]
            : [[[...scheme, "enabled"], true] as [Path, unknown]],
    ];
}

/* A list of pairs: those that stay keep their place and what else is in them. */
function editMapping(value: unknown, edits: [Path, unknown][]): [Path, unknown][] {
    const list = pairs(value), at = placeOf(value, MAPPING)!;
    const here = (scope: string) => (list ?? []).flatMap((pair, i) =>
        String(pair?.scope) === scope ? [i] : []);
    const set: [Path, unknown][] = [], gone: number[] = [];
    let end = list?.length ?? 0;
    for (const [path, policyId] of edits) {
        const scope = path[path.length - 1];
        if (policyId === undefined)
            gone.push(...here(scope));
        else if (here(scope).length > 0)
            set.push(...here(scope).map((i): [Path, unknown] => [[...at, String(i), "policyId"], policyId]));
        else
            set.push([[...at, String(end++)], {scope, policyId}]);
    }
    return [...list === undefined ? [[at, []] as [Path, unknown]] : [], ...set,
            ...gone.sort((a, b) => b - a).map((i): [Path, unknown] => [[...at, String(i)], undefined])];
}

/* What one edit of a classic member is here; of a mode that is off, nothing. */
function edited(value: unknown, path: Path, to: unknown): [Path, unknown][] {
    const name = path.join(".");
    if (name === "use_keyless")
        return [[[...AUTH, "enabled"], to !== true]];
    if (name === "enable_jwt")
        return to === true && jwtScheme(value) === undefined ? makeJwt(value) : [];
    const place = placeOf(value, path);
    return place === undefined ? [] : [[place, to]];
}

const isMapped = (path: Path) => path.length > MAPPING.length &&
    MAPPING.every((name, i) => path[i] === name);

/* <doc>, a document in OpenAPI's form, by classic names. */
export function byClassicNames(doc: Document): Document {
    const value = doc.get([]);
    const get = (path: Path): unknown => {
        if (path.length === 0)
            return value;
        const make = derived[path.join(".")];
        const place = placeOf(value, path);
        return make !== undefined ? make(value) : place && member(value, place);
    };
    const setAll = (all: [Path, unknown][]) => {
        const mapped = all.filter(([path]) => isMapped(path));
        doc.setAll([...all.filter(([path]) => !isMapped(path))
                        .flatMap(([path, to]) => edited(value, path, to)),
                    ...mapped.length > 0 ? editMapping(value, mapped) : []]);
    };
    return {
        isNew: doc.isNew, get, setAll,
        text: (path) => {
            const found = get(path);
            return found === undefined || found === null ? "" : String(found);
        },
        set: (path, to) => setAll([[path, to]]),
        error: (path) => {
            const place = placeOf(value, path);
            return place && doc.error(place);
        },
        code: (path) => {
            const place = placeOf(value, path) ?? path;
            return place[place.length - 1];
        },
    };
}
