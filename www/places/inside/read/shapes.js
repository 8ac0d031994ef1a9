// The lecture's shapes of recurrent networks, each with one of the page's models: pointing at an input highlights the
// outputs that depend on it.

import { onLanguage, text } from '../../../i18n/index.js';
import { button, h } from '../../../ui/dom.js';
import { part as element } from '../../../ui/drawing.js';

/** @typedef {import('../../../i18n/index.js').Key} Key */
/** @typedef {import('../../../state.js').Settings} Settings */

/**
 * @typedef {object} Shape
 * @property {Key} title
 * @property {Key} hint
 * @property {(string | null)[]} inputs the input of each column, or null
 * @property {(string | null)[]} outputs the output of each column, or null
 * @property {boolean} [back] whether it is bidirectional
 * @property {string} needs the model type with this shape; empty if the model is not in the page's list
 * @property {Key} way label of the link to this model
 * @property {Partial<Settings>} there the settings to apply there
 */

/** Marks a picture as the input. */
const PICTURE = '+picture';

/** @type {readonly Shape[]} */
const SHAPES = [
  {
    title: 'shapeOneToMany',
    hint: 'shapeOneToManyHint',
    needs: '',
    way: 'shapeToPictures',
    there: { view: 'caption' },
    inputs: [PICTURE, null, null, null],
    outputs: ['a', 'red', 'boat', '…'],
  },
  {
    title: 'shapeManyToOne',
    hint: 'shapeManyToOneHint',
    needs: 'text_classifier',
    way: 'shapeToMood',
    there: { view: 'read', reading: 'mood' },
    inputs: ['Worth', 'every', 'penny', '!'],
    outputs: [null, null, null, 'positive'],
    back: true,
  },
  {
    title: 'shapeManyToMany',
    hint: 'shapeManyToManyHint',
    needs: 'seq2seq',
    way: 'shapeToTranslation',
    there: { view: 'translate', translator: 'seq2seq-de-en' },
    inputs: ['Ich', 'singe', 'gern', null, null, null, null],
    outputs: [null, null, null, 'I', 'like', 'to', 'sing'],
  },
  {
    title: 'shapeEqual',
    hint: 'shapeEqualHint',
    needs: 'char_lstm',
    way: 'shapeToWriting',
    there: { view: 'look', inspected: 'char-lstm-songs' },
    inputs: ['r', 'o', 's', 'e'],
    outputs: ['o', 's', 'e', 's'],
  },
  {
    title: 'shapeBothWays',
    hint: 'shapeBothWaysHint',
    needs: 'tagger',
    way: 'shapeToTags',
    there: { view: 'read', reading: 'tags' },
    inputs: ['The', 'rose', 'will', 'rise'],
    outputs: ['DET', 'NOUN', 'AUX', 'VERB'],
    back: true,
  },
];

/** y coordinates of the rows of a drawing, and the width of its columns. */
const ROWS = { output: 22, back: 74, cell: 112, input: 164 };
const COLUMN = 64;
const RADIUS = 12;

export class Shapes {
  #context;
  #place;
  #figures = h('div', { class: 'shape-figures' });
  element;

