#!/usr/bin/python3
"""Run every fuzz target of a build folder, two at a time.

FUZZ_SECONDS (60) each, starting from the committed corpus and writing what is
new into the build folder. Prints executions and coverage; a crash keeps its
input there and fails.
"""
import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fuzz(target, seconds):
    name = target.name.removeprefix("fuzz_")
    work = target.parent / "found" / name
    work.mkdir(parents=True, exist_ok=True)
    corpus = ROOT / "tests/fuzz/corpus" / name
    result = subprocess.run(
        [target, f"-max_total_time={seconds}", "-rss_limit_mb=2048",
         "-timeout=10", "-print_final_stats=1", f"-artifact_prefix={work}/",
         work, corpus], capture_output=True, text=True,
        timeout=seconds + 120)
    runs = re.search(r"number_of_executed_units: (\d+)", result.stderr)
    edges = re.findall(r"cov: (\d+)", result.stderr)
    print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} {name:12} "
          f"{runs.group(1) if runs else '?':>10} executions, "
          f"{edges[-1] if edges else '?'} edges", flush=True)
    if result.returncode != 0:
        print(result.stderr[-4000:], flush=True)
    return result.returncode == 0


def main():
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    folder = pathlib.Path(sys.argv[1]).resolve() / "tests/fuzz"
    targets = sorted(p for p in folder.glob("fuzz_*")
                     if p.is_file() and os.access(p, os.X_OK))
    if not targets:
        print(f"no fuzz targets in {folder}")
        return 1
    with ThreadPoolExecutor(2) as pool:
        good = list(pool.map(lambda t: fuzz(t, seconds), targets))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
