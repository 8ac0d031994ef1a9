// Remembers the visitor's choices. Where storage is disabled, a choice lasts until the page is closed.

/** @param {string} key */
export function readStored(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function writeStored(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Ignored: nothing depends on it.
  }
}
