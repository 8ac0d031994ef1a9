import { mountChain } from './chain.js';
import { mountDuel } from './duel.js';
import { mountLab } from './lab.js';
import { mountLook } from './look.js';
import { mountLecture } from './lecture.js';
import { mountText } from './text.js';
import { mountTrain } from './train.js';
import { mountTranslate } from './translate.js';
import { mountWrite } from './write.js';

/**
 * @typedef {object} Context what every view is given
 * @property {import('../state.js').State} state
 * @property {import('../computing.js').Computing} computing
 * @property {import('../engine/client.js').EngineClient} engine
 * @property {import('../models.js').Catalog} catalog
 * @property {(view: import('../state.js').ViewId, go?: boolean) => void} visit turns to another view, to begin there
 */

/**
 * @typedef {object} How
 * @property {boolean} go starts work by itself
 * @property {boolean} linked the state comes from a link and not from the visitor
 * @property {import('../proof.js').Pledge | null} pledge what that link promises of its texts
 *
 * @typedef {object} View
 * @property {(how: How) => Promise<void>} open shows the state
 * @property {() => void} run what Ctrl + Enter does
 * @property {() => void} stop what Esc does, and leaving the view
 */

/**
 * The places of the page, in reading order. A new one is added here, and its id in state.js.
 *
 * @type {readonly { id: import('../state.js').ViewId, title: import('../i18n/index.js').Key,
 *   mount: (root: HTMLElement, context: Context) => View }[]}
 */
export const VIEWS = [
  { id: 'write', title: 'viewWrite', mount: mountWrite },
  { id: 'lab', title: 'viewLab', mount: mountLab },
  { id: 'duel', title: 'viewDuel', mount: mountDuel },
  { id: 'translate', title: 'viewTranslate', mount: mountTranslate },
  { id: 'chain', title: 'viewChain', mount: mountChain },
  { id: 'look', title: 'viewLook', mount: mountLook },
  { id: 'text', title: 'viewText', mount: mountText },
  { id: 'train', title: 'viewTrain', mount: mountTrain },
  { id: 'lecture', title: 'viewLecture', mount: mountLecture },
];
