#!/bin/sh
# The npm packages of FOLDER, exactly those of its lock file: npm.sh FOLDER
# None of their scripts runs. Does nothing when they are there.
set -eu
cd "$1"
have=node_modules/.package-lock.json
if [ ! -e $have ] || [ package-lock.json -nt $have ]; then
    log=$(mktemp)
    npm ci --ignore-scripts --no-audit --no-fund >"$log" 2>&1 || {
        grep -v '^npm warn' "$log" | head -n 15 >&2 # the cause comes first
        exit 1
    }
    rm -f "$log"
fi
