#!/usr/bin/python3
"""micro_verify beside `openssl speed` of the same algorithms, in one run.

verify.py BUILD [long]: needs an optimised build (make bench makes one).
"""
import re
import subprocess
import sys

# micro_verify's name: openssl speed's algorithm, and its line in -mr output
SPEED = {"RS256": ("rsa2048", r"\+F2:\d+:2048:[\d.]+:([\d.]+)"),
         "ES256": ("ecdsap256", r"\+F4:\d+:256:[\d.]+:([\d.]+)"),
         "ES384": ("ecdsap384", r"\+F4:\d+:384:[\d.]+:([\d.]+)"),
         "ES512": ("ecdsap521", r"\+F4:\d+:521:[\d.]+:([\d.]+)"),
         "EdDSA": ("ed25519", r"\+F6:\d+:253:Ed25519:[\d.]+:([\d.]+)"),
         "Ed448": ("ed448", r"\+F6:\d+:456:Ed448:[\d.]+:([\d.]+)")}
SIGNED_BYTES = 200  # header and claims of run.py's tokens


def speed_us():
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1",
                           *(row[0] for row in SPEED.values())],
                          capture_output=True, text=True, check=True)
    found = {alg: re.search(pattern, done.stdout)
             for alg, (_, pattern) in SPEED.items()}
    # Verifications a second are the last figure of the line.
    speed = {alg: 1e6 / float(m.group(1)) for alg, m in found.items() if m}
    return {"HS256": hmac_us(), **speed}


def hmac_us():
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "1",
                           "-bytes", str(SIGNED_BYTES), "-hmac", "sha256"],
                          capture_output=True, text=True, check=True)
    a_second = re.search(r"\+F:\d+:hmac\(sha256\):([\d.]+)", done.stdout)
    return 1e6 * SIGNED_BYTES / float(a_second.group(1))


def main():
    build, *more = sys.argv[1:]
    speed = speed_us()
    done = subprocess.run([f"{build}/bench/micro_verify", *more],
                          capture_output=True, text=True, check=True)
    print("| alg | jotgate | raw EVP loop | ratio | openssl speed |")
    print("| --- | --- | --- | --- | --- |")
    for line in done.stdout.splitlines():
        alg, raw, ours, ratio = re.match(
            r"(\S+)\s+raw\s+(\d+) ns\s+ours\s+(\d+) ns\s+ratio (\S+)",
            line).groups()
        other = f"{speed[alg]:.1f} µs" if alg in speed else "-"
        print(f"| {alg} | {int(ours) / 1000:.1f} µs | {int(raw) / 1000:.1f} µs "
              f"| {ratio} | {other} |")


if __name__ == "__main__":
    main()
