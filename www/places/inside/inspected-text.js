// The text shown in "Look inside": the request to the engine, and the proof for a link.

import { kindOf } from '../../engine/kinds.js';
import { prove } from '../../proof.js';
import { keepEnd, keepStart } from '../../state.js';
import { beginning, generateOptions } from '../common/lyrics.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../state.js').Settings} Settings */

/** Limits on the text, since all activations are kept: 24 to 40 kB per token. */
const MOST_TOKENS = 400;
const MOST_PROMPT = 400;
const MOST_GERMAN = 2000;
const ROWS = 10;

/**
 * @param {ModelEntry} model
 * @param {Settings} settings
 */
export function asked(model, settings) {
  const translating = kindOf(model) === 'translator';
  const whole = translating ? settings.german : beginning(settings.prompt, model);
  const text = translating ? keepStart(whole, MOST_GERMAN) : keepEnd(whole, MOST_PROMPT);
  const short = { max_new_tokens: Math.min(settings.max_new_tokens, MOST_TOKENS), candidates: ROWS };
  const options = { ...generateOptions(settings), ...short, beam_width: translating ? settings.beam_width : 1 };
  return { text, cut: text.length < whole.length, options };
}

/**
 * Returns the settings for a link, limited like the text shown, so that other views do not write more of it.
 *
 * @param {ModelEntry | undefined} model
 * @param {Settings} settings
 * @returns {Settings}
 */
export function carried(model, settings) {
  if (!model) return settings;
  const { text, options } = asked(model, settings);
  const of = kindOf(model) === 'translator' ? { german: text } : { prompt: text };
  return { ...settings, ...of, max_new_tokens: options.max_new_tokens };
}

/** The text shown, including the prompt as the model read it. */
export class InspectedText {
  text = '';
  /** Key of everything that it depends on; empty while it is being written. */
  #key = '';
  #whole = false;

  /**
   * Marks the text as complete.
   *
   * @param {ModelEntry} model
   * @param {Settings} settings that it was written with
   * @param {boolean} whole whether it ended by itself rather than being stopped
   */
  end(model, settings, whole) {
    this.#key = keyOf(model, settings);
    this.#whole = whole;
  }

  /**
   * Returns the proofs for a link with these settings; none unless they reproduce this text.
   *
   * @param {ModelEntry | undefined} model
   * @param {Settings} settings
   */
  async prove(model, settings) {
    if (!model || this.#key !== keyOf(model, settings)) return [];
    const proof = await prove(this.text, this.#whole, model);
    return proof ? [proof] : [];
  }
}

/**
 * @param {ModelEntry} model
 * @param {Settings} settings
 */
function keyOf(model, settings) {
  const { text, options } = asked(model, settings);
  const depends = kindOf(model) === 'translator' ? options.beam_width : options;
  return JSON.stringify([model.files.weights.sha256, text, depends]);
}
