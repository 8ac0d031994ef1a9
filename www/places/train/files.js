// Reads the visitor's files as texts or models, with the same parsers as the command line.

import { contentOf } from '../../engine/content.js';
import { EngineError } from '../../errors.js';

/** @typedef {import('../../engine/protocol.js').Note} Note */
/** @typedef {import('../../engine/training-protocol.js').ReadModel} ReadModel */

/** Text size limit in bytes: a small model gains nothing from more, and a phone must hold it in memory. */
const LARGEST_FILE = 20_000_000;
/** Extensions of tables of sentence pairs, whatever model is trained. */
const TABLE = /\.(tsv|csv)$/i;
/** Number of bytes that identify a file's format. */
const HEAD_BYTES = 512;
/** Model size limit: the files, the model and the stored copy are in memory at the same time. */
const LARGEST_MODEL = 2 ** 30;

/**
 * @param {File[]} files
 * @param {import('../../engine/trainer-client.js').TrainerClient} reader
 * @param {boolean} pairs whether pairs are expected
 * @returns {Promise<{ text: string, notes: Note[] }>}
 * @throws {EngineError} file-too-large, not-text
 */
export async function readFiles(files, reader, pairs) {
  /** @type {Note[]} */
  const notes = [];
  const texts = [];
  for (const file of files) {
    if (file.size > LARGEST_FILE) {
      throw new EngineError('file-too-large', `${file.name}: ${file.size} bytes, at most ${LARGEST_FILE}`);
    }
    const table = pairs || TABLE.test(file.name);
    const read = await reader.readText(file.name, await contentOf(file), table);
    notes.push(...read.notes);
    texts.push(table || files.length === 1 ? read.text : asSong(read.text, file.name));
  }
  return { text: texts.join(pairs ? '\n' : '\n\n'), notes };
}

/**
 * Makes a text one song, titled after its file, unless it already has songs.
 *
 * @param {string} text
 * @param {string} name
 */
function asSong(text, name) {
  return /^=== /m.test(text) ? text : `=== ${name.replace(/\.\w+$/, '')}\n${text}`;
}

/**
 * Opens models one after another; failures are reported and do not stop the others.
 *
 * @param {File[]} files
 * @param {import('../../engine/trainer-client.js').TrainerClient} reader
 * @param {(name: string, model: ReadModel) => Promise<void>} take
 * @param {(error: unknown) => void} fail
 */
export async function openModels(files, reader, take, fail) {
  const heads = await Promise.all(files.map((file) => contentOf(file.slice(0, HEAD_BYTES))));
  const { models, refused } = await reader.sortFiles(files.map(pathOf), heads);
  for (const refusal of refused) fail(refusal);
  for (const { name, files: places } of models) {
    try {
      const parts = places.map((place) => files[place]);
      const size = parts.reduce((sum, file) => sum + file.size, 0);
      if (size > LARGEST_MODEL) throw new EngineError('file-too-large', `${name}: ${size} bytes, at most ${LARGEST_MODEL}`);
      await take(name, await reader.openModel(parts.map(pathOf), parts));
    } catch (error) {
      fail(error);
    }
  }
}

/**
 * Returns a file's name including the folders it was dropped in.
 *
 * @param {File} file
 */
function pathOf(file) {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Paths of the files in dropped folders. @type {WeakMap<File, string>} */
const paths = new WeakMap();

/**
 * Returns all dropped files, including those in folders. Must be called during the drop event.
 *
 * @param {DataTransfer} dropped
 * @returns {Promise<File[]>}
 */
export async function filesOf(dropped) {
  const files = [...dropped.files];
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  return (await Promise.all(entries.map((entry) => (entry ? within(entry) : [])))).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function within(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    paths.set(file, entry.fullPath.replace(/^\//, ''));
    return [file];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const inside = [];
  // A reader returns entries in batches, and an empty one at the end.
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(within))).flat();
}
