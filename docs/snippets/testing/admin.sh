MATCHDAY_DATA_DIR=./data matchday user create admin@example.com --role admin
