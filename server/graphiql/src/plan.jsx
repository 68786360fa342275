// The side panel of examples: the plan of the walk, which step is done, and what else there is.
import { useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';

import { GROUPS, STEPS } from './examples.js';
import { useOpen, useOpenExample } from './tabs.js';
import { walk } from './walk.js';

/** Screens on which this panel covers the editors, as in page.css. */
export const NARROW = '(max-width: 700px)';

export const PLAN_PLUGIN = { title: 'Examples', icon: Ball, content: Plan };

function Ball(props) {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" {...props}>
      <circle cx="12" cy="12" r="9.5" />
      <path d="M12 8l3.8 2.8-1.4 4.4H9.6l-1.4-4.4zM12 8V2.8M15.8 10.8l5-1.6M14.4 15.2l3 4.2M9.6 15.2l-3 4.2M8.2 10.8l-5-1.6" />
    </svg>
  );
}

function Plan() {
  const { done, me } = useSyncExternalStore(walk.subscribe, walk.current);

  return (
    <section aria-label="Examples" className="matchday-panel matchday-plan">
      <h2>Examples</h2>
      <p>Open and run the numbered steps in their order. Ids of earlier answers are filled in.</p>
      {GROUPS.map(({ title, role, examples }) => (
        <div key={title}>
          <h3>{title}</h3>
          {role && (
            <p>
              Needs the role {role}: <code>{`matchday user promote ${me ?? 'EMAIL'} --role ${role}`}</code>
            </p>
          )}
          <List examples={examples.filter(({ isStep }) => isStep)} done={done} />
          <More examples={examples.filter(({ isStep }) => !isStep)} done={done} />
        </div>
      ))}
    </section>
  );
}

function List({ examples, done }) {
  return (
    <ul>
      {examples.map((example) => (
        <Example key={example.name} example={example} isDone={done.includes(example.name)} />
      ))}
    </ul>
  );
}

function More({ examples, done }) {
  if (examples.length === 0) return null;

  return (
    <details>
      <summary>Also: {examples.map(({ name }) => name).join(', ')}</summary>
      <List examples={examples} done={done} />
    </details>
  );
}

function Example({ example, isDone }) {
  const open = useOpen();
  const isOpen = useOpenExample() === example;
  const { setVisiblePlugin } = useGraphiQLActions();
  const row = useRef(null);
  useEffect(() => {
    if (isOpen) row.current.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const number = example.isStep ? STEPS.indexOf(example) + 1 : null;
  const choose = () => {
    open(example);
    if (matchMedia(NARROW).matches) setVisiblePlugin(null);
  };

  return (
    <li ref={row}>
      <button type="button" onClick={choose} aria-current={isOpen ? 'step' : undefined}>
        <span className={isDone ? 'matchday-number matchday-done' : 'matchday-number'}>{isDone ? '✓' : (number ?? '·')}</span>
        <span>
          <strong>{example.name}</strong>
          <span>{example.about}</span>
        </span>
        {isDone && <span className="matchday-hidden">done</span>}
      </button>
    </li>
  );
}
