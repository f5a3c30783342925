#!/bin/sh
# In Temporal's admin-tools image: makes the databases and brings their schemas up to date. What is
# there already stays; SQL_PASSWORD is read by the tool itself.
set -eu

tool() {
  temporal-sql-tool --plugin "$DB" --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" "$@"
}

for database in temporal visibility; do
  name=temporal
  if [ "$database" = visibility ]; then name=temporal_visibility; fi
  tool --db "$name" create
  tool --db "$name" setup-schema -v 0.0
  tool --db "$name" update-schema -d "/etc/temporal/schema/postgresql/v12/$database/versioned"
done
