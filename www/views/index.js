import { mountWrite } from './write.js';

/** @typedef {import('./view.js').Context} Context */
/** @typedef {import('./view.js').View} View */
/** @typedef {(root: HTMLElement, context: Context) => View} Mount */

/**
 * The views of the page, in reading order. A new one is added here, and its id in state.js. The first is part of the
 * page's script, the others are fetched when they are visited.
 *
 * @type {readonly { id: import('../state.js').ViewId, title: import('../i18n/index.js').Key, load: () => Promise<Mount> }[]}
 */
export const VIEWS = [
  { id: 'write', title: 'viewWrite', load: async () => mountWrite },
  { id: 'lab', title: 'viewTokenByToken', load: async () => (await import('./token-by-token.js')).mountTokenByToken },
  { id: 'duel', title: 'viewLstmAgainstGpt', load: async () => (await import('./lstm-against-gpt.js')).mountLstmAgainstGpt },
  { id: 'translate', title: 'viewTranslate', load: async () => (await import('./translate.js')).mountTranslate },
  { id: 'chain', title: 'viewChain', load: async () => (await import('./chain.js')).mountChain },
  { id: 'look', title: 'viewLook', load: async () => (await import('./look.js')).mountLook },
  { id: 'text', title: 'viewText', load: async () => (await import('./text.js')).mountText },
  { id: 'train', title: 'viewTrain', load: async () => (await import('./train.js')).mountTrain },
  { id: 'lecture', title: 'viewLecture', load: async () => (await import('./lecture.js')).mountLecture },
];
