#!/bin/sh
# After files are in place: user, settings, service. dpkg calls it with "configure" and the version before, if there was one; rpm with
# the number of versions that are installed.
set -e

case "$1 $2" in
"configure " | "1 ") first=yes ;;
"configure "* | [2-9]*) first= ;;
*) exit 0 ;; # dpkg: another package's installation failed
esac

getent group xray >/dev/null || groupadd --system xray
getent passwd xray >/dev/null ||
    useradd --system --gid xray --no-create-home --home-dir /nonexistent --shell /bin/false --comment "X-Ray daemon" xray

if [ ! -e /etc/amazon/xray/cfg.yaml ]; then
    install -m 0644 /usr/share/rayscope/cfg.yaml /etc/amazon/xray/cfg.yaml
fi

# A log of the AWS X-Ray daemon is carried on; it may belong to another number of the same name. Never follow a link: the directory is xray's.
install -d -m 0755 -o xray -g xray /var/log/xray
if [ -f /var/log/xray/xray.log ]; then
    chown -h xray:xray /var/log/xray/xray.log
fi

if command -v systemctl >/dev/null; then
    if [ -n "$first" ]; then
        systemctl enable xray.service
    fi
    # In a container image or a chroot systemd does not run, and the unit starts with the machine. Whoever has disabled it keeps it so.
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        if systemctl is-enabled --quiet xray.service; then
            systemctl restart xray.service || echo "xray.service did not start: journalctl -u xray tells why" >&2
        fi
    fi
fi
