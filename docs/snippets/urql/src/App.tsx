import { useMemo, useSyncExternalStore } from 'react';
import { Provider } from 'urql';

import { createClient } from './client';
import { Hold } from './Hold';
import { Matches } from './Matches';
import { currentUser, onUserChange, signOut } from './session';
import { SignIn } from './SignIn';

export function App() {
  const user = useSyncExternalStore(onUserChange, currentUser);
  // Another user sees other data, so the cache starts empty.
  const client = useMemo(createClient, [user?.id]);

  return (
    <Provider value={client}>
      {user === null && <SignIn />}
      {user && (
        <p>
          Signed in as {user.email} <button onClick={() => void signOut()}>Sign out</button>
        </p>
      )}
      {user && <Hold />}
      <Matches />
    </Provider>
  );
}
