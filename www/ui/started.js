/**
 * Takes back what the page says as long as it has not started. In a frame whose sandbox gives it no origin it has, and
 * yet cannot compute: browsers let it start no workers there.
 */
export function hasStarted() {
  if (self.origin !== 'null') document.getElementById('unstarted')?.remove();
}
