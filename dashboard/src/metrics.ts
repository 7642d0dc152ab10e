/* The text form of Prometheus, as far as the gateway writes it. */
export interface Sample { name: string; labels: Record<string, string>; value: number }

export function readMetrics(text: string): Sample[] {
    const samples: Sample[] = [];
    for (const line of text.split("\n")) {
        const found = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
        if (found === null)
            continue;
        const labels: Record<string, string> = {};
        for (const [, key, value] of (found[2] ?? "").matchAll(/(\w+)="([^"]*)"/g))
            labels[key] = value;
        samples.push({name: found[1], labels,
                      value: Number(found[3].replace("+Inf", "Infinity"))});
    }
    return samples;
}

export function value(samples: Sample[], name: string): number {
    return samples.filter((s) => s.name === name)
        .reduce((sum, s) => sum + s.value, 0);
}

/* By one label: {"2xx": 17, ...}. */
export function by(samples: Sample[], name: string, label: string): Record<string, number> {
    return Object.fromEntries(samples.filter((s) => s.name === name)
        .map((s) => [s.labels[label], s.value]));
}

/*
 * The bound below which <part> of the observations between two readings lie, in
 * seconds; null when there was none.
 */
export function quantile(before: Sample[], now: Sample[], part: number): number | null {
    const name = "jotgate_request_duration_seconds_bucket";
    const old = by(before, name, "le");
    const rows = Object.entries(by(now, name, "le"))
        .map(([le, count]) => ({le: Number(le.replace("+Inf", "Infinity")),
                                count: count - (old[le] ?? 0)}))
        .sort((a, b) => a.le - b.le);
    const all = rows[rows.length - 1]?.count ?? 0;
    return all > 0 ? rows.find((row) => row.count >= part * all)!.le : null;
}
