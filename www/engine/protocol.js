// What the page and its workers say to each other: discriminated unions with an id.
// Commands are imperatives, events are nouns or past. This file holds types only.

/**
 * @typedef {{ de: string, en: string }} Bilingual
 * @typedef {{ path: string, bytes: number, sha256: string }} WeightsFile
 *
 * @typedef {object} ModelEntry one model of models/index.json; all paths already absolute URLs
 * @property {string} id
 * @property {string} model_type
 * @property {{ config: string, tokenizer: string, weights: WeightsFile, songs?: WeightsFile, own?: true | Blob }} files
 *   `songs`: an index of the songs it learned from; `own`: the visitor's own model, on the shelf or here
 * @property {string} language what it writes in, for screen readers and hyphenation
 * @property {string} licence
 * @property {Bilingual} title
 * @property {Bilingual} card
 * @property {Bilingual} trained_on
 * @property {Figures} figures
 *
 * @typedef {object} Figures what was measured, each where the model has it
 * @property {number} [dev_bits_per_char]
 * @property {number} [dev_bleu]
 * @property {number} [dev_chrf]
 * @property {number} [parameters]
 * @property {string} [measured_with]
 *
 * @typedef {object} GenerateOptions
 * @property {number} temperature 0 takes the likeliest token each time
 * @property {number} top_k 0 is off
 * @property {number} top_p 1 is off
 * @property {number} min_p 0 is off
 * @property {number} typical_p 1 is off
 * @property {number} repetition_penalty 1 is off
 * @property {number} no_repeat_ngram 0 is off
 * @property {number} seed an integer from 0 to 2^53 - 1
 * @property {number} max_new_tokens
 * @property {string[]} stop the text ends before the first of these
 * @property {number} [candidates] rows of each step's table
 * @property {boolean} [recording] keep what the model does at each token
 *
 * @typedef {object} Row what could have come at one step
 * @property {number} id
 * @property {string} text
 * @property {number} rank 1 is the model's favourite
 * @property {number} logit
 * @property {number} before its probability by the model alone
 * @property {number} after its probability when the token was drawn
 * @property {string} [cut] which setting removed it
 *
 * @typedef {object} Step one token, and what else could have come
 * @property {number} id
 * @property {string} text
 * @property {Row[]} rows
 *
 * @typedef {object} Written what a slice of writing gives
 * @property {number[]} ids of its tokens
 * @property {string} text
 * @property {number} tokens
 * @property {boolean} done
 * @property {Step[]} steps
 *
 * @typedef {object} TranslateOptions
 * @property {number} beam_width 1 is greedy
 *
 * @typedef {object} Piece a sentence or a line, translated
 * @property {number} index
 * @property {string} before white space between the piece before and this one
 * @property {string} source
 * @property {string} text
 * @property {number[]} source_ids
 * @property {number[]} target_ids
 * @property {string[]} source_tokens
 * @property {string[]} target_tokens
 * @property {number[][]} attention a row for each target token, a column for each source token
 * @property {number} score mean log-probability of a token
 * @property {Note[]} notes
 *
 * @typedef {object} Recorded what a model did at each token that it read; the frames stand one behind the other in
 *   `values`, see src/models/recording.rs
 * @property {number} first place of the first token
 * @property {number[]} ids
 * @property {string[]} texts
 * @property {number[]} spans of each frame the positions that attention read
 * @property {number} layers
 * @property {number} heads 0 for an LSTM
 * @property {number} channels
 * @property {Float32Array} values
 *
 * @typedef {{ id: number, text: string, value: number }} Rated a token with a probability or a cosine
 * @typedef {{ of: 'lens', residual: Float32Array, count: number } | { of: 'neighbours', token: number, count: number, source: boolean } | { of: 'positions', count: number }} Question
 * @typedef {{ rated?: Rated[][], positions?: Float32Array }} Answer
 *
 * @typedef {{ start: number, end: number, characters: number }} Stretch of a text that stands in the songs, with
 *   so many characters at least
 *
 * @typedef {{ cpu: number, gpu: number }} Rates tokens per second
 * @typedef {{ key: string, title: Bilingual } & Rates} Race of a model on both devices; the key names its weights
 *   and the GPU
 * @typedef {{ name: string, ops: number, largest_error: number, op: string }} Checked a GPU whose every op was
 *   compared with the CPU's
 *
 * @typedef {{ code: string, message?: string, characters?: string | string[] }} Note
 * @typedef {{ code: string, message: string }} Failure
 * @typedef {{ notes: Note[] }} Loaded
 * @typedef {{ cancelled: boolean, tokens: number, seconds: number }} Finished
 */

