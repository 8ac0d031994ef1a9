// Messages between the page and the worker that learns from preferences. Types only.

/** @typedef {import('./protocol.js').ModelEntry} ModelEntry */
/** @typedef {import('./protocol.js').WeightsFile} WeightsFile */
/** @typedef {import('../pkg/full/liedwerk.js').JsComparison} Comparison two stanzas with the same beginning */
/** @typedef {import('../pkg/full/liedwerk.js').JsLearned} Learned */
/** @typedef {import('../pkg/full/liedwerk.js').JsFit} Fit */
/** @typedef {import('../pkg/full/liedwerk.js').JsForetold} Foretold how many held-out choices the reward model predicts correctly */
/** @typedef {import('../pkg/full/liedwerk.js').JsRanked} Ranked a stanza with its reward, and the reward after each token */
/** @typedef {import('../pkg/full/liedwerk.js').JsProgress} Progress */
/** @typedef {import('../pkg/full/liedwerk.js').JsMeasurement} Measurement the original model compared with the tuned one */
/** @typedef {import('../pkg/full/liedwerk.js').Preference} WasmPreference */

/**
 * @typedef {'rhyme' | 'short-lines' | 'no-old-words' | 'cheerful'} Judge
 *
 * @typedef {object} Plan see src/prefer/tuning.rs
 * @property {'dpo' | 'reinforce'} method
 * @property {'all' | 'last'} layers
 * @property {number} beta
 * @property {number} lr
 * @property {number} steps
 * @property {number} batch_size
 * @property {number} group
 * @property {number} seed
 *
 * @typedef {{ bytes: Uint8Array, card: import('./training-protocol.js').Card | null, model_type: string, parameters: number }} Packed a
 *   model in one file
 *
 * @typedef {{ reason: 'finished' | 'stopped' | 'diverged', step: number, seconds: number }} Ended
 *
 * @typedef {{ type: 'open', model: ModelEntry, lexicon: WeightsFile, known: string[] }} OpenJob
 * @typedef {{ type: 'moods', model: ModelEntry, known: string[] }} MoodsJob
 * @typedef {{ type: 'show', text: string, layers: Plan['layers'], seed: number, name: string }} ShowJob
 * @typedef {{ type: 'stanzas', seed: number, k: number }} StanzasJob
 * @typedef {{ type: 'judge', seed: number, k: number, count: number, judge: Judge }} JudgeJob
 * @typedef {{ type: 'learn', lines: string }} LearnJob
 * @typedef {{ type: 'fit', seed: number }} FitJob
 * @typedef {{ type: 'rank', count: number, seed: number }} RankJob
 * @typedef {{ type: 'plan', method: Plan['method'] }} PlanJob
 * @typedef {{ type: 'tune', plan: Plan, judge: Judge, checkpoint: Uint8Array | null }} TuneJob
 * @typedef {{ type: 'compare', k: number, seed: number }} CompareJob
 * @typedef {{ type: 'model', name: string, seconds: number }} ModelJob
 * @typedef {(OpenJob | MoodsJob | ShowJob | StanzasJob | JudgeJob | LearnJob | FitJob | RankJob | PlanJob | TuneJob | CompareJob | ModelJob) & { id: number }} PreferringJob
 * @typedef {PreferringJob | { id: number, type: 'stop' }} PreferringCommand
 *
 * @typedef {{ id: number, type: 'compared', line: string | null, k: number }} ComparedEvent `line` is null if the judge has no preference
 * @typedef {{ id: number, type: 'fitted', fit: Fit }} FittedEvent
 * @typedef {{ id: number, type: 'tuned', progress: Progress, seconds: number }} TunedEvent
 * @typedef {{ id: number, type: 'measured', step: number, measured: Measurement }} MeasuredEvent
 * @typedef {{ id: number, type: 'checkpoint', step: number, bytes: Uint8Array }} CheckpointEvent
 * @typedef {{ id: number, type: 'received', received: number, total: number }} ReceivedEvent
 * @typedef {ComparedEvent | FittedEvent | TunedEvent | MeasuredEvent | CheckpointEvent | ReceivedEvent} PreferringNews
 * @typedef {PreferringNews | { id: number, type: 'done', result: any } | import('./protocol.js').FailedEvent} PreferringEvent
 */

export {};
