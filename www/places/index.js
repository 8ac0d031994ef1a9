import { mountWrite } from './write/write.js';

/** @typedef {import('./common/view.js').Context} Context */
/** @typedef {import('./common/view.js').View} View */
/** @typedef {(root: HTMLElement, context: Context) => View} Mount */

/** @typedef {import('./common/view.js').Door & { load: () => Promise<Mount> }} Entry */

/**
 * The places of the page, in reading order; each has one or more views. A new place also needs an icon (ui/icons.js).
 *
 * @type {readonly import('./common/view.js').Place[]}
 */
export const PLACES = [
  { id: 'write', title: 'viewWrite' },
  { id: 'translate', title: 'viewTranslate' },
  { id: 'inside', title: 'placeInside' },
  { id: 'train', title: 'viewTrain' },
  { id: 'pictures', title: 'placePictures' },
  { id: 'lecture', title: 'viewLecture' },
];

/**
 * The views of the page, in reading order. To add a view, add it here and its id in state.js. The first is part of the
 * page's script, the others are loaded when first visited.
 *
 * @type {readonly Entry[]}
 */
export const VIEWS = [
  { id: 'write', place: 'write', title: 'viewSong', load: async () => mountWrite },
  { id: 'duel', place: 'write', title: 'viewLstmAgainstGpt', load: async () => (await import('./write/lstm-against-gpt.js')).mountLstmAgainstGpt },
  { id: 'chain', place: 'write', title: 'viewChain', load: async () => (await import('./write/chain.js')).mountChain },
  { id: 'translate', place: 'translate', title: 'viewTranslate', load: async () => (await import('./translate/translate.js')).mountTranslate },
  { id: 'lab', place: 'inside', title: 'viewTokenByToken', load: async () => (await import('./inside/token-by-token.js')).mountTokenByToken },
  { id: 'look', place: 'inside', title: 'viewLook', load: async () => (await import('./inside/look.js')).mountLook },
  { id: 'text', place: 'inside', title: 'viewText', load: async () => (await import('./inside/text.js')).mountText },
  { id: 'read', place: 'inside', title: 'viewRead', load: async () => (await import('./inside/read/read.js')).mountRead() },
  { id: 'train', place: 'train', title: 'viewTrain', load: async () => (await import('./train/train.js')).mountTrain },
  { id: 'prefer', place: 'train', title: 'viewPrefer', load: async () => (await import('./train/prefer/prefer.js')).loadPrefer() },
  { id: 'gan', place: 'pictures', title: 'viewGan', load: async () => (await import('./pictures/gan.js')).loadGan() },
  { id: 'draw', place: 'pictures', title: 'viewDraw', load: async () => (await import('./pictures/draw.js')).loadDraw() },
  { id: 'caption', place: 'pictures', title: 'viewCaption', load: async () => (await import('./pictures/caption.js')).loadCaption() },
  { id: 'style', place: 'pictures', title: 'viewStyle', load: async () => (await import('./pictures/style.js')).loadStyle() },
  { id: 'lecture', place: 'lecture', title: 'viewLecture', load: async () => (await import('./lecture/lecture.js')).loadLecture() },
];
