// Rewrites every script below the folder that is named on the command line: no comments, no spaces, short
// local names. Modules stay apart, as they are in the sources.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minify } from 'terser';

const folder = process.argv[2];
for (const name of await readdir(folder, { recursive: true })) {
  if (!name.endsWith('.js')) continue;
  const path = join(folder, name);
  const { code } = await minify(await readFile(path, 'utf8'), { module: true, ecma: 2020 });
  await writeFile(path, code);
}
