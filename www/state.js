// Declares every setting of the page once; input fields, limits and links all follow these tables.

import { keepEnd, keepStart } from './cut.js';
import { spellFragment } from './fragment.js';
import { GERMAN_SONGS, READ_TEXTS } from './songs.js';

/**
 * Longer prompts lose their beginning, in links and on the way to the engine. The engine reads the last 2,000
 * characters that it knows; this leaves room for unknown ones.
 */
export const PROMPT_LENGTH = 4000;

/**
 * Longer texts are truncated before translation. About 3,500 words: a minute or two of computing, and a link that
 * browsers still accept.
 */
export const GERMAN_LENGTH = 20_000;

/**
 * @typedef {'write' | 'lab' | 'duel' | 'translate' | 'chain' | 'text' | 'look' | 'read' | 'lecture' | 'train' | 'prefer' | 'gan' | 'draw' | 'caption' | 'style'} ViewId
 *
 * @typedef {object} Settings
 * @property {ViewId} view
 * @property {string} model id of a language model
 * @property {string} prompt
 * @property {string} german text to translate
 * @property {string} english the visitor's own wording of the translation; empty for the model's
 * @property {string} translator id of a translation model
 * @property {string} inspected id of the model in the Look view
 * @property {string} left id of the model on the left of a comparison
 * @property {string} right id of the model on the right
 * @property {string} kind of the model to train
 * @property {string} model_size
 * @property {string} base id of the model to fine-tune; empty to train from scratch
 * @property {string} trained_layers which of its layers are trained
 * @property {string} preferred id of the model that learns from preferences
 * @property {string} judge name of the rule that stands in for people, and measures
 * @property {string} method of tuning
 * @property {number} penalty on the distance from the original model
 * @property {string} cleaning of the training text
 * @property {number} minutes that training should take on this device
 * @property {number} held_out share of the songs held out for validation
 * @property {string} forced tokens that the visitor chose: position.id, joined by hyphens
 * @property {'' | '1'} compare translate with two models side by side
 * @property {string} text the text to preprocess
 * @property {'de' | 'en'} text_language
 * @property {'tags' | 'mood' | 'masked' | 'shapes'} reading the tab of the Read view
 * @property {string} tagged the text for part-of-speech tagging
 * @property {string} judged the lines for mood classification
 * @property {string} masked a text with `___` for each masked word
 * @property {string} title of the song
 * @property {string} style of the song, as its model names it
 * @property {string} scheme rhyme scheme; a song that has one, even `free`, is written line by line
 * @property {string} parts of the song, such as VCVC
 * @property {string} syllables per line, such as 6-9
 * @property {number} stanzas 0 for as many as the parts, or four
 * @property {number} lines per stanza; 0 for those of the scheme, or four
 * @property {number} merges number of byte-pair merges
 * @property {'lyrics' | 'translation' | 'gan' | 'style' | 'diffusion' | 'reading' | 'people' | 'challenges'} use_case of the lecture
 * @property {string} cloud the point set that a GAN learns
 * @property {string} motif the content picture of style transfer
 * @property {string} painting the style picture
 * @property {string} wish the prompt of a drawing
 * @property {string} drawn fingerprint of the picture drawn with these settings; empty before it is drawn
 * @property {number} drawing_steps
 * @property {number} guidance how strongly the prompt is followed
 * @property {number} strength of the style, from 0 to 1
 * @property {number} picture_size
 * @property {number} painting_steps
 * @property {number} step of the lecture
 * @property {number} temperature
 * @property {number} top_k
 * @property {number} top_p
 * @property {number} min_p
 * @property {number} typical_p
 * @property {number} repetition_penalty
 * @property {number} no_repeat_ngram
 * @property {number} max_new_tokens
 * @property {number} beam_width
 * @property {number} seed
 * @property {'' | '1'} keep_seed reuse the seed for the next song
 * @property {string} hide keys of settings and ids of places that the link hides, joined by commas
 * @property {string} lock keys of settings that the link makes read-only
 * @property {'' | '1'} embed show only the place, for a frame in another page
 * @property {'' | 'de' | 'en'} lang language that the link asks for; empty for the reader's own
 *
 * @typedef {'view' | 'model' | 'prompt' | 'german' | 'english' | 'translator' | 'inspected' | 'forced' | 'compare' | 'text' | 'text_language' | 'reading' | 'tagged' | 'judged' | 'masked' | 'use_case' | 'hide' | 'lock' | 'embed' | 'lang' | 'left' | 'right' | 'kind' | 'model_size' | 'base' | 'trained_layers' | 'preferred' | 'judge' | 'method' | 'cleaning' | 'keep_seed' | 'title' | 'style' | 'scheme' | 'parts' | 'syllables' | 'cloud' | 'motif' | 'painting' | 'wish' | 'drawn'} TextName
 * @typedef {'temperature' | 'top_k' | 'top_p' | 'min_p' | 'typical_p' | 'repetition_penalty' | 'no_repeat_ngram' | 'max_new_tokens' | 'beam_width' | 'merges' | 'penalty' | 'step' | 'seed' | 'minutes' | 'held_out' | 'stanzas' | 'lines' | 'strength' | 'picture_size' | 'painting_steps' | 'drawing_steps' | 'guidance'} NumberName
 *
 * @typedef {object} TextField
 * @property {TextName} name
 * @property {string} key of the link
 * @property {string} default
 * @property {readonly ViewId[]} views whose links carry it
 * @property {(text: string) => string} [cut] limits a value to what a link may carry
 * @property {readonly string[]} [among]
 *
 * @typedef {object} NumberField
 * @property {NumberName} name
 * @property {'number' | 'integer'} type
 * @property {string} key of the link
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} default
 * @property {readonly ViewId[]} views whose links carry it
 * @property {readonly number[]} [among]
 * @property {boolean} [always]
 */
