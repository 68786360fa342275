// Below the answer: how a subscription is, what the documents say of an error, and the next step.
import { useSyncExternalStore } from 'react';

import { answer } from './answers.js';
import { Meaning } from './docs.jsx';
import { useEditors } from './editors.js';
import { after } from './examples.js';
import { live } from './live.js';
import { useFilledTabs, useOpen, useOpenExample, useTabEdges } from './tabs.js';
import { walk } from './walk.js';

export function Status() {
  useFilledTabs();
  useTabEdges();
  useEditors();

  return (
    <div className="matchday-status">
      <div role="status">
        <Live />
        <Errors />
      </div>
      <Next />
    </div>
  );
}

function Live() {
  const running = useSyncExternalStore(live.subscribe, live.current);
  if (!running) return null;
  const { state, messages, close } = running;
  if (state === 'connecting') return <p>Connecting …</p>;
  if (state === 'again') {
    return (
      <p>
        The socket was closed ({close.code} {close.reason || 'without a reason'}). Connecting again …{' '}
        <Meaning code={close.code} />
      </p>
    );
  }
  if (messages === 0) return <p className="matchday-live">Live. No message yet: the first comes with the first change.</p>;

  return (
    <p>
      Live: {messages} {messages === 1 ? 'message' : 'messages'}.
    </p>
  );
}

function Errors() {
  const shown = useSyncExternalStore(answer.subscribe, answer.current);
  const open = useOpenExample();
  if (!shown || shown.codes.length === 0 || (open && open.name !== shown.operationName)) return null;

  return (
    <p>
      {shown.codes.map((code) => (
        <Meaning key={code} code={code} />
      ))}
    </p>
  );
}

function Next() {
  const { done } = useSyncExternalStore(walk.subscribe, walk.current);
  const current = useOpenExample();
  const open = useOpen();
  const next = after(current?.name, done);
  if (!next || (current?.isStep && !done.includes(current.name))) return null;

  return (
    <button type="button" onClick={() => open(next)}>
      Next: <b>{next.name}</b>
    </button>
  );
}
