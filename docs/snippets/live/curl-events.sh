curl -N localhost:8000/graphql \
  -H 'accept: text/event-stream' -H 'content-type: application/json' \
  -d '{"query": "subscription { availability(matchNumbers: [1]) { version categories { category sellable } } }"}'
