// What is known of a fan, in every state of its pages, each handed to `look(fan, name)`: had as a file, learned from or not, deleted.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { Fan, PASSWORD } from './fan.mjs';

export async function ofPerson(shop, locale, number, look) {
  const fan = await Fan.arrives(shop, { locale });
  await fan.signsUp();
  await fan.goes('/account/profile');
  await fan.page.locator('main [name=country]').selectOption('PE');
  await fan.sends('/account/profile');
  await look(fan, 'account-learned-from');
  await fan.sends('/account/personalisation');
  await look(fan, 'account-not-learned-from');

  await fan.goes('/account/data');
  await look(fan, 'account-data');
  const { account } = await downloaded(fan);
  assert.deepEqual([account.email, account.country, account.personalised], [fan.email, 'PE', false]);

  await fan.goes('/account/delete');
  await look(fan, 'account-delete');
  await fan.fills({ password: 'not it at all' });
  await fan.page.locator('main [name=confirm]').check();
  await fan.sends('/account/delete');
  await look(fan, 'account-delete-wrong');

  const order = await fan.holds(number, { quantity: 2 });
  await fan.pays();
  await fan.hasTickets(2);
  await fan.goes('/account/delete');
  await look(fan, 'account-delete-not-yet');
  await fan.goes(`${order}/refund`);
  for (const box of await fan.page.locator('main input[type=checkbox]').all()) await box.check();
  await fan.presses('main form button');
  await fan.sends(`${order}/refund`);

  await fan.goes('/account/delete');
  await look(fan, 'account-delete-kept');
  await fan.fills({ password: PASSWORD });
  await fan.page.locator('main [name=confirm]').check();
  await fan.sends('/account/delete');
  assert.equal(fan.path(), '/account/deleted');
  await look(fan, 'account-deleted');
  await fan.signsIn();
  assert.equal(fan.path(), '/sign-in');
  await fan.leaves();
}

/** The file that the button of the page leads to. */
async function downloaded(fan) {
  const [download] = await Promise.all([fan.page.waitForEvent('download'), fan.page.locator('main form button').click()]);
  assert.match(download.suggestedFilename(), /^my-data-.*\.json$/);
  return JSON.parse(await readFile(await download.path(), 'utf8'));
}
