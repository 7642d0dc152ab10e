"""Tables of a run, as text and in bench/RESULTS.md."""
import datetime
import os
import re
import subprocess

COLUMNS = ("| scenario | server | requests/s | CPU µs/request | ÷ bare nginx "
           "| p50 µs | p99 µs |\n| --- | --- | ---: | ---: | ---: | ---: | "
           "---: |")


def table(tables):
    lines = [COLUMNS]
    for scenario, rows in tables.items():
        bare = rows["bare nginx"]["cpu_us"]
        for name, r in rows.items():
            lines.append(f"| {scenario} | {name} | {r['rps']:,.0f} | "
                         f"{r['cpu_us']:.1f} | {r['cpu_us'] / bare:.2f} | "
                         f"{r['p50_us']:.0f} | {r['p99_us']:.0f} |")
    return "\n".join(lines)


def micro(build):
    """What the micro benches print: lines "name  value unit"."""
    out = []
    folder = build / "bench"
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if name.startswith("micro_") and os.access(path, os.X_OK) \
                and path.is_file():
            out.append(subprocess.run(["taskset", "-c", "0", path], text=True,
                                      capture_output=True).stdout.rstrip())
    return "\n".join(out)


def machine():
    text = open("/proc/cpuinfo").read()
    model = re.search(r"model name\s*: (.*)", text)
    return f"{model.group(1) if model else 'unknown'}, {os.cpu_count()} cores"


def write(path, tables, micro_text, idle_kib, options):
    """Replace what stands between the two marks of RESULTS.md."""
    text = path.read_text()
    new = (f"Machine: {machine()}. {datetime.date.today()}: {options.rounds} "
           f"rounds of {options.seconds} s, {options.connections} "
           f"connections.\n\n{table(tables)}\n\nIdle memory of a gateway, all "
           f"processes (PSS): {idle_kib / 1024:.1f} MiB.\n\n"
           f"```\n{micro_text}\n```\n")
    head, rest = text.split("<!-- results -->\n", 1)
    tail = rest.split("<!-- end -->", 1)[1]
    path.write_text(f"{head}<!-- results -->\n{new}<!-- end -->{tail}")
