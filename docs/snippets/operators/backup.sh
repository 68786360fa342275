pg_dump --format=custom --file matchday.dump "$DATABASE_URL"
