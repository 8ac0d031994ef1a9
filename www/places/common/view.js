// The interface between the page and its views. Types only.

/**
 * @typedef {'write' | 'translate' | 'inside' | 'train' | 'pictures' | 'lecture'} PlaceId
 * @typedef {{ id: PlaceId, title: import('../../i18n/index.js').Key }} Place
 *
 * @typedef {object} Door a navigation entry of a view
 * @property {import('../../state.js').ViewId} id
 * @property {PlaceId} place
 * @property {import('../../i18n/index.js').Key} title
 *
 * @typedef {object} Context what every view receives
 * @property {import('../../state.js').State} state
 * @property {import('../../computing.js').Computing} computing
 * @property {import('../../engine/client.js').EngineClient} engine
 * @property {import('../../models.js').Catalog} catalog
 * @property {readonly Door[]} views of the page, in reading order
 * @property {(view: import('../../state.js').ViewId, go?: boolean, focus?: string) => void} visit switches to another
 *   view, optionally starting it or focusing an element by id
 */

/**
 * @typedef {object} How
 * @property {boolean} go whether to start work at once
 * @property {boolean} linked whether the state comes from a link rather than the visitor
 * @property {import('../../proof.js').Pledge | null} pledge the link's proofs of its texts
 *
 * @typedef {object} View
 * @property {(how: How) => Promise<void>} open shows the state
 * @property {() => void} run called by Ctrl + Enter
 * @property {() => void} stop called by Esc and when leaving the view
 */

export {};
