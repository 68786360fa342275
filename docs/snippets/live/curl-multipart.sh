curl -N localhost:8000/graphql \
  -H 'accept: multipart/mixed; subscriptionSpec=1.0' -H 'content-type: application/json' \
  -d '{"query": "subscription { availability(matchNumbers: [1]) { version categories { category sellable } } }"}'
