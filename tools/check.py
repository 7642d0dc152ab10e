#!/usr/bin/python3
"""Everything about the code that a machine can judge without building it."""
import subprocess
import sys

FORBIDDEN = (r"\b(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|strtol|"
             r"alloca|gets)\s*\(")


def run(what, command, shell=False):
    result = subprocess.run(command, shell=shell, capture_output=True,
                            text=True)
    print(f"{'ok  ' if result.returncode == 0 else 'FAIL'} {what}")
    if result.returncode != 0 or what == "sizes":
        print((result.stdout + result.stderr).strip()[-4000:])
    return result.returncode == 0


def main():
    python = "/usr/bin/python3"
    sources = "git ls-files 'core/*.[ch]' 'nginx/*.[ch]' 'broker/*.[ch]' 'cli/*.[ch]'"
    checks = [
        ("format", "git ls-files '*.c' '*.h' | "
                   "xargs clang-format --dry-run -Werror", True),
        ("layer rule", [python, "tools/layers.py"], False),
        ("sizes", [python, "tools/sizes.py"], False),
        ("forbidden functions",
         f"! {sources} | xargs grep -nE '{FORBIDDEN}'", True),
        ("allocation in one place",
         "! git ls-files 'core/*.c' | grep -v core/base/arena.c | "
         r"xargs grep -nE '\b(malloc|calloc|realloc|free)\('", True),
        ("no clock in the core",
         r"! git ls-files 'core/*.c' | xargs grep -nE '\b(time|gettimeofday|"
         r"clock_gettime|localtime)\s*\('", True),
    ]
    return 0 if all([run(*check) for check in checks]) else 1


if __name__ == "__main__":
    sys.exit(main())
