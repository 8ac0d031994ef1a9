import { EngineError } from '../errors.js';

/**
 * Reads a visitor's file, or a part of it.
 *
 * @param {Blob} blob
 * @throws `file-unreadable`, for example if the file was removed after it had been chosen
 */
export async function contentOf(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new EngineError('file-unreadable', String(error));
  }
}
