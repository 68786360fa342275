redis-cli -u "$REDIS_ADMIN_URL" ACL SETUSER matchday "<$OLD_PASSWORD"
