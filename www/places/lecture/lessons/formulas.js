// The lecture's formulas as MathML, which browsers render natively.

const NAMESPACE = 'http://www.w3.org/1998/Math/MathML';

/** @typedef {string} Markup */

/** @param {string} name */
const i = (name) => `<mi>${name}</mi>`;
/** @param {string | number} value */
const n = (value) => `<mn>${value}</mn>`;
/** @param {string} operator */
const o = (operator) => `<mo>${operator}</mo>`;
/** @param {Markup[]} all */
const row = (...all) => `<mrow>${all.join('')}</mrow>`;
/** @param {Markup} base @param {Markup} below */
const sub = (base, below) => `<msub>${base}${below}</msub>`;
/** @param {Markup} base @param {Markup} above */
const sup = (base, above) => `<msup>${base}${above}</msup>`;
/** @param {Markup} above @param {Markup} below */
const frac = (above, below) => `<mfrac>${above}${below}</mfrac>`;
/** @param {Markup} below @param {Markup} [above] */
const sum = (below, above) => (above ? `<munderover>${o('∑')}${below}${above}</munderover>` : `<munder>${o('∑')}${below}</munder>`);
/** @param {Markup[]} inner */
const paren = (...inner) => row(o('('), ...inner, o(')'));
/** @param {Markup[][]} lines */
const lines = (...lines) => `<mtable>${lines.map((line) => `<mtr><mtd>${row(...line)}</mtd></mtr>`).join('')}</mtable>`;

/** @param {Markup} inner */
const squared = (inner) => sup(row(o('‖'), inner, o('‖')), n(2));
/** @param {Markup} a @param {Markup} b */
const norm = (a, b) => squared(row(a, o('−'), b));

const xt = sub(i('x'), i('t'));
const before = row(i('t'), o('−'), n(1));
/** @param {string} name */
const gate = (name) => `${sub(i('W'), i(name))}<mo>⁢</mo>${row(o('['), sub(i('h'), before), o(','), xt, o(']'))}`;

