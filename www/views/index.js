import { mountWrite } from './write.js';

/**
 * @typedef {object} Context what every view is given
 * @property {import('../state.js').State} state
 * @property {import('../engine/client.js').EngineClient} engine
 */

/**
 * @typedef {object} View
 * @property {(go: boolean) => Promise<void>} open shows the state; `go` starts work by itself
 */

/**
 * The places of the page, in reading order. A new one is added here and nowhere else.
 *
 * @type {readonly { id: string, mount: (root: HTMLElement, context: Context) => View }[]}
 */
export const VIEWS = [{ id: 'write', mount: mountWrite }];
