import './workers.js';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/style.css';
import { useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';

import { EXAMPLES, FIRST_TABS } from './examples.js';
import { fetcher, ownRequest } from './fetcher.js';
import './page.css';
import * as session from './session.js';

const NEW_TAB = '# Ctrl-Space completes, Ctrl-Enter runs; the ball on the left shows examples.\n\n';

const EXAMPLES_PLUGIN = { title: 'Examples', icon: Ball, content: Examples };

function Ball(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" {...props}>
      <circle cx="12" cy="12" r="9.5" />
      <path d="M12 8l3.8 2.8-1.4 4.4H9.6l-1.4-4.4zM12 8V2.8M15.8 10.8l5-1.6M14.4 15.2l3 4.2M9.6 15.2l-3 4.2M8.2 10.8l-5-1.6" />
    </svg>
  );
}

function Examples() {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  const open = ({ query, variables }) => {
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables ?? '');
    requestAnimationFrame(() => document.querySelector('.graphiql-tab-active')?.scrollIntoView());
  };

  return (
    <section aria-label="Examples" className="matchday-examples">
      <div className="matchday-examples-title">Examples</div>
      <p>Each opens in a tab of its own.</p>
      <ul>
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => open(example)}>
              <strong>{example.title}</strong>
              <span>{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Session() {
  const signedIn = useSyncExternalStore(session.subscribe, session.current);
  if (!signedIn) return null;

  return (
    <span className="matchday-session" title="This page sends the session with every request, and refreshes it">
      signed in as <b>{signedIn.name}</b>
      <button type="button" onClick={session.end} title="Sign out" aria-label="Sign out">
        ×
      </button>
    </span>
  );
}

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={FIRST_TABS}
      defaultQuery={NEW_TAB}
      defaultEditorToolsVisibility
      isHeadersEditorEnabled
      inputValueDeprecation
      plugins={[EXAMPLES_PLUGIN, HISTORY_PLUGIN]}
    >
      <GraphiQL.Logo>
        <Session />
        <a className="matchday-logo" href="schema.graphql" title="The schema as text">
          Matchday
        </a>
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

session.resume(ownRequest);
createRoot(document.getElementById('graphiql')).render(<Page />);
