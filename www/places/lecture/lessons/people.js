// The chapter on learning from people: the three steps of InstructGPT (Ouyang et al. 2022).

/** @type {readonly import('./steps.js').LectureStep[]} */
export const PEOPLE = [
  {
    title: { de: 'Vormachen', en: 'Showing' },
    text: {
      de: 'Ein Sprachmodell setzt Texte fort. Dass es antworten soll, muss man ihm zeigen. InstructGPT begann damit, dass Menschen zu 13.000 Aufgaben gute Antworten schrieben.\n\nDaraus lernt das Modell wie zuvor: Jedes gezeigte Token soll wahrscheinlicher werden (überwachtes Feintuning). Mehr als das Gezeigte erfährt es dabei nicht, vor allem nicht, was schlecht wäre.',
      en: 'A language model continues texts. It has to be shown that it is meant to answer. InstructGPT began with people who wrote good answers to 13,000 tasks.\n\nThe model learns from these as before: every token shown is to become more likely (supervised fine-tuning). It learns nothing beyond what it is shown; above all, not what would be bad.',
    },
    formula: 'lossPairs',
    excerpt: 'shown',
    live: ['demonstrate'],
    places: ['prefer', 'train'],
  },
  {
    title: { de: 'Vergleichen', en: 'Comparing' },
    text: {
      de: 'Vergleichen ist leichter als Vormachen. Menschen sehen zwei Antworten und sagen, welche besser ist. Ein Belohnungsmodell lernt daraus, jeder Antwort eine Zahl r zu geben.\n\nNach Bradley und Terry (1952) sagt der Abstand zweier Zahlen, wie wahrscheinlich die eine vorgezogen wird. Ein Modell, das dies längst weiß, lernt aus einem weiteren Urteil fast nichts mehr.',
      en: 'Comparing is easier than showing. People see two answers and say which is better. From that, a reward model learns to give every answer a number r.\n\nAccording to Bradley and Terry (1952), the difference between two numbers says how likely one answer is to be preferred to the other. A model that has long known this learns next to nothing from one more choice.',
    },
    formula: 'bradleyTerry',
    excerpt: 'bradleyTerry',
    live: ['compare'],
    places: ['prefer'],
  },
  {
    title: { de: 'Anpassen', en: 'Tuning' },
    text: {
      de: 'Das Modell schreibt, das Belohnungsmodell urteilt, und was viel Belohnung bekam, wird wahrscheinlicher (bestärkendes Lernen). Ein Preis β für jeden Schritt weg vom alten Modell hält es bei der Sprache.\n\nOhne diesen Preis schreibt es bald nur noch, was das Belohnungsmodell am liebsten mag, und das ist nicht, was Menschen wollten (Reward Hacking). DPO erreicht dasselbe Ziel unmittelbar aus den Urteilen, ohne Belohnungsmodell.',
      en: 'The model writes, the reward model judges, and what earned a high reward becomes more likely (reinforcement learning). A price β on every step away from the old model keeps its language intact.\n\nWithout that price it soon writes nothing but what the reward model likes best, which is not what people wanted (reward hacking). DPO reaches the same goal directly from the choices, without a reward model.',
    },
    formula: 'tuned',
    excerpt: 'tuned',
    live: ['tune'],
    places: ['prefer'],
  },
];
