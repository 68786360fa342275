/** `md-local-time`: the viewer's own time, where it is not the venue's. */

import { locale, word, write } from './page.js';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format;
}

// Two clocks in the world show days next to each other at most, so the day of the week tells which.
const DAY: Intl.DateTimeFormatOptions = { weekday: 'short' };
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

export class LocalTime extends HTMLElement {
  connectedCallback(): void {
    const moment = new Date(this.getAttribute('datetime') ?? '');
    const timeZone = this.dataset.zone;
    if (!timeZone || Number.isNaN(moment.getTime())) {
      return;
    }
    const differs = (options: Intl.DateTimeFormatOptions) =>
      format(options).format(moment) !== format({ ...options, timeZone }).format(moment);
    if (differs({ ...DAY, ...TIME })) {
      write(this, word('localTime', { time: format(differs(DAY) ? { ...DAY, ...TIME } : TIME).format(moment) }));
    }
  }
}
