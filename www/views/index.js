import { mountChain } from './chain.js';
import { mountLstmAgainstGpt } from './lstm-against-gpt.js';
import { mountTokenByToken } from './token-by-token.js';
import { mountLook } from './look.js';
import { mountLecture } from './lecture.js';
import { mountText } from './text.js';
import { mountTrain } from './train.js';
import { mountTranslate } from './translate.js';
import { mountWrite } from './write.js';

/** @typedef {import('./view.js').Context} Context */
/** @typedef {import('./view.js').View} View */

/**
 * The places of the page, in reading order. A new one is added here, and its id in state.js.
 *
 * @type {readonly { id: import('../state.js').ViewId, title: import('../i18n/index.js').Key,
 *   mount: (root: HTMLElement, context: Context) => View }[]}
 */
export const VIEWS = [
  { id: 'write', title: 'viewWrite', mount: mountWrite },
  { id: 'lab', title: 'viewTokenByToken', mount: mountTokenByToken },
  { id: 'duel', title: 'viewLstmAgainstGpt', mount: mountLstmAgainstGpt },
  { id: 'translate', title: 'viewTranslate', mount: mountTranslate },
  { id: 'chain', title: 'viewChain', mount: mountChain },
  { id: 'look', title: 'viewLook', mount: mountLook },
  { id: 'text', title: 'viewText', mount: mountText },
  { id: 'train', title: 'viewTrain', mount: mountTrain },
  { id: 'lecture', title: 'viewLecture', mount: mountLecture },
];
