// What the page and the worker that trains say to each other. This file holds types only.

/** @typedef {import('./protocol.js').Note} Note */
/** @typedef {import('./protocol.js').Failure} Failure */

/**
 * @typedef {'char_lstm' | 'gpt2' | 'seq2seq' | 'transformer'} Kind the last two learn from sentence pairs
 * @typedef {'small' | 'medium' | 'large'} Size
 * @typedef {'all' | 'last'} Layers which weights of a model that is trained on move
 * @typedef {'cpu' | 'gpu'} Device
 * @typedef {{ config?: string, tokenizer?: string, weights: Uint8Array }} ModelParts the contents of a model's files; of a
 *   single file the weights alone
 *
 * @typedef {object} PlannedData
 * @property {'none' | 'songs' | 'lecture'} normalize
 * @property {number} held_out share of the text that is not trained on, 0 to 0.9
 * @property {number} max_tokens longer pairs are left out
 * @property {boolean} reverse whether the second column is the source
 *
 * @typedef {object} PlannedTraining
 * @property {number} seed an integer from 0 to 2^53 - 1
 * @property {number} steps
 * @property {number} shares parts that a batch is computed in, by as many workers or fewer
 * @property {number} lr the highest learning rate
 * @property {number} warmup_steps
 * @property {number} decay_steps
 * @property {number} weight_decay
 * @property {number} grad_clip
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} batch_size of models that write
 * @property {number} window characters, of an LSTM
 * @property {number} tokens_per_batch of translators
 * @property {number} label_smoothing of translators
 * @property {number} average decay of the moving average of the weights; an LSTM has none
 *
 * @typedef {object} Plan all but the text; `liedwerk train --plan` does the same run
 * @property {string} name
 * @property {({ type: Kind } & Record<string, number | boolean | string | null>) | null} model null when one is trained on
 * @property {{ type: 'chars' } | { type: 'bpe', vocab_size: number } | { type: 'words', vocab_size: number, min_count: number, lowercase: boolean } | null} tokenizer
 * @property {PlannedData} data
 * @property {PlannedTraining} train
 * @property {Layers} layers
 *
 * @typedef {object} Facts what a text holds
 * @property {'title' | 'song' | 'stanza' | 'lines' | 'pair'} unit what is counted as songs, and held out
 * @property {number} songs
 * @property {number} train_songs
 * @property {number} held_out_songs
 * @property {number} lines
 * @property {number} characters
 * @property {number} train_characters
 * @property {number} held_out_characters
 * @property {number} vocabulary different characters
 * @property {{ character: string, count: number, dropped: boolean }[]} odd unusual ones, first those taken out
 * @property {Note[]} notes
 *
 * @typedef {object} DraftRequest
 * @property {string} text
 * @property {Kind} kind
 * @property {Size} size of a new model
 * @property {number} seconds that the training is to take on this device
 * @property {PlannedData} data
 * @property {number} seed
 * @property {ModelParts | null} from a model that is trained on
 * @property {Layers} layers
 * @property {Device} device
 * @property {number} cores workers at most
 *
 * @typedef {object} Drafted
 * @property {Plan} plan
 * @property {Facts} facts
 * @property {number} seconds_per_step measured here and now
 * @property {number} tokens_per_step
 * @property {number} parameters
 * @property {number} vocab_size
 * @property {Failure | null} fault why the GPU could not be used
 *
 * @typedef {object} Every how often something happens; what is left out happens some 25 times in the run
 * @property {number} [validate_steps]
 * @property {number} [sample_steps]
 * @property {number} [checkpoint_seconds] 20 if left out
 * @property {number} [sample_tokens]
 * @property {number[]} [seeds] of the samples
 *
 * @typedef {object} TrainRequest
 * @property {string} text
 * @property {Plan | null} plan null with a checkpoint, which has its own
 * @property {ModelParts | null} from a model that is trained on
 * @property {Uint8Array | null} checkpoint of a run to be resumed
 * @property {Device} device
 * @property {number} cores workers at most; as many as the plan has shares are of use
 * @property {Every} every
 *
 * @typedef {Pick<TrainRequest, 'text' | 'plan' | 'from' | 'checkpoint'>} Joining a run that another worker lends its hands to
 *
 * @typedef {object} Started
 * @property {Plan} plan
 * @property {Facts} facts
 * @property {Device} device
 * @property {number} cores workers
 * @property {number} parameters
 * @property {number} vocab_size
 * @property {number} characters_per_token bits per character of a batch are loss / ln 2 / this
 * @property {number} steps_per_epoch
 * @property {number} steps in all
 * @property {number} step done so far
 * @property {number} seconds taken so far
 *
 * @typedef {object} Metrics the steps since the last such event
 * @property {number[]} step
 * @property {number[]} loss nats a token
 * @property {number[]} grad_norm
 * @property {number[]} lr
 * @property {number} tokens_per_second
 * @property {number} seconds that the run has taken
 *
 * @typedef {{ step: number, loss: number, bits_per_char: number }} Validated of the held-out part
 *
 * @typedef {object} Sample
 * @property {number} step
 * @property {number} seed
 * @property {string} text of a model that writes
 * @property {{ source: string, text: string, reference: string }[]} pairs of one that translates
 * @property {number} memorized share of the text that stands in what was trained on, word for word
 *
 * @typedef {object} Card where a model comes from; never the text
 * @property {string} name
 * @property {Kind} model_type
 * @property {number} parameters
 * @property {Facts['unit']} unit
 * @property {number} songs
 * @property {number} characters
 * @property {number} held_out_share
 * @property {number} steps
 * @property {number} tokens
 * @property {number} seconds
 * @property {number | null | undefined} loss
 * @property {number | null | undefined} bits_per_char
 * @property {boolean} fine_tuned
 * @property {Layers} layers
 * @property {number} seed
 * @property {string} version
 *
 * @typedef {{ step: number, bytes: Uint8Array, card: Card }} TrainedModel as it was after so many steps
 *
 * @typedef {{ reason: 'finished' | 'stopped' | 'diverged', step: number, seconds: number, error?: Failure }} Ended
 *
 * @typedef {object} ReadModel a model in one file
 * @property {Uint8Array} bytes the file, which is also the weights that a generator loads
 * @property {string} config
 * @property {string} tokenizer
 * @property {Card | null} card
 * @property {Kind} model_type
 * @property {number} parameters
 */

