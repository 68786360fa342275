matchday user erase ana@example.com
