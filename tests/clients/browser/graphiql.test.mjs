// GraphiQL out of the program itself, in headless Chromium: how it looks and what it says. Leaves screenshots in artefacts/.

import assert from 'node:assert/strict';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.mjs';
import { artefacts, DESK, Person, PHONE, picture } from './graphiql.mjs';
import { graphqlOf, startChromium } from './tools.mjs';

const examples = fileURLToPath(new URL('../../../server/graphiql/src/examples', import.meta.url));

let program;
let browser;

before(async () => {
  await mkdir(artefacts, { recursive: true });
  browser = await startChromium();
  program = await startProgram();
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  await program?.stop();
});

/** The text that answers an operation, sent with no browser. */
async function asks(query) {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${program.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
}

const SCREENS = {
  'desk-light': { viewport: DESK },
  'desk-dark': { viewport: DESK, colorScheme: 'dark' },
  'laptop-light': { viewport: { width: 1280, height: 720 } },
  'laptop-arabic-dark': { viewport: { width: 1280, height: 720 }, colorScheme: 'dark', locale: 'ar' },
};

for (const [screen, options] of Object.entries(SCREENS)) {
  test(`the query is in sight at once, and the answer beside the plan: ${screen}`, { timeout: 120_000 }, async () => {
    const person = await Person.opens(browser, program.url, options);
    await person.sees('Open and run the numbered steps');
    assert.deepEqual(await person.tabs(), ['Welcome']);
    const { width, height } = options.viewport;
    for (const line of ['query Welcome', 'holdSeconds', 'totalCount']) {
      const box = await person.boxOfQueryLine(line);
      assert.ok(box.x + box.width < width / 2 + 150 && box.y + box.height < height * 0.65, `${line}: ${JSON.stringify(box)}`);
    }
    await person.photographs(picture(`start-${screen}`));

    await person.runs();
    const { matches } = (await person.reads(({ data }) => data?.matches)).data;
    assert.equal(matches.totalCount, 64);
    await person.photographs(picture(`welcome-${screen}`));
    assert.deepEqual(person.troubles, []);
  });
}

test('data comes first, and extensions last and folded', { timeout: 120_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensExample('Matches');
  await person.runs();
  await person.reads(({ data }) => data?.matches);

  assert.match(await person.answerText(), /^\{\s*"data": [^]*\n {2}"extensions": \{\s+"cost"/);
  // At a lower height than the answer's: scrolled to its end.
  await person.scrollsAnswer();
  await person.seesInAnswer('"extensions"');
  await person.seesInAnswer('"requested"', false);

  // The second and the third are answered from memory.
  for (let times = 0; times < 3; times += 1) {
    assert.match(await asks('{ matches(first: 2) { totalCount nodes { homeTeam } } }'), /^\{"data":.*,"extensions":\{"cost":.*\}$/);
  }
  assert.match(await asks('mutation { signOut { success } }'), /^\{"data":null,"errors":\[.*\],"extensions":\{"cost":.*\}$/);
  assert.match(await asks('{ nothing }'), /^\{"errors":\[/);
});

test('on a phone the panes are one below the other, and the panel covers them', { timeout: 120_000 }, async () => {
  const fan = await Person.opens(browser, program.url, { viewport: PHONE, isMobile: true, hasTouch: true });
  await fan.photographs(picture('phone-start'));
  const within = ({ x, y, width, height }) => x >= 0 && y >= 0 && x + width <= PHONE.width && y + height <= PHONE.height;
  const [editor, answer] = [await fan.boxOf('.graphiql-query-editor'), await fan.boxOf('.result-window')];
  for (const box of [editor, answer]) assert.ok(within(box) && box.width > 330 && box.height > 200, JSON.stringify(box));
  assert.ok(answer.y >= editor.y + editor.height);

  await fan.opensPanel('Examples');
  await fan.photographs(picture('phone-plan'));
  await fan.opensExample('SignUp');
  await fan.runs();
  await fan.reads(({ data }) => data?.signUp);
  await fan.goesOn('Matches');
  await fan.runs();
  await fan.reads(({ data }) => data?.matches);
  await fan.seesInAnswer('"totalCount"');
  await fan.photographs(picture('phone-answer'));
  await fan.opensPanel('Documentation Explorer');
  await fan.sees('Root Types');
  assert.ok(within(await fan.boxOf('.graphiql-doc-explorer-header')));
  await fan.photographs(picture('phone-docs'));
  assert.deepEqual(fan.troubles, []);
});

test('a token in the header editor wins on requests and sockets; an empty one asks without a session', { timeout: 120_000 }, async () => {
  const signUp = 'mutation { signUp(input: {email: "other@example.com", password: "a long passphrase"}) { accessToken } }';
  const other = JSON.parse(await asks(signUp)).data.signUp.accessToken;
  const fan = await Person.opens(browser, program.url);
  await fan.signsUp();
  await fan.opensExample('Me');
  await fan.types('Headers', JSON.stringify({ Authorization: `Bearer ${other}` }));
  await fan.runs();
  await fan.reads(({ data }) => data?.me?.email === 'other@example.com');
  await fan.types('Headers', JSON.stringify({ Authorization: '' }));
  await fan.runs();
  await fan.reads(({ data }) => data && data.me === null);

  const stranger = await Person.opens(browser, program.url);
  await stranger.opensExample('FollowReservation');
  await stranger.runs();
  await stranger.reads(({ errors }) => errors?.[0].extensions.code === 'UNAUTHENTICATED');
  await stranger.types('Headers', JSON.stringify({ Authorization: `Bearer ${other}` }));
  await stranger.runs();
  // Signed in, the id of the example is what is wrong.
  await stranger.reads(({ errors }) => errors?.[0].extensions.code === 'BAD_USER_INPUT');
});

test('a refused socket says its close code, what it means and what to do', { timeout: 120_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensExample('Availability');
  await person.types('Headers', JSON.stringify({ authorization: 'Bearer wrong' }));
  await person.runs();
  const { errors } = await person.reads(({ errors }) => errors);
  await person.photographs(picture('refused-socket'));

  const [{ message, extensions }] = errors;
  assert.match(message, /code 4401: /);
  assert.equal(extensions.closeCode, 4401);
  assert.match(extensions.whatToDo, /Sign in again/);
  assert.equal(extensions.docs, `${program.url}/docs/reference/close-codes`);
  assert.doesNotMatch(await person.answerText(), /stack|\bat .*\.js/);
  assert.equal(await person.linkOf('What 4401 means'), extensions.docs);
});

test('an error has a way to what the documents say of it', { timeout: 60_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensExample('Reserve');
  await person.runs();
  await person.reads(({ errors }) => errors?.[0].extensions.code === 'UNAUTHENTICATED');
  await person.photographs(picture('error'));

  assert.equal(await person.linkOf('What UNAUTHENTICATED means'), `${program.url}/docs/reference/errors#unauthenticated`);
});

test('a subscription without a message says that it is live', { timeout: 60_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensExample('ListingsChanged');
  await person.runs();
  await person.sees('Live. No message yet');
  await person.photographs(picture('live-empty'));
  await person.stops();

  assert.deepEqual(person.troubles, []);
});

test('the documentation explorer links to the documents', { timeout: 60_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensPanel('Documentation Explorer');
  assert.equal(await person.linkOf('Documents'), `${program.url}/docs`);
  await person.followsInDocs('Query');
  await person.followsInDocs('matches');
  assert.equal(await person.linkOf('Query.matches in the reference'), `${program.url}/docs/reference/schema#querymatches`);
  await person.followsInDocs('MatchConnection');
  await person.photographs(picture('docs'));

  assert.equal(await person.linkOf('MatchConnection in the reference'), `${program.url}/docs/reference/schema#matchconnection`);
});

test('where introspection is off the page says so, and operations run', { timeout: 120_000 }, async () => {
  const closed = await startProgram({ MATCHDAY_INTROSPECTION: 'false' });
  try {
    const person = await Person.opens(browser, closed.url);
    await person.seesInAnswer('introspection');
    await person.opensPanel('Documentation Explorer');
    await person.sees('An operator switches introspection on by MATCHDAY_INTROSPECTION=true.');
    assert.equal(await person.linkOf('The reference of the schema'), `${closed.url}/docs/reference/schema`);
    await person.photographs(picture('no-introspection'));
    await person.runs();
    await person.reads(({ data }) => data?.matches);
    assert.equal(await person.page.getByText('Error fetching schema').count(), 0);
    // The status of the refusal is all that the console says.
    assert.deepEqual(person.troubles.filter((trouble) => !trouble.includes('status of 400')), []);
  } finally {
    await closed.stop();
  }
});

test('every example asks for what the schema has, and its query comes soon', async () => {
  const { buildSchema, parse, validate } = await graphqlOf();
  const schema = buildSchema(await (await fetch(`${program.url}/schema.graphql`)).text());

  const files = await readdir(examples);
  assert.ok(files.length >= 30);
  for (const file of files) {
    const text = await readFile(path.join(examples, file), 'utf8');
    const document = parse(text);
    assert.deepEqual(validate(schema, document).map(({ message }) => message), [], file);
    assert.equal(document.definitions.length, 1, `${file}: a tab with two operations changes its name`);
    assert.ok(document.definitions[0].loc.startToken.line <= 5, `${file}: the query is what one sees first`);
  }
});

test('what the README shows can be pasted whole', async () => {
  const { buildSchema, parse, validate } = await graphqlOf();
  const schema = buildSchema(await (await fetch(`${program.url}/schema.graphql`)).text());
  const readme = await readFile(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');

  const blocks = [...readme.matchAll(/```graphql[^\n]*\n(.*?)```/gs)].map(([, block]) => block);
  for (const block of blocks) assert.deepEqual(validate(schema, parse(block)).map(({ message }) => message), []);
});
