// What stands on the sheet before any model has arrived: worth reading, and said to be an example.

/** The link that writes the example. */
export const EXAMPLE_LINK =
  'model=gpt-songs&title=The%20Last%20Train&style=modern&scheme=XAXA&syllables=6-9&stanzas=3&temperature=0.7&top-p=1&min-p=0.03&seed=10';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'The Last Train',
  text: `I write a train beside the road,
I do not know the way.
I want to stay at home at night,
I want to go to stay.

Tomorrow, the train will come,
I wish that I would go.
Tomorrow, I will be back here,
I will not let you grow.

I sit here, and I have no fear,
I see the train go by.
I turn the key, I hear the clock,
I hear a little sigh.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 10',
    en: 'written by the GPT, seed 10',
  },
};

/** What a song that rhymes may be about: one after the other. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
