// Makes of the scripts below the folder that is named on the command line what a host sends: one for each page and one
// for each worker, with all that they import; no comments, no spaces, short names. A hundred small files would be a
// hundred requests, in as many rounds as imports go deep.

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

/** @param {string} source */
async function minified(source) {
  return (await transform(source, { minify: true, target: 'es2022', legalComments: 'none' })).code;
}

/** The service worker keeps what there is now, and must know all of it. */
async function listFiles() {
  const left = new Set((await files()).filter((file) => file !== SERVICE_WORKER && !file.startsWith('models/')));
  left.delete('index.html');
  left.add('./');
  const path = join(folder, SERVICE_WORKER);
  const source = (await readFile(path, 'utf8')).replace(/(const (?:FILES|ON_DEMAND) = )(\[[^\]]*\])/g, (_, begin, list) => {
    const known = [...list.matchAll(/'([^']+)'/g)].map(([, file]) => file).filter((file) => left.delete(file));
    return begin + JSON.stringify(known);
  });
  if (left.size > 0) throw new Error(`the service worker does not know ${[...left].join(', ')}`);
  await writeFile(path, await minified(source));
}
