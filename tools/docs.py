#!/usr/bin/python3
"""Fill what documents say by the program's own tables.

docs.py BUILD [--check]: between "<!-- table: NAME -->" and "<!-- end -->" in
README.md and docs/ stands what BUILD/reference NAME prints, or `jotgate help --markdown`. With --check
nothing is written: the documents that differ are named, and it fails.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.S)

# Tables that another program than BUILD/reference prints
PROGRAMS = {"commands": ["jotgate", "help", "--markdown"]}


def table(build, name):
    argv = PROGRAMS.get(name, ["reference", name])
    return subprocess.run([build / argv[0], *argv[1:]], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=60).stdout


def filled(build, text):
    return PART.sub(lambda m: f"{m[1]}{table(build, m[2])}{m[3]}", text)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    check = sys.argv[2:] == ["--check"]
    stale = 0
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]:
        old = path.read_text()
        new = filled(build, old)
        if old == new:
            continue
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)} differs from the tables: "
                  "make docs")
        else:
            path.write_text(new)
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
