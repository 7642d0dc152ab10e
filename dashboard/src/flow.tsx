/* The decision as a picture: where requests end, or how far one came. */
import type {Explanation, Step} from "./control";
import {address} from "./route";
import {t} from "./text";

type Node = keyof typeof t.flow.nodes;
const nodes = Object.keys(t.flow.nodes) as Node[];

/* Reason codes come in groups, by the first digit: core/base/errors.def. */
const groups: Record<string, Node> = {
    7: "request", 1: "token", 2: "key", 3: "claims", 4: "identity",
    5: "rights", 6: "limits", 8: "upstream", 0: "upstream",
};

const steps: Record<string, Node> = {
    path: "request", route: "request", version: "request", cors: "request",
    size: "request", auth: "request",
    token: "token", algorithm: "key", key: "key", profile: "key",
    signature: "key", claims: "claims", claim_rules: "claims",
    revocation: "claims", identity: "identity", policies: "identity",
    auth_token: "identity", organisation: "rights", address: "rights", basic: "rights",
    rights: "rights", validation: "rights", own_limits: "limits",
    limits: "limits", api_limit: "limits",
};

const nodeOf = (step: Step): Node => steps[step.name] ?? "upstream";

type Mark = Step["outcome"] | "count";
interface Shown {
    mark: Mark; text: string;
    ended?: {text: string; href: string; label: string};    // the way down
}

/* The worst of a node's steps is the node's. */
function markOf(node: Node, explanation: Explanation): Step["outcome"] {
    const own = explanation.steps.filter((s) => nodeOf(s) === node)
        .map((s) => s.outcome);
    return (["fail", "wait", "pass", "not_reached"] as const)
        .find((outcome) => own.includes(outcome)) ?? "skip";
}

const WIDTH = 112, GAP = 22, TOP = 8, HEIGHT = 52, DOWN = 34, PILL = 24;

export const isNode = (name: string | null): name is Node =>
    nodes.includes(name as Node);

/* Where a request of this reason ended; one that was let pass went all the way. */
export function endOf(reason: string): Node {
    return reason === "JG000" ? "upstream" : groups[reason[2]] ?? "upstream";
}

function Box(p: {index: number; name: string; shown: Shown; deep: boolean}) {
    const x = p.index * (WIDTH + GAP) + 4;
    const y = TOP + HEIGHT;
    const ended = p.shown.ended;
    return <g class={`node ${p.shown.mark}`}>
        {p.index > 0 && <path class="edge" d={`M${x - GAP} ${TOP + HEIGHT / 2}h${GAP - 5}m-5 -4l5 4l-5 4`} />}
        <rect x={x} y={TOP} width={WIDTH} height={HEIGHT} rx="6" />
        <text x={x + WIDTH / 2} y={TOP + 22} class="title">{p.name}</text>
        <text x={x + WIDTH / 2} y={TOP + 40}>{p.shown.text}</text>
        {p.deep && ended && <a href={ended.href} aria-label={ended.label} class="ended">
            <path class="edge" d={`M${x + WIDTH / 2} ${y}v${DOWN - 4}m-4 -5l4 5l4 -5`} />
            <rect x={x + 8} y={y + DOWN} width={WIDTH - 16} height={PILL} rx="12" />
            <text x={x + WIDTH / 2} y={y + DOWN + 16}>{ended.text}</text>
        </a>}
    </g>;
}

function Picture(p: {shown: Record<Node, Shown>}) {
    const width = nodes.length * (WIDTH + GAP) - GAP + 8;
    const deep = nodes.some((n) => p.shown[n].ended);
    const label = nodes.map((n) => `${t.flow.nodes[n]}: ${p.shown[n].text}`).join("; ");
    return <div class="scroll flow" role="region" aria-label={t.flow.label} tabIndex={0}>
        <svg viewBox={`0 0 ${width} ${HEIGHT + 2 * TOP + (deep ? DOWN + PILL : 0)}`}
             role={deep ? "group" : "img"} aria-label={label}>
            {nodes.map((n, i) => <Box index={i} name={t.flow.nodes[n]} shown={p.shown[n]} deep={deep} />)}
        </svg>
    </div>;
}

/* How many came to each step, and where the others ended: <reasons> of decisions. */
export function FlowCounts(p: {reasons: string[]}) {
    const ended = Object.fromEntries(nodes.map((n) => [n, 0])) as Record<Node, number>;
    for (const reason of p.reasons)
        if (reason !== "JG000")
            ended[endOf(reason)]++;
    let left = p.reasons.length;
    const shown = Object.fromEntries(nodes.map((n): [Node, Shown] => {
        const here = left;
        left -= ended[n];
        return [n, {mark: ended[n] > 0 ? "fail" : "count",
                    text: n === "upstream" ? t.flow.passed(left) : t.flow.came(here),
                    ended: ended[n] === 0 ? undefined : {
                        text: t.flow.refused(ended[n]), href: address("overview", undefined, {at: n}),
                        label: t.flow.show(ended[n], t.flow.nodes[n])}}];
    })) as Record<Node, Shown>;
    return <Picture shown={shown} />;
}

/* The way of one request, of which only the reason is known. */
export function FlowReason(p: {reason: string}) {
    const end = nodes.indexOf(endOf(p.reason));
    const shown = Object.fromEntries(nodes.map((n, i): [Node, Shown] => {
        const mark = p.reason !== "JG000" && i === end ? "fail"
            : i <= end ? "pass" : "not_reached";
        return [n, {mark, text: t.flow.state[mark]}];
    })) as Record<Node, Shown>;
    return <Picture shown={shown} />;
}

export function FlowPath(p: {explanation: Explanation}) {
    const shown = Object.fromEntries(nodes.map((n): [Node, Shown] => {
        const mark = markOf(n, p.explanation);
        return [n, {mark, text: t.flow.state[mark]}];
    })) as Record<Node, Shown>;
    return <Picture shown={shown} />;
}
