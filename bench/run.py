#!/usr/bin/python3
"""jotgate beside bare nginx and HAProxy: the same requests, in one run.

Each server runs on one CPU (0) with one worker, the load (wrk) and the
upstream on the other. Per scenario the servers take short turns for many
rounds, and each is compared with bare nginx in the same round: the medians of
these ratios count, because machines are noisy. CPU per request is what the
kernel billed to the server's processes.

    bench/run.py BUILD [--seconds 1] [--rounds 15] [--only NAME...] [--write]
"""
import argparse
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

import gateway
import report
import servers
import verify
from tokens import make_tokens

HERE = pathlib.Path(__file__).resolve().parent

# scenario -> (algorithm or None, tokens in turn, expected status)
SCENARIOS = {
    "keyless": (None, 0, 200),
    "HS256 one token": ("HS256", 1, 200),
    "HS256 new tokens": ("HS256", 10000, 200),
    "HS256 rejected": ("HS256", -1, 403),
    "RS256 one token": ("RS256", 1, 200),
    "RS256 new tokens": ("RS256", 10000, 200),
    "PS256 one token": ("PS256", 1, 200),
    "PS256 new tokens": ("PS256", 2000, 200),
    "ES256 one token": ("ES256", 1, 200),
    "ES256 new tokens": ("ES256", 10000, 200),
    "ES384 new tokens": ("ES384", 2000, 200),
    "EdDSA new tokens": ("EdDSA", 2000, 200),
}


def result_of(out):
    """What a script of wrk printed: requests, failed ones, p50, p99."""
    line = next(x for x in out.splitlines() if x.startswith("RESULT "))
    return [int(float(x)) for x in line.split()[1:]]


def wrk(url, tokens, seconds, connections):
    """(requests, responses that were not 2xx, p50 us, p99 us)."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}",
               f"-d{seconds}s", "--latency", "-s", HERE / "load.lua", url,
               "--", tokens or ""]
    out = subprocess.run(command, capture_output=True, text=True, check=True,
                         timeout=seconds + 30).stdout
    return result_of(out)


def measure(server, path, tokens, seconds, connections):
    before, user, system = server.cpu_ns(), *server.ticks()
    requests, other, p50, p99 = wrk(server.url + path, tokens, seconds,
                                    connections)
    cpu_us = (server.cpu_ns() - before) / 1000 / max(requests, 1)
    user, system = (now - old for now, old in zip(server.ticks(),
                                                  (user, system)))
    return {"rps": requests / seconds, "cpu_us": cpu_us,
            "user_us": cpu_us * user / max(user + system, 1), "p50_us": p50,
            "p99_us": p99, "requests": requests, "other": other}


def play(name, contestants, folder, options):
    """One scenario: every contestant in turn, round after round."""
    alg, count, status = SCENARIOS[name]
    tokens = make_tokens(folder, alg, count) if alg else None
    results = {}
    able = [c for c in contestants if c.can(name, alg)]
    for turn in range(options.rounds + 1):
        first = turn % len(able)  # nobody always comes after the same one
        for contestant in able[first:] + able[:first]:
            path = contestant.path(alg, count)
            server = contestant.server(count)
            seconds = options.seconds if turn else 1  # the first warms up
            got = measure(server, path, tokens, seconds, options.connections)
            wrong = got["other"] if status == 200 \
                else got["requests"] - got["other"]
            if wrong and contestant.name != "bare nginx":
                sys.exit(f"{contestant.name}: {wrong} of {got['requests']} "
                         f"answers in '{name}' were not {status}")
            if turn:
                results.setdefault(contestant.name, []).append(got)
    bare = [dict(row) for row in results["bare nginx"]]
    for rows in results.values():
        for row, base in zip(rows, bare):
            row["ratio"] = row["cpu_us"] / base["cpu_us"]
            row["over_us"] = row["cpu_us"] - base["cpu_us"]
            row["user_over_us"] = row["user_us"] - base["user_us"]
    return {c.name: {key: statistics.median(r[key] for r in results[c.name])
                     for key in results[c.name][0]} for c in able}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", nargs="*", default=list(SCENARIOS))
    parser.add_argument("--write", action="store_true",
                        help="replace the tables in bench/RESULTS.md")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-bench-"))
    folder.chmod(0o755)
    print(f"{platform.processor() or platform.machine()}, "
          f"{options.rounds} rounds of {options.seconds} s, "
          f"{options.connections} connections", flush=True)
    with servers.Field(options.build.resolve(), folder) as field:
        tables = {}
        for name in options.only:
            tables[name] = play(name, field.contestants, folder, options)
            print(report.table({name: tables[name]}), flush=True)
    budget = report.budget(tables, verify.speed_us())
    figures = gateway.table(gateway.figures(options.build))
    micro = report.micro(options.build.resolve())
    print(budget, figures, micro, sep="\n\n")
    if options.write:
        report.write(HERE / "RESULTS.md", "results",
                     f"{options.rounds} rounds of {options.seconds} s, "
                     f"{options.connections} connections",
                     [report.table(tables), budget, figures,
                      f"```\n{micro}\n```"])
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
