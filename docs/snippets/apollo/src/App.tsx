import { useSyncExternalStore } from 'react';

import { Hold } from './Hold';
import { Matches } from './Matches';
import { currentUser, onUserChange, signOut } from './session';
import { SignIn } from './SignIn';

export function App() {
  const user = useSyncExternalStore(onUserChange, currentUser);

  return (
    <main>
      {user === null && <SignIn />}
      {user && (
        <p>
          Signed in as {user.email} <button onClick={() => void signOut()}>Sign out</button>
        </p>
      )}
      {user && <Hold />}
      <Matches />
    </main>
  );
}
