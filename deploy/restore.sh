#!/usr/bin/env bash
# Restores a backup into an empty database, all or nothing. Usage: DATABASE_URL=postgresql://… restore.sh FILE
# Afterwards: manage.py serve --prepare-only, which brings the tables to this version and the wall to its full height.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=database.sh
source "$here/database.sh"

[ $# -eq 1 ] || { echo "Usage: DATABASE_URL=postgresql://… $0 FILE" >&2; exit 2; }
file=$1
[ -r "$file" ] || { echo "$file cannot be read." >&2; exit 2; }

tables=$(ask "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")
if [ "$tables" -ne 0 ]; then
    echo "The database has $tables tables already; make an empty one: createdb --owner LOGIN NAME" >&2
    exit 1
fi
# The extension is the administrator's to make; what a login without that right cannot change is left out below.
if ! ask "CREATE EXTENSION IF NOT EXISTS vector" 2>/dev/null; then
    echo "The database lacks pgvector. As an administrator, in it: CREATE EXTENSION vector;" >&2
    exit 1
fi
list=$(mktemp)
trap 'rm -f "$list"' EXIT
pg_restore --list "$file" | grep -v ' EXTENSION ' >"$list"
# Owners and rights are this server's own: whoever restores owns it all, and the first start grants what the role needs.
pg_restore --dbname "$database" --use-list "$list" --no-owner --no-privileges --single-transaction --exit-on-error "$file"
ask "ANALYZE"
echo "$(ask "SELECT count(*) FROM menus_hotel") hotels, $(ask "SELECT count(*) FROM guestchat_message") messages are back."
echo "Next: manage.py serve --prepare-only"
