// Makes of the scripts below the folder that is named on the command line what a host sends: one for each page and one
// for each worker, with all that they import; no comments, no spaces, short names. A hundred small files would be a
// hundred requests, in as many rounds as imports go deep.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { build, transform } from 'esbuild';

const folder = process.argv[2];
/** What pages and workers begin with. */
const ENTRIES = [
  'main.js',
  'bench/page.js',
  'bench/worker.js',
  'engine/worker.js',
  'engine/trainer-worker.js',
  'engine/preparing-worker.js',
];
const SERVICE_WORKER = 'sw.js';
/** What a host shows where it has nothing. */
const LOST = '404.html';

/** The glue of the wasm modules is imported by an address that is made up while the page runs. */
const isGlue = (/** @type {string} */ file) => file.startsWith('pkg/');

const own = await files();
const scripts = own.filter((file) => file.endsWith('.js') && file !== SERVICE_WORKER);
const packed = await Promise.all(ENTRIES.map(async (entry) => [entry, await pack(entry)]));
for (const file of scripts) {
  const path = join(folder, file);
  if (isGlue(file)) await writeFile(path, await minified(await readFile(path, 'utf8')));
  else await rm(path);
}
for (const [entry, code] of packed) await writeFile(join(folder, entry), code);
await listFiles();

/** Every file of the site, with slashes. */
async function files() {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/**
 * The entry with everything that it imports. A module's address, by which it finds workers and other files, remains
 * that of its source.
 *
 * @param {string} entry
 */
async function pack(entry) {
  const addresses = {
    name: 'addresses',
    setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const from = posix.relative(posix.dirname(entry), relative(folder, path).split(sep).join('/'));
        const source = await readFile(path, 'utf8');
        return { contents: source.replaceAll('import.meta.url', `new URL('${from}', import.meta.url).href`) };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [addresses],
  });
  return outputFiles[0].text;
}

/**
 * @param {string} source
 * @param {import('esbuild').Format} [format]
 */
async function minified(source, format) {
  return (await transform(source, { minify: true, target: 'es2022', legalComments: 'none', format })).code;
}

/**
 * The service worker keeps what there is now: it must know all of it, to the byte. Pages name the version that they are
 * of, which tells them from whatever else a network may answer.
 */
async function listFiles() {
  const left = new Set((await files()).filter((file) => ![SERVICE_WORKER, LOST].includes(file) && !file.startsWith('models/')));
  const version = digest(JSON.stringify(await sums(left)), 'hex').slice(0, 16);
  for (const page of [...left].filter((file) => file.endsWith('.html'))) {
    const path = join(folder, page);
    const named = (await readFile(path, 'utf8')).replace('<meta charset="utf-8">', `$&\n  <meta name="liedwerk-version" content="${version}">`);
    await writeFile(path, named);
  }
  const written = { SUMS: await sums(left), VERSION: version };
  const path = join(folder, SERVICE_WORKER);
  let source = (await readFile(path, 'utf8')).replace(/(const (?:FILES|ON_DEMAND) = )(\[[^\]]*\])/g, (_, begin, list) => {
    const known = [...list.matchAll(/'([^']+)'/g)].map(([, file]) => file).filter((file) => left.delete(file === './' ? 'index.html' : file));
    return begin + JSON.stringify(known);
  });
  if (left.size > 0) throw new Error(`the service worker does not know ${[...left].join(', ')}`);
  for (const [name, value] of Object.entries(written)) {
    source = source.replace(new RegExp(`const ${name} = (\\{\\}|'');`), () => `const ${name} = ${JSON.stringify(value)};`);
  }
  // In a function of its own, so that its names become short, too.
  await writeFile(path, await minified(source, 'iife'));
}

/**
 * Length and SHA-256, as far as the service worker compares it, of each file by the name that it has there.
 *
 * @param {Iterable<string>} names
 */
async function sums(names) {
  const entries = [...names].sort().map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return [name === 'index.html' ? './' : name, [bytes.length, digest(bytes, 'base64')]];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * @param {string | Buffer} bytes
 * @param {'hex' | 'base64'} spelling
 */
function digest(bytes, spelling) {
  return createHash('sha256').update(bytes).digest().subarray(0, 12).toString(spelling);
}
