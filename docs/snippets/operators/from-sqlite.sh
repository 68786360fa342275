# DATABASE_URL names an empty Postgres database, MATCHDAY_DATA_DIR the folder that the embedded site has used.
matchday migrate up
matchday copy-database
