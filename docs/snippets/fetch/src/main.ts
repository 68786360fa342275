import { live } from './live';
import { ask } from './matchday';
import { currentUser, freshSession, onUserChange, signIn, signOut, signUp } from './session';

interface Match {
  matchNumber: number;
  version: number;
  homeTeam: string;
  awayTeam: string;
  categories: { sellable: number }[];
}

const find = (selector: string) => document.querySelector<HTMLElement>(selector)!;
const matches = new Map<number, Match>();
let hold: { id: string; version: number; status: string } | undefined;
let following = new AbortController();

/** Runs an action, and shows its error. */
function attempt(act: () => Promise<unknown>) {
  find('#error').textContent = '';
  act().catch((error: Error) => (find('#error').textContent = error.message));
}

async function act(query: string, variables = {}) {
  await freshSession();
  return (await ask(query, variables)).data;
}

function render() {
  const user = currentUser();
  find('#sign-in').hidden = user !== null;
  find('#account').hidden = !user;
  find('#account span').textContent = user ? `Signed in as ${user.email}` : '';
  find('#hold').hidden = !hold;
  find('#hold span').textContent = hold ? `Your hold is ${hold.status}` : '';
  find('#hold button').hidden = hold?.status !== 'PENDING';
  find('ul').replaceChildren(...[...matches.values()].map(rowOf));
}

function rowOf({ matchNumber, homeTeam, awayTeam, categories }: Match) {
  const row = document.createElement('li');
  const button = document.createElement('button');
  button.textContent = 'Hold';
  button.onclick = () => attempt(() => reserve(matchNumber));
  row.append(`${homeTeam} – ${awayTeam}: ${categories.reduce((sum, { sellable }) => sum + sellable, 0)} left `, button);
  return row;
}

async function reserve(matchNumber: number) {
  const query = /* GraphQL */ `mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id version status } } }`;
  // The key names this attempt: if the request is sent again after a lost answer, nothing is held twice.
  const input = { matchNumber, category: 1, quantity: 1, idempotencyKey: crypto.randomUUID() };
  hold = (await act(query, { input })).reserve.reservation;
  followHold();
}

// #part availability
async function followMatches() {
  const { data } = await ask(/* GraphQL */ `{ matches(first: 10) { nodes { matchNumber version homeTeam awayTeam categories { sellable } } } }`);
  for (const match of data.matches.nodes) matches.set(match.matchNumber, match);
  render();

  await live({
    query: /* GraphQL */ `subscription ($numbers: [Int!], $since: [VersionInput!]) {
      availability(matchNumbers: $numbers, since: $since) { matchNumber version categories { sellable } }
    }`,
    // The page receives only what is newer than what it has, also after a lost connection.
    variables: () => ({ numbers: [...matches.keys()], since: [...matches.values()].map(({ matchNumber, version }) => ({ matchNumber, version })) }),
    next: ({ availability }) => {
      Object.assign(matches.get(availability.matchNumber)!, availability);
      render();
    },
    headers: async () => ({}),
    signal: new AbortController().signal,
  });
}
// #end availability

function followHold() {
  following.abort();
  following = new AbortController();
  render();
  if (!hold) return;
  const { id } = hold;
  attempt(() => live({
    query: /* GraphQL */ `subscription ($id: ID!) { reservation(id: $id) { id version status } }`,
    variables: () => ({ id }),
    next: ({ reservation }) => {
      hold = reservation;
      render();
    },
    headers: async () => {
      await freshSession();
      return {};
    },
    signal: following.signal,
  }));
}

onUserChange(() => attempt(async () => {
  hold = undefined;
  if (currentUser()) hold = (await act(/* GraphQL */ `{ myReservations(first: 1) { nodes { id version status } } }`)).myReservations.nodes[0];
  followHold();
}));

find('#sign-in').onsubmit = (event) => {
  event.preventDefault();
  const form = new FormData(event.target as HTMLFormElement);
  const enter = (event.submitter as HTMLButtonElement).value === 'sign-up' ? signUp : signIn;
  attempt(() => enter(String(form.get('email')), String(form.get('password'))));
};
find('#account button').onclick = () => attempt(signOut);
find('#hold button').onclick = () => attempt(() =>
  act(/* GraphQL */ `mutation ($id: ID!) { cancelReservation(input: { reservationId: $id }) { reservation { status } } }`, { id: hold!.id }));

attempt(freshSession);
attempt(followMatches);
