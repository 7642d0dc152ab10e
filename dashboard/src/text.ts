/* Every word that a person reads, in one place and ready for translation. */
const number = new Intl.NumberFormat("en");
const relative = new Intl.RelativeTimeFormat("en", {numeric: "auto"});

export const t = {
    name: "jotgate",
    skip: "Skip to the content",
    theme: {label: "Theme", system: "System", light: "Light", dark: "Dark"},
    places: {
        overview: "Overview", apis: "APIs", policies: "Policies",
        identity: "Identity", keys: "Keys", explain: "Explain",
        try: "Try it", system: "System", label: "Main menu",
    },
    signOut: "Sign out",
    readOnly: "This secret may only read: nothing can be changed here, and secrets are hidden.",
    signIn: {
        secret: "Control secret",
        help: "It is the secret of tyk.conf, or its read_only_secret. It stays in this tab and is gone when the tab is closed.",
        button: "Sign in",
        wrong: "This secret is refused. It is the member secret of tyk.conf, or TYK_GW_SECRET.",
        idle: "You were signed out after 30 minutes without use.",
    },
    problem: {
        network: "The gateway does not answer. Is it still running?",
        status: "The gateway answered",
        again: "Try again",
        conflict: "Somebody changed this document since you opened it. Your changes are still here: copy what you need, then open the current one.",
        current: "Open the current one",
    },
    common: {
        actions: "Actions",
        cancel: "Cancel", save: "Review changes", close: "Close", copy: "Copy",
        copied: "Copied", remove: "Delete", search: "Search",
        loading: "Loading…", none: "none", all: "all",
        active: "active", inactive: "inactive", never: "never",
        noHit: "Nothing matches this search.", discard: "Discard changes",
        optional: "optional",
    },
    command: {
        title: "Search or run", open: "Search", key: "Ctrl K", hint: "A page, an API, a policy, an action",
        results: "What matches", page: "page", action: "action", api: "API", policy: "policy",
        clipboard: "Explain the clipboard", theme: (name: string) => `Theme: ${name}`,
        help: "Keyboard and help",
        words: {add: "new create make", addPolicy: "new create make system management",
                protect: "new first guide start", revoke: "refuse ban session logout",
                clipboard: "paste token why"},
    },
    help: {
        title: "Keyboard and help", keys: "Keys", open: "Help",
        list: [
            ["Ctrl K", "search or run anything"], ["/", "search on this page"],
            ["g o", "Overview"], ["g a", "APIs"], ["g p", "Policies"], ["g i", "Identity"],
            ["g k", "Keys"], ["g e", "Explain"], ["g t", "Try it"], ["g s", "System"],
            ["e", "edit as JSON"], ["Ctrl S", "review changes"], ["Esc", "close"], ["?", "this help"],
        ],
        single: "Keys of one letter", singleHelp: "Switch them off where speech input types letters.",
        map: "From Tyk's Dashboard",
        mapRows: [
            ["APIs → Add New API", "apis/new", "APIs → Add API"],
            ["API → Authentication mode", "apis", "APIs → its name"],
            ["System Management → Policies → Add Policy", "policies/new", "Policies → Add policy"],
            ["System Management → Keys", "keys", "Keys"],
            ["Activity Overview, Errors", "overview", "Overview"],
            ["API → Debugger", "explain", "Explain"],
        ],
    },
    table: {
        search: (what: string) => `Search: ${what}`,
        pages: "Pages", before: "Previous", after: "Next",
        range: (from: number, to: number, all: number) =>
            `${number.format(from)}–${number.format(to)} of ${number.format(all)}`,
        found: (n: number) => n === 1 ? "One row matches." : `${number.format(n)} rows match.`,
    },
    flow: {
        label: "The steps of a decision",
        nodes: {
            request: "Request", token: "Token", key: "Key", claims: "Claims",
            identity: "Policies", rights: "Rights", limits: "Limits",
            upstream: "Upstream",
        },
        refused: (n: number) => `${number.format(n)} refused`,
        passed: (n: number) => `${number.format(n)} let pass`,
        came: (n: number) => `${number.format(n)} came`,
        show: (n: number, node: string) => `${number.format(n)} refused at ${node}: show them`,
        state: {pass: "passed", fail: "failed here", skip: "not needed",
                not_reached: "not reached", wait: "waits"},
    },
    overview: {
        title: "Overview",
        requests: "Requests per second", refused: "Refused per second",
        half: "Half are answered within", most: "99 % are answered within",
        apis: "APIs in force", policies: "Policies in force",
        chart: "Traffic of the last five minutes", chartPassed: "let pass",
        chartRefused: "refused", collecting: "Collecting; two readings make a line.",
        flow: "Where requests end",
        flowHelp: "The last 1,000 decisions of the journal. A way down shows the requests that ended there.",
        filtered: (node: string) => `Only requests that ended at ${node}.`, showAll: "Show all",
        table: "The same as a table", marks: "A grey line: the configuration was loaded.",
        request: "Request", inspect: (id: string) => `Explain request ${id}`,
        reasons: "Refused since the start, by reason",
        noReasons: "No request was refused since the start.",
        recent: "Recent decisions",
        noRecent: "No request yet. Send one through the gateway: Try it makes the cURL line.",
        time: "Time", api: "API", method: "Method", status: "Status",
        reason: "Reason", took: "Took", count: "Count", what: "What it means",
        faults: (n: number) => `The last reload found ${n} fault${n === 1 ? "" : "s"}: System names file and line. What was good before stays in force.`,
        pass: "let pass",
    },
    explain: {
        title: "Explain",
        intro: "Why is a token refused? Paste it and see every step that the gateway takes.",
        token: "Token",
        tokenHelp: "Also a header, a cURL command, a token response in JSON, an address with a token, a split token, or the id of a request. Nothing of it is stored or logged.",
        share: "Share this", report: "Report without the token",
        shareHelp: "The token and the values of its claims are not in it.", names: "Claims in the token",
        request: "Request id",
        noRequest: (n: number) => `The journal does not have this request: it keeps the last ${number.format(n)}, since the start.`,
        requestHelp: "The journal keeps no tokens. Paste the caller's token to see every step.",
        api: "API", method: "Method", path: "Path", button: "Explain",
        allow: "Let pass", deny: "Refused", want: "Cannot be decided yet",
        at: (n: number, all: number, step: string) => `at step ${n} of ${all}, ${step}`,
        client: "What the client gets",
        upstream: "The upstream answers; the gateway adds nothing to it.",
        seen: "Found", expected: "Expected", reason: "Reason", hints: "Likely causes",
        steps: "Steps", fix: "What to do",
        contents: "What the token says (not verified)",
        header: "Header",
        noApis: "There is no API to ask about yet.",
        empty: "The verdict appears here: step by step, with what was found, what was expected, and how to fix it.",
        outcome: {pass: "passed", skip: "not needed", fail: "failed",
                  wait: "waits", not_reached: "not reached"},
    },
    apis: {
        title: "APIs", add: "Add API", name: "Name", path: "Listen path",
        mode: "Authentication", target: "Target", state: "State",
        empty: "No API yet. An API is a listen path of the gateway, a target to send its requests to, and who may pass.",
        oas: "OAS",
    },
    api: {
        newTitle: "Add an API",
        basics: "Where",
        name: "API name", id: "API ID", active: "Active",
        idHelp: "Used in policies; cannot be changed later.",
        path: "Listen path", pathHelp: "Requests below this path belong to the API.",
        target: "Target URL", targetHelp: "Where they are sent.",
        strip: "Strip the listen path",
        who: "Authentication",
        mode: "Authentication mode",
        modes: {jwt: "JSON Web Token", token: "Auth token", keyless: "Open (keyless)", other: "Another, see JSON"},
        method: "JWT signing method",
        methods: {hmac: "HMAC (shared secret)", rsa: "RSA public key", ecdsa: "ECDSA public key"},
        source: "Key",
        sources: {secret: "Shared secret", url: "JWKS URL", pem: "Public key (PEM)"},
        secretNow: (bytes: number) => `A secret of ${bytes} bytes is set. Type to replace it.`,
        secretNew: "Not set yet. The gateway keeps it base64-encoded.",
        urlHelp: "Where the identity provider publishes its keys.",
        pemHelp: "The PEM text with its BEGIN and END lines.",
        identity: "Identity source", identityHelp: "The claim that says who the caller is.",
        policy: "Policy field name", policyHelp: "The claim that names the caller's policy.",
        defaults: "Default policy", defaultsHelp: "Of tokens that name none. Without one they are refused.",
        withPolicy: "Make a policy for this API and use it as default policy",
        withPolicyHelp: "It grants this API without limits. Change it under Policies.",
        json: "The same as JSON", edit: "Edit as JSON", stop: "Back to the form",
        bare: "While you edit, the secret is shown as it is.",
        broken: "This is not valid JSON yet:",
        fresh: "new",
        uris: "Its keys come from jwt_jwks_uris as well: edit those as JSON.",
        oas: "An OpenAPI document: the form edits Tyk's part of it (x-tyk-api-gateway). Paths, headers, scripts and all else are in the JSON, and stay as they are.",
        policyName: (name: string) => `Default policy of ${name}`,
        explain: "Explain a token of this API", try: "Try it",
    },
    protect: {
        title: "Protect an API",
        intro: "Three answers, then a cURL line to try it with.",
        card: "This gateway knows the demo's API only. Protect one of your own: it takes a minute.",
        cardEmpty: "This gateway has no API yet. Protect the first one: it takes a minute.",
        nameHelp: "Its path on the gateway is made of it.",
        pathWill: (id: string) => `It will be at /${id}/ of the gateway.`,
        targetHelp: "The service that requests are sent to once their token is found good.",
        kind: "Who signs the tokens?",
        kinds: {secret: "I do, with a shared secret", url: "An identity provider (JWKS URL)"},
        secretHelp: "This one was made for you just now. Copy it: whoever signs tokens needs it.",
        urlHelp: "Auth0: https://DOMAIN/.well-known/jwks.json · Keycloak: https://HOST/realms/REALM/protocol/openid-connect/certs",
        doneTitle: (name: string) => `${name} is protected`,
        tryTitle: "Send the first request",
        tryToken: "The token is good for one hour. Run this in a terminal:",
        tryCli: "Run this in a terminal; it signs a token for one hour:",
        tryProvider: "Put a token of your identity provider in place of TOKEN and run this in a terminal:",
        waiting: "Waiting for its first request…",
        arrived: "The request arrived and was let pass. The API is protected and works.",
        refused: "A request arrived and was refused:",
        nextTitle: "And then",
        openApi: "Open it in the designer", openPolicy: "Limit its callers (policy)",
    },
    more: {
        upstream: "Headers for the upstream",
        headers: "Headers", headersHelp: "One a line, Name: value. $tyk_meta.NAME is of the key's metadata, $tyk_context.jwt_claims_NAME of the token.",
        strip: "Take the credential out of the request",
        stripHelp: "The upstream does not see the token or key that the caller sent.",
        split: "Split token",
        splitHelp: "Clients get a token from this API instead of the identity provider, and hold the signature alone: header and claims stay here.",
        splitOn: "Offer a token endpoint",
        tokenUrl: "Token URL", tokenUrlHelp: "The provider's token endpoint: token_endpoint of its discovery document.",
        tokenPath: "Token path", tokenPathHelp: "Below the listen path; /revoke and /introspect come with it.",
        splitMode: "What the client gets", splitModeHelp: "A sealed token is longer, but nothing is kept here.",
        splitModes: {split: "The signature (split)", sealed: "The whole token, encrypted (sealed)"},
        scripts: "Virtual endpoints (scripts)",
        scriptsHelp: "A script answers instead of the upstream, in a process that can do nothing else. It needs enable_jsvm in tyk.conf.",
        endpoint: (n: number) => `Endpoint ${n}`,
        path: "Endpoint path", method: "Endpoint method", fn: "Function",
        script: "Script", file: "File of the script",
        start: "Start from", starts: {empty: "A greeting", split: "Split token: client credentials"},
        add: "Add a virtual endpoint", remove: (n: number) => `Remove endpoint ${n}`,
    },
    policies: {
        title: "Policies", add: "Add policy", name: "Name", apis: "APIs",
        rate: "Rate", quota: "Quota", state: "State",
        empty: "No policy yet. A policy says which APIs a caller may use, how fast and how often. Tokens name it in their policy field, or the API has it as default.",
        rateOf: (rate: number, per: number) => `${number.format(rate)} in ${number.format(per)} s`,
    },
    policy: {
        newTitle: "Add a policy",
        basics: "Policy", name: "Policy name", id: "Policy ID",
        idHelp: "The value that tokens carry; cannot be changed later.",
        active: "Active",
        rights: "Access rights", rightsHelp: "The APIs that its callers may use.",
        limits: "Limits",
        rate: "Rate", rateHelp: "Requests in each period. 0: no limit.",
        per: "Per (s)",
        quota: "Quota", quotaHelp: "Requests until it renews. -1: no quota.",
        renewal: "Renewal (s)",
        expires: "Key life (s)", expiresHelp: "0: never. Only for stored keys.",
        noApis: "There is no API yet.",
    },
    save: {
        title: "Save these changes?", also: "And this policy:",
        button: "Save and reload",
        saved: "Saved, and in force.",
        warnings: "Saved. The gateway says:",
        before: "removed", after: "added",
        remove: (id: string) => `Delete ${id}? Its file is removed.`,
        usedBy: "It is still used by:",
        andMore: (n: number) => `and ${number.format(n)} more`,
        key: (name: string) => `key ${name}`,
        partly: "The API is saved, but its policy is not:",
    },
    identity: {
        title: "Identity",
        intro: "Key sets that the gateway fetches from identity providers.",
        empty: "No API has a JWKS URL. Choose RSA or ECDSA as signing method of an API and give the URL where your identity provider publishes its keys.",
        last: "Last good fetch", next: "Next", apis: "Used by", keys: "Keys",
        kid: "Key ID", kind: "Kind", state: "State",
        first: "First seen", used: "Last used", thumb: "Thumbprint",
        fault: "The last fetch failed:", skipped: "Not usable:",
        insecure: "Fetched without TLS verification",
        refresh: "Forget and fetch again", refreshed: "Forgotten. Each set is fetched again when a token needs it.",
        states: {new: "new", active: "active", unused: "passive", gone: "gone", unknown: "unknown"} as Record<string, string>,
    },
    keys: {
        title: "Keys, split tokens and revocations",
        keys: "Stored keys", add: "Add key", id: "Key",
        empty: "No stored key. Tokens of an identity provider need none; auth tokens and one key per caller are made here.",
        alias: "Alias", policies: "Policies", ends: "Expires", expires: "Expires in (hours)",
        expiresHelp: "Empty: never.",
        once: "The key. It is shown only once:",
        noPolicies: "A key needs a policy first.", addPolicy: "Add a policy",
        remove: (id: string) => `Delete the key ${id}? Who uses it is refused at once.`,
        uses: "It grants by these policies:",
        more: (n: number) => `Alias and policies are shown for the first ${number.format(n)} keys.`,
        create: "Create key",
        revocations: "Revocations", revoke: "Revoke…", revokeOne: "Revoke a token or caller",
        noRevocations: "Nothing is revoked. A revocation refuses a token, a caller, a client or a signing key at once, although the token itself is still valid.",
        what: "What", value: "Value", api: "Only for API", note: "Note",
        since: "Since", until: "Until", undo: "Take back",
        kinds: {token: "Token", jti: "Token ID (jti)", sub: "Caller (sub)",
                client: "Client", kid: "Signing key (kid)"},
        tokenHelp: "Only its hash is kept.",
        undone: "Taken back.", revoked: "Revoked, at once.", deleted: "Deleted.",
        undoAsk: (what: string) => `Take the revocation of ${what} back?`,
    },
    try: {
        title: "Try it",
        intro: "The gateway is another origin, so that this page cannot call it. Copy the line and run it in a terminal.",
        gateway: "Gateway", api: "API", method: "Method", path: "Path below the listen path",
        token: "Token", body: "Body", line: "cURL",
        explain: "Explain the same",
        tokenHelp: "It goes into the line below, and nowhere else.",
    },
    system: {
        title: "System", version: "Version", health: "Health",
        reload: "Reload now",
        reloaded: "Reloaded. What is faulty, if anything, is named below; what was good before stays in force.",
        reloads: "Reloads since the start", about: "About", loaded: "Last loaded", inForce: "In force",
        inForceOf: (apis: number, policies: number) => `${number.format(apis)} API${apis === 1 ? "" : "s"}, ` +
            `${number.format(policies)} polic${policies === 1 ? "y" : "ies"}`,
        findings: "Errors and warnings", error: "Error", warning: "Warning", place: "In", found: "; found:",
        fix: "To fix it:",
        noFindings: "Nothing is wrong with the configuration, the definitions and the policies. What the gateway does not understand, or does in another way, will be named here, with file, line and what to do.",
        refused: "These files have errors. What they say is not in force; what was in force before stays until they are good, or the gateway starts anew:",
        asNow: "The configuration as it was read; definitions and policies as they are now, the same as jotgate check says.",
        more: (n: number) => `And ${number.format(n)} more: jotgate check names files one by one.`,
        settings: "Configuration in force", setting: "Setting",
        settingsHelp: "The file, the environment and what holds without them. Secrets are not shown.",
        metrics: "Metrics", metric: "Metric", labels: "Labels", value: "Value",
        links: "For programs", prometheus: "Metrics for Prometheus: /metrics",
        openapi: "Description of the control API: /openapi.json",
    },
};

export function count(n: number): string {
    return number.format(Number.isInteger(n) ? n : Number(n.toPrecision(3)));
}

/* Seconds since 1970, as "3 minutes ago"; 0 and nothing are "never". */
export function ago(unix: number | undefined): string {
    if (!unix)
        return t.common.never;
    const s = unix - Date.now() / 1000;
    const units: [Intl.RelativeTimeFormatUnit, number][] =
        [["day", 86400], ["hour", 3600], ["minute", 60]];
    for (const [unit, size] of units)
        if (Math.abs(s) >= size)
            return relative.format(Math.round(s / size), unit);
    return relative.format(Math.round(s), "second");
}

export function date(unix: number): string {
    return `${new Date(unix * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/* Of an RFC 3339 time, as the clock on the wall shows it. */
export function clock(time: string): string {
    return new Date(time).toLocaleTimeString("en-GB");
}

export function duration(seconds: number | null): string {
    if (seconds === null)
        return "–";
    if (!Number.isFinite(seconds))
        return "> 17 s";
    if (seconds < 0.001)
        return `${count(Math.round(seconds * 1e6))} µs`;
    return seconds < 1 ? `${count(Number((seconds * 1000).toPrecision(2)))} ms`
        : `${count(seconds)} s`;
}
