/** An error that the page can name: `code` is stable kebab-case, `message` is for small print. */
export class EngineError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}

/**
 * Turns whatever was thrown into a code and a sentence. The engine throws plain objects with a
 * code; anything without one is a crash of the program and leaves its memory in doubt.
 *
 * @param {unknown} thrown
 * @returns {import('./engine/protocol.js').Failure}
 */
export function toFailure(thrown) {
  const error = /** @type {{ code?: unknown, message?: unknown } | null | undefined} */ (thrown);
  const message = typeof error?.message === 'string' ? error.message : String(thrown);
  const code = typeof error?.code === 'string' ? error.code : 'engine-crashed';
  return { code, message };
}
