"""Tables of a run, as text and in bench/RESULTS.md."""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

COLUMNS = ("| scenario | server | requests/s | CPU µs/request | ÷ bare nginx "
           "| p50 µs | p99 µs |\n| --- | --- | ---: | ---: | ---: | ---: | "
           "---: |")


def table(tables):
    lines = [COLUMNS]
    for scenario, rows in tables.items():
        for name, r in rows.items():
            lines.append(f"| {scenario} | {name} | {r['rps']:,.0f} | "
                         f"{r['cpu_us']:.1f} | {r['ratio']:.2f} | "
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


def budget(tables, verify_us):
    """What a new token costs over bare nginx, and what it may."""
    lines = ["| new tokens | over bare nginx, µs | of it outside the kernel, µs "
             "| `openssl speed` verify, µs | allowed: 1.15 × verify + 3, µs |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for scenario, rows in tables.items():
        alg = scenario.split()[0]
        if not scenario.endswith("new tokens") or alg not in verify_us:
            continue
        lines.append(f"| {alg} | {rows['jotgate']['over_us']:.1f} | "
                     f"{rows['jotgate']['user_over_us']:.1f} | "
                     f"{verify_us[alg]:.1f} | "
                     f"{1.15 * verify_us[alg] + 3:.1f} |")
    return "\n".join(lines)


def write(path, mark, how, parts):
    """Replace what stands between <mark> and the end mark after it."""
    load = os.getloadavg()[1]  # the run's own is about 2
    head, rest = path.read_text().split(f"<!-- {mark} -->\n", 1)
    tail = rest.split("<!-- end -->", 1)[1]
    new = (f"{machine()}; load average {load:.1f}. "
           f"{datetime.date.today()}, {how}.\n\n" + "\n\n".join(parts) + "\n")
    path.write_text(f"{head}<!-- {mark} -->\n{new}<!-- end -->{tail}")


def main(doc, figures, rounds, seconds):
    """Print what figures(options, folder) yields, line by line."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seconds", type=int, default=seconds)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-bench-"))
    folder.chmod(0o755)
    try:
        print(f"load average {os.getloadavg()[0]:.1f}", flush=True)
        for line in figures(options, folder):
            print(line, flush=True)
    finally:
        shutil.rmtree(folder)