/**
 * @typedef {{ id: number, type: 'inspect', text: string, kind: Kind, data: PlannedData, seed: number }} InspectCommand
 * @typedef {{ id: number, type: 'draft' } & DraftRequest} DraftCommand
 * @typedef {{ id: number, type: 'train' } & TrainRequest} TrainCommand
 * @typedef {{ id: number, type: 'join' } & Joining} JoinCommand
 * @typedef {{ id: number, type: 'share', state: Uint8Array, share: number }} ShareCommand of the run that was joined
 * @typedef {{ id: number, type: 'read-text', name: string, bytes: Uint8Array, table: boolean }} ReadTextCommand
 * @typedef {{ id: number, type: 'sort', names: string[], heads: Uint8Array[] }} SortCommand
 * @typedef {{ id: number, type: 'open', names: string[], contents: Uint8Array[] }} OpenCommand
 * @typedef {InspectCommand | DraftCommand | TrainCommand | JoinCommand | ShareCommand | ReadTextCommand | SortCommand | OpenCommand} TrainerJob
 *
 * @typedef {{ type: 'pause' } | { type: 'resume' } | { type: 'stop' } | { type: 'checkpoint' } | { type: 'sample' } | { type: 'rate', lr: number } | { type: 'lose-gpu' }} Instruction
 *   what can be asked for while a training runs; the last one is for trying out what happens then
 * @typedef {{ id: number, type: 'instruct', instruction: Instruction }} InstructCommand the id is that of the training
 * @typedef {TrainerJob | InstructCommand} TrainerCommand
 */

/**
 * @typedef {{ id: number, type: 'done', result: unknown }} DoneEvent the answer; of a training, how it ended
 * @typedef {{ id: number, type: 'started', started: Started }} StartedEvent
 * @typedef {{ id: number, type: 'metrics', metrics: Metrics }} MetricsEvent
 * @typedef {{ id: number, type: 'validated', validated: Validated }} ValidatedEvent
 * @typedef {{ id: number, type: 'sample', sample: Sample }} SampleEvent
 * @typedef {{ id: number, type: 'checkpoint', step: number, bytes: Uint8Array }} CheckpointEvent
 * @typedef {{ id: number, type: 'model', best: TrainedModel | null } & TrainedModel} ModelEvent
 * @typedef {{ id: number, type: 'fault', step: number, error: Failure }} FaultEvent
 * @typedef {{ id: number, type: 'paused', step: number }} PausedEvent
 * @typedef {{ id: number, type: 'resumed', step: number }} ResumedEvent
 * @typedef {{ id: number, type: 'failed', error: Failure }} FailedEvent
 * @typedef {StartedEvent | MetricsEvent | ValidatedEvent | SampleEvent | CheckpointEvent | ModelEvent | FaultEvent | PausedEvent | ResumedEvent} TrainingEvent
 * @typedef {TrainingEvent | DoneEvent | FailedEvent} TrainerEvent
 */

/**
 * @typedef {typeof import('../pkg/full/liedwerk.js')} WasmTraining
 * @typedef {import('../pkg/full/liedwerk.js').Trainer} WasmTrainer
 * @typedef {import('../pkg/full/liedwerk.js').Gpu} WasmGpu
 */

export {};
