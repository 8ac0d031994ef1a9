// Prepares a training: times some steps on this device, drafts a plan, loads the model to fine-tune.

import { modelFiles } from '../../engine/model-files.js';
import { currentLanguage, say } from '../../i18n/index.js';
import { kindOfTraining, plannedData } from './data.js';

/** Thrown if there is no training text. */
export const NO_TEXT = new Error('no text');

export class Measuring {
  #context;
  #trainer;
  #parts;

  /**
   * @param {import('../common/view.js').Context} context
   * @param {import('../../engine/trainer-client.js').TrainerClient} trainer
   * @param {import('./training.js').Parts} parts
   */
  constructor(context, trainer, parts) {
    this.#context = context;
    this.#trainer = trainer;
    this.#parts = parts;
  }

  async draft() {
    const { text: step, plan, status, notes } = this.#parts;
    if (step.text.trim() === '') throw NO_TEXT;
    say(status, 'statusMeasuring');
    plan.setMeasuring(true);
    try {
      const { settings } = this.#context.state;
      const drafted = await this.#trainer.draft({
        text: step.text,
        kind: kindOfTraining(settings),
        size: /** @type {import('../../engine/training-protocol.js').Size} */ (settings.model_size),
        seconds: settings.minutes * 60,
        data: plannedData(settings),
        seed: settings.seed,
        from: await this.from(),
        layers: /** @type {import('../../engine/training-protocol.js').Layers} */ (settings.trained_layers),
        device: this.device(),
        cores: this.#context.computing.cores,
      });
      if (drafted.fault) notes.add([{ code: drafted.fault.code }]);
      plan.show(drafted);
      return drafted;
    } finally {
      plan.setMeasuring(false);
    }
  }

  /** Loads the files of the model to fine-tune, if one is chosen. */
  async from() {
    const model = this.#parts.plan.base;
    if (!model) return null;
    const request = { model, fresh: false, known: this.#context.catalog.known() };
    const how = { signal: new AbortController().signal, onProgress: () => {} };
    const { config, tokenizer, bytes } = await modelFiles(request, how);
    return { config, tokenizer, weights: bytes };
  }

  /** @returns {'cpu' | 'gpu'} */
  device() {
    return this.#context.computing.choice === 'cpu' ? 'cpu' : 'gpu';
  }

  /** @param {string} kind */
  nameOf(kind) {
    const short = { char_lstm: 'LSTM', gpt2: 'GPT', seq2seq: 'GRU', transformer: 'Transformer' }[kind] ?? kind;
    return `${short} ${new Date().toLocaleString(currentLanguage(), { dateStyle: 'short', timeStyle: 'short' })}`;
  }
}
