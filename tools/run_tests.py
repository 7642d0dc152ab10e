#!/usr/bin/python3
"""Run every test of a build folder and end with "N passed, N failed".

Unit tests by Meson (each TAP line counts), then end-to-end and documentation
tests by pytest. With --sanitized the gateway's nginx gets the sanitizers'
libraries loaded first, because the stock nginx was built without them.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Left out of the sanitized run for the sake of its time: long rows about what
# a provider may answer, whose code has sanitized unit tests of its own.
LONG_ROWS = "not test_r88 and not test_r89 and not test_r97 and not oidc"


def count(report):
    """(passed, failed, skipped) of a JUnit file."""
    passed = failed = skipped = 0
    for case in xml.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failed += 1
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def loud_skips(log):
    """Tests that said they lack something count as skipped, not passed."""
    return sum(line.startswith("LOUD SKIP")
               for line in log.read_text(errors="replace").splitlines()) \
        if log.exists() else 0


def run(command, report, env):
    """Run it; a runner that dies without a report is one failure."""
    report.unlink(missing_ok=True)
    code = subprocess.run(command, env=env, cwd=ROOT).returncode
    if not report.exists():
        print(f"no report from: {' '.join(map(str, command))}")
        return 0, 1, 0
    passed, failed, skipped = count(report)
    if code != 0 and failed == 0:
        failed = 1
    return passed, failed, skipped


def sanitizer_env(env):
    libraries = [subprocess.run(["gcc", f"-print-file-name=lib{name}.so"],
                                capture_output=True, text=True,
                                check=True).stdout.strip()
                 for name in ("asan", "ubsan")]
    env["JOTGATE_TEST_PRELOAD"] = " ".join(libraries)
    env["ASAN_OPTIONS"] = "detect_leaks=0:abort_on_error=1"
    env["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--only", choices=["unit", "e2e"])
    options = parser.parse_args()
    build = options.build.resolve()
    env = dict(os.environ, JOTGATE_BUILD=str(build),
               JOTGATE_BIN=str(build / "jotgate"))
    if options.sanitized:
        sanitizer_env(env)

    results = []
    if options.only != "e2e":
        factor = "4" if options.sanitized else "1"
        results.append(run(
            ["meson", "test", "-C", build, "--no-rebuild", "--quiet",
             "--print-errorlogs", "--suite", "unit", "-t", factor],
            build / "meson-logs/testlog.junit.xml", env))
    if options.only != "unit":
        report = build / "meson-logs/pytest.xml"
        results.append(run(
            ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
             "-rs", "-n", "2", "--dist", "loadfile", f"--junitxml={report}",
             "tests/e2e",
             *(["-k", LONG_ROWS] if options.sanitized else [])],
            report, env))

    passed, failed, skipped = map(sum, zip(*results))
    loud = loud_skips(build / "meson-logs/testlog.txt")
    passed, skipped = passed - loud, skipped + loud
    print(f"{passed} passed, {failed} failed" +
          (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
