// The visitor's own models and runs stored in this browser: to use, rename, download and remove.

import { kindOf } from '../../engine/kinds.js';
import { currentLanguage, onLanguage, say, text } from '../../i18n/index.js';
import { button, h } from '../../ui/dom.js';
import { megabytes } from '../../ui/model-card.js';
import { saveFile } from '../../ui/save-file.js';
import { listenToDrops } from './train-text.js';

/** @typedef {import('../../shelf/shelf.js').Kept} Kept */
/** @typedef {import('./runs.js').Run} Run */
/** @typedef {import('../../i18n/index.js').Key} Key */

/**
 * @typedef {object} Offered a model on the shelf
 * @property {string} id
 * @property {string} name
 * @property {string} model_type
 * @property {number} [step] the step it was saved at, before it overfitted
 *
 * @typedef {object} Doing
 * @property {(files: File[]) => void} take opens models from files
 * @property {(code: string) => void} note
 * @property {(run: Run) => void} show
 * @property {(run: Run) => void} resume
 * @property {(run: Run, name: string) => void} rename
 * @property {(run: Run) => void} remove
 * @property {(error: unknown) => void} fail
 */

/** @type {Readonly<Record<import('./runs.js').Outcome, Key>>} */
const OUTCOMES = { running: 'runInterrupted', stopped: 'runStopped', finished: 'runFinished', diverged: 'runDiverged' };

