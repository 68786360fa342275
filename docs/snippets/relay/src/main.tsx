import { StrictMode, Suspense, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { RelayEnvironmentProvider } from 'react-relay';

import { App } from './App';
import { newEnvironment } from './environment';
import { onUserChange } from './session';

function Root() {
  const [environment, setEnvironment] = useState(newEnvironment);
  useEffect(() => onUserChange((before) => before !== undefined && setEnvironment(newEnvironment)), []);

  return (
    <RelayEnvironmentProvider environment={environment}>
      <Suspense fallback="Loading…">
        <App />
      </Suspense>
    </RelayEnvironmentProvider>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
