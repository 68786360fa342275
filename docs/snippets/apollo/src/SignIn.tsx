import { type FormEvent, useState } from 'react';

import { signIn, signUp } from './session';

export function SignIn() {
  const [error, setError] = useState<string>();

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const submitter = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement;
    const act = submitter.value === 'sign-up' ? signUp : signIn;
    setError(undefined);
    await act(String(form.get('email')), String(form.get('password'))).catch((error: Error) => setError(error.message));
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <label>
        Email <input name="email" type="email" required autoComplete="username" />
      </label>{' '}
      <label>
        Password <input name="password" type="password" required autoComplete="current-password" />
      </label>{' '}
      <button value="sign-in">Sign in</button> <button value="sign-up">Sign up</button>
      {error && <p role="alert">{error}</p>}
    </form>
  );
}
