/** An error that the page can explain: `code` is a stable kebab-case string, `message` has the details. */
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
 * Converts anything thrown into a code and a message. The engine throws plain objects with a code; anything without
 * one is a crash, after which the engine's memory cannot be trusted.
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
