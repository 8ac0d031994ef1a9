// Allows one training at a time across all tabs: two would each run at half speed and overwrite each other's files.

const LOCK = `liedwerk-training ${new URL('../../', import.meta.url).pathname}`;

/**
 * Runs `work` under a lock shared by all tabs.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} false if another tab holds the lock
 */
export async function alone(work) {
  // Plain http has no locks; visitors there must take care themselves.
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
