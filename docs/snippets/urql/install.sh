npm init -y
npm pkg set type=module
npm install urql@5 @urql/core@6 @urql/exchange-auth@3 @urql/exchange-graphcache@9 graphql@16 graphql-ws@6 react@19 react-dom@19
npm install --save-dev @graphql-codegen/cli@7 @graphql-codegen/client-preset@6 @types/react@19 @types/react-dom@19 typescript@7 vite@8
