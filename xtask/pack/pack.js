// Bundles and minifies the scripts in the folder given on the command line for hosting: one script per page and worker
// with all its imports, and one per part that the page imports on demand. A hundred small files would take a hundred
// requests, in as many round trips as imports are nested.

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { build, transform } from 'esbuild';

const folder = process.argv[2];
/** Entry scripts of pages; those of workers are recognised by their names. */
const PAGES = ['main.js', 'bench/page.js'];
const WORKER = /(^|[/-])worker\.js$/;
const SERVICE_WORKER = 'sw.js';
/** The page caches models itself, from its list; these are small enough to be cached like other files. */
const SMALL_MODELS = ['models/captioner-de-en/', 'models/diffusion-de-en/'];
/** The page that a host sends for missing files. */
const LOST = '404.html';

/** Glue code of the wasm modules, which is imported by a URL built at run time and thus not bundled. */
const isGlue = (/** @type {string} */ file) => file.startsWith('pkg/');

const own = await files();
const scripts = own.filter((file) => file.endsWith('.js') && file !== SERVICE_WORKER);
const later = await partsForLater();
const entries = [...PAGES, ...scripts.filter((file) => WORKER.test(file))];
const packed = new Map((await Promise.all(entries.map(pack))).flat());
for (const file of scripts) {
  const path = join(folder, file);
  if (isGlue(file)) await writeFile(path, await minified(await readFile(path, 'utf8')));
  else await rm(path);
}
for (const [file, code] of packed) await writeFile(join(folder, file), code);
await preload();
await listFiles();

/** Returns the paths of all files of the site, with slashes. */
async function files() {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Returns the paths of all scripts that others import dynamically. */
async function partsForLater() {
  const imports = await Promise.all(
    scripts.map(async (file) => {
      const found = (await readFile(join(folder, file), 'utf8')).matchAll(/await import\('([^']+)'\)/g);
      return [...found].map(([, name]) => join(folder, posix.dirname(file), name));
    }),
  );
  return new Set(imports.flat());
}

/**
 * Bundles an entry with its imports, and its dynamic imports as separate chunks. `import.meta.url`, by which a module
 * finds workers and other files, still resolves to the source's URL.
 *
 * @param {string} entry
 * @returns {Promise<[file: string, code: string][]>}
 */
async function pack(entry) {
  const base = posix.dirname(entry);
  const addresses = {
    name: 'addresses',
    setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
      onLoad({ filter: /\.js$/ }, async ({ path }) => {
        const from = posix.relative(base, relative(folder, path).split(sep).join('/'));
        const source = await readFile(path, 'utf8');
        const own = source.replaceAll('import.meta.url', `new URL('${from}', import.meta.url).href`);
        // A dynamic import runs long after its page. Let it import the page's entry, so that they share one chunk, not a dozen.
        return { contents: later.has(path) ? `${own}\nimport ${JSON.stringify(join(folder, entry))};` : own };
      });
    },
  };
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)],
    outdir: join(folder, base),
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    nodePaths: [join(import.meta.dirname, 'node_modules')],
    plugins: [addresses],
  });
  return outputFiles.map(({ path, text }) => [relative(folder, path).split(sep).join('/'), text]);
}

/** Adds links that preload the static imports of the page's script. */
async function preload() {
  const path = join(folder, 'index.html');
  const page = await readFile(path, 'utf8');
  const found = new Set(['main.js']);
  for (const file of found) {
    // Only static imports; dynamic ones have a parenthesis.
    for (const [, name] of packed.get(file)?.matchAll(/(?:from|import)"\.\/([^"]+)"/g) ?? []) found.add(name);
  }
  const links = [...found].map((file) => `<link rel="modulepreload" href="${file}">`).join('\n  ');
  await writeFile(path, page.replace('<link rel="modulepreload" href="main.js">', links));
}

/**
 * @param {string} source
 * @param {import('esbuild').Format} [format]
 */
async function minified(source, format) {
  return (await transform(source, { minify: true, target: 'es2022', legalComments: 'none', format })).code;
}

/**
 * Writes the list of files and their checksums into the service worker, and the version into the pages, so that they can
 * be told from other responses of a network.
 */
async function listFiles() {
  const isKept = (/** @type {string} */ file) => !file.startsWith('models/') || SMALL_MODELS.some((model) => file.startsWith(model));
  const left = new Set((await files()).filter((file) => ![SERVICE_WORKER, LOST].includes(file) && isKept(file)));
  const version = digest(JSON.stringify(await sums(left)), 'hex').slice(0, 16);
  for (const page of [...left].filter((file) => file.endsWith('.html'))) {
    const path = join(folder, page);
    const named = (await readFile(path, 'utf8')).replace('<meta charset="utf-8">', `$&\n  <meta name="liedwerk-version" content="${version}">`);
    await writeFile(path, named);
  }
  /** @type {Record<string, unknown>} */
  const written = { SUMS: await sums(left), VERSION: version };
  const path = join(folder, SERVICE_WORKER);
  let source = await readFile(path, 'utf8');
  const [, list] = /const ON_DEMAND = \[([^\]]*)\]/.exec(source) ?? [];
  const onDemand = [...(list ?? '').matchAll(/'([^']+)'/g)].map(([, file]) => file);
  const missing = onDemand.filter((file) => !left.delete(file));
  if (missing.length > 0) throw new Error(`the service worker names ${missing.join(', ')}, which the site has not got`);
  Object.assign(written, { FILES: [...left].sort().map((file) => (file === 'index.html' ? './' : file)) });
  for (const [name, value] of Object.entries(written)) {
    source = source.replace(new RegExp(`const ${name} = (\\{\\}|\\[\\]|'');`), () => `const ${name} = ${JSON.stringify(value)};`);
  }
  // As a function (iife), so that top-level names are shortened, too.
  await writeFile(path, await minified(source, 'iife'));
}

/**
 * Returns the length and the truncated SHA-256 of each file, by its name in the service worker.
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
