#!/usr/bin/python3
"""The module exports what nginx looks for, and nothing else: nginx opens
modules with RTLD_GLOBAL, so that any other symbol could meet another one's.

usage: check_symbols.py MODULE.so
"""

import subprocess
import sys

WANTED = {"ngx_modules", "ngx_module_names", "ngx_module_order"}


def main():
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", sys.argv[1]],
        check=True, capture_output=True, text=True).stdout
    names = (line.split()[-1] for line in listing.splitlines())
    found = {name for name in names if not name.startswith("__odr_asan.")}
    for name in sorted(found - WANTED):
        print(f"exported, but should not be: {name}")
    for name in sorted(WANTED - found):
        print(f"not exported: {name}")
    return found != WANTED


if __name__ == "__main__":
    sys.exit(main())
