#!/usr/bin/python3
"""Files and functions that are longer than a reader likes (CONTRIBUTING.md).

Prints the longest; fails when one passes its limit and is not excused below
with its reason.
"""
import pathlib
import re
import subprocess
import sys

FILE_LINES = 600
FUNCTION_LINES = 60
TEST_LINES = 120  # rows are data
# path -> why it may be long
EXCUSED = {
    "tests/unit/jose/keys.h": "key material, no code",
}
SUFFIXES = (".c", ".h", ".py", ".ts", ".tsx")
# With the return type on a line of its own, a definition starts in column 0
# and its body is the next line "{" to the next line "}".
NAME = re.compile(r"^([a-z_][a-z0-9_]*)\(", re.I)


def functions(lines):
    name, start = None, None
    for number, line in enumerate(lines, 1):
        match = NAME.match(line)
        if match:
            name = match.group(1)
        if line == "{" and name:
            start = number
        elif line == "}" and start:
            yield name, number - start - 1
            name = start = None


def main():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                           capture_output=True, text=True,
                           check=True).stdout.split()
    faults, lengths, bodies = [], [], []
    for name in names:
        path = pathlib.Path(name)
        if path.suffix not in SUFFIXES or not path.exists():
            continue
        lines = path.read_text().splitlines()
        lengths.append((len(lines), name))
        if len(lines) > FILE_LINES and name not in EXCUSED:
            faults.append(f"{name}: {len(lines)} lines, limit {FILE_LINES}")
        if path.suffix == ".c":
            bodies += [(n, f"{name}:{f}") for f, n in functions(lines)]
    for length, where in bodies:
        limit = TEST_LINES if where.startswith("tests/") else FUNCTION_LINES
        if length > limit and where not in EXCUSED:
            faults.append(f"{where}: {length} lines, limit {limit}")
    code = sorted(n for n, f in lengths if f.endswith(".c"))
    body = sorted(n for n, _ in bodies)
    if code and body:
        print(f"{len(code)} .c files, median {code[len(code) // 2]} lines; "
              f"{len(body)} functions, median {body[len(body) // 2]}, "
              f"95th percentile {body[len(body) * 95 // 100]}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
