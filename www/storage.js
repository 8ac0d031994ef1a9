// What the page remembers of its visitor's choices. Storage may be switched off; a choice then lasts as
// long as the page.

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
    // Nothing depends on it.
  }
}
