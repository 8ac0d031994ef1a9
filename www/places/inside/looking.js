// Runs the view "Look inside": stores the engine's results and draws at most once per animation frame.

import { say } from '../../i18n/index.js';
import { kindOf } from '../../engine/kinds.js';
import { Frames } from '../../ui/frames.js';
import { visibleToken } from '../../ui/visible-token.js';
import { Pictures } from './look-pictures.js';
import { asked, InspectedText } from './inspected-text.js';
import { readable, Work } from '../common/work.js';

/** @typedef {import('../../engine/protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('../../engine/protocol.js').Note} Note */
/** @typedef {import('../../engine/protocol.js').Piece} Piece */
/** @typedef {import('../../engine/protocol.js').Recorded} Recorded */
/** @typedef {import('../../engine/protocol.js').Step} Step */
/** @typedef {import('../common/work.js').Task} Task */

/**
 * @typedef {object} OwnParts
 * @property {ReturnType<typeof import('../../ui/model-picker.js').modelPicker>} picker
 * @property {import('../../ui/token-text.js').TokenText} tokens
 * @property {import('../../ui/translation-sheet.js').TranslationSheet} pieces
 * @property {HTMLInputElement} slider
 * @property {HTMLElement} place
 * @property {HTMLElement} scrubber
 * @property {import('../../ui/gates.js').Gates} gates
 * @property {import('../../ui/attention.js').Attention} attention
 * @property {import('../../ui/alignment.js').Alignment} alignment
 * @property {import('../../ui/token-facts.js').Lens} lens
 * @property {import('../../ui/token-facts.js').TokenFacts} facts
 * @property {import('../../ui/next-tokens.js').NextTokens} next
 * @property {import('../../ui/positions.js').Positions} positions
 * @property {HTMLElement} pictures contains all pictures and tables
 * @property {HTMLElement} prompt
 * @property {HTMLElement} german
 * @property {HTMLElement} shown
 * @property {import('../../ui/verdict.js').Verdict} verdict
 * @property {HTMLButtonElement} go
 * @property {HTMLButtonElement} stop
 *
 * @typedef {import('../common/work.js').Parts & OwnParts} Parts
 */

const DEPTH_ROWS = 4;
const NEIGHBOURS = 8;
const POSITIONS = 64;
/** While the model works, least time between two pictures, and between two questions to the engine. */
const [PICTURES_MS, ASK_MS] = [120, 300];

