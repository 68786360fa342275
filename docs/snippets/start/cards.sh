curl --get http://127.0.0.1:8000/graphql --data-urlencode 'query={ site { testCards { paymentMethod outcome declineCode } } }'
