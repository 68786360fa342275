// Writes regions.tsv: for each country of ISO 3166-1 its region and its continent, by the containment of territories of CLDR 48.2
// (Unicode-3.0, see LICENCE.txt). Latin America (419) and sub-Saharan Africa (202) are one region each.
// `npm pack cldr-core@48.2.0`, unpack it, then `node analytics/data/regions.mjs PACKAGE`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(process.argv[2], 'supplemental/territoryContainment.json');
const contained = JSON.parse(readFileSync(file, 'utf8')).supplemental.territoryContainment;
const within = (code) => contained[code]._contains;

const rows = [];
for (const continent of within('001')) {
  const groups = ['419', '202'].filter((group) => group === (continent === '019' ? '419' : continent === '002' ? '202' : ''));
  for (const region of within(continent).filter((code) => code !== 'QO')) {
    const wider = groups.find((group) => within(group).includes(region)) ?? region;
    rows.push(...within(region).map((country) => `${country}\t${wider}\t${continent}`));
  }
}
writeFileSync(new URL('regions.tsv', import.meta.url), rows.sort().map((row) => `${row}\n`).join(''));
