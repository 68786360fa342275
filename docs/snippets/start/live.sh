curl --no-buffer --get http://127.0.0.1:8000/graphql --header 'accept: text/event-stream' --data-urlencode \
  'query=subscription { availability(matchNumbers: [1]) { version categories { category sellable pending } } }'