export class ShelfStep {
  #context;
  #doing;
  #models = h('ul', { class: 'own-list', tLabel: 'ownModels' });
  #runs = h('ul', { class: 'own-list', tLabel: 'runs' });
  #noModels = h('p', { class: 'small', t: 'noOwnModels' });
  #noRuns = h('p', { class: 'small', t: 'noRuns' });
  #files = h('input', { id: 'own-files', type: 'file', multiple: true });
  /** @type {Run[]} */
  #shown = [];
  /** @type {string | null} */
  #going = null;
  models;
  runs;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {Doing} doing
   */
  constructor(context, doing) {
    this.#context = context;
    this.#doing = doing;
    this.#files.addEventListener('change', () => {
      if (this.#files.files) doing.take([...this.#files.files]);
      this.#files.value = '';
    });
    this.models = h(
      'section',
      { class: 'train-step drop', 'aria-labelledby': 'own-models-title' },
      h('h2', { id: 'own-models-title', t: 'ownModels' }),
      this.#noModels,
      this.#models,
      h('div', { class: 'row files' }, h('label', { for: 'own-files', t: 'takeModel' }), this.#files),
      h('p', { class: 'small', t: 'ownModelsHint' }),
    );
    this.runs = h('section', { class: 'train-step', 'aria-labelledby': 'runs-title' }, h('h2', { id: 'runs-title', t: 'runs' }), this.#noRuns, this.#runs);
    listenToDrops(this.models, doing.take);
    context.catalog.shelf.onChange(() => this.#drawModels());
    onLanguage(() => {
      this.#drawModels();
      this.#drawRuns();
    });
    this.#drawModels();
    this.#drawRuns();
  }

  /**
   * Adds a model to the shelf, with a note if it could not be stored permanently.
   *
   * @param {string} name
   * @param {Uint8Array} bytes
   * @param {Pick<import('../../engine/training-protocol.js').ReadModel, 'card' | 'model_type' | 'parameters'>} facts
   * @returns {Promise<Offered>}
   */
  async add(name, bytes, { card, model_type, parameters }) {
    const { id, refused } = await this.#context.catalog.shelf.add(bytes, { name, model_type, parameters, card });
    if (refused) this.#doing.note(refused.code);
    return { id, name, model_type };
  }

  /**
   * @param {Run[]} runs
   * @param {string | null} going id of the run in progress
   */
  show(runs, going) {
    this.#shown = runs;
    this.#going = going;
    this.#drawRuns();
  }

  #drawModels() {
    const { models } = this.#context.catalog.shelf;
    this.#noModels.hidden = models.length > 0;
    this.#models.replaceChildren(...models.map((model) => this.#model(model)));
  }

  /** @param {Kept} model */
  #model(model) {
    const { shelf } = this.#context.catalog;
    const { bytes, card } = model;
    const facts = [text(KIND_NAMES[model.model_type] ?? 'kindOther'), text('sizeValue', { value: megabytes(bytes) })];
    if (typeof card?.bits_per_char === 'number') facts.push(text('bitsShort', { value: Math.round(card.bits_per_char * 1000) / 1000 }));
    if (!shelf.isKept(model.id)) facts.push(text('onlyInMemory'));
    const renamed = (/** @type {string} */ name) => shelf.rename(model.id, name).catch(this.#doing.fail);
    return item(model.name, facts, renamed, [
      ...this.uses(model),
      labelled('download', model.name, () => void this.download(model)),
      confirmed('remove', model.name, () => shelf.remove(model.id).catch(this.#doing.fail)),
    ]);
  }

  /**
   * Returns buttons to use a model, one for each view that can.
   *
   * @param {Pick<Kept, 'id' | 'name' | 'model_type'>} model
   */
  uses({ id, name, model_type }) {
    const { state, visit } = this.#context;
    const writes = kindOf({ model_type }) === 'generator';
    /** @type {[Key, import('../../state.js').ViewId, Partial<import('../../state.js').Settings>][]} */
    const ways = writes
      ? [
          ['useWrite', 'write', { model: id, prompt: '' }],
          ['useAgainst', 'duel', { right: id }],
        ]
      : [
          ['useTranslate', 'translate', { translator: id }],
          ['useChain', 'chain', { translator: id }],
        ];
    return ways.map(([key, view, change]) =>
      labelled(key, name, () => {
        state.set(change);
        visit(view);
      }),
    );
  }

  /** @param {Pick<Kept, 'id' | 'name'>} model */
  async download({ id, name }) {
    try {
      const bytes = await this.#context.catalog.shelf.bytes(id);
      const file = `${name.replace(/[^\p{L}\p{N} ._-]+/gu, '-')}.safetensors`;
      saveFile(/** @type {Uint8Array<ArrayBuffer>} */ (bytes), file, 'application/octet-stream');
    } catch (error) {
      this.#doing.fail(error);
    }
  }

  #drawRuns() {
    this.#noRuns.hidden = this.#shown.length > 0;
    this.#runs.replaceChildren(...this.#shown.map((run) => this.#run(run)));
  }

  /** @param {Run} run */
  #run(run) {
    const going = run.id === this.#going;
    const held = run.numbers.validated.at(-1);
    const facts = [
      going ? text('runGoing') : `${text(OUTCOMES[run.outcome])} · ${text('ofSteps', { step: run.step, steps: run.steps })}`,
      new Date(run.created).toLocaleString(currentLanguage(), { dateStyle: 'short', timeStyle: 'short' }),
    ];
    if (held) facts.push(text('bitsShort', { value: Math.round(held.bits_per_char * 1000) / 1000 }));
    const actions = [labelled('showRun', run.name, () => this.#doing.show(run))];
    if (!going && run.saved > 0 && (run.outcome === 'running' || run.outcome === 'stopped')) {
      const resume = labelled('resumeRun', run.name, () => this.#doing.resume(run));
      actions.unshift(resume);
      facts.push(text('runSaved', { step: run.saved }));
    }
    if (!going) actions.push(confirmed('remove', run.name, () => this.#doing.remove(run)));
    return item(run.name, facts, (name) => this.#doing.rename(run, name), actions);
  }
}

/** @type {Readonly<Record<string, Key>>} */
const KIND_NAMES = { char_lstm: 'kindCharLstm', gpt2: 'kindGpt2', seq2seq: 'kindSeq2seq', transformer: 'kindTransformer' };

/**
 * @param {string} name
 * @param {string[]} facts
 * @param {(name: string) => unknown} onRename
 * @param {HTMLElement[]} actions
 */
function item(name, facts, onRename, actions) {
  const field = h('input', { type: 'text', class: 'name', tLabel: 'renameLabel', maxlength: '60' });
  field.value = name;
  field.addEventListener('change', () => {
    if (field.value.trim()) onRename(field.value.trim());
    else field.value = name;
  });
  return h('li', {}, field, h('p', { class: 'small' }, facts.join(' · ')), h('div', { class: 'actions' }, ...actions));
}

/**
 * A button with an accessible name that says which item it is for.
 *
 * @param {Key} key
 * @param {string} about
 * @param {() => void} onClick
 */
export function labelled(key, about, onClick) {
  const element = button(key, onClick, { class: 'quiet' });
  element.setAttribute('aria-label', `${text(key)}: ${about}`);
  return element;
}

/**
 * A button that asks for confirmation in place, since removal cannot be undone.
 *
 * @param {Key} key
 * @param {string} about
 * @param {() => unknown} onConfirm
 */
function confirmed(key, about, onConfirm) {
  let asked = false;
  const element = labelled(key, about, () => {
    if (asked) {
      onConfirm();
      return;
    }
    asked = true;
    say(element, 'reallyRemove');
    element.setAttribute('aria-label', `${text('reallyRemove')}: ${about}`);
  });
  element.addEventListener('blur', () => {
    asked = false;
    say(element, key);
    element.setAttribute('aria-label', `${text(key)}: ${about}`);
  });
  return element;
}
