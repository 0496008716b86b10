# For backup.sh and restore.sh: where the database is, and whose rows may be seen. Sourced, not run.
# shellcheck shell=bash

[ -n "${DATABASE_URL:-}" ] || { echo "DATABASE_URL is not set." >&2; exit 2; }

# A password on a command line is everybody's who may list processes: libpq takes it from the environment instead.
if [[ $DATABASE_URL =~ ^(postgres(ql)?://[^:/@?]+):([^@/?]*)@(.*)$ ]]; then
    encoded=${BASH_REMATCH[3]}
    PGPASSWORD=$(printf '%b' "${encoded//%/\\x}")
    export PGPASSWORD
    database=${BASH_REMATCH[1]}@${BASH_REMATCH[4]}
else
    database=$DATABASE_URL
fi

# The wall between hotels binds the tables' owner as well: unbound, it would back up no row at all, and say nothing.
# shellcheck disable=SC2034 # used where this is sourced
export PGOPTIONS="${PGOPTIONS:-} -c guestchat.hotels=*"

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --dbname "$database" --command "$1"; }
