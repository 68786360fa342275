// docs/start/kotlin.md, followed from an empty folder to a program that survives.
//
// No registry that this suite may use has Gradle. In its place the very compilers that the page's build.gradle.kts names make the page's
// documents and sources, in their versions: Apollo's, by kotlin/Codegen.kt, and Kotlin's. Maven fetches them.

import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.mjs';
import { Newcomer } from './newcomer.mjs';
import { SETTINGS, printed, survivesInTerminal } from './terminal.mjs';

const INSTALL_SECONDS = 600;

const here = fileURLToPath(new URL('kotlin/', import.meta.url));
const page = fileURLToPath(new URL('../../../docs/start/kotlin.md', import.meta.url));

test('docs/start/kotlin.md: what it follows survives the end of a token and restarts', async () => {
  const build = (await readFile(page, 'utf8')).match(/```kotlin not-run\n(plugins[^`]*)```/)?.[1] ?? assert.fail('the page has a build');
  const program = await startProgram(SETTINGS);
  const newcomer = await Newcomer.of('kotlin', { addresses: { '127.0.0.1:8000': new URL(program.url).host } });
  try {
    await newcomer.follows({ later: ['run.sh'] });
    const classes = await compiled(newcomer, build);
    const bin = path.join(newcomer.folder, 'bin');
    await newcomer.writes('bin/gradle', `#!/bin/sh\nexec java -cp ${classes} MainKt\n`);
    await chmod(path.join(bin, 'gradle'), 0o755);

    const run = await newcomer.starts('run.sh', (output) => output.length > 0, { env: { PATH: `${bin}:${process.env.PATH}` } });
    await printed(run, 'the first match', /^Qatar v Ecuador: on sale$/m);
    await survivesInTerminal(run, program);
    await run.stop();
  } finally {
    await newcomer.leaves();
    await program.stop();
  }
});

/** Makes the page's program as its build says; returns its class path. */
async function compiled(newcomer, build) {
  const named = (pattern) => build.match(pattern)?.[1] ?? assert.fail(`the build names ${pattern}`);
  const [kotlin, apollo] = [named(/kotlin\("jvm"\) version "([\d.]+)"/), named(/com\.apollographql\.apollo"\) version "([\d.]+)"/)];
  assert.equal(named(/apollo-runtime:([\d.]+)"/), apollo);
  assert.deepEqual([...build.matchAll(/mapScalarToKotlinString\("(\w+)"\)/g)].map(([, name]) => name), await strings());

  const [compiler, codegen, runtime] = [
    await jars(newcomer, `org.jetbrains.kotlin:kotlin-compiler-embeddable:${kotlin}`),
    await jars(newcomer, `com.apollographql.apollo:apollo-compiler:${apollo}`),
    await jars(newcomer, `com.apollographql.apollo:apollo-runtime-jvm:${apollo}`),
  ];
  // Newer than what Apollo asks for, as Gradle resolves it.
  const library = compiler.find((jar) => jar.endsWith(`kotlin-stdlib-${kotlin}.jar`));
  const kotlinc = (output, sources, classes) => newcomer.runs(
    `java -cp ${compiler.join(':')} org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -jvm-target 17 `
      + `-cp ${[library, ...classes].join(':')} -d ${output} ${sources}`,
    { seconds: INSTALL_SECONDS },
  );

  await kotlinc('out/codegen', path.join(here, 'Codegen.kt'), codegen);
  await newcomer.runs(
    `java -cp ${['out/codegen', library, ...codegen].join(':')} CodegenKt src/main/graphql/schema.graphqls src/main/graphql/operations.graphql out/sources`,
  );
  await kotlinc('out/program', 'src/main/kotlin out/sources', runtime);
  return ['out/program', library, ...runtime].join(':');
}

/** The scalars that Codegen.kt maps to strings. */
async function strings() {
  const text = await readFile(path.join(here, 'Codegen.kt'), 'utf8');
  return [...text.match(/STRINGS = listOf\(([^)]*)\)/)[1].matchAll(/"(\w+)"/g)].map(([, name]) => name);
}

/** The jars of an artefact with all that it needs, fetched by Maven. Its versions are exact, so they are the same each time. */
async function jars(newcomer, artefact) {
  const [group, name, version] = artefact.split(':');
  const folder = path.join(newcomer.folder, 'jars', name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>matchday</groupId>`
      + `<artifactId>newcomer</artifactId><version>1</version><dependencies><dependency><groupId>${group}</groupId>`
      + `<artifactId>${name}</artifactId><version>${version}</version></dependency></dependencies></project>\n`,
  );
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  await newcomer.runs(`mvn --quiet --batch-mode --file ${folder}/pom.xml ${plugin} -DoutputDirectory=${folder}/lib`, { seconds: INSTALL_SECONDS });
  return (await readdir(path.join(folder, 'lib'))).map((jar) => path.join(folder, 'lib', jar));
}