/** @type {readonly ViewId[]} */
const EVERYWHERE = ['write', 'lab', 'duel', 'translate', 'chain', 'text', 'look', 'read', 'lecture', 'train', 'prefer', 'gan', 'draw', 'caption', 'style'];
/** @type {readonly ViewId[]} */
const WRITING = ['write', 'lab', 'duel', 'chain', 'look'];
/** @type {readonly ViewId[]} */
const SEEDED = [...WRITING, 'train', 'prefer', 'gan', 'draw', 'caption', 'style'];
const TRANSLATING = /** @type {const} */ (['translate', 'chain', 'look']);
const [COMPARING, TRAIN, READING, FORMED, PREFER, STYLE] = /** @type {const} */ ([['duel'], ['train'], ['read'], ['write'], ['prefer'], ['style']]);
const DRAW = /** @type {const} */ (['draw']);

/** @typedef {(text: string) => string} Cut */
const cutId = /** @type {Cut} */ ((text) => keepStart(text, 100));
const cutGerman = /** @type {Cut} */ ((text) => keepStart(text, GERMAN_LENGTH));
const cutPrompt = /** @type {Cut} */ ((text) => keepEnd(text, PROMPT_LENGTH));
const cutNames = /** @type {Cut} */ ((text) => (/^[a-z0-9,-]{1,500}$/.test(text) ? text : ''));
const cutRange = /** @type {Cut} */ ((text) => (/^\d{1,2}-\d{1,2}$/.test(text) ? text : ''));
const cutWish = /** @type {Cut} */ ((text) => keepStart(text, 500));
const cutFingerprint = /** @type {Cut} */ ((text) => (/^[0-9a-f]{16}$/.test(text) ? text : ''));
const cutForced = /** @type {Cut} */ ((text) => (/^(\d{1,5}\.\d{1,6}(-|$)){1,10000}$/.test(text) ? text : ''));

const USE_CASES = ['lyrics', 'translation', 'gan', 'style', 'diffusion', 'reading', 'people', 'challenges'];

