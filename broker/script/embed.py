#!/usr/bin/env python3
"""Write a file as the members of a C array."""
import pathlib
import sys

data = pathlib.Path(sys.argv[1]).read_bytes()
for start in range(0, len(data), 16):
    print("".join(f"{byte}," for byte in data[start:start + 16]))
