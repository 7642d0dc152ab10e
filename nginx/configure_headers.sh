#!/bin/bash
# Have nginx's configure, with Debian's flags, write ngx_auto_config.h and
# ngx_auto_headers.h: nginx-dev has all other headers. Meson runs it once.
#   configure_headers.sh /usr/share/nginx/src WORK_FOLDER CONFIG_H HEADERS_H
set -eu
source_dir=$1
mkdir -p "$2"
work=$(realpath "$2")
config_h=$(realpath "$3")
headers_h=$(realpath "$4")
objs=$work/objs

# configure writes a Makefile beside itself: give it a folder of its own.
rm -rf "$work/source" "$objs"
mkdir -p "$work/source" "$objs"
for name in auto configure src; do
    ln -s "$source_dir/$name" "$work/source/$name"
done

. "$source_dir/conf_flags"
cd "$work/source"
if ! ./configure "${NGX_CONF_FLAGS[@]}" --builddir="$objs" \
        > "$work/configure.log" 2>&1; then
    cat "$work/configure.log" >&2
    exit 1
fi
cp "$objs/ngx_auto_config.h" "$config_h"
cp "$objs/ngx_auto_headers.h" "$headers_h"
