#!/bin/sh
# Of "meson install": the dashboard, when it was built: install_ui.sh DATADIR
set -eu
from=$MESON_BUILD_ROOT/ui
case $1 in
/*) to=${DESTDIR:-}$1/ui ;;
*) to=$MESON_INSTALL_DESTDIR_PREFIX/$1/ui ;;
esac
[ -e "$from/index.html" ] || exit 0
rm -rf "$to"
mkdir -p "$to"
cp -R "$from/." "$to"
chmod -R u=rwX,go=rX "$to"
