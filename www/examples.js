// The example song shown, and labelled as such, until a model has loaded.

/** The link that reproduces the example. */
export const EXAMPLE_LINK =
  'model=gpt-songs&title=The%20Last%20Train&style=modern&scheme=XAXA&syllables=6-9&stanzas=3&temperature=0.7&top-p=1&min-p=0.03&seed=34';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'The Last Train',
  text: `The last train came, the train went down,
I did not hear the train.
I sat there at the station clock,
I looked out in the rain.

The train was gone, I did not see,
my face was in my hand.
I had a bag, I had a name,
my name was on my land.

A boy came by and stopped at me,
he said, I have to go.
I said, I know that I am here,
I have a lot to know.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 34',
    en: 'written by the GPT, seed 34',
  },
};

/** Suggested titles for rhyming songs, used in turn. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Der letzte Zug', 'Erster Schnee', 'Die alte Gitarre', 'Sommer am See'],
  en: ['The Last Train', 'First Snow', 'The Old Guitar', 'Summer by the Sea'],
};