/** @type {readonly TextField[]} */
export const TEXT_FIELDS = [
  { name: 'view', key: 'view', default: 'write', among: EVERYWHERE, views: EVERYWHERE },
  // The model of links that name none. This default never changes, so that old links still reproduce their texts.
  { name: 'model', key: 'model', default: 'char-lstm-songs', cut: cutId, views: WRITING },
  { name: 'prompt', key: 'prompt', default: 'O the wind and the rain,\n', cut: cutPrompt, views: ['write', 'lab', 'duel', 'look'] },
  { name: 'german', key: 'german', default: GERMAN_SONGS[0].text, cut: cutGerman, views: TRANSLATING },
  { name: 'english', key: 'english', default: '', cut: cutGerman, views: ['chain'] },
  { name: 'translator', key: 'translator', default: 'transformer-de-en', cut: cutId, views: TRANSLATING },
  { name: 'inspected', key: 'look', default: 'gpt-songs', cut: cutId, views: ['look'] },
  { name: 'forced', key: 'forced', default: '', cut: cutForced, views: ['lab'] },
  { name: 'compare', key: 'compare', default: '', among: ['', '1'], views: ['translate'] },
  { name: 'left', key: 'left', default: 'char-lstm-songs', cut: cutId, views: COMPARING },
  { name: 'right', key: 'right', default: 'gpt-songs', cut: cutId, views: COMPARING },
  { name: 'kind', key: 'kind', default: 'char_lstm', among: ['char_lstm', 'gpt2', 'seq2seq', 'transformer'], views: TRAIN },
  { name: 'model_size', key: 'model-size', default: 'small', among: ['small', 'medium', 'large'], views: TRAIN },
  { name: 'base', key: 'base', default: '', cut: cutId, views: TRAIN },
  { name: 'cleaning', key: 'cleaning', default: 'none', among: ['none', 'songs', 'lecture'], views: TRAIN },
  { name: 'trained_layers', key: 'layers', default: 'all', among: ['all', 'last'], views: TRAIN },
  { name: 'preferred', key: 'prefers', default: 'gpt-songs', cut: cutId, views: PREFER },
  { name: 'judge', key: 'judge', default: 'short-lines', among: ['rhyme', 'short-lines', 'no-old-words', 'cheerful'], views: PREFER },
  { name: 'method', key: 'method', default: 'dpo', among: ['dpo', 'reinforce'], views: PREFER },
  { name: 'text', key: 'text', default: GERMAN_SONGS[0].text, cut: cutGerman, views: ['text'] },
  { name: 'use_case', key: 'case', default: 'lyrics', among: USE_CASES, views: ['lecture'] },
  { name: 'cloud', key: 'cloud', default: 'ring', among: ['ring', 'gaussians', 'line', 'moons', 'drawn'], views: ['gan'] },
  { name: 'motif', key: 'motif', default: 'village', among: ['village', 'boat', 'still-life'], views: STYLE },
  {
    name: 'painting',
    key: 'painting',
    default: 'glass',
    among: ['waves', 'brush', 'mosaic', 'hatching', 'dots', 'marble', 'glass', 'geometry', 'weave'],
    views: STYLE,
  },
  { name: 'wish', key: 'wish', default: 'a red star above a blue house on a dark background', cut: cutWish, views: DRAW },
  { name: 'drawn', key: 'drawn', default: '', cut: cutFingerprint, views: DRAW },
  { name: 'title', key: 'title', default: '', cut: cutId, views: FORMED },
  { name: 'style', key: 'style', default: '', cut: cutId, views: FORMED },
  { name: 'scheme', key: 'scheme', default: '', cut: cutId, views: FORMED },
  { name: 'parts', key: 'parts', default: '', cut: cutId, views: FORMED },
  { name: 'syllables', key: 'syllables', default: '', cut: cutRange, views: FORMED },
  { name: 'text_language', key: 'text-language', default: 'de', among: ['de', 'en'], views: ['text'] },
  { name: 'reading', key: 'reading', default: 'tags', among: ['tags', 'mood', 'masked', 'shapes'], views: READING },
  { name: 'tagged', key: 'tagged', default: READ_TEXTS.tagged, cut: cutGerman, views: READING },
  { name: 'judged', key: 'judged', default: READ_TEXTS.judged, cut: cutGerman, views: READING },
  { name: 'masked', key: 'masked', default: READ_TEXTS.masked, cut: cutPrompt, views: READING },
  // The address keeps a teacher's rules; shared links drop them.
  { name: 'hide', key: 'hide', default: '', cut: cutNames, views: [] },
  { name: 'lock', key: 'lock', default: '', cut: cutNames, views: [] },
  { name: 'embed', key: 'embed', default: '', among: ['', '1'], views: [] },
  // A personal preference that is not shared.
  { name: 'keep_seed', key: 'keep-seed', default: '', among: ['', '1'], views: [] },
  { name: 'lang', key: 'lang', default: '', among: ['', 'de', 'en'], views: EVERYWHERE },
];

