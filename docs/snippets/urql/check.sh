npx graphql-codegen
npx tsc
