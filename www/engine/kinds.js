// Which of the engine's two classes opens which model. Both the page and the worker ask this.

/** @typedef {'generator' | 'translator'} Kind */

const TRANSLATORS = new Set(['transformer', 'seq2seq']);

/**
 * @param {{ model_type: string }} model
 * @returns {Kind}
 */
export function kindOf({ model_type }) {
  return TRANSLATORS.has(model_type) ? 'translator' : 'generator';
}
