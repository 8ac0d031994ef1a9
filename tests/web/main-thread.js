// Measures the page's main thread, which must stay responsive.

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @typedef {object} TraceEvent an event of Chromium's trace
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} dur wall-clock time in microseconds
 * @property {number} [tdur] CPU time in microseconds; absent if there was none
 * @property {{ name?: string }} args
 */

/**
 * Returns the longest task of the main thread during `work`, in milliseconds of CPU time, which does not depend on
 * other programs on the machine.
 *
 * @param {Page} page
 * @param {() => Promise<unknown>} work
 */
export async function longestTask(page, work) {
  const browser = page.context().browser();
  if (!browser) throw new Error('a persistent context has no browser to be traced');
  await browser.startTracing(page, { categories: ['toplevel'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const events = /** @type {TraceEvent[]} */ (traceEvents);
  const thread = (/** @type {TraceEvent} */ { pid, tid }) => `${pid} ${tid}`;
  const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(thread));
  const tasks = events.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && main.has(thread(event)));
  if (!tasks.length) throw new Error('the trace tells of no task');
  return Math.max(...tasks.map(({ dur, tdur = dur }) => tdur / 1000));
}
