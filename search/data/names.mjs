// Writes countries.tsv and calendar.tsv: what languages call countries, months and weekdays, by CLDR 48.2 (Unicode-3.0, see LICENCE.txt).
// `npm pack cldr-localenames-full@48.2.0`, unpack it, then `node search/data/names.mjs PACKAGE`. Months and weekdays are of the ICU that
// Node has.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// The ten that fans are promised, and the languages of teams that CLDR's other names are of.
const PROMISED = ['en', 'es', 'fr', 'de', 'pt', 'it', 'ar', 'ja', 'ko', 'zh'];
const LANGUAGES = [...PROMISED, 'zh-Hant', 'nl', 'da', 'pl', 'hr', 'sr', 'fa', 'cy', 'ru', 'tr'];

const teams = readFileSync(new URL('teams.tsv', import.meta.url), 'utf8').trim().split('\n');
const countries = [...new Set(teams.map((row) => row.split('\t')[1]))].filter(Boolean).sort();

const territories = LANGUAGES.map((language) => {
  const file = join(process.argv[2], 'main', language, 'territories.json');
  return JSON.parse(readFileSync(file, 'utf8')).main[language].localeDisplayNames.territories;
});
// Hong Kong and Macau are "… SAR China" to CLDR, which would find them for China.
const VARIANTS = ['', '-alt-short', '-alt-variant'];
const namesOf = (country) => territories.flatMap((of) => VARIANTS.map((variant) => of[country + variant]));
const rows = countries.map((country) => {
  const names = [...new Set(namesOf(country).filter(Boolean))];
  return [country, names.filter((name) => !/中国|中國|China|Chine|Cina|Çin/.test(name) || country === 'CN').join('|')];
});

// Noon in UTC of days that begin with a Monday in January.
const day = (month, date) => new Date(Date.UTC(2024, month, date, 12));
const said = (date, options) => PROMISED.flatMap((language) => {
  const parts = new Intl.DateTimeFormat(language, { timeZone: 'UTC', calendar: 'gregory', ...options }).formatToParts(date);
  const kind = options.weekday ? 'weekday' : 'month';
  return parts.filter((part) => part.type === kind && !/^\d/.test(part.value)).map((part) => part.value);
});
const forms = (date, kind, extra) => ['long', 'short'].flatMap((length) => [
  ...said(date, { [kind]: length }), ...said(date, { [kind]: length, ...extra }),
]);
const calendar = [
  ...Array.from({ length: 12 }, (_, month) => ['month', month + 1, forms(day(month, 1), 'month', { day: 'numeric' })]),
  ...Array.from({ length: 7 }, (_, weekday) => ['weekday', weekday + 1, forms(day(0, 1 + weekday), 'weekday', {})]),
];
// One letter of Chinese stands in dates, and two of German are words of other languages.
const isTelling = (name) => name.length > 2 || /^..$/u.test(name) && !/[a-z]/i.test(name);
const several = (names) => [...new Set(names.map((name) => name.replace(/\.$/, '')))].filter(isTelling).join('|');

const write = (file, lines) => writeFileSync(new URL(file, import.meta.url), lines.map((line) => `${line.join('\t')}\n`).join(''));
write('countries.tsv', rows);
write('calendar.tsv', calendar.map(([kind, number, names]) => [kind, number, several(names)]));
