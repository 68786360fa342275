curl -fsSo schema.graphql http://127.0.0.1:8000/schema.graphql
