#!/usr/bin/python3
"""A list of leaked secrets, one a line, as a sorted table of hashes in C.

leaked_secrets.py LIST OUTPUT: what core/jose/weak.c looks secrets up in, beside
its own small list. A hash is the first 8 bytes of SHA-256.
"""
import hashlib
import sys

COLUMNS = 4


def main():
    source, output = sys.argv[1:]
    with open(source, "rb") as f:
        lines = {line.rstrip(b"\r\n") for line in f}
    # White space at the ends does not count: weak.c cuts it off, too.
    lines |= {line.strip() for line in lines}
    lines.discard(b"")
    table = sorted({hashlib.sha256(line).digest()[:8].hex()
                    for line in lines})
    with open(output, "w", encoding="ascii") as f:
        for i in range(0, len(table), COLUMNS):
            f.write("".join(f"0x{h}," for h in table[i:i + COLUMNS]) + "\n")


if __name__ == "__main__":
    main()
