import './workers.js';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/style.css';
import { useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';

import { Doc, pageOf } from './docs.jsx';
import { Documentation } from './documentation.jsx';
import { FIRST_TABS } from './examples.js';
import { fetcher, ownRequest } from './fetcher.js';
import { NARROW, PLAN_PLUGIN } from './plan.jsx';
import './page.css';
import * as session from './session.js';
import { Status } from './status.jsx';

const NEW_TAB = '# Ctrl-Space completes, Ctrl-Enter runs.\n\n';

// Constant: GraphiQL would show the first panel again whenever it were given another list.
const PLUGINS = [PLAN_PLUGIN, HISTORY_PLUGIN];

/** Where the browser keeps whether a person has closed the side panel. */
const PANEL = 'matchday-panel';

/** How wide the side panel is at first, as a part of the rest: GraphiQL's own third leaves queries too little. */
const PANEL_SHARE = ['graphiql:docExplorerFlex', '0.28'];

/** A phone: the panel covers the editors and is opened by hand, and the query gets the room of the variables. */
const isNarrow = matchMedia(NARROW).matches;

// GraphiQL gives its explorer a store only where the plugin is this very object.
DOC_EXPLORER_PLUGIN.content = Documentation;

function Session() {
  const { name, problem } = useSyncExternalStore(session.shown.subscribe, session.shown.current);
  if (problem) {
    return (
      <span className="matchday-session matchday-problem" role="alert" title={problem}>
        not signed in: {problem}
      </span>
    );
  }
  if (!name) return null;

  return (
    <span className="matchday-session" title="This page sends the session with every request, and refreshes it">
      <span>signed in as</span> <b>{name}</b>
      <button type="button" onClick={session.end} title="Sign out" aria-label="Sign out">
        ×
      </button>
    </span>
  );
}

function Page() {
  const isOpen = localStorage.getItem(PANEL) !== 'closed' && !isNarrow;

  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={FIRST_TABS}
      defaultQuery={NEW_TAB}
      defaultEditorToolsVisibility={!isNarrow}
      inputValueDeprecation
      isHeadersEditorEnabled
      onTogglePluginVisibility={(plugin) => localStorage.setItem(PANEL, plugin ? 'open' : 'closed')}
      plugins={PLUGINS}
      schemaDescription
      visiblePlugin={isOpen ? PLAN_PLUGIN : undefined}
    >
      <GraphiQL.Logo>
        <Session />
        <Doc at={pageOf('')}>Docs</Doc>
        <a className="matchday-logo" href="./" title="To the site">
          Matchday
        </a>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <Status />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

if (localStorage.getItem(PANEL_SHARE[0]) === null) localStorage.setItem(...PANEL_SHARE);
session.resume(ownRequest);
createRoot(document.getElementById('graphiql')).render(<Page />);
