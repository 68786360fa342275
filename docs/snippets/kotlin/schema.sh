curl -fsSo src/main/graphql/schema.graphqls http://127.0.0.1:8000/schema.graphql
