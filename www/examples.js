// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** @type {{ text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  text: `O the wind and the rain,
And the lamp in the lane,
And the door that stood open for me;
I shall sing it again
When the wind and the rain
Have gone over the hill to the sea.`,
  origin: {
    de: 'von Hand geschrieben, nicht vom Modell',
    en: 'written by hand, not by the model',
  },
};