/** @type {readonly NumberField[]} */
export const NUMBER_FIELDS = [
  { name: 'temperature', type: 'number', key: 'temperature', min: 0, max: 2, step: 0.05, default: 0.6, views: WRITING },
  { name: 'top_k', type: 'integer', key: 'top-k', min: 0, max: 100, step: 1, default: 0, views: WRITING },
  { name: 'top_p', type: 'number', key: 'top-p', min: 0.05, max: 1, step: 0.05, default: 0.9, views: WRITING },
  { name: 'min_p', type: 'number', key: 'min-p', min: 0, max: 1, step: 0.01, default: 0, views: WRITING },
  { name: 'typical_p', type: 'number', key: 'typical', min: 0.05, max: 1, step: 0.05, default: 1, views: WRITING },
  { name: 'repetition_penalty', type: 'number', key: 'repetition', min: 1, max: 2, step: 0.05, default: 1, views: WRITING },
  { name: 'no_repeat_ngram', type: 'integer', key: 'no-repeat', min: 0, max: 16, step: 1, default: 0, views: WRITING },
  { name: 'max_new_tokens', type: 'integer', key: 'length', min: 1, max: 10000, step: 1, default: 600, views: WRITING },
  { name: 'stanzas', type: 'integer', key: 'stanzas', min: 0, max: 12, step: 1, default: 0, views: FORMED },
  { name: 'lines', type: 'integer', key: 'lines', min: 0, max: 16, step: 1, default: 0, views: FORMED },
  { name: 'beam_width', type: 'integer', key: 'beam', min: 1, max: 8, step: 1, default: 4, among: [1, 2, 4, 8], views: TRANSLATING },
  { name: 'penalty', type: 'number', key: 'penalty', min: 0, max: 0.5, step: 0.01, default: 0.1, views: PREFER },
  { name: 'merges', type: 'integer', key: 'merges', min: 0, max: 500, step: 10, default: 40, views: ['text'] },
  { name: 'step', type: 'integer', key: 'step', min: 1, max: 7, step: 1, default: 1, views: ['lecture'] },
  // Always in the link, which could not reproduce the text without it.
  { name: 'seed', type: 'integer', key: 'seed', min: 0, max: Number.MAX_SAFE_INTEGER, step: 1, default: 0, always: true, views: SEEDED },
  { name: 'minutes', type: 'integer', key: 'minutes', min: 1, max: 60, step: 1, default: 1, among: [1, 5, 60], views: TRAIN },
  { name: 'strength', type: 'number', key: 'strength', min: 0, max: 1, step: 0.05, default: 0.5, views: STYLE },
  { name: 'picture_size', type: 'integer', key: 'picture-size', min: 64, max: 256, step: 64, default: 128, among: [64, 128, 192, 256], views: STYLE },
  { name: 'painting_steps', type: 'integer', key: 'painting-steps', min: 50, max: 600, step: 50, default: 150, among: [50, 150, 300, 600], views: STYLE },
  { name: 'drawing_steps', type: 'integer', key: 'drawing-steps', min: 1, max: 100, step: 1, default: 20, views: DRAW },
  { name: 'guidance', type: 'number', key: 'guidance', min: 0, max: 20, step: 0.5, default: 3, views: DRAW },
  { name: 'held_out', type: 'number', key: 'held-out', min: 0.1, max: 0.3, step: 0.1, default: 0.2, among: [0.1, 0.2, 0.3], views: TRAIN },
];

