// What a view is given, and what it is asked for. This file holds types only.

/**
 * @typedef {'write' | 'translate' | 'inside' | 'train' | 'pictures' | 'lecture'} PlaceId
 * @typedef {{ id: PlaceId, title: import('../../i18n/index.js').Key }} Place
 *
 * @typedef {object} Door that leads to a view
 * @property {import('../../state.js').ViewId} id
 * @property {PlaceId} place
 * @property {import('../../i18n/index.js').Key} title
 *
 * @typedef {object} Context what every view is given
 * @property {import('../../state.js').State} state
 * @property {import('../../computing.js').Computing} computing
 * @property {import('../../engine/client.js').EngineClient} engine
 * @property {import('../../models.js').Catalog} catalog
 * @property {readonly Door[]} views of the page, in reading order
 * @property {(view: import('../../state.js').ViewId, go?: boolean, focus?: string) => void} visit turns to another view, to
 *   begin there, or to the element of this id
 */

/**
 * @typedef {object} How
 * @property {boolean} go starts work by itself
 * @property {boolean} linked the state comes from a link and not from the visitor
 * @property {import('../../proof.js').Pledge | null} pledge what that link promises of its texts
 *
 * @typedef {object} View
 * @property {(how: How) => Promise<void>} open shows the state
 * @property {() => void} run what Ctrl + Enter does
 * @property {() => void} stop what Esc does, and leaving the view
 */

export {};