/**
 * @typedef {'lean' | 'full'} ModuleName the wasm module of a worker, and the worker's name: what every visitor has, or
 *   the one that knows the GPU and training too
 */

/**
 * @typedef {object} Wish where to compute
 * @property {'cpu' | 'gpu' | 'auto'} choice
 * @property {number} attempt a GPU is asked for once, and anew when this has grown
 * @property {Record<string, Rates>} races those run before, by their key
 */

/**
 * @typedef {object} ModelRequest
 * @property {ModelEntry} model
 * @property {boolean} fresh ask the host again instead of the browser's HTTP cache (after an error)
 * @property {string[]} known the sha256 of every weights file of the manifest; other cached ones go
 */

/**
 * @typedef {object} Walk a text that begins with these very tokens, and goes on
 * @property {string} prompt
 * @property {GenerateOptions} options
 * @property {number[]} path ids of the tokens after the prompt
 * @property {number} more tokens to write after them
 */

/**
 * @typedef {{ id: number, device: Wish } & ModelRequest} OfModel
 * @typedef {{ type: 'load' } & OfModel} LoadCommand
 * @typedef {{ type: 'generate', prompt: string, options: GenerateOptions, path?: number[] } & OfModel} GenerateCommand
 *   `path`: tokens that the page has already, from a worker that broke off
 * @typedef {{ type: 'walk' } & Walk & OfModel} WalkCommand
 * @typedef {{ type: 'translate', text: string, options: TranslateOptions, skip?: number } & OfModel} TranslateCommand
 *   `skip`: pieces that it has already
 * @typedef {{ type: 'look', text: string, options: GenerateOptions & TranslateOptions } & OfModel} LookCommand
 * @typedef {{ type: 'ask', question: Question } & OfModel} AskCommand
 * @typedef {{ type: 'recall', text: string } & OfModel} RecallCommand which stretches the songs have
 * @typedef {{ id: number, type: 'use-gpu', device: Wish }} UseGpuCommand have it checked, before any song needs it
 * @typedef {{ id: number, type: 'cancel' }} CancelCommand the id is that of the command to be cancelled
 * @typedef {LoadCommand | GenerateCommand | WalkCommand | TranslateCommand | LookCommand | AskCommand | RecallCommand} Job
 * @typedef {Job | UseGpuCommand | CancelCommand} Command
 */

