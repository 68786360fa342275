answer=$(curl --silent http://127.0.0.1:8000/graphql --header "authorization: Bearer $token" --json '{
  "query": "mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id status expiresAt } } }",
  "variables": {"input": {"matchNumber": 1, "category": 1, "quantity": 2, "idempotencyKey": "my-first-hold"}}
}')
echo "$answer"
id=$(echo "$answer" | sed 's/.*"id":"\([^"]*\)".*/\1/')
