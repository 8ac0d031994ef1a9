// The example song shown, and labelled as such, until a model has loaded.

/** The link that reproduces the example. */
export const EXAMPLE_LINK = 'model=gpt-songs&title=First%20Snow&style=modern&scheme=XAXA&syllables=6-9&stanzas=3&temperature=0.8&top-p=1&min-p=0.03&seed=19';

/** @type {{ title: string, text: string, origin: import('./engine/protocol.js').Bilingual }} */
export const EXAMPLE = {
  title: 'First Snow',
  text: `I lost a snowman in the snow,
the snow was in his hand.
He did not know the way to go,
he said, I understand.

Then came a snowman, small and red,
he came from far away.
He had a hat upon his head,
he had some snowy day.

I ran behind him on the hill,
I did not see him stay.
He held my hand, he went to sleep,
and then he went away.`,
  origin: {
    de: 'vom GPT geschrieben, Zufallszahl 19',
    en: 'written by the GPT, seed 19',
  },
};

/**
 * Fetches a result computed beforehand, which a view shows until it has one of its own. Renew the files in `examples/`
 * with LIEDWERK_RENEW=1 (tests/web/example.spec.js).
 *
 * @template T
 * @param {string} name
 * @returns {Promise<T | null>} null if it cannot be fetched; no view depends on it
 */
export async function fetchExample(name) {
  try {
    return await (await fetch(new URL(`examples/${name}.json`, document.baseURI))).json();
  } catch {
    return null;
  }
}

/** Suggested titles for rhyming songs, used in turn. @type {Readonly<Record<'de' | 'en', readonly string[]>>} */
export const EXAMPLE_TITLES = {
  de: ['Erster Schnee', 'Der letzte Zug', 'Die alte Gitarre', 'Sommer am See'],
  en: ['First Snow', 'The Last Train', 'The Old Guitar', 'Summer by the Sea'],
};
