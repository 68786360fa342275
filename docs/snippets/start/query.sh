curl --get http://127.0.0.1:8000/graphql --data-urlencode \
  'query={ match(matchNumber: 1) { homeTeam awayTeam dateUtc categories { category sellable price { amount currency } } } }'
