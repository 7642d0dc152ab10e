#!/usr/bin/python3
"""What tokens with unknown key ids cost those who have good ones.

An API takes its keys from a provider by URL. A few connections send good
tokens at a steady rate, and runs of a few seconds take turns:

    quiet     nothing else
    refused   beside them, tokens of another algorithm: no key is looked for
    forged    as many with a known key id and a wrong signature
    flood     as many whose key id is new each time

Those refused cost the same CPU, in the gateway and in wrk, as those of the
flood, less what is asked about here: the look for the key and, as often as
min_refresh_interval allows, a fetch from the provider, with requests that wait
for it. So p99 of the flood is compared with p99 of both.

    bench/keysets.py BUILD [--rounds 20] [--seconds 3] [--rate 2000] [--write]
"""
import argparse
import base64
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import report
import run
import servers

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests/e2e"))
from idp import Idp  # noqa: E402
from idp_keys import Key  # noqa: E402

GOOD = 4  # connections with good tokens, each waiting GOOD_MS in between
GOOD_MS = 1
BAD_MS = 10  # connections with bad tokens, as many as the rate demands
INTERVAL_S = 1  # the shortest that may be set: as many fetches as possible
MARK = "x" * 12  # where a key id of the flood has its changing part


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def definition(idp, upstream):
    return {
        "api_id": "api", "name": "api", "org_id": "default", "active": True,
        "use_keyless": False, "enable_jwt": True,
        "jwt_signing_method": "ecdsa", "jwt_source": idp.jwks_url,
        "jwt_identity_base_field": "sub", "jwt_default_policies": ["default"],
        "proxy": {"listen_path": "/api/", "strip_listen_path": True,
                  "target_url": f"http://127.0.0.1:{upstream.port}"},
        "version_data": {"not_versioned": True,
                         "versions": {"Default": {"name": "Default"}}}}


def write_tokens(folder, idp):
    """The files for load.lua and flood.lua."""
    token = idp.token(sub="ada", exp=None)
    (folder / "good").write_text(token + "\n")
    head, middle, _ = token.split(".")
    signature = url64(bytes(range(1, 65)))
    (folder / "forged").write_text(f"{head}.{middle}.{signature}\n")
    header = {"alg": "RS256", "typ": "JWT", "kid": idp.key.kid}
    head = url64(json.dumps(header).encode())
    (folder / "refused").write_text(f"{head}.{middle}.{signature}\n")
    stranger = idp.token(Key("ES256"), exp=None, headers={"kid": MARK})
    # The mark may begin anywhere; its four whole groups of three bytes are
    # found by trying, as base64 has three ways to write them.
    for ahead in ("", "-", "--"):
        stranger = idp.token(Key("ES256"), exp=None,
                             headers={"kid": ahead + MARK})
        before, found, after = stranger.partition(url64(MARK.encode()))
        if found:
            break
    parts = [url64(f"{n:03}".encode()) for n in range(1000)]
    (folder / "flood").write_text("\n".join([before, after, *parts]) + "\n")


def wrk(server, connections, seconds, script, *args):
    return subprocess.Popen(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}",
         f"-d{seconds}s", "--latency", "-s", HERE / script,
         server.url + "/api/get", "--", *map(str, args)],
        stdout=subprocess.PIPE, text=True)


def others(server, folder, kind, options, turn):
    """What runs beside the good tokens."""
    connections = max(options.rate * BAD_MS // 1000, 1)
    seconds = options.seconds + 1
    if kind == "quiet":
        return None
    script = "flood.lua" if kind == "flood" else "load.lua"
    return wrk(server, connections, seconds, script, folder / kind, BAD_MS,
               turn)


def one_run(server, folder, kind, options, turn):
    beside = others(server, folder, kind, options, turn)
    before = server.cpu_ns()
    good = wrk(server, GOOD, options.seconds, "load.lua", folder / "good",
               GOOD_MS)
    out, _ = good.communicate(timeout=options.seconds + 30)
    cpu_s = (server.cpu_ns() - before) / 1e9
    bad = 0
    if beside:
        text, _ = beside.communicate(timeout=options.seconds + 30)
        bad = rate_of(text)
    requests, failed, p50, p99 = run.result_of(out)
    if failed:
        sys.exit(f"{failed} of {requests} good tokens failed in a {kind} run")
    return {"rps": requests / options.seconds, "bad_rps": bad, "p50_us": p50,
            "p99_us": p99, "cpu": cpu_s / options.seconds * 100}


def rate_of(text):
    line = next(x for x in text.splitlines() if x.startswith("Requests/sec"))
    return float(line.split(":")[1])


KINDS = {"quiet": "nothing", "refused": "another algorithm",
         "forged": "known key id, wrong signature",
         "flood": "unknown key ids, each new"}


def play(server, idp, folder, options):
    """kind -> one result a round; the first round warms up."""
    kinds = list(KINDS)
    results = {kind: [] for kind in kinds}
    for turn in range(options.rounds + 1):
        first = turn % len(kinds)
        for kind in kinds[first:] + kinds[:first]:
            fetches = idp.fetches["jwks"]
            got = one_run(server, folder, kind, options, turn)
            got["fetches"] = idp.fetches["jwks"] - fetches
            if turn:
                results[kind].append(got)
    return results


def ratio(results, kind, base, key="p99_us"):
    """The median over the rounds of one kind to another in that round."""
    return statistics.median(a[key] / b[key] for a, b in
                             zip(results[kind], results[base]))


def table(results):
    lines = ["| beside the good tokens | good/s | others/s | CPU % | p50 µs "
             "| p99 µs | p99 ÷ quiet | p99 ÷ refused | fetches a run |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for kind, rows in results.items():
        mid = {key: statistics.median(r[key] for r in rows)
               for key in rows[0]}
        lines.append(
            f"| {KINDS[kind]} | {mid['rps']:,.0f} | {mid['bad_rps']:,.0f} | "
            f"{mid['cpu']:.0f} | {mid['p50_us']:.0f} | {mid['p99_us']:.0f} | "
            f"{ratio(results, kind, 'quiet'):.2f} | "
            f"{ratio(results, kind, 'refused'):.2f} | {mid['fetches']:.0f} |")
    return "\n".join(lines)


def figures(options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-bench-"))
    folder.chmod(0o755)
    try:
        with servers.Place(options.build.resolve(), folder) as place, \
                Idp("ES256") as idp:
            upstream = place.nginx("upstream", "", 'return 200 "hello\\n";', 1)
            server = place.jotgate(
                "gateway", [definition(idp, upstream)], 0, workers=1,
                jwks={"min_refresh_interval": INTERVAL_S})
            write_tokens(folder, idp)
            return play(server, idp, folder, options)
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rate", type=int, default=2000,
                        help="bad tokens a second")
    parser.add_argument("--write", action="store_true",
                        help="replace the table in bench/RESULTS.md")
    options = parser.parse_args()
    text = table(figures(options))
    print(text)
    if options.write:
        report.write(HERE / "RESULTS.md", "key sets",
                     f"{options.rounds} rounds of {options.seconds} s",
                     [text])


if __name__ == "__main__":
    main()