/** The settings that name a view's models. @type {Partial<Record<ViewId, ('model' | 'translator' | 'inspected' | 'left' | 'right')[]>>} */
export const MODELS_OF = {
  write: ['model'],
  lab: ['model'],
  duel: ['left', 'right'],
  translate: ['translator'],
  chain: ['translator', 'model'],
  look: ['inspected'],
};

/** Defaults for visitors without a link. At a lower temperature, the GPT repeats itself. @type {Partial<Settings>} */
const FRESH = { model: 'gpt-songs', temperature: 0.8 };

/** Sampling options for songs with a form, as on the command line. The best of many lines is kept, so only the most unlikely tokens are cut. */
export const BOLD = { temperature: 0.8, top_p: 1, min_p: 0.03 };
/** The form offered as an example. */
export const EXAMPLE_FORM = { style: 'modern', scheme: 'XAXA', syllables: '6-9', stanzas: 3 };
const FIRST_FORM = { title: 'First Snow', ...EXAMPLE_FORM };
/** The song offered to visitors without a link. @type {Partial<Settings>} */
export const FIRST_SONG = { ...FIRST_FORM, ...BOLD };
/** Whether there is room for the translations of two models. */
const isWide = () => matchMedia('(min-width: 60rem)').matches;
/** The model that "Look inside" shows them: one with gates. @type {Partial<Settings>} */
const FIRST_LOOK = { inspected: 'char-lstm-songs' };

/**
 * Returns the default numbers of a view, for a song with a form or any other text.
 *
 * @param {Settings} settings
 * @returns {Record<NumberName, number>}
 */
export function usual({ scheme, view }) {
  const given = Object.fromEntries(NUMBER_FIELDS.map((field) => [field.name, field.default]));
  const { temperature } = FRESH;
  return /** @type {Record<NumberName, number>} */ ({ ...given, temperature, ...(scheme && view === 'write' ? BOLD : {}) });
}

/** Keys of the link that do not affect a text. */
const ABOUT_THE_PAGE = ['view', 'lang', 'embed'];

/** A link with `go=1` starts by itself. */
const GO = 'go';

/**
 * @param {NumberField} field
 * @param {string | null} text
 * @returns {number | null} null if the text is not a valid value of the field
 */
export function parseNumber(field, text) {
  if (text === null || !/^\d{1,16}(\.\d{1,6})?$/.test(text)) return null;
  const value = Number(text);
  if (value < field.min || value > field.max) return null;
  if (field.among && !field.among.includes(value)) return null;
  return field.type === 'integer' && !Number.isSafeInteger(value) ? null : value;
}

/**
 * Parses a link. A field that is missing, malformed or out of range keeps its default, so an untrusted link can do no
 * harm.
 *
 * @param {string} hash location.hash
 * @returns {{ settings: Settings, go: boolean, whole: boolean, rejected: string[] }} `whole`: the link has a seed, so
 *   nothing is left to chance; `rejected`: keys of fields that were malformed or out of range
 */
