curl --silent http://127.0.0.1:8000/graphql --header "authorization: Bearer $token" --json '{
  "query": "mutation ($input: PayReservationInput!) { payReservation(input: $input) { reservation { status tickets { id } payment { status } } } }",
  "variables": {"input": {"reservationId": "'"$id"'", "paymentMethod": "pm_card_visa", "idempotencyKey": "my-first-payment"}}
}'
