// The thread of the page itself, which must stay free for whoever clicks and scrolls.

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @typedef {object} TraceEvent of Chromium's trace
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} dur microseconds by the clock
 * @property {number} [tdur] of processor time; left out where it is none
 * @property {{ name?: string }} args
 */

/**
 * The longest task of the page's thread meanwhile, in milliseconds of processor time: what it computes itself, however
 * many other programs the machine runs beside it.
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
