// Which of the engine's classes opens which model. Both the page and the worker ask this.

/** @typedef {'generator' | 'translator' | 'reader'} Kind */

const TRANSLATORS = new Set(['transformer', 'seq2seq']);
/** They neither write nor translate: under Read they say something about a text. */
const READERS = new Set(['tagger', 'text_classifier', 'bert']);

/**
 * @param {{ model_type: string }} model
 * @returns {Kind}
 */
export function kindOf({ model_type }) {
  if (READERS.has(model_type)) return 'reader';
  return TRANSLATORS.has(model_type) ? 'translator' : 'generator';
}
