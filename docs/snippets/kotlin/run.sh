gradle run
