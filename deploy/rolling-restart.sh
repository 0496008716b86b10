#!/usr/bin/env bash
# Restarts server processes one after the other: the next one only when the last one is ready. Guests' phones come back
# by themselves; nothing that was acknowledged is lost. Usage: rolling-restart.sh 8001 8002
set -euo pipefail

ready_within_s=${READY_WITHIN_S:-90}
# Longer than nginx leaves a process out that failed (fail_timeout in upstream.conf): else it might know of none.
between_s=${BETWEEN_S:-3}

is_ready() { curl --silent --fail --max-time 5 --output /dev/null "http://${READY_HOST:-127.0.0.1}:$1/readyz"; }

[ $# -gt 0 ] || { echo "Usage: $0 PORT…" >&2; exit 2; }
for port in "$@"; do
    is_ready "$port" || echo "$port was not ready before; restarting it all the same."
    systemctl restart "guestchat-web@$port"
    deadline=$((SECONDS + ready_within_s))
    until is_ready "$port"; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            echo "$port is not ready after $ready_within_s s: the others were left as they are." >&2
            echo "journalctl -u guestchat-web@$port tells why." >&2
            exit 1
        fi
        sleep 0.2
    done
    echo "$port is ready again."
    sleep "$between_s"
done
