#!/bin/sh
# After files are removed. Settings, log and what waits on disk stay until the package is purged; rpm knows no such thing and leaves them.
set -e

if [ "$1" = purge ]; then
    rm -f /etc/amazon/xray/cfg.yaml /etc/systemd/system/multi-user.target.wants/xray.service
    rm -rf /var/lib/xray /var/log/xray
    for d in /etc/amazon/xray /etc/amazon; do
        if [ -d "$d" ]; then rmdir --ignore-fail-on-non-empty "$d"; fi
    done
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
