#!/usr/bin/env bash
# Writes one backup, whole and looked at, into a folder. Usage: DATABASE_URL=postgresql://… backup.sh FOLDER
# KEEP_DAYS=14 deletes older ones of the same folder, once the new one is there.
set -euo pipefail
umask 077
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=database.sh
source "$here/database.sh"

[ $# -eq 1 ] || { echo "Usage: DATABASE_URL=postgresql://… $0 FOLDER" >&2; exit 2; }
folder=$1
mkdir -p "$folder"
made=$folder/guestchat-$(date -u +%Y%m%dT%H%M%SZ).dump
draft=$made.part
trap 'rm -f "$draft" "$draft.hotels"' EXIT

# Everything as of one moment, while guests go on.
hotels=$(ask "SELECT count(*) FROM menus_hotel")
pg_dump --dbname "$database" --format=custom --enable-row-security --file "$draft"

# A backup that nobody has read is a hope. This one is read to its end, and its hotels are counted.
pg_restore --file /dev/null "$draft"
pg_restore --data-only --table menus_hotel --file "$draft.hotels" "$draft"
kept=$(awk '/^\\\.$/ { inside = 0 } inside { rows++ } /^COPY .*menus_hotel / { inside = 1 } END { print rows + 0 }' "$draft.hotels")
if [ "$kept" -ne "$hotels" ]; then
    echo "The backup has $kept of $hotels hotels, so it was not kept. Does something between here and PostgreSQL drop PGOPTIONS?" >&2
    exit 1
fi
mv "$draft" "$made"
echo "$made: $kept hotels, $(wc -c <"$made") bytes"

if [ -n "${KEEP_DAYS:-}" ]; then
    find "$folder" -maxdepth 1 -name 'guestchat-*.dump' -mtime "+$KEEP_DAYS" -delete
fi
