psql "$DATABASE_URL" --set address=203.0.113.7 --set email=ana@example.com --file blocked.sql
