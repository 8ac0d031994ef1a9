// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** The link that writes the example. */
export const EXAMPLE_LINK =
  'model=gpt-songs&title=The%20Last%20Train&style=modern&scheme=ABAB&syllables=6-9&stanzas=3&temperature=0.9&top-p=1&min-p=0.03&seed=2';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'The Last Train',
  text: `We were a train, we had a tent,
we sat down by the wall.
The sun was wet, the wind was bent,
and all was wet and small.

We hung it in the morning light,
we did not have to go.
We walked together in the night,
we both were wet and slow.

The first one took the train to sleep,
it went along the street.
The first one took the summer deep,
we both were wet and sweet.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 2',
    en: 'written by the GPT, seed 2',
  },
};

/** What a song that rhymes may be about: one after the other. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
