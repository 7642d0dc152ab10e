#!/bin/sh
# Install the Debian packages of the named stages (tools/packages) that are
# missing, and say which. Installing nginx must not start a web server.
set -eu
here=$(dirname "$0")

missing=
for stage in "$@"; do
    for package in $(sed -n "s/^$stage: //p" "$here/packages"); do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
            grep -qx installed || missing="$missing $package"
    done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "jotgate: these packages are missing, and there is no apt-get:$missing" >&2
    exit 1
fi
root=
[ "$(id -u)" = 0 ] || root=sudo
if [ -n "$root" ] && ! command -v sudo >/dev/null; then
    echo "jotgate: run this as root (no sudo here): apt-get install$missing" >&2
    exit 1
fi

echo "jotgate: installing with apt:$missing" >&2
policy=/usr/sbin/policy-rc.d
guard=
new_nginx=
case " $missing " in
*" nginx "*)
    new_nginx=yes
    if [ ! -e $policy ]; then
        guard=$policy
        trap '$root rm -f "$guard"' EXIT INT TERM
        printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null
        $root chmod 755 $policy
    fi
    ;;
esac
log=$(mktemp)
if ! { $root apt-get update &&
    DEBIAN_FRONTEND=noninteractive $root apt-get install -y \
        --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "jotgate: apt failed; the whole of its output is in $log" >&2
    exit 1
fi
rm -f "$log"
# jotgate starts its own nginx: the package's service stays off, at boot too.
if [ -n "$new_nginx" ]; then
    $root env DPKG_MAINTSCRIPT_PACKAGE=nginx \
        deb-systemd-helper disable nginx.service >/dev/null 2>&1 || true
    $root update-rc.d nginx disable >/dev/null 2>&1 || true
fi
