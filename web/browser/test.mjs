// `npm test`: types, that dist/ is fresh, sizes, the style sheet, units.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'matchday-browser-'));
process.on('exit', () => rmSync(scratch, { recursive: true }));

function run(command, ...rest) {
  const { status } = spawnSync(command, rest, { cwd: here, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`failed: ${command} ${rest.join(' ')}`);
    process.exit(1);
  }
}

run(process.execPath, 'node_modules/typescript/bin/tsc', '--noEmit');

const fresh = join(scratch, 'dist');
run(process.execPath, 'build.mjs', fresh);
const content = (folder) => readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
if (JSON.stringify(content(fresh)) !== JSON.stringify(content(join(here, 'dist')))) {
  console.error('dist/ is not what its sources build: run `npm run build`, and commit it.');
  process.exit(1);
}

const units = readdirSync(join(here, 'test')).filter((file) => file.endsWith('.test.ts'));
await esbuild.build({
  absWorkingDir: here,
  bundle: true,
  entryPoints: units.map((file) => `test/${file}`),
  format: 'esm',
  logLevel: 'warning',
  outdir: join(scratch, 'units'),
  outExtension: { '.js': '.mjs' },
  platform: 'node',
});
const tests = readdirSync(join(here, 'test')).filter((file) => file.endsWith('.test.mjs'));
run(
  process.execPath,
  '--test',
  ...tests.map((file) => join(here, 'test', file)),
  ...readdirSync(join(scratch, 'units')).map((file) => join(scratch, 'units', file)),
);
