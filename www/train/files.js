// From files that a visitor drops to one text: any of the usual encodings, LRC without its time stamps.

import { EngineError } from '../errors.js';

/** @typedef {import('../engine/protocol.js').Note} Note */

/** A small model learns nothing from more, and a phone has to hold it. */
export const LARGEST_FILE = 20_000_000;

/**
 * @param {Iterable<File>} files
 * @returns {Promise<{ text: string, notes: Note[] }>}
 * @throws {EngineError} file-too-large, not-text
 */
export async function readFiles(files) {
  const all = [...files];
  /** @type {Note[]} */
  const notes = [];
  const texts = [];
  for (const file of all) {
    if (file.size > LARGEST_FILE) {
      throw new EngineError('file-too-large', `${file.name}: ${file.size} bytes, at most ${LARGEST_FILE}`);
    }
    const { text, encoding } = decode(new Uint8Array(await file.arrayBuffer()), file.name);
    if (encoding !== 'utf-8') notes.push({ code: encoding === 'windows-1252' ? 'latin-1-read' : 'utf-16-read' });
    texts.push(asSong(text, file.name, all.length > 1));
  }
  return { text: texts.join('\n\n'), notes };
}

/**
 * Several files are several songs; one file alone stays as it is.
 *
 * @param {string} text
 * @param {string} name
 * @param {boolean} among others
 */
function asSong(text, name, among) {
  const song = /\.lrc$/i.test(name) ? withoutTimes(text) : text.replace(/\r\n?/g, '\n');
  if (!among || /^=== /m.test(song) || /\.tsv$/i.test(name)) return song;
  return `=== ${name.replace(/\.\w+$/, '')}\n${song}`;
}

/**
 * @param {Uint8Array} bytes
 * @param {string} name
 * @throws {EngineError} not-text
 */
export function decode(bytes, name) {
  const marked = byteOrder(bytes);
  if (marked) return { text: new TextDecoder(marked).decode(bytes), encoding: marked };
  // A text has neither zeros nor more than the odd control character.
  const head = bytes.subarray(0, 100_000);
  const controls = head.filter((byte) => byte < 9 || (byte > 13 && byte < 32)).length;
  if (head.includes(0) || controls > head.length / 100) throw new EngineError('not-text', `${name} is not a text`);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    // Every sequence of bytes is Windows-1252, and Latin-1 is its part; German of the last century mostly is.
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}

/** @param {Uint8Array} bytes */
function byteOrder([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return null;
}

/**
 * The words of an LRC file in the order they are sung: a line may have several times, and a refrain does.
 *
 * @param {string} lrc
 */
export function withoutTimes(lrc) {
  const title = /^\[ti:([^\]]*)\]/im.exec(lrc)?.[1].trim();
  /** @type {{ time: number, words: string }[]} */
  const sung = [];
  for (const line of lrc.trimEnd().split(/\r\n?|\n/)) {
    const stamps = /^((?:\s*\[\d+:\d+(?:[.:]\d+)?\])*)(.*)$/.exec(line);
    if (!stamps || /^\s*\[[a-z#]+:.*\]\s*$/i.test(line)) continue;
    const words = stamps[2].replace(/<\d+:\d+(?:[.:]\d+)?>/g, '').replace(/ {2,}/g, ' ').trim();
    const times = [...stamps[1].matchAll(/\[(\d+):(\d+(?:[.:]\d+)?)\]/g)];
    // A line without a time follows the one before.
    if (!times.length) sung.push({ time: sung.at(-1)?.time ?? 0, words });
    for (const [, minutes, seconds] of times) {
      sung.push({ time: Number(minutes) * 60 + Number(seconds.replace(':', '.')), words });
    }
  }
  const lines = sung.sort((a, b) => a.time - b.time).map(({ words }) => words);
  return `${title ? `=== ${title}\n` : ''}${lines.join('\n').replace(/\n{3,}/g, '\n\n').trim()}\n`;
}
