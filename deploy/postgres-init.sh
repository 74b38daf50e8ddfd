#!/bin/sh
# A database and a role for each service: none can read another's tables. Run once, by an empty PostgreSQL.
set -eu
for service in registration ticketing notifications; do
    psql --username=postgres --set=ON_ERROR_STOP=1 --set=service="$service" --set=password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
