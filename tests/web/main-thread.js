// The thread of the page itself, which must stay free for whoever clicks and scrolls.

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @typedef {object} TraceEvent of Chromium's trace
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} [tdur] processor time, in microseconds; not known of one that began before the trace or outlasts it
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
  const times = tasks.flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
  if (times.length < tasks.length - 2 || !times.length) throw new Error(`${times.length} of ${tasks.length} tasks were timed`);
  return Math.max(...times);
}
