// Drafts a training plan that fits the available time, by timing a few trial steps.

import { toFailure } from '../errors.js';
import { Hands } from './hands.js';
import { breath } from './slices.js';

/** @typedef {import('./training-protocol.js').WasmTrainer} WasmTrainer */
/** @typedef {import('./training-protocol.js').WasmTraining} WasmTraining */

/** Steps to time, at least. The first step is a warm-up and is not counted. */
const FEWEST_STEPS = 3;
const ENOUGH_MS = 700;
/** Share of the time left for training beside validation, samples and checkpoints. */
const TRAINING_SHARE = 0.9;

/**
 * @param {import('./training-protocol.js').DraftRequest} request
 * @param {WasmTraining} module
 * @returns {Promise<import('./training-protocol.js').Drafted>}
 */
export async function draft(request, module) {
  const drafted = await draftOn(request, module);
  if (!drafted.fault) return drafted;
  // Fall back to the CPU, which needs a plan of its own because it splits batches among cores.
  return { ...(await draftOn({ ...request, device: 'cpu' }, module)), fault: drafted.fault };
}

/**
 * @param {import('./training-protocol.js').DraftRequest} request
 * @param {WasmTraining} module
 * @returns {Promise<import('./training-protocol.js').Drafted>}
 */
async function draftOn(request, module) {
  const { text, kind, size, from, layers, data, seed } = request;
  const plan = JSON.parse(module.draftPlan(text, kind, size, from ? layers : null, data));
  plan.train.seed = seed;
  plan.train.shares = request.device === 'gpu' ? 1 : request.cores;
  const json = JSON.stringify(plan);
  const trainer = createTrainer(module, json, text, from);
  const hands = new Hands({ text, plan, from, checkpoint: null }, plan.train.shares);
  try {
    const { gpu, fault } = request.device === 'gpu' ? await useGpu(trainer, module) : { gpu: null, fault: null };
    const { facts, parameters, vocab_size, steps_per_epoch } = trainer.describe();
    const measured = await measure(trainer, hands);
    gpu?.free();
    const steps = Math.max(10, Math.floor((TRAINING_SHARE * request.seconds) / measured.seconds_per_step));
    const spread = JSON.parse(module.spreadPlan(json, steps, steps_per_epoch));
    return { plan: spread, facts, parameters, vocab_size, fault, ...measured };
  } finally {
    trainer.free();
    hands.end();
  }
}

/**
 * @param {WasmTraining} module
 * @param {string} plan
 * @param {string} text
 * @param {import('./training-protocol.js').ModelParts | null} from a model to fine-tune
 */
export function createTrainer(module, plan, text, from) {
  if (!from) return module.Trainer.create(plan, text);
  const { weights } = from;
  const { config, tokenizer } = from.config === undefined ? module.readModelFile(weights) : from;
  return module.Trainer.create(plan, text, config, tokenizer, weights);
}

/**
 * @param {WasmTrainer} trainer
 * @param {Hands} hands
 */
async function measure(trainer, hands) {
  await trainer.step();
  await hands.ready();
  const begin = performance.now();
  let [steps, tokens, elapsed] = [0, 0, 0];
  while (steps < FEWEST_STEPS || elapsed < ENOUGH_MS) {
    tokens += (await hands.step(trainer)).tokens;
    steps += 1;
    elapsed = performance.now() - begin;
    await breath();
  }
  return { seconds_per_step: elapsed / 1000 / steps, tokens_per_step: tokens / steps };
}

/**
 * Checks the visitor's GPU and hands it to the trainer, or returns why that failed.
 *
 * @param {WasmTrainer} trainer
 * @param {WasmTraining} module
 */
export async function useGpu(trainer, module) {
  let gpu = null;
  try {
    gpu = await module.Gpu.request();
    await gpu.check(true);
    await trainer.useGpu(gpu);
    return { gpu, fault: null };
  } catch (error) {
    gpu?.free();
    return { gpu: null, fault: toFailure(error) };
  }
}
