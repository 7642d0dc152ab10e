#!/usr/bin/python3
"""Get Keycloak, run the tests that need it, end with "N passed, N failed".

Keycloak comes from Maven Central and is kept in ~/.cache/jotgate (or
$JOTGATE_CACHE); only the first run downloads (160 MB). Java 17 or later is
needed, and Maven for that first run.
"""
import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import run_tests  # noqa: E402

VERSION = "26.4.0"
SHA256 = "1b6a11a2726ac8a8dc9c91d5fafe989a75ce4f1622d7f7b45c21d5bc16629c0a"
NAME = f"keycloak-quarkus-dist-{VERSION}.zip"
COPY = ("org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
        f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip")
DOWNLOAD_TIMEOUT_S = 900
TESTS_TIMEOUT_S = 900
JAVA_MIN = 17


def give_up(why):
    sys.exit(f"test-keycloak: {why}")


def check_java():
    try:
        out = subprocess.run(["java", "-version"], capture_output=True,
                             text=True, timeout=60).stderr
    except OSError:
        give_up("there is no java here: apt-get install "
                "openjdk-17-jre-headless")
    found = re.search(r'version "(\d+)', out)
    if not found or int(found[1]) < JAVA_MIN:
        give_up(f"Keycloak needs Java {JAVA_MIN} or later; this is: "
                f"{out.splitlines()[0] if out else 'unknown'}")


def genuine(archive):
    digest = hashlib.sha256()
    with open(archive, "rb") as f:
        while part := f.read(1 << 20):
            digest.update(part)
    return digest.hexdigest() == SHA256


def download(cache):
    archive = cache / NAME
    if archive.exists() and genuine(archive):
        return archive
    if not shutil.which("mvn"):
        give_up("there is no Maven here: apt-get install maven")
    print(f"Keycloak {VERSION}: from Maven Central into {cache}", flush=True)
    archive.unlink(missing_ok=True)
    try:
        code = subprocess.run(["mvn", "-q", "-B", *COPY,
                               f"-DoutputDirectory={cache}"], cwd=cache,
                              timeout=DOWNLOAD_TIMEOUT_S).returncode
    except subprocess.TimeoutExpired:
        give_up(f"not downloaded in {DOWNLOAD_TIMEOUT_S} s")
    if code != 0 or not archive.exists():
        give_up("Maven could not get it")
    if not genuine(archive):
        give_up(f"{archive} is not the archive that was expected")
    return archive


def unpacked(cache):
    """Keycloak's folder; complete, since its name comes last."""
    home = cache / f"keycloak-{VERSION}"
    if home.is_dir():
        return home
    archive = download(cache)
    fresh = cache / f"unpacking-{os.getpid()}"
    shutil.unpack_archive(archive, fresh)
    (fresh / home.name / "bin/kc.sh").chmod(0o755)
    (fresh / home.name / "bin/kcadm.sh").chmod(0o755)
    (fresh / home.name).rename(home)
    shutil.rmtree(fresh)
    return home


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    check_java()
    cache = pathlib.Path(os.environ.get("JOTGATE_CACHE") or
                         pathlib.Path.home() / ".cache/jotgate")
    cache.mkdir(parents=True, exist_ok=True)
    build = options.build.resolve()
    env = dict(os.environ, JOTGATE_BUILD=str(build),
               KEYCLOAK_HOME=str(unpacked(cache)))
    report = build / "meson-logs/keycloak.xml"
    passed, failed, skipped = run_tests.run(
        ["timeout", "-k", "30", str(TESTS_TIMEOUT_S), "/usr/bin/python3", "-m",
         "pytest", "-q", "-p", "no:cacheprovider", "-rs",
         f"--junitxml={report}", "tests/keycloak"], report, env)
    print(f"{passed} passed, {failed} failed" +
          (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
