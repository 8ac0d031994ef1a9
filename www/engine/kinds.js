// Maps a model type to the engine class that opens it. Used by both the page and the worker.

/** @typedef {'generator' | 'translator' | 'reader'} Kind */

const TRANSLATORS = new Set(['transformer', 'seq2seq']);
/** Models that neither write nor translate; the Read view uses them to analyse a text. */
const READERS = new Set(['tagger', 'text_classifier', 'bert']);

/**
 * @param {{ model_type: string }} model
 * @returns {Kind}
 */
export function kindOf({ model_type }) {
  if (READERS.has(model_type)) return 'reader';
  return TRANSLATORS.has(model_type) ? 'translator' : 'generator';
}
