/** The elements that enhance what the server printed. README.md is their contract with the page. */

import { Availability } from './availability.js';
import { Captcha } from './captcha.js';
import { Countdown } from './countdown.js';
import { LocalTime } from './local-time.js';
import { Market } from './market.js';
import { Order } from './order.js';
import { Pay } from './pay.js';
import { closeMenus, Copy, Full, loadSearch, Once, Print } from './small.js';
import { start } from './socket.js';

const ELEMENTS = {
  'md-availability': Availability,
  'md-captcha': Captcha,
  'md-copy': Copy,
  'md-countdown': Countdown,
  'md-full': Full,
  'md-local-time': LocalTime,
  'md-market': Market,
  'md-once': Once,
  'md-order': Order,
  'md-pay': Pay,
  'md-print': Print,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  customElements.define(name, element);
}
start();
closeMenus();
loadSearch();

// A change of pages that another one overtakes is no error of ours.
addEventListener('pageswap', ({ viewTransition }) => {
  viewTransition?.ready.catch(() => undefined);
  viewTransition?.finished.catch(() => undefined);
});
