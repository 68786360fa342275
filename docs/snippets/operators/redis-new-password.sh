redis-cli -u "$REDIS_ADMIN_URL" ACL SETUSER matchday ">$NEW_PASSWORD"
