/**
 * Removes the message that the page has not started. It stays in a sandboxed frame with an opaque origin, where
 * browsers do not let the page start workers.
 */
export function hasStarted() {
  if (self.origin !== 'null') document.getElementById('unstarted')?.remove();
}
