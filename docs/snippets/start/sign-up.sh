answer=$(curl --silent http://127.0.0.1:8000/graphql --json '{
  "query": "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken expiresAt } }",
  "variables": {"input": {"email": "fan@example.com", "password": "correct horse"}}
}')
echo "$answer"
token=$(echo "$answer" | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