/**
 * @typedef {{ id: number, type: 'progress', received: number, total: number }} ProgressEvent
 * @typedef {{ id: number, type: 'loaded' } & Loaded} LoadedEvent
 * @typedef {{ id: number, type: 'device', on: 'cpu' | 'gpu', attempt: number, report: Checked | Failure, race?: Race }} DeviceEvent
 *   where a run that is not bound to the CPU is computed, and why; also in its middle, when the GPU was lost
 * @typedef {{ id: number, type: 'started', prompt: string, notes: Note[] }} StartedEvent
 * @typedef {{ id: number, type: 'token', text: string, ids: number[], tokens: number, seconds: number }} TokenEvent
 * @typedef {{ id: number, type: 'steps', from: number, steps: Step[], ended: boolean, tokens: number, seconds: number }} StepsEvent
 *   the tokens of a walk from the number `from` on; those before stand
 * @typedef {{ id: number, type: 'split', pieces: number, notes: Note[] }} SplitEvent
 * @typedef {{ id: number, type: 'piece', piece: Piece, tokens: number, seconds: number }} PieceEvent
 * @typedef {{ id: number, type: 'frames', recorded: Recorded, steps: Step[], tokens: number, seconds: number }} FramesEvent
 * @typedef {{ id: number, type: 'inside', piece: Piece, inside: Recorded[], tokens: number, seconds: number }} InsideEvent
 *   `inside` is what it did with the source and with the target; empty where there is nothing but the alignment
 * @typedef {{ id: number, type: 'answer', answer: Answer }} AnswerEvent
 * @typedef {{ id: number, type: 'recalled', stretches: Stretch[] }} RecalledEvent
 * @typedef {{ id: number, type: 'done' } & Finished} DoneEvent
 * @typedef {{ id: number, type: 'failed', error: Failure }} FailedEvent
 * @typedef {ProgressEvent | LoadedEvent | DeviceEvent | StartedEvent | TokenEvent | StepsEvent | SplitEvent | PieceEvent | FramesEvent | InsideEvent | AnswerEvent | RecalledEvent | DoneEvent | FailedEvent} EngineEvent
 */

/**
 * The surface of pkg/liedwerk.js that the worker uses. Written out here because the glue is
 * built, not kept, and types the plain objects that cross the boundary as `any`.
 *
 * What stands there as of the GPU, only the full module has.
 *
 * @typedef {{ prompt: string, notes: Note[] }} Started
 * @typedef {{ pieces: number, notes: Note[] }} Split
 *
 * @typedef {object} OnDevice
 * @property {(gpu: WasmGpu) => void} useGpu with the methods …Async from now on
 * @property {() => void} useCpu
 * @property {() => unknown} gpuFault why the CPU has gone on, if it has
 * @property {() => void} free
 *
 * @typedef {object} OwnGenerator
 * @property {(prompt: string, options: Partial<GenerateOptions>) => Started} start
 * @property {(n: number) => Written} next
 * @property {(id: number) => Written} force
 * @property {(n: number) => string} rewind
 * @property {() => Recorded | null} recorded
 * @property {(residual: Float32Array, count: number) => Rated[][]} lens
 * @property {(id: number, count: number) => Rated[][]} neighbours
 * @property {(count: number) => Float32Array} positions
 * @property {(prompt: string, options: Partial<GenerateOptions>) => Promise<Started>} startAsync
 * @property {(n: number) => Promise<Written>} nextAsync
 * @property {(id: number) => Promise<Written>} forceAsync
 * @typedef {OwnGenerator & OnDevice} WasmGenerator
 *
 * @typedef {object} OwnTranslator
 * @property {(text: string, options: Partial<TranslateOptions>) => Split} start
 * @property {(pieces: number) => void} skip
 * @property {() => Piece | null | undefined} next
 * @property {(source: Uint32Array, target: Uint32Array) => Recorded[]} inside
 * @property {(residual: Float32Array, count: number) => Rated[][]} lens
 * @property {(id: number, count: number, ofSource: boolean) => Rated[][]} neighbours
 * @property {(count: number) => Float32Array} positions
 * @property {() => Promise<Piece | null | undefined>} nextAsync
 * @typedef {OwnTranslator & OnDevice} WasmTranslator
 *
 * @typedef {{ check(training: boolean): Promise<Checked>, free(): void }} WasmGpu
 * @typedef {{ find(text: string): Stretch[], free(): void }} WasmSongIndex
 *
 * @typedef {object} WasmModule
 * @property {(from: { module_or_path: URL }) => Promise<unknown>} default
 * @property {{ load(config: string, tokenizer: string, weights: Uint8Array): WasmGenerator }} Generator
 * @property {{ load(config: string, tokenizer: string, weights: Uint8Array): WasmTranslator }} Translator
 * @property {{ load(index: Uint8Array): WasmSongIndex }} SongIndex
 * @property {{ request(): Promise<WasmGpu> }} Gpu
 */

export {};
