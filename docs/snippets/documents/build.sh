npx graphql-codegen
