#!/bin/sh
# Configure once, then build what changed: build.sh FOLDER [MESON OPTION...]
set -eu
folder=$1
shift
if [ ! -e "$folder/build.ninja" ]; then
    meson setup "$folder" -Dtests=false "$@" >"$folder.log" 2>&1 || {
        cat "$folder.log" >&2
        exit 1
    }
    mkdir -p "$folder" && mv "$folder.log" "$folder/setup.log"
elif [ $# -gt 0 ]; then
    meson configure "$folder" "$@"
fi
if [ -t 1 ]; then
    ninja -C "$folder"
else
    ninja -C "$folder" --quiet
fi
