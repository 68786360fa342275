import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: 'http://127.0.0.1:8000/schema.graphql',
  documents: ['src/**/*.tsx'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      // Strings in JSON: RFC 3339 times, and exact amounts such as "75.00".
      config: { scalars: { DateTime: 'string', Decimal: 'string' }, useTypeImports: true },
    },
  },
};

export default config;