/** @type {Readonly<Record<string, Markup>>} */
const FORMULAS = {
  language: row(
    i('P'),
    paren(sub(i('x'), n(1)), o(','), o('…'), o(','), sub(i('x'), i('T'))),
    o('='),
    `<munderover>${o('∏')}${row(i('t'), o('='), n(1))}${i('T')}</munderover>`,
    i('P'),
    paren(xt, o('|'), sub(i('x'), row(o('&lt;'), i('t')))),
  ),
  clean: row(
    i('A'),
    o('='),
    o('{'),
    i('␣'),
    o(','),
    i('a'),
    o(','),
    o('…'),
    o(','),
    i('z'),
    o('}'),
    o(','),
    `<mspace width="1em"/>`,
    o('|'),
    i('A'),
    o('|'),
    o('='),
    n(27),
  ),
  window: row(
    i('X'),
    o('='),
    paren(xt, o(','), o('…'), o(','), sub(i('x'), row(i('t'), o('+'), n(99)))),
    o('→'),
    i('Y'),
    o('='),
    paren(sub(i('x'), row(i('t'), o('+'), n(1))), o(','), o('…'), o(','), sub(i('x'), row(i('t'), o('+'), n(100)))),
  ),
  lstm: lines(
    ...['i', 'f', 'o'].map((name) => [sub(i(name), i('t')), o('='), i('σ'), paren(gate(name))]),
    [sub(i('g'), i('t')), o('='), i('tanh'), paren(gate('g'))],
    [sub(i('c'), i('t')), o('='), sub(i('f'), i('t')), o('⊙'), sub(i('c'), before), o('+'), sub(i('i'), i('t')), o('⊙'), sub(i('g'), i('t'))],
    [sub(i('h'), i('t')), o('='), sub(i('o'), i('t')), o('⊙'), i('tanh'), paren(sub(i('c'), i('t')))],
  ),
  loss: row(i('L'), o('='), o('−'), frac(n(1), i('N')), sum(i('t')), i('ln'), i('P'), paren(xt, o('|'), sub(i('x'), row(o('&lt;'), i('t'))))),
  bits: row(i('bpc'), o('='), frac(i('L'), row(i('ln'), n(2)))),
  temperature: row(
    sub(i('p'), i('k')),
    o('='),
    frac(sup(i('e'), row(sub(i('z'), i('k')), o('/'), i('τ'))), row(sum(i('j')), sup(i('e'), row(sub(i('z'), i('j')), o('/'), i('τ'))))),
  ),
  translation: row(
    i('P'),
    paren(i('y'), o('|'), i('x')),
    o('='),
    `<munderover>${o('∏')}${row(i('t'), o('='), n(1))}${i('T')}</munderover>`,
    i('P'),
    paren(sub(i('y'), i('t')), o('|'), sub(i('y'), row(o('&lt;'), i('t'))), o(','), i('x')),
  ),
  marks: row(
    i('x'),
    o('='),
    paren(sub(i('w'), n(1)), o(','), o('…'), o(','), sub(i('w'), i('S'))),
    o('→'),
    paren(i('&lt;start&gt;'), o(','), sub(i('w'), n(1)), o(','), o('…'), o(','), sub(i('w'), i('S')), o(','), i('&lt;end&gt;')),
  ),
  split: row(
    i('D'),
    o('='),
    sub(i('D'), i('train')),
    o('∪'),
    sub(i('D'), i('dev')),
    o(','),
    `<mspace width="1em"/>`,
    sub(i('D'), i('train')),
    o('∩'),
    sub(i('D'), i('dev')),
    o('='),
    i('∅'),
  ),
  attention: lines(
    [
      sub(i('α'), i('s')),
      o('='),
      i('softmax'),
      paren(sup(i('v'), '<mi mathvariant="normal">T</mi>'), i('tanh'), paren(i('W'), i('h'), o('+'), i('U'), sub(i('e'), i('s')))),
    ],
    [i('c'), o('='), sum(i('s')), sub(i('α'), i('s')), sub(i('e'), i('s'))],
  ),
  lossPairs: row(
    i('L'),
    o('='),
    o('−'),
    frac(n(1), i('T')),
    sum(i('t')),
    i('ln'),
    i('P'),
    paren(sub(i('y'), i('t')), o('|'), sub(i('y'), row(o('&lt;'), i('t'))), o(','), i('x')),
  ),
  bleu: row(
    i('BLEU'),
    o('='),
    i('BP'),
    o('·'),
    sup(paren(`<munderover>${o('∏')}${row(i('n'), o('='), n(1))}${n(4)}</munderover>`, sub(i('p'), i('n'))), frac(n(1), n(4))),
  ),
  minimax: row(
    `<munder>${i('min')}${i('G')}</munder>`,
    `<munder>${i('max')}${i('D')}</munder>`,
    sub(i('E'), i('x')),
    i('ln'),
    i('D'),
    paren(i('x')),
    o('+'),
    sub(i('E'), i('z')),
    i('ln'),
    paren(n(1), o('−'), i('D'), paren(i('G'), paren(i('z')))),
  ),
  ganLoss: lines(
    [
      sub(i('L'), i('D')),
      o('='),
      o('−'),
      frac(n(1), n(2)),
      i('ln'),
      i('D'),
      paren(i('x')),
      o('−'),
      frac(n(1), n(2)),
      i('ln'),
      paren(n(1), o('−'), i('D'), paren(i('G'), paren(i('z')))),
    ],
    [sub(i('L'), i('G')), o('='), o('−'), i('ln'), i('D'), paren(i('G'), paren(i('z')))],
  ),
  gram: row(sub(i('G'), row(i('i'), i('j'))), o('='), frac(n(1), i('N')), sum(i('p')), sub(i('F'), row(i('i'), i('p'))), sub(i('F'), row(i('j'), i('p')))),
  styleLoss: row(
    i('L'),
    o('='),
    sum(i('s')),
    frac(norm(sub(i('G'), i('s')), sub(i('A'), i('s'))), squared(sub(i('A'), i('s')))),
    o('+'),
    i('α'),
    frac(norm(i('P'), i('C')), squared(row(i('C'), o('−'), `<mover>${i('C')}${o('¯')}</mover>`))),
  ),
  diffusion: lines(
    [
      xt,
      o('='),
      sub(i('α'), i('t')),
      i('x'),
      o('+'),
      sub(i('σ'), i('t')),
      i('ε'),
      o(','),
      `<mspace width="1em"/>`,
      i('v'),
      o('='),
      sub(i('α'), i('t')),
      i('ε'),
      o('−'),
      sub(i('σ'), i('t')),
      i('x'),
    ],
    [i('v'), o('='), sub(i('v'), o('∅')), o('+'), i('w'), paren(sub(i('v'), i('text')), o('−'), sub(i('v'), o('∅')))],
  ),
  beam: row(
    i('score'),
    o('='),
    frac(row(sum(i('t')), i('ln'), i('P'), paren(sub(i('y'), i('t')), o('|'), sub(i('y'), row(o('&lt;'), i('t'))), o(','), i('x'))), sup(i('T'), i('α'))),
  ),
  recurrent: row(
    sub(i('h'), i('t')),
    o('='),
    i('f'),
    paren(sub(i('h'), before), o(','), xt),
    o(','),
    `<mspace width="1em"/>`,
    sub(i('y'), i('t')),
    o('='),
    i('g'),
    paren(sub(i('h'), i('t'))),
  ),
  sentiment: row(
    i('P'),
    paren(i('c'), o('|'), i('x')),
    o('='),
    i('softmax'),
    paren(
      i('W'),
      row(o('['), sub(`<mover>${i('h')}${o('→')}</mover>`, i('T')), o(','), sub(`<mover>${i('h')}${o('←')}</mover>`, n(1)), o(']')),
      o('+'),
      i('b'),
    ),
  ),
  masked: row(
    i('L'),
    o('='),
    o('−'),
    frac(n(1), row(o('|'), i('M'), o('|'))),
    sum(row(i('t'), o('∈'), i('M'))),
    i('ln'),
    i('P'),
    paren(xt, o('|'), sub(i('x'), row(o('∖'), i('M')))),
  ),
  bradleyTerry: row(i('L'), o('='), o('−'), i('ln'), i('σ'), paren(i('r'), paren(sub(i('y'), i('w'))), o('−'), i('r'), paren(sub(i('y'), i('l'))))),
  tuned: row(
    `<munder>${i('max')}${i('π')}</munder>`,
    i('E'),
    row(o('['), i('r'), paren(i('y')), o(']')),
    o('−'),
    i('β'),
    i('KL'),
    paren(i('π'), o('∥'), sub(i('π'), n(0))),
    o('⇒'),
    i('π'),
    paren(i('y')),
    o('∝'),
    sub(i('π'), n(0)),
    paren(i('y')),
    sup(i('e'), row(i('r'), paren(i('y')), o('/'), i('β'))),
  ),
  sensitivity: row(i('P'), paren(i('y'), o('|'), i('x')), o('≠'), i('P'), paren(i('y'), o('|'), sup(i('x'), o('′')))),
  copies: row(
    `<munder>${i('max')}${row(i('s'), o('∈'), i('y'))}</munder>`,
    o('|'),
    i('s'),
    o('|'),
    `<mspace width="1em"/>`,
    i('s'),
    o('∈'),
    sub(i('D'), i('train')),
  ),
  bias: row(i('Δ'), paren(i('w')), o('='), i('ln'), frac(row(i('P'), paren(i('w'), o('|'), i('she was'))), row(i('P'), paren(i('w'), o('|'), i('he was'))))),
  resources: row(i('C'), o('≈'), i('N'), o('·'), i('T'), o(','), `<mspace width="1em"/>`, i('E'), o('='), i('Watt'), o('·'), i('s')),
  explain: row(sub(i('Δ'), i('s')), o('='), i('P'), paren(i('y'), o('|'), i('x')), o('−'), i('P'), paren(i('y'), o('|'), sub(i('x'), row(o('∖'), i('s'))))),
};

/**
 * @param {string} name
 * @returns {Element}
 */
export function formula(name) {
  const source = `<math xmlns="${NAMESPACE}" display="block" translate="no">${FORMULAS[name]}</math>`;
  return document.importNode(new DOMParser().parseFromString(source, 'application/xml').documentElement, true);
}