export function fromHash(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  /** @type {Record<string, string | number>} */
  const settings = {};
  /** @type {string[]} */
  const rejected = [];
  for (const { name, key, default: usual, among, cut } of TEXT_FIELDS) {
    const text = given.get(key) ?? usual;
    const allowed = !among || among.includes(text);
    settings[name] = allowed ? (cut?.(text) ?? text) : usual;
    if (!allowed || (text !== '' && settings[name] === '')) rejected.push(key);
  }
  for (const field of NUMBER_FIELDS) {
    const value = parseNumber(field, given.get(field.key));
    if (value === null && given.has(field.key)) rejected.push(field.key);
    settings[field.name] = value ?? field.default;
  }
  const seed = NUMBER_FIELDS.find(({ name }) => name === 'seed');
  const whole = seed !== undefined && parseNumber(seed, given.get(seed.key)) !== null;
  if (!whole) {
    settings.seed = randomSeed();
    for (const [name, value] of Object.entries(FRESH)) if (!given.has(name)) settings[name] = value;
    if ([...given.keys()].every((key) => ABOUT_THE_PAGE.includes(key)))
      Object.assign(settings, FIRST_LOOK, { compare: isWide() ? '1' : '' }, settings.view === 'write' ? FIRST_SONG : FIRST_FORM);
  }
  return {
    settings: /** @type {Settings} */ (/** @type {unknown} */ (settings)),
    go: given.get(GO) === '1',
    whole,
    rejected,
  };
}

/**
 * Encodes settings as a fragment. The address keeps everything, so that a reload loses nothing. A link to share (`of`)
 * carries only what its view shows, so that it does not reveal texts typed elsewhere.
 *
 * @param {Settings} settings
 * @param {{ go: boolean, of?: ViewId, seedless?: boolean }} how `seedless`: everyone who opens it gets a new seed
 * @returns {string} starting with '#'; only what differs from the defaults, and the seed
 */
export function toHash(settings, { go, of, seedless = false }) {
  const given = new URLSearchParams();
  // In a link without a seed, an omitted setting would mean the defaults of FRESH.
  const isUsual = (/** @type {TextName | NumberName} */ name, /** @type {string | number} */ usual) => settings[name] === usual && !(seedless && name in FRESH);
  for (const { name, key, default: usual, cut, views } of TEXT_FIELDS) {
    if (isUsual(name, usual) || (of && !views.includes(of))) continue;
    given.set(key, cut?.(settings[name]) ?? settings[name]);
  }
  for (const { name, key, default: usual, always, views } of NUMBER_FIELDS) {
    if (seedless && name === 'seed') continue;
    if ((!always && isUsual(name, usual)) || (of && !views.includes(of))) continue;
    given.set(key, String(settings[name]));
  }
  if (go) given.set(GO, '1');
  return `#${spellFragment(given)}`;
}

/** Returns a random seed below one million, short enough to be read aloud. */
export function randomSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] % 1_000_000;
}

/** The current settings and their change listeners. */
export class State {
  /** @type {Settings} */
  #settings;
  /** The settings each view's text was written with. @type {Map<ViewId, Settings>} */
  #written = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /** @returns {Readonly<Settings>} */
  get settings() {
    return this.#settings;
  }

  /** @param {Partial<Settings>} change */
  set(change) {
    this.#settings = { ...this.#settings, ...change };
    for (const listener of this.#listeners) listener();
  }

  /**
   * Records the settings that a view's text was written with.
   *
   * @param {ViewId} view
   * @param {Settings | null} settings null once the text is gone
   */
  wrote(view, settings) {
    if (settings) this.#written.set(view, settings);
    else if (!this.#written.delete(view)) return;
    for (const listener of this.#listeners) listener();
  }

  /**
   * Draws a new seed if the view's text was written with the current one, unless the seed is kept.
   *
   * @param {ViewId} view
   */
  renewSeed(view) {
    const { seed, keep_seed, lock } = this.#settings;
    const isKept = keep_seed === '1' || lock.split(',').includes('seed');
    if (!isKept && this.#written.get(view)?.seed === seed) this.set({ seed: randomSeed() });
  }

  /** @param {ViewId} view */
  writtenWith(view) {
    return this.#written.get(view) ?? null;
  }

  /** @param {() => void} listener called after each change */
  onChange(listener) {
    this.#listeners.add(listener);
  }
}
