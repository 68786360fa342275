pg_restore --no-owner --exit-on-error --dbname "$DATABASE_URL" matchday.dump
psql "$DATABASE_URL" --set ON_ERROR_STOP=1 --file raise-versions.sql
matchday migrate up
