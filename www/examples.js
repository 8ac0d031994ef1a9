// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** Settings left at their defaults, this seed makes the first model write the example. */
export const EXAMPLE_SEED = 13;

/** @type {{ text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  text: `O the wind and the rain,
And in the stars have strayed her strife,
When the forest of the hill,
And the pretty cannon told
A stranger and sorrow in the fire.`,
  origin: {
    de: 'vom Zeichen-LSTM geschrieben, Startwert 13',
    en: 'written by the character LSTM, seed 13',
  },
};
