#!/bin/sh
# Before files are removed. dpkg calls it with "remove" or "upgrade", rpm with the number of versions that stay.
set -e

case "$1" in
remove | 0)
    if [ -d /run/systemd/system ]; then
        systemctl stop xray.service
    fi
    ;;
esac
# dpkg may bring the package back as it was; rpm cannot.
if [ "$1" = 0 ] && command -v systemctl >/dev/null; then
    systemctl disable xray.service
fi
