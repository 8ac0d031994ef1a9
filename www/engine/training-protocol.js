// Messages between the page and the training worker. Types only.

/** @typedef {import('./protocol.js').Note} Note */
/** @typedef {import('./protocol.js').Failure} Failure */

/**
 * @typedef {'char_lstm' | 'gpt2' | 'seq2seq' | 'transformer'} Kind the last two learn from sentence pairs
 * @typedef {'small' | 'medium' | 'large'} Size
 * @typedef {'all' | 'last'} Layers which weights are trained when fine-tuning
 * @typedef {'cpu' | 'gpu'} Device
 * @typedef {{ config?: string, tokenizer?: string, weights: Uint8Array }} ModelParts the contents of a model's files; for a
 *   single-file model, only the weights
 *
 * @typedef {object} PlannedData
 * @property {'none' | 'songs' | 'lecture'} normalize
 * @property {number} held_out share of the text held out for validation, 0 to 0.9
 * @property {number} max_tokens longer pairs are skipped
 * @property {boolean} reverse whether the second column is the source
 *
 * @typedef {object} PlannedTraining
 * @property {number} seed an integer from 0 to 2^53 - 1
 * @property {number} steps
 * @property {number} shares number of parts that each batch is split into, for at most as many workers
 * @property {number} lr the peak learning rate
 * @property {number} warmup_steps
 * @property {number} decay_steps
 * @property {number} weight_decay
 * @property {number} grad_clip
 * @property {number} beta1
 * @property {number} beta2
 * @property {number} batch_size of language models
 * @property {number} window length of a training sequence of an LSTM, in characters
 * @property {number} tokens_per_batch of translators
 * @property {number} label_smoothing of translators
 * @property {number} average decay of the moving average of the weights; not used for an LSTM
 *
 * @typedef {object} Plan everything but the text; `liedwerk train --plan` performs the same run
 * @property {string} name
 * @property {({ type: Kind } & Record<string, number | boolean | string | null>) | null} model null when fine-tuning
 * @property {{ type: 'chars' } | { type: 'bpe', vocab_size: number } | { type: 'words', vocab_size: number, min_count: number, lowercase: boolean } | null} tokenizer
 * @property {PlannedData} data
 * @property {PlannedTraining} train
 * @property {Layers} layers
 *
 * @typedef {object} Facts statistics of a text
 * @property {'title' | 'song' | 'stanza' | 'lines' | 'pair'} unit what counts as a song, and is held out as a whole
 * @property {number} songs
 * @property {number} train_songs
 * @property {number} held_out_songs
 * @property {number} lines
 * @property {number} characters
 * @property {number} train_characters
 * @property {number} held_out_characters
 * @property {number} vocabulary number of distinct characters
 * @property {{ character: string, count: number, dropped: boolean }[]} odd unusual characters, dropped ones first
 * @property {Note[]} notes
 *
 * @typedef {object} DraftRequest
 * @property {string} text
 * @property {Kind} kind
 * @property {Size} size of a new model
 * @property {number} seconds desired duration of the training on this device
 * @property {PlannedData} data
 * @property {number} seed
 * @property {ModelParts | null} from a model to fine-tune
 * @property {Layers} layers
 * @property {Device} device
 * @property {number} cores maximum number of workers
 *
 * @typedef {object} Drafted
 * @property {Plan} plan
 * @property {Facts} facts
 * @property {number} seconds_per_step measured on this device
 * @property {number} tokens_per_step
 * @property {number} parameters
 * @property {number} vocab_size
 * @property {Failure | null} fault why the GPU could not be used
 *
 * @typedef {object} Every how often something happens; about 25 times per run if omitted
 * @property {number} [validate_steps]
 * @property {number} [sample_steps]
 * @property {number} [checkpoint_seconds] 20 if omitted
 * @property {number} [sample_tokens]
 * @property {number[]} [seeds] of the samples
 *
 * @typedef {object} TrainRequest
 * @property {string} text
 * @property {Plan | null} plan null with a checkpoint, which contains its own
 * @property {ModelParts | null} from a model to fine-tune
 * @property {Uint8Array | null} checkpoint of a run to resume
 * @property {Device} device
 * @property {number} cores maximum number of workers; more than the plan's shares are not used
 * @property {Every} every
 *
 * @typedef {Pick<TrainRequest, 'text' | 'plan' | 'from' | 'checkpoint'>} Joining the run that a helping worker joins
 *
 * @typedef {object} Started
 * @property {Plan} plan
 * @property {Facts} facts
 * @property {Device} device
 * @property {number} cores number of workers
 * @property {number} parameters
 * @property {number} vocab_size
 * @property {number} characters_per_token on average; bits per character = loss / ln 2 / this
 * @property {number} steps_per_epoch
 * @property {number} steps in total
 * @property {number} step number of steps done
 * @property {number} seconds elapsed so far
 *
 * @typedef {object} Metrics the steps since the last such event
 * @property {number[]} step
 * @property {number[]} loss in nats per token
 * @property {number[]} grad_norm
 * @property {number[]} lr
 * @property {number} tokens_per_second
 * @property {number} seconds elapsed in the run
 *
 * @typedef {{ step: number, loss: number, bits_per_char: number }} Validated metrics on the held-out part
 *
 * @typedef {object} Sample
 * @property {number} step
 * @property {number} seed
 * @property {string} text of a language model
 * @property {{ source: string, text: string, reference: string }[]} pairs of a translator
 * @property {number} memorized share of the text that occurs word for word in the training data
 *
 * @typedef {object} Card how a model was trained; never contains the text
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
 * @typedef {{ step: number, bytes: Uint8Array, card: Card }} TrainedModel the model after `step` steps
 *
 * @typedef {{ reason: 'finished' | 'stopped' | 'diverged', step: number, seconds: number, error?: Failure }} Ended
 *
 * @typedef {object} ReadModel a model in one file
 * @property {Uint8Array} bytes the file, which a generator loads as its weights
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
 * @typedef {{ id: number, type: 'share', state: Uint8Array, share: number }} ShareCommand compute a share of a step of the joined run
 * @typedef {{ id: number, type: 'read-text', name: string, bytes: Uint8Array, table: boolean }} ReadTextCommand
 * @typedef {{ id: number, type: 'sort', names: string[], heads: Uint8Array[] }} SortCommand
 * @typedef {{ id: number, type: 'open', names: string[], files: File[] }} OpenCommand
 * @typedef {InspectCommand | DraftCommand | TrainCommand | JoinCommand | ShareCommand | ReadTextCommand | SortCommand | OpenCommand} TrainerJob
 *
 * @typedef {{ type: 'pause' } | { type: 'resume' } | { type: 'stop' } | { type: 'checkpoint' } | { type: 'sample' } | { type: 'rate', lr: number } | { type: 'lose-gpu' }} Instruction
 *   an instruction to a running training; the last one is for tests
 * @typedef {{ id: number, type: 'instruct', instruction: Instruction }} InstructCommand `id`: of the training
 * @typedef {TrainerJob | InstructCommand} TrainerCommand
 */

/**
 * @typedef {{ id: number, type: 'done', result: unknown }} DoneEvent the answer; for a training, an `Ended`
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
