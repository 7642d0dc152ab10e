/* What changed between two texts, line by line. */
export interface Line { sign: " " | "+" | "-"; text: string }

const LINES_MAX = 3000;     // beyond that the table below gets too large

/* The longest common lines, found backwards, then walked forwards. */
export function diffLines(before: string, after: string): Line[] {
    const a = before.split("\n"), b = after.split("\n");
    if (a.length > LINES_MAX || b.length > LINES_MAX)
        return [...a.map((text): Line => ({sign: "-", text})),
                ...b.map((text): Line => ({sign: "+", text}))];
    const common = Array.from({length: a.length + 1},
                              () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--)
        for (let j = b.length - 1; j >= 0; j--)
            common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
    const lines: Line[] = [];
    let i = 0, j = 0;
    while (i < a.length || j < b.length) {
        if (i < a.length && j < b.length && a[i] === b[j])
            lines.push({sign: " ", text: a[i++]}), j++;
        else if (i < a.length && (j === b.length || common[i + 1][j] >= common[i][j + 1]))
            lines.push({sign: "-", text: a[i++]});
        else
            lines.push({sign: "+", text: b[j++]});
    }
    return lines;
}

/* Only what changed, with <around> lines of context; null: lines left out. */
export function shorten(lines: Line[], around = 3): (Line | null)[] {
    const near = lines.map((_, i) => lines
        .slice(Math.max(0, i - around), i + around + 1)
        .some((line) => line.sign !== " "));
    const out: (Line | null)[] = [];
    lines.forEach((line, i) => {
        if (near[i])
            out.push(line);
        else if (i === 0 || near[i - 1])
            out.push(null);
    });
    return out;
}
