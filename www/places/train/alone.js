// One training at a time in all tabs: two would each be half as fast, and fill the disk with the same names.

const LOCK = `liedwerk-training ${new URL('../../', import.meta.url).pathname}`;

/**
 * Works while no other tab can.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} false where another tab is at it
 */
export async function alone(work) {
  // Plain http has no locks; there the visitor has to take care.
  if (!navigator.locks) {
    await work();
    return true;
  }
  return await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
    return lock !== null;
  });
}

/** Whether another tab, or this one, is training now. */
export async function somebodyTrains() {
  const held = (await navigator.locks?.query())?.held ?? [];
  return held.some(({ name }) => name === LOCK);
}
