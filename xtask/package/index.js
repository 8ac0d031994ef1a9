// Main module of the package: loads models and generates texts.

import start, { FormWriter, Generator, Lexicon, Translator as Translation } from './wasm/liedwerk.js';

/** Time to compute before yielding to the event loop. */
const SLICE_MS = 30;
const TRANSLATORS = ['transformer', 'seq2seq'];

/** @type {Promise<void> | undefined} */
let started;

/**
 * Loads a model, see index.d.ts.
 *
 * @param {string | URL | import('./index.js').Files} where
 * @param {{ lexicon?: string | URL }} [more]
 * @returns {Promise<any>} a `Writer` or a `Translator`
 */
export async function load(where, { lexicon } = {}) {
  const files = typeof where === 'string' || where instanceof URL ? await fetched(folder(where)) : where;
  started ??= begin().catch((error) => {
    // Try again next time, since the failure may be temporary.
    started = undefined;
    throw error;
  });
  await started;
  const { config, tokenizer, weights } = files;
  if (TRANSLATORS.includes(JSON.parse(config).model_type)) return new Translator(Translation.load(weights, config, tokenizer));
  const sounds = lexicon === undefined ? null : Lexicon.load(await bytes(address(lexicon)));
  return new Writer(Generator.load(weights, config, tokenizer), sounds);
}

class Writer {
  #generator;
  #lexicon;

  /**
   * @param {Generator} generator
   * @param {Lexicon | null} lexicon
   */
  constructor(generator, lexicon) {
    this.#generator = generator;
    this.#lexicon = lexicon;
  }

  /** @param {import('./index.js').SongOptions} [options] */
  async *stream(options = {}) {
    const { prompt = '', ...rest } = options;
    if (rest.scheme === undefined) yield* this.#text(prompt, rest);
    else yield* this.#song(rest);
  }

  /** @param {import('./index.js').SongOptions} [options] */
  async write(options) {
    let text = '';
    for await (const piece of this.stream(options)) text += piece;
    return text;
  }

  /**
   * @param {string} prompt
   * @param {object} options
   */
  async *#text(prompt, options) {
    yield this.#generator.start(prompt, options).prompt;
    let [tokens, done] = [1, false];
    while (!done) {
      const begin = performance.now();
      const written = this.#generator.next(tokens);
      done = written.done;
      yield written.text;
      // Double or halve the number of tokens, so that a slice takes about SLICE_MS.
      tokens = performance.now() - begin < SLICE_MS / 2 ? tokens * 2 : Math.max(1, tokens >> 1);
      await breath();
    }
  }

  /** @param {object} options */
  async *#song(options) {
    if (!this.#lexicon) {
      throw Object.assign(new Error('a song that rhymes needs a lexicon: load(model, { lexicon })'), { code: 'bad-option' });
    }
    const song = FormWriter.start(this.#generator, options);
    try {
      for (let line = song.nextLine(this.#generator, this.#lexicon); line; line = song.nextLine(this.#generator, this.#lexicon)) {
        yield line.before + line.text;
        await breath();
      }
    } finally {
      song.free();
    }
  }

  free() {
    this.#generator.free();
    this.#lexicon?.free();
  }
}

class Translator {
  #translation;

  /** @param {Translation} translation */
  constructor(translation) {
    this.#translation = translation;
  }

  /**
   * @param {string} text
   * @param {import('./index.js').TranslateOptions} [options]
   */
  async *stream(text, options = {}) {
    this.#translation.start(text, options);
    for (let piece = this.#translation.next(); piece; piece = this.#translation.next()) {
      yield piece;
      await breath();
    }
  }

  /**
   * @param {string} text
   * @param {import('./index.js').TranslateOptions} [options]
   */
  async translate(text, options) {
    let english = '';
    for await (const { before, text: piece } of this.stream(text, options)) english += before + piece;
    return english;
  }

  free() {
    this.#translation.free();
  }
}

async function begin() {
  await start({ module_or_path: await bytes(new URL('./wasm/liedwerk_bg.wasm', import.meta.url)) });
}

/**
 * Yields to the event loop, which handles clicks in a page and requests in a server.
 *
 * @returns {Promise<void>}
 */
function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

/** @param {string | URL} where */
function folder(where) {
  const { href } = address(where);
  return new URL(href.endsWith('/') ? href : `${href}/`);
}

/**
 * Resolves a URL or a path, relative to the page's base URI or, in Node, to the working directory.
 *
 * @param {string | URL} where
 */
function address(where) {
  return new URL(where, typeof document === 'undefined' ? workingDirectory() : document.baseURI);
}

/** Returns the URL of the working directory, with special characters escaped. */
function workingDirectory() {
  const path = encodeURI((globalThis.process?.cwd() ?? '').replaceAll('\\', '/').replace(/^\//, ''));
  return `file:///${path.replace(/[#?]/g, encodeURIComponent)}/`;
}

/** @param {URL} folder */
async function fetched(folder) {
  const read = (/** @type {string} */ name) => bytes(new URL(name, folder));
  const [config, tokenizer, weights] = await Promise.all(['config.json', 'tokenizer.json', 'model.safetensors'].map(read));
  const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
  return { config: text(config), tokenizer: text(tokenizer), weights };
}

/**
 * @param {URL} address
 * @returns {Promise<Uint8Array>}
 */
async function bytes(address) {
  if (address.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises');
    return readFile(address);
  }
  const response = await fetch(address);
  if (!response.ok) throw Object.assign(new Error(`${address} answered ${response.status}`), { code: 'download-failed' });
  return new Uint8Array(await response.arrayBuffer());
}
