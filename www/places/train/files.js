// From files that a visitor drops or chooses to a text, or to models; the engine reads them as the command does.

import { EngineError } from '../../errors.js';

/** @typedef {import('../../engine/protocol.js').Note} Note */
/** @typedef {import('../../engine/training-protocol.js').ReadModel} ReadModel */

/** A small model learns nothing from more, and a phone has to hold it. */
const LARGEST_FILE = 20_000_000;
/** Sentence pairs by the end of their name, whatever is to be trained. */
const TABLE = /\.(tsv|csv)$/i;
/** As much of a file tells what it is. */
const HEAD_BYTES = 512;
/** Files, the model made of them and what the browser keeps are in memory at the same time. */
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
    const read = await reader.readText(file.name, new Uint8Array(await file.arrayBuffer()), table);
    notes.push(...read.notes);
    texts.push(table || files.length === 1 ? read.text : asSong(read.text, file.name));
  }
  return { text: texts.join(pairs ? '\n' : '\n\n'), notes };
}

/**
 * Several files are several songs; one file alone stays as it is.
 *
 * @param {string} text
 * @param {string} name
 */
function asSong(text, name) {
  return /^=== /m.test(text) ? text : `=== ${name.replace(/\.\w+$/, '')}\n${text}`;
}

/**
 * Opens one model after another; what cannot be opened is said, and the others go on.
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
      await take(name, await reader.openModel(parts.map(pathOf), await Promise.all(parts.map(contentOf))));
    } catch (error) {
      fail(error);
    }
  }
}

/** @param {Blob} blob */
async function contentOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

/**
 * Its name, with the folders that it was dropped in.
 *
 * @param {File} file
 */
function pathOf(file) {
  return paths.get(file) ?? (file.webkitRelativePath || file.name);
}

/** Where files of dropped folders lie. @type {WeakMap<File, string>} */
const paths = new WeakMap();

/**
 * All files that are dropped, those in folders, too. To be called while the event is handled.
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
  // A reader gives some at a time, and none when it is through.
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(within))).flat();
}
