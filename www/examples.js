// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** The link that writes the example. */
export const EXAMPLE_LINK = 'model=gpt-songs&temperature=0.8&seed=33';

/** @type {{ text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  text: `O the wind and the rain,
Thou shall be mine in the bosom,
For I must be false to be,
With the lilies and the little lamps,
To the flowers that have made me dry;
And the rose and the heart I would not die,`,
  origin: {
    de: 'vom GPT geschrieben, Startzahl 33',
    en: 'written by the GPT, seed 33',
  },
};

/** What a song that rhymes may be about: one after the other. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
