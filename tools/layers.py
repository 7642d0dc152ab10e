#!/usr/bin/python3
"""The layer rule (ARCHITECTURE.md): who may include what.

base < jose < model < store < access < admin; nginx, broker and cli include
anything of core, never each other. Libraries have one home each.
"""
import pathlib
import re
import subprocess
import sys

LAYERS = ["base", "jose", "model", "store", "access", "admin"]
PROGRAMS = ["nginx", "broker", "cli"]
# Library header -> the only folders that may include it.
HOMES = [
    (r"openssl/", ["core/jose"]),
    (r"crypt\.h", ["core/jose"]),
    (r"lmdb\.h", ["core/store"]),
    (r"pcre2", ["core/base"]),
    (r"ngx_", ["nginx"]),
    (r"curl/", ["broker"]),
    (r"hiredis/", ["broker"]),
    (r"duktape\.h", ["broker"]),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def home_of(path):
    parts = path.parts
    return "/".join(parts[:2]) if parts[0] == "core" else parts[0]


def faults_of(path, text):
    home = home_of(path)
    layer = home.split("/")[1] if home.startswith("core/") else None
    for bracket, name in INCLUDE.findall(text):
        for pattern, homes in HOMES:
            if re.match(pattern, name) and home not in homes:
                yield f"{path}: <{name}> belongs to {', '.join(homes)} only"
        first = name.split("/")[0]
        if bracket == "<" or "/" not in name:
            continue
        if layer and first in LAYERS:
            if LAYERS.index(first) > LAYERS.index(layer):
                yield f"{path}: {layer} may not include {first} ({name})"
            if name.endswith("_internal.h") and first != layer:
                yield f"{path}: {name} is private to {first}"
        elif layer and first in PROGRAMS:
            yield f"{path}: core may not include {name}"
        elif home in PROGRAMS and first in PROGRAMS and first != home:
            yield f"{path}: {home} may not include {first} ({name})"


def main():
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "core", *PROGRAMS],
        capture_output=True, text=True, check=True).stdout.split()
    faults = []
    for name in files:
        path = pathlib.Path(name)
        if path.suffix in (".c", ".h", ".def") and path.exists():
            faults += faults_of(path, path.read_text())
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
