matchday user export ana@example.com > ana.json
