#!/bin/sh
# Build the dashboard into FOLDER/ui: ui.sh [--if-possible] FOLDER
# With --if-possible a machine that cannot is told how, and that is all.
set -eu
maybe=
[ "$1" != --if-possible ] || { maybe=yes && shift; }
out=$(realpath "$1")/ui
here=$(dirname "$(dirname "$(realpath "$0")")")

cannot() { # cannot WHY
    echo "jotgate: no dashboard: $1; \"make ui\" builds it" >&2
    [ -n "$maybe" ] || exit 1
    exit 0
}

newer() { # is a source newer than what was built?
    [ -n "$(find "$here/dashboard" "$here/core/base/errors.def" \
        -name node_modules -prune -o -type f -newer "$out/index.html" -print)" ]
}

[ ! -e "$out/index.html" ] || newer || exit 0
command -v node >/dev/null && command -v npm >/dev/null ||
    cannot "there is no node or no npm here"
"$here/tools/npm.sh" "$here/dashboard" || cannot "npm could not install its packages"
node "$here/dashboard/build.mjs" "$out" || cannot "the build failed"
