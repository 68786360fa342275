// Writes countries.LANGUAGE.tsv: the countries of ISO 3166-1 as a language calls them (CLDR), in its own order.
// `node localization/data/countries.mjs`, again where a country or a name changes.
import { writeFileSync } from 'node:fs';

// The officially assigned codes (https://www.iso.org/obp/ui/#search), 249 of them.
const CODES = `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN
KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI
SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI
VN VU WF WS YE YT ZA ZM ZW
`.trim().split(/\s+/);

if (new Set(CODES).size !== 249) {
  throw new Error(`${new Set(CODES).size} codes`);
}
for (const language of ['en', 'es', 'fr', 'ar']) {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
  const { compare } = new Intl.Collator(language);
  const rows = CODES.map((code) => [code, names.of(code)]);
  if (rows.some(([, name]) => !name)) {
    throw new Error(`a name is missing in ${language}: has this Node all of ICU's data?`);
  }
  rows.sort(([, one], [, other]) => compare(one, other));
  writeFileSync(new URL(`countries.${language}.tsv`, import.meta.url), rows.map((row) => `${row.join('\t')}\n`).join(''));
}