export class Looking {
  #context;
  #parts;
  #work;
  #pictures;
  /** @type {ModelEntry | null} */
  #model = null;
  #frames = new Frames();
  /** @type {Frames | null} */
  #source = null;
  /** Activations by the index of their piece. @type {Map<number, Recorded[]>} */
  #insides = new Map();
  /** Steps of the generated text, the first at position `#written`. @type {Step[]} */
  #steps = [];
  #written = 0;
  #at = 0;
  /** Whether to stay at the newest token. */
  #following = true;
  #working = false;
  #drawn = { tokens: 0, at: -1, time: 0, asked: 0 };
  #frame = 0;
  #asking = false;
  /** Whether a question was postponed while another was pending. */
  #unasked = false;
  #opened = '';
  #inspected = new InspectedText();
  /** Always false: this view computes on the CPU, which gives the same bits everywhere. */
  byGpu = false;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Parts} parts
   */
  constructor(context, parts) {
    this.#context = context;
    this.#parts = parts;
    this.#work = new Work(context, parts, (working) => this.#setWorking(working));
    this.#pictures = new Pictures(parts, () => ({
      model: this.#model,
      frames: this.#frames,
      source: this.#source,
      at: this.#at,
      tokens: this.#frames.tokens.slice(0, this.#length),
      step: this.#steps[this.#at - this.#written] ?? null,
    }));
    context.state.onChange(() => this.#follow());
    this.#showKind();
    this.#pictures.drawAll();
  }

  /**
   * @param {import('../common/view.js').How} how
   * @param {boolean} [fresh] bypass the HTTP cache, after an error
   */
  async open(how, fresh = false) {
    if (!(await this.#work.openCatalog(fresh, () => void this.open(how, true)))) return;
    if (how.linked) this.#parts.verdict.expect(how.pledge);
    this.#follow();
    if (how.go) this.go();
  }

  /** Returns the proof of the text, if the settings it was written with are unchanged. */
  prove() {
    return this.#inspected.prove(this.#parts.picker.chosen(), this.#context.state.settings);
  }

  go(fresh = false) {
    const model = this.#parts.picker.chosen();
    if (!model) {
      void this.open({ go: true, linked: false, pledge: null }, true);
      return;
    }
    this.#parts.shown.replaceChildren();
    void this.#work.perform(
      (task) => this.#run(task, model, fresh),
      () => this.go(true),
    );
  }

  stop() {
    this.#work.stop();
  }

  /** @param {number} place */
  scrub(place) {
    this.#following = this.#working && place >= this.#length - 1;
    this.#at = Math.max(0, Math.min(place, this.#length - 1));
    this.#request();
  }

  /** @param {Piece} piece */
  choose(piece) {
    this.#following = false;
    this.#showPiece(piece);
  }

  /** Colours the text by the chosen unit. */
  tint() {
    this.#pictures.tint();
  }

  /**
   * @param {Task} task
   * @param {ModelEntry} model
   * @param {boolean} fresh
   */
  async #run(task, model, fresh) {
    const { state, engine, catalog } = this.#context;
    const { settings } = state;
    const translating = kindOf(model) === 'translator';
    this.#clear(model);
    const { text, cut, options } = asked(model, settings);
    const tell = (/** @type {Note[]} */ notes) => {
      state.wrote('look', settings);
      this.#parts.notes.add(cut ? [...notes, { code: 'look-cut' }] : notes);
      say(this.#parts.status, translating ? 'statusTranslating' : 'statusWriting');
    };
    const listeners = {
      ...this.#work.loading(task),
      onStarted: task.own((/** @type {string} */ read, /** @type {Note[]} */ notes) => {
        this.#inspected.text = read;
        tell(notes);
      }),
      onSplit: task.own((/** @type {number} */ _, /** @type {Note[]} */ notes) => tell(notes)),
      onFrames: task.own((/** @type {Recorded} */ recorded, /** @type {Step[]} */ steps) => this.#take(recorded, steps)),
      onInside: task.own((/** @type {Piece} */ piece, /** @type {Recorded[]} */ inside) => this.#takePiece(piece, inside)),
    };
    const request = { model, fresh, known: catalog.known(), text, options };
    const { cancelled, tokens, seconds } = await task.run(() => engine.look(request, listeners));
    this.#inspected.end(model, settings, !cancelled);
    if (!cancelled) await this.#parts.verdict.check(model, this.#inspected.text);
    const params = { tokens, seconds: readable(seconds) };
    say(this.#parts.status, cancelled ? 'statusStoppedTokens' : 'statusDoneTokens', params);
    await this.#askPositions(model);
  }

  /**
   * @param {Recorded} recorded
   * @param {Step[]} steps
   */
  #take(recorded, steps) {
    this.#frames.add(recorded);
    // The first frames cover the prompt except its last token.
    if (this.#steps.length === 0 && steps.length === 0) this.#written = recorded.ids.length + 1;
    steps.forEach((step, i) => {
      this.#frames.tokens[this.#written + this.#steps.length + i] = { id: step.id, text: step.text };
    });
    this.#steps.push(...steps);
    this.#inspected.text += steps.map(({ text }) => text).join('');
    if (this.#following) this.#at = this.#length - 1;
    this.#request();
  }

  /**
   * @param {Piece} piece
   * @param {Recorded[]} inside
   */
  #takePiece(piece, inside) {
    this.#insides.set(piece.index, inside);
    this.#inspected.text += piece.before + piece.text;
    this.#parts.pieces.append(piece);
    if (this.#following && piece.attention.length) this.#showPiece(piece);
  }

  /** @param {Piece} piece */
  #showPiece(piece) {
    this.#parts.pieces.mark(piece.index);
    const [source, target] = this.#insides.get(piece.index) ?? [];
    this.#source = null;
    this.#frames = new Frames({ sources: piece.source_ids.length });
    if (source && target) {
      this.#source = new Frames({ isSource: true });
      this.#source.add(source);
      this.#frames.add(target);
    }
    const first = target ? 1 : 0;
    piece.target_ids.forEach((id, i) => {
      this.#frames.tokens[i + first] = { id, text: piece.target_tokens[i] };
    });
    this.#at = Math.min(first, this.#length - 1);
    this.#drawn = { ...this.#drawn, tokens: 0, at: -1, time: 0 };
    this.#parts.tokens.clear('en', '');
    this.#pictures.align(piece);
    this.#request();
  }

  get #length() {
    const { tokens } = this.#frames;
    // Frames arrive before the next token is known, so a gap marks the end.
    const gap = tokens.findIndex((token) => token === undefined);
    return gap < 0 ? tokens.length : gap;
  }

  /** Redraws everything, starting with the next animation frame. */
  #request() {
    this.#pictures.renew();
    this.#goOn();
    this.#tellBusy();
  }

  #goOn() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#draw(now);
    });
  }

  /** Sets `aria-busy` while the pictures are about to change. */
  #tellBusy() {
    const busy = this.#working || this.#pictures.areDue || this.#asking;
    this.#parts.pictures.setAttribute('aria-busy', String(busy));
  }

  /** @param {number} now */
  #draw(now) {
    const { tokens, slider, place, scrubber } = this.#parts;
    const length = this.#length;
    const from = this.#drawn.tokens;
    if (length > from) {
      const written = this.#model && kindOf(this.#model) === 'generator' ? this.#written : 0;
      tokens.replace(from, this.#frames.tokens.slice(from, length), (i) => i < written);
      this.#drawn.tokens = length;
    }
    scrubber.hidden = length === 0;
    slider.max = String(length);
    slider.value = String(this.#at + 1);
    place.textContent = `${this.#at + 1} / ${length}`;
    const token = this.#frames.tokens[this.#at];
    if (token) slider.setAttribute('aria-valuetext', `${this.#at + 1}: ${visibleToken(token.text)}`);
    tokens.mark(this.#at);
    const moved = this.#drawn.at !== this.#at;
    const scrubbed = moved && !this.#following;
    if (this.#working && !scrubbed && now - this.#drawn.time < PICTURES_MS) {
      this.#goOn();
      return;
    }
    this.#drawn.time = now;
    this.#drawn.at = this.#at;
    this.#pictures.drawNext();
    if (this.#pictures.areDue) this.#goOn();
    if (moved) void this.#ask(now);
    this.#tellBusy();
  }

  /**
   * Asks the engine for neighbours and the logit lens, one request at a time; a postponed one follows.
   *
   * @param {number} now
   */
  async #ask(now) {
    const model = this.#model;
    const at = this.#at;
    const token = this.#frames.tokens[at];
    if (!model || !token) return;
    if (this.#asking || (this.#working && now - this.#drawn.asked < ASK_MS)) {
      this.#unasked = true;
      return;
    }
    this.#unasked = false;
    this.#asking = true;
    this.#drawn.asked = now;
    try {
      const { engine, catalog } = this.#context;
      const ask = (/** @type {import('../../engine/protocol.js').Question} */ question) =>
        engine.ask({ model, fresh: false, known: catalog.known(), question });
      const { rated: near = [[]] } = await ask({ of: 'neighbours', token: token.id, count: NEIGHBOURS, source: false });
      const residual = at > 0 && at <= this.#frames.length ? this.#frames.residual(at - 1) : new Float32Array();
      const { rated = [] } = residual.length ? await ask({ of: 'lens', residual, count: DEPTH_ROWS }) : {};
      if (model !== this.#model) return;
      this.#parts.facts.near(near[0]);
      this.#parts.lens.show(rated);
    } catch {
      // A crash is reported by the run itself; without an answer, leave the tables as they are.
    } finally {
      this.#asking = false;
      if (this.#unasked && !this.#working) void this.#ask(performance.now());
      this.#tellBusy();
    }
  }

  /** @param {ModelEntry} model */
  async #askPositions(model) {
    const { engine, catalog } = this.#context;
    const request = { model, fresh: false, known: catalog.known() };
    const { positions } = await engine.ask({ ...request, question: { of: 'positions', count: POSITIONS } });
    const channels = this.#frames.channels;
    if (model === this.#model && positions && channels) this.#parts.positions.show(positions, channels);
  }

  /** @param {ModelEntry} model */
  #clear(model) {
    const { tokens, pieces, alignment, lens, facts, positions } = this.#parts;
    this.#model = model;
    this.#frames = new Frames();
    this.#source = null;
    this.#insides.clear();
    this.#steps = [];
    this.#written = 0;
    this.#at = 0;
    this.#following = true;
    this.#inspected = new InspectedText();
    this.#context.state.wrote('look', null);
    this.#drawn = { tokens: 0, at: -1, time: 0, asked: 0 };
    tokens.clear(model.language, '');
    pieces.clear(model);
    alignment.show([]);
    lens.show([]);
    facts.near([]);
    positions.show(new Float32Array(), 1);
    this.#pictures.align(null);
    this.#showKind();
    this.#pictures.drawAll();
    this.#request();
  }

  /** @param {boolean} working */
  #setWorking(working) {
    const { stop, go, tokens } = this.#parts;
    this.#working = working;
    if (!working && document.activeElement === stop) go.focus();
    stop.disabled = !working;
    tokens.element.setAttribute('aria-busy', String(working));
    if (!working) {
      this.#drawn.at = -1;
      this.#request();
    }
  }

  #showKind() {
    const { prompt, german, go, pieces } = this.#parts;
    const model = this.#parts.picker.chosen();
    const translating = model !== undefined && kindOf(model) === 'translator';
    prompt.hidden = translating;
    german.hidden = !translating;
    pieces.element.hidden = !translating;
    say(go, translating ? 'translate' : 'generate');
  }

  /** Loads a model as soon as it is chosen. */
  #follow() {
    if (this.#context.state.settings.view !== 'look') return;
    const model = this.#parts.picker.chosen();
    if (!model || model.id === this.#opened) return;
    this.#opened = model.id;
    const hadText = this.#length > 0;
    this.#clear(model);
    if (hadText) this.go();
    else void this.#work.fetchAhead([model]);
  }
}