  /**
   * @param {import('../../common/view.js').Context} context
   * @param {string} [place] prefix of ids, since the page may contain this twice
   */
  constructor(context, place = 'read') {
    this.#context = context;
    this.#place = place;
    this.element = h(
      'section',
      { class: 'desk', 'aria-labelledby': `${place}-shapes-title` },
      h('h2', { id: `${place}-shapes-title`, t: 'readShapes' }),
      h('p', { class: 'small', t: 'readShapesHint' }),
      this.#figures,
    );
    context.catalog.onOpen(() => this.#draw());
    onLanguage(() => this.#draw());
  }

  show() {
    if (!this.#figures.children.length) this.#draw();
  }

  #draw() {
    const { catalog } = this.#context;
    const listed = new Set(
      ['generator', 'translator', 'reader'].flatMap((kind) =>
        catalog.of(/** @type {import('../../../engine/kinds.js').Kind} */ (kind)).map(({ model_type }) => model_type),
      ),
    );
    this.#figures.replaceChildren(...SHAPES.map((shape, i) => this.#figure(shape, i, !shape.needs || listed.has(shape.needs))));
  }

  /**
   * @param {Shape} shape
   * @param {number} number
   * @param {boolean} isThere whether the page has a model of this shape
   */
  #figure(shape, number, isThere) {
    const id = `${this.#place}-shape-${number}`;
    const told = h('p', { class: 'small reached', role: 'status' });
    const go = () => {
      const { view, ...settings } = shape.there;
      this.#context.state.set(settings);
      if (view) this.#context.visit(view);
    };
    return h(
      'article',
      { class: 'shape', 'aria-labelledby': id },
      h('h3', { id, t: shape.title }),
      h('p', { class: 'small', t: shape.hint }),
      picture(shape, told),
      told,
      isThere ? button(shape.way, go, { class: 'quiet' }) : h('p', { class: 'small', t: 'shapeNoModel' }),
    );
  }
}

/**
 * Returns the edges between nodes, which are named `input 0`, `cell 2`, `back 1`, `output 3`.
 *
 * @param {Shape} shape
 * @returns {[string, string][]}
 */
export function edgesOf({ inputs, outputs, back }) {
  /** @type {[string, string][]} */
  const edges = [];
  inputs.forEach((input, i) => {
    if (input !== null) edges.push([`input ${i}`, `cell ${i}`], ...(back ? [/** @type {[string, string]} */ ([`input ${i}`, `back ${i}`])] : []));
    if (outputs[i] !== null) edges.push([`cell ${i}`, `output ${i}`], ...(back ? [/** @type {[string, string]} */ ([`back ${i}`, `output ${i}`])] : []));
    if (i > 0) edges.push([`cell ${i - 1}`, `cell ${i}`], ...(back ? [/** @type {[string, string]} */ ([`back ${i}`, `back ${i - 1}`])] : []));
  });
  // A single output depends on the last state of each direction.
  if (back && outputs.filter((output) => output !== null).length === 1) edges.push(['back 0', `output ${outputs.length - 1}`]);
  return edges;
}

/**
 * Returns all nodes reachable from a node.
 *
 * @param {string} from
 * @param {[string, string][]} edges
 */
export function reachedFrom(from, edges) {
  const reached = new Set([from]);
  for (const node of reached) for (const [before, after] of edges) if (before === node) reached.add(after);
  return reached;
}

/**
 * @param {Shape} shape
 * @param {HTMLElement} told for a description of the highlighted outputs
 */
function picture(shape, told) {
  const { inputs, outputs, back = false } = shape;
  const edges = edgesOf(shape);
  const named = (/** @type {string | null} */ input) => (input === PICTURE ? text('shapePicture') : (input ?? ''));
  const width = inputs.length * COLUMN;
  const svg = element('svg', { viewBox: `0 0 ${width} 184`, class: 'network', role: 'group', 'aria-label': text(shape.title) });
  svg.style.setProperty('max-width', `${inputs.length * 4}rem`);
  const lines = edges.map(([from, to]) => element('line', { ...ends(from, to), 'data-from': from, 'data-to': to }));
  const cells = inputs.flatMap((_, i) => [`cell ${i}`, ...(back ? [`back ${i}`] : [])]).map((name) => circle(name, ''));
  const made = outputs.flatMap((output, i) => (output === null ? [] : [circle(`output ${i}`, output)]));
  const light = (/** @type {string | null} */ from) => {
    const reached = from ? reachedFrom(from, edges) : new Set();
    for (const node of svg.querySelectorAll('[data-node]')) node.classList.toggle('lit', reached.has(node.getAttribute('data-node') ?? ''));
    for (const line of lines) line.classList.toggle('lit', reached.has(line.getAttribute('data-from') ?? ''));
    const found = outputs.filter((_, i) => reached.has(`output ${i}`));
    told.textContent = from ? text('shapeReaches', { input: named(inputs[columnOf(from)]), outputs: found.join(', ') }) : '';
  };
  const given = inputs.flatMap((input, i) => {
    if (input === null) return [];
    const node = circle(`input ${i}`, named(input));
    node.setAttribute('tabindex', '0');
    node.setAttribute('role', 'button');
    node.setAttribute('aria-label', text('shapeInput', { input: named(input) }));
    for (const [event, from] of /** @type {[string, string | null][]} */ ([
      ['pointerenter', `input ${i}`],
      ['focus', `input ${i}`],
      ['click', `input ${i}`],
      ['pointerleave', null],
      ['blur', null],
    ])) {
      node.addEventListener(event, () => light(from));
    }
    return [node];
  });
  svg.append(...lines, ...cells, ...made, ...given);
  return svg;
}

/** @param {string} name of a node */
function columnOf(name) {
  return Number(name.split(' ')[1]);
}

/** @param {string} name */
function placeOf(name) {
  const row = /** @type {keyof typeof ROWS} */ (name.split(' ')[0]);
  return { x: columnOf(name) * COLUMN + COLUMN / 2, y: ROWS[row] };
}

/**
 * @param {string} from
 * @param {string} to
 */
function ends(from, to) {
  const [a, b] = [placeOf(from), placeOf(to)];
  return { x1: String(a.x), y1: String(a.y), x2: String(b.x), y2: String(b.y) };
}

/**
 * @param {string} name
 * @param {string} label
 */
function circle(name, label) {
  const { x, y } = placeOf(name);
  const kind = name.split(' ')[0];
  const group = element('g', { 'data-node': name, class: kind });
  if (label === '') {
    group.append(element('circle', { cx: String(x), cy: String(y), r: String(RADIUS) }));
  } else {
    const words = element('text', { x: String(x), y: String(y + 5), 'text-anchor': 'middle' });
    words.textContent = label;
    group.append(element('rect', { x: String(x - 29), y: String(y - 15), width: '58', height: '30', rx: '4' }), words);
  }
  return group;
}
