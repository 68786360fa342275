// The documentation explorer, with ways into the documents; and in its place what to do where the schema is not shown.
import { DocExplorer, useDocExplorer } from '@graphiql/plugin-doc-explorer';
import { isNamedType } from 'graphql';
import { useSyncExternalStore } from 'react';

import { Doc, Meaning, pageOf, pageOfSchema } from './docs.jsx';
import { explained, schemaRefusal } from './schema.js';

const ROOTS = ['Query', 'Mutation', 'Subscription'];

export function Documentation() {
  const refusal = useSyncExternalStore(schemaRefusal.subscribe, schemaRefusal.current);
  return refusal ? <NoSchema refusal={refusal} /> : <Explorer />;
}

function Explorer() {
  const name = nameOf(useDocExplorer());

  return (
    <div className="matchday-explorer">
      <DocExplorer />
      <p className="matchday-ways">
        {name ? (
          <Doc at={pageOfSchema(name)}>{name} in the reference</Doc>
        ) : (
          <>
            <Doc at={pageOf('')}>Documents</Doc>
            <Doc at={pageOf('reference/errors')}>Error codes</Doc>
            <Doc at="schema.graphql">The schema as SDL</Doc>
          </>
        )}
      </p>
    </div>
  );
}

/** What the reference has a section of: the type that is shown, or whose field is; of a root each field. */
function nameOf(shown) {
  const type = shown.findLast(({ def }) => isNamedType(def));
  const last = shown.at(-1);
  if (!type || last === type || !ROOTS.includes(type.name)) return type?.name;
  return `${type.name}.${last.name}`;
}

function NoSchema({ refusal }) {
  return (
    <section aria-label="Documentation Explorer" className="matchday-panel">
      <h2>No schema</h2>
      {explained(refusal).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p className="matchday-ways">
        <Doc at={pageOf('reference/schema')}>The reference of the schema</Doc>
        {refusal.code && <Meaning code={refusal.code} />}
      </p>
    </section>
  );
}
