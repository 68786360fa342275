// Where Monaco, the editor inside GraphiQL, finds its workers: files of this bundle, named by the build.
const files = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(files[label] ?? EDITOR_WORKER, import.meta.url), { type: 'module' }),
};
