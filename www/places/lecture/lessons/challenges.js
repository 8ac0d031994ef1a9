// The last slide: challenges of ChatGPT, each demonstrated on a model small enough to inspect.

/** @type {readonly import('./steps.js').LectureStep[]} */
export const CHALLENGES = [
  {
    title: { de: 'Empfindlichkeit', en: 'Sensitivity' },
    text: {
      de: 'Ein anderes Wort im Prompt, und die Antwort wird eine andere. Jedes gezogene Token beeinflusst alle, die folgen: Aus einem kleinen Unterschied wird schnell ein großer.\n\nGroße Modelle sind ruhiger, aber nicht ruhig. Wer sie prüft, sollte darum umformulieren und wiederholen.',
      en: 'Change one word in the prompt, and the answer changes. Every token drawn influences all that follow: a small difference soon becomes a large one.\n\nLarge models are steadier, but not steady. So anyone who tests them should rephrase and repeat.',
    },
    formula: 'sensitivity',
    excerpt: 'step',
    live: ['sensitivity'],
    places: ['write', 'lab'],
  },
  {
    title: { de: 'Kopien', en: 'Copies' },
    text: {
      de: 'Ein Modell kann Trainingstexte auswendig wissen: solche, die oft vorkamen, und solche, deren Anfang man ihm vorgibt. Wessen Text ist es dann?\n\nDiese Seite sucht jede Folge, die Zeichen für Zeichen in den Trainingsliedern steht. Bei ChatGPT kann das nur, wer die Daten hat.',
      en: 'A model may know training texts by heart: those that occurred often, and those whose beginning it is given. Whose text is it then?\n\nThis page looks for every stretch that is found, character by character, in the training songs. For ChatGPT, only those who have the data can do that.',
    },
    formula: 'copies',
    excerpt: 'copies',
    live: ['copies'],
    places: ['write'],
  },
  {
    title: { de: 'Vorurteile', en: 'Bias' },
    text: {
      de: 'Ein Modell gibt wieder, was in seinen Texten stand, auch deren Bild von Männern und Frauen. Die Lieder hier sind meist über hundert Jahre alt.\n\nGroße Modelle lernen aus dem Internet, und das Anpassen an Menschen überdeckt manches. Verschwunden ist es damit nicht: In den Wahrscheinlichkeiten bleibt es messbar.',
      en: 'A model repeats what was in its texts, including their image of men and women. Most of the songs here are more than a hundred years old.\n\nLarge models learn from the web, and tuning them on people’s choices covers some of it up. That does not make it vanish: it can still be measured in the probabilities.',
    },
    formula: 'bias',
    excerpt: 'listing',
    live: ['bias'],
    places: ['lab', 'read'],
    there: { reading: 'masked' },
  },
  {
    title: { de: 'Ressourcen', en: 'Resources' },
    text: {
      de: 'Jedes Token kostet etwa eine Multiplikation mit Addition je Parameter. Acht Millionen sind auf einem Telefon ein Augenblick; bei 175 Milliarden (GPT-3) braucht es mehrere Grafikkarten, für jedes einzelne Token.\n\nDas Training kostet noch einmal dreimal so viel für jedes gelesene Token, und gelesen wurden Hunderte Milliarden.',
      en: 'Every token costs about one multiply-add for each parameter. Eight million take a moment on a phone; 175 billion (GPT-3) take several graphics cards, for every single token.\n\nTraining costs three times as much for every token read, and hundreds of billions were read.',
    },
    formula: 'resources',
    excerpt: 'multiply',
    live: ['resources'],
    places: ['write', 'train'],
  },
  {
    title: { de: 'Erklärbarkeit', en: 'Explainability' },
    text: {
      de: 'Warum gerade dieses Wort? Acht Millionen Zahlen sind eine Antwort, aber keine Erklärung. Man kann ein Wort weglassen und nachsehen, was sich ändert, der Attention zusehen oder einzelne Einheiten benennen.\n\nJedes davon zeigt einen Teil. Dass ein Modell selbst seine Gründe nennt, beweist wenig: Auch das ist ein Text, der wahrscheinlich klingt.',
      en: 'Why this very word? Eight million numbers are an answer, but not an explanation. You can leave a word out and see what changes, watch the attention, or name single units.\n\nEach of these shows a part. That a model states its own reasons proves little: that, too, is a text that sounds likely.',
    },
    formula: 'explain',
    excerpt: 'leftOut',
    live: ['explain'],
    places: ['look', 'read'],
    there: { reading: 'mood' },
  },
];
