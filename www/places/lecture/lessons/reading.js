// The chapter on models that read: the shapes of recurrent networks, sentiment, BERT.

/** @type {readonly import('./steps.js').LectureStep[]} */
export const READING = [
  {
    title: { de: 'Vier Formen', en: 'Four shapes' },
    text: {
      de: 'Ein rekurrentes Netz liest Schritt für Schritt und trägt einen Zustand weiter. Wie viele Eingaben und wie viele Ausgaben es hat, ist damit nicht gesagt: eine und viele (ein Bild, ein Satz dazu), viele und eine (eine Zeile, ihre Stimmung), viele und viele (eine Übersetzung), gleich viele (zu jedem Zeichen das nächste).\n\nLiest ein zweites Netz vom Ende her, kennt jede Ausgabe beide Seiten. Zum Schreiben taugt das nicht: Dort gibt es noch keine rechte Seite.',
      en: 'A recurrent network reads step by step and carries a state forward. That says nothing about how many inputs and outputs it has: one and many (a picture, its caption), many and one (a line, its sentiment), many and many (a translation), the same number (for each character the next).\n\nIf a second network reads from the end, every output knows both sides. That is no use for writing, where there is nothing on the right yet.',
    },
    formula: 'recurrent',
    excerpt: 'bothWays',
    live: ['shapes'],
    places: ['read'],
    there: { reading: 'shapes' },
  },
  {
    title: { de: 'Stimmung', en: 'Sentiment' },
    text: {
      de: 'Viele Eingaben, ein Urteil: Ist diese Rückmeldung positiv, negativ oder keins von beiden? Ein bidirektionales LSTM liest die Zeile, sein Zustand wird zu drei Zahlen, Softmax macht daraus Wahrscheinlichkeiten.\n\nWelches Wort den Ausschlag gab, zeigt ein Versuch: Man lässt es weg und sieht nach, wie sich das Urteil ändert. Ironie und „nicht schlecht“ bleiben schwer.',
      en: 'Many inputs, one verdict: is this feedback positive, negative or neither? A bidirectional LSTM reads the line, its state becomes three numbers, and softmax turns them into probabilities.\n\nAn experiment shows which word tipped the scales: leave it out and see how the verdict changes. Irony and “not bad” remain hard.',
    },
    formula: 'sentiment',
    excerpt: 'sentiment',
    live: ['mood'],
    places: ['read', 'train'],
    there: { reading: 'mood' },
  },
  {
    title: { de: 'BERT', en: 'BERT' },
    text: {
      de: 'GPT sagt das nächste Wort voraus und sieht nur, was links steht. BERT (2018) nimmt Wörter mitten aus dem Satz und sagt sie aus beiden Seiten voraus. Dafür braucht es keine Beschriftung: Jeder Text ist sein eigener Lehrer.\n\n15 % der Tokens werden geraten. Von ihnen wird aus 80 % [MASK], aus 10 % ein beliebiges anderes Token, 10 % bleiben stehen: Sonst lernte das Netz nur, auf [MASK] zu achten.',
      en: 'GPT predicts the next word and sees only what is to its left. BERT (2018) takes words out of the middle of a sentence and predicts them from both sides. That needs no labels: every text is its own teacher.\n\n15% of the tokens are to be guessed. 80% of those become [MASK], 10% some other token, and 10% stay: otherwise the network would only learn to watch for [MASK].',
    },
    formula: 'masked',
    excerpt: 'masked',
    live: ['masked'],
    places: ['read', 'look'],
    there: { reading: 'masked' },
  },
];
