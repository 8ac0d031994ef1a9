// The worker that trains a GAN on points in the plane. The full module is only downloaded once the view is opened.

import { toFailure } from '../errors.js';
import { startModule } from './module.js';
import { breath, SLICE_MS } from './slices.js';

/** @typedef {import('./gan.js').GanCommand} GanCommand */
/** @typedef {import('./gan.js').GanBegin} GanBegin */
/** @typedef {import('./gan.js').GanEvent} GanEvent */
/** @typedef {import('./gan.js').Instruction} Instruction */
/** @typedef {import('./gan.js').Losses} Losses */

/** Least time between two pictures; making one takes about as long as a training step. */
const PICTURE_MS = 80;
/** Time between two steps in slow motion. */
const SLOW_MS = 400;
/** Number of lines of the warped grid and of cells of the field, in each direction. */
const GRID = 13;
const FIELD = 28;

/** @type {Map<number, Session>} */
const sessions = new Map();

self.addEventListener('message', (/** @type {MessageEvent<GanCommand>} */ { data }) => {
  if (data.type === 'begin') void begin(data);
  else sessions.get(data.id)?.instruct(data.type === 'cancel' ? { type: 'end' } : data.instruction);
});

/** @param {GanBegin} command */
async function begin({ id, cloud, drawn, seed }) {
  const post = (/** @type {GanEvent} */ event, /** @type {Transferable[]} */ transfer = []) => self.postMessage(event, { transfer });
  const session = new Session(id, post);
  sessions.set(id, session);
  try {
    const { Gan } = await startModule('full');
    const gan = Gan.create(cloud, Float32Array.from(drawn), seed, undefined);
    try {
      await session.run(gan);
    } finally {
      gan.free();
    }
    post({ id, type: 'done' });
  } catch (error) {
    post({ id, type: 'failed', error: toFailure(error) });
  } finally {
    sessions.delete(id);
  }
}

/** A pair of networks in training, controlled by instructions. */
class Session {
  #id;
  #post;
  /** @type {Instruction[]} */
  #told = [];
  #wake = () => {};
  /** @type {'paused' | 'fast' | 'slow'} */
  #pace = 'paused';
  #step = 0;
  #shown = 0;
  /** Losses since the last picture. @type {Losses} */
  #losses = { discriminator: [], generator: [] };

  /**
   * @param {number} id
   * @param {(event: GanEvent, transfer?: Transferable[]) => void} post
   */
  constructor(id, post) {
    this.#id = id;
    this.#post = post;
  }

  /** @param {Instruction} instruction */
  instruct(instruction) {
    this.#told.push(instruction);
    this.#wake();
  }

  /** @param {import('../pkg/full/liedwerk.js').Gan} gan */
  async run(gan) {
    this.#show(gan);
    for (;;) {
      if (this.#told.length === 0 && this.#pace !== 'fast') await this.#news();
      for (const instruction of this.#told.splice(0)) {
        if (instruction.type === 'end') return;
        await this.#obey(gan, instruction);
      }
      if (this.#pace !== 'paused') await this.#goOn(gan);
      await breath();
    }
  }

  /** Waits for an instruction or, in slow motion, for the next step. */
  #news() {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
      if (this.#pace === 'slow') setTimeout(resolve, SLOW_MS);
    });
  }

  /**
   * @param {import('../pkg/full/liedwerk.js').Gan} gan
   * @param {Exclude<Instruction, { type: 'end' }>} instruction
   */
  async #obey(gan, instruction) {
    switch (instruction.type) {
      case 'pace':
        this.#pace = instruction.pace;
        break;
      case 'step':
        await this.#train(gan, instruction.networks);
        break;
      case 'cloud':
        gan.setCloud(instruction.cloud, Float32Array.from(instruction.drawn));
    }
    this.#show(gan);
  }

  /** Trains for a slice, or one step in slow motion. @param {import('../pkg/full/liedwerk.js').Gan} gan */
  async #goOn(gan) {
    const until = performance.now() + (this.#pace === 'slow' ? 0 : SLICE_MS);
    do await this.#train(gan, ['discriminator', 'generator']);
    while (performance.now() < until);
    if (this.#pace === 'slow' || performance.now() - this.#shown >= PICTURE_MS) this.#show(gan);
  }

  /**
   * @param {import('../pkg/full/liedwerk.js').Gan} gan
   * @param {readonly import('./gan.js').Network[]} networks
   */
  async #train(gan, networks) {
    this.#step += 1;
    for (const network of networks) {
      const loss = network === 'generator' ? await gan.trainGenerator() : await gan.trainDiscriminator();
      this.#losses[network].push([this.#step, loss]);
    }
  }

  /** @param {import('../pkg/full/liedwerk.js').Gan} gan */
  #show(gan) {
    const [real, made, warped, field] = [gan.real(), gan.made(), gan.warped(GRID), gan.field(FIELD)];
    const picture = { step: this.#step, real, made, warped, field, losses: this.#losses, nearness: gan.nearness() };
    this.#losses = { discriminator: [], generator: [] };
    this.#post(
      { id: this.#id, type: 'picture', picture },
      [real, made, warped, field].map(({ buffer }) => buffer),
    );
    this.#shown = performance.now();
  }
}
