import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'http://127.0.0.1:8000/schema.graphql',
  documents: ['src/**/*.ts', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      config: {
        scalars: { DateTime: 'string', Decimal: 'string' },
        // A scalar that is not named above ends the run, in place of becoming `any`.
        strictScalars: true,
        // Each enum has one value more, for those that a newer Matchday may send.
        futureProofEnums: true,
        enumsAsTypes: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
