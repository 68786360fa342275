npm init -y
npm pkg set type=module
npm install @apollo/client@4 graphql@16 graphql-ws@6 react@19 react-dom@19 rxjs@7
npm install --save-dev @graphql-codegen/cli@7 @graphql-codegen/client-preset@6 @types/react@19 @types/react-dom@19 typescript@7 vite@8
