// The content of the lecture mode: two use cases of seven steps each, and chapters on GANs, style transfer, latent
// diffusion, models that read, learning from people and the challenges of large models.

import { CHALLENGES } from './challenges.js';
import { DIFFUSION } from './diffusion.js';
import { PEOPLE } from './people.js';
import { READING } from './reading.js';
import { STYLE } from './style.js';

/** @typedef {import('../../../engine/protocol.js').Bilingual} Bilingual */
/** @typedef {'lyrics' | 'translation' | 'gan' | 'style' | 'diffusion' | 'reading' | 'people' | 'challenges'} UseCase */
/**
 * @typedef {'sources' | 'pairs' | 'probability' | 'clean' | 'words' | 'sentences' | 'windows' | 'sizes' | 'cell' | 'codec' | 'loss' | 'learning' | 'figures' | 'write' | 'temperature'
 *   | 'bleu' | 'translate' | 'twoLosses' | 'gramMatrix' | 'noising' | 'shapes' | 'mood' | 'masked' | 'demonstrate' | 'compare' | 'tune' | 'sensitivity' | 'copies' | 'bias' | 'resources' | 'explain'} LiveName a part that one can try
 */

/**
 * @typedef {object} LectureStep
 * @property {Bilingual} title
 * @property {Bilingual} text paragraphs, with an empty line between
 * @property {string} formula
 * @property {string} excerpt
 * @property {readonly LiveName[]} live
 * @property {readonly string[]} places ids of views that continue the topic, if the page has them
 * @property {{ reading: 'shapes' | 'mood' | 'masked' }} [there] settings to apply there
 */

const TITLES = /** @type {const} */ ([
  { de: 'Daten', en: 'Data' },
  { de: 'Säubern', en: 'Cleaning' },
  { de: 'Zerlegen', en: 'Splitting' },
  { de: 'Modell wählen', en: 'Choosing a model' },
  { de: 'Trainieren', en: 'Training' },
  { de: 'Prüfen', en: 'Validating' },
  { de: 'Anwenden', en: 'Using' },
]);

/**
 * @param {number} number
 * @param {Bilingual} text
 * @param {Pick<LectureStep, 'formula' | 'excerpt' | 'live' | 'places'>} rest
 * @returns {LectureStep}
 */
const step = (number, text, rest) => ({ title: TITLES[number - 1], text, ...rest });

/** @type {Readonly<Record<UseCase, readonly LectureStep[]>>} */
export const LECTURE = {
  lyrics: [
    step(
      1,
      {
        de: 'Ein Netz, das Lieder schreiben soll, braucht Lieder. Es lernt nichts als eine Wahrscheinlichkeit: Wie geht ein Text weiter, wenn sein Anfang gegeben ist?\n\nMit Texten lebender Künstler ließe sich das zeigen, aber verteilen darf man sie nicht. Die Modelle dieser Seite lernten deshalb aus gemeinfreien Liedern und aus solchen, die ein großes Sprachmodell für sie geschrieben hat.',
        en: 'A network that is to write songs needs songs. It learns nothing but a probability: how does a text continue, given its beginning?\n\nThe lyrics of living artists would show this, but must not be distributed. So the models on this page learned from songs in the public domain, and from songs that a large language model wrote for them.',
      },
      { formula: 'language', excerpt: 'songs', live: ['probability', 'sources'], places: ['write'] },
    ),
    step(
      2,
      {
        de: 'Je weniger verschiedene Zeichen, desto leichter die Aufgabe. Die Vorlesung schreibt alles klein und behält nur Buchstaben und Leerzeichen: 27 Zeichen im Englischen.\n\nWas entfällt, kann das Netz nie schreiben. Die Modelle hier behalten darum Zeilen, Großbuchstaben und Satzzeichen.',
        en: 'The fewer different characters, the easier the task. The lecture writes everything in lower case and keeps only letters and spaces: 27 characters in English.\n\nThe network can never write what was dropped. So the models here keep lines, capitals and punctuation.',
      },
      { formula: 'clean', excerpt: 'letters', live: ['clean'], places: ['text'] },
    ),
    step(
      3,
      {
        de: 'Der lange Text wird in Fenster zu 100 Zeichen geschnitten. Das Ziel ist derselbe Text, um ein Zeichen verschoben: Zu jedem Zeichen gehört das nächste.\n\nEin Teil der Lieder bleibt ganz beiseite, in der Vorlesung 30 %. Geteilt wird nach Liedern, nicht nach Fenstern, sonst stünde der Refrain auf beiden Seiten.',
        en: 'The long text is cut into windows of 100 characters. The target is the same text, shifted by one character: for each character, the next one.\n\nSome of the songs are held out altogether, 30% in the lecture. The split is by song, not by window; otherwise a refrain would end up on both sides.',
      },
      { formula: 'window', excerpt: 'windows', live: ['windows'], places: ['text'] },
    ),
    step(
      4,
      {
        de: 'Vier LSTM-Schichten zu 256 Einheiten liegen übereinander. Jede Einheit trägt einen Zellzustand weiter; Tore entscheiden, was sie vergisst, aufnimmt und zeigt.\n\nZahl der Schichten und Einheiten sind Hyperparameter: Sie werden gewählt, nicht gelernt.',
        en: 'Four LSTM layers of 256 units are stacked. Each unit carries a cell state forward; gates decide what it forgets, takes in and shows.\n\nThe numbers of layers and units are hyperparameters: they are chosen, not learned.',
      },
      { formula: 'lstm', excerpt: 'lstm', live: ['cell', 'sizes'], places: ['look', 'duel'] },
    ),
    step(
      5,
      {
        de: 'Das Netz rät das nächste Zeichen, und der Verlust misst, wie wenig Wahrscheinlichkeit es dem richtigen gab. Die Kettenregel trägt den Fehler durch alle Zeitschritte zurück, AdamW ändert jedes Gewicht ein wenig.\n\nEinmal durch alle Lieder ist eine Epoche. Die Vorlesung sagt es offen: 60 sind viel zu wenige.',
        en: 'The network guesses the next character, and the loss says how little probability it gave to the right one. The chain rule carries the error back through all time steps, and AdamW changes every weight a little.\n\nOne pass through all songs is an epoch. The lecture says it openly: 60 are far too few.',
      },
      { formula: 'loss', excerpt: 'lossLstm', live: ['loss'], places: ['train'] },
    ),
    step(
      6,
      {
        de: 'Gemessen wird an Liedern, die das Netz nie gesehen hat: wie viele Bit ein Zeichen im Mittel kostet. Wer gar nichts weiß, braucht bei 27 Zeichen 4,75 Bit.\n\nSinkt der Verlust nur noch auf den Trainingsliedern, lernt das Netz auswendig.',
        en: 'The network is measured on songs it has never seen: how many bits does a character cost on average? With 27 characters, uniform guessing costs 4.75 bits.\n\nOnce the loss falls only on the training songs, the network is learning by heart.',
      },
      { formula: 'bits', excerpt: 'bits', live: ['learning', 'figures'], places: ['train', 'duel'] },
    ),
    step(
      7,
      {
        de: 'Zum Schreiben zieht man aus der Verteilung, hängt das Gezogene an und fragt von Neuem. Die Temperatur τ entscheidet, wie kühn: nahe 0 immer das Wahrscheinlichste, über 1 fast alles.\n\nMit derselben Zufallszahl entsteht auf jedem Rechner derselbe Text.',
        en: 'To write, draw from the distribution, append what was drawn and ask again. The temperature τ decides how daring that is: near 0 it is always the most likely character, above 1 nearly anything.\n\nThe same seed gives the same text on every machine.',
      },
      { formula: 'temperature', excerpt: 'draw', live: ['temperature', 'write'], places: ['write', 'lab', 'look', 'prefer'] },
    ),
  ],
  translation: [
    step(
      1,
      {
        de: 'Ein Übersetzer lernt aus Satzpaaren: links Deutsch, ein Tabulator, rechts Englisch. Die der Vorlesung kommen von Tatoeba, wo Freiwillige Sätze übersetzen.\n\nEs sind kurze Alltagssätze. Was darin nicht vorkommt, kann das Netz nur raten.',
        en: 'A translator learns from pairs of sentences: German on the left, a tab, English on the right. The lecture’s come from Tatoeba, where volunteers translate sentences.\n\nThey are short everyday sentences. The network can only guess what does not occur in them.',
      },
      { formula: 'translation', excerpt: 'pairs', live: ['pairs', 'sources'], places: ['translate'] },
    ),
    step(
      2,
      {
        de: 'Satzzeichen werden eigene Wörter, jedes Wort erhält eine Zahl. <start> und <end> sagen dem Decoder, wo er beginnt und wann er fertig ist.\n\nSeltene Wörter würden <unk>. Wortstücke vermeiden das: Jedes Wort lässt sich aus ihnen buchstabieren.',
        en: 'Punctuation marks become words of their own, and each word gets a number. <start> and <end> tell the decoder where to begin and when it is done.\n\nRare words would become <unk>. Word pieces avoid that: every word can be spelled with them.',
      },
      { formula: 'marks', excerpt: 'marks', live: ['words'], places: ['text'] },
    ),
    step(
      3,
      {
        de: 'Übersetzt wird Satz für Satz. Aber nicht jeder Punkt beendet einen Satz: der in „Dr. Maier“ nicht und der in „am 3. Mai“ auch nicht.\n\nIn der Vorlesung dienen 80 % der Paare dem Lernen und 20 % dem Prüfen. Kein Satz steht auf beiden Seiten.',
        en: 'Translation goes sentence by sentence. But not every full stop ends one: the one in “Dr. Maier” does not, nor does the one in “3. Mai”.\n\nIn the lecture, 80% of the pairs are for training and 20% for validation. No sentence is on both sides.',
      },
      { formula: 'split', excerpt: 'sentences', live: ['sentences'], places: ['text'] },
    ),
    step(
      4,
      {
        de: 'Ein Encoder liest den deutschen Satz, ein Decoder schreibt den englischen. Bahdanaus Attention lässt ihn vor jedem Wort neu entscheiden, wohin im Deutschen er schaut.\n\nDer Transformer besteht nur noch aus Attention, ohne das Nacheinander der GRUs.',
        en: 'An encoder reads the German sentence, a decoder writes the English one. Bahdanau’s attention lets it decide again before each word where in the German to look.\n\nThe Transformer is nothing but attention, without the step-by-step reading of the GRUs.',
      },
      { formula: 'attention', excerpt: 'bahdanau', live: ['codec'], places: ['look', 'translate'] },
    ),
    step(
      5,
      {
        de: 'Beim Lernen liest der Decoder die richtige Übersetzung mit, um ein Wort versetzt (teacher forcing), und rät jeweils das nächste Wort.\n\nFüllzeichen zählen nicht. Label Smoothing lässt auch den anderen Wörtern etwas: Das Netz wird weniger selbstgewiss.',
        en: 'In training, the decoder reads along in the right translation, one word behind (teacher forcing), and guesses the next word each time.\n\nPadding does not count. Label smoothing leaves some probability to the other words: the network becomes less sure of itself.',
      },
      { formula: 'lossPairs', excerpt: 'lossPairs', live: ['loss'], places: ['train'] },
    ),
    step(
      6,
      {
        de: 'BLEU zählt, wie viele Folgen von ein bis vier Wörtern auch in der Übersetzung eines Menschen stehen; zu kurze Sätze werden bestraft. chrF tut dasselbe mit Zeichen.\n\nEine gute, aber andere Übersetzung bekommt wenig. Als Vergleich zweier Modelle an denselben Sätzen taugt die Zahl.',
        en: 'BLEU counts how many runs of one to four words also occur in a human’s translation; sentences that are too short are penalised. chrF does the same with characters.\n\nA good but different translation scores low. The score is for comparing models on the same sentences.',
      },
      { formula: 'bleu', excerpt: 'bleu', live: ['bleu', 'figures'], places: ['translate', 'train'] },
    ),
    step(
      7,
      {
        de: 'Der Decoder schreibt Wort für Wort. Beam Search verfolgt mehrere Anfänge zugleich und nimmt am Ende den Satz, der für seine Länge am wahrscheinlichsten ist.\n\n„Taylor meets Helene“ hängt beides aneinander: Das Englische wird zum Anfang eines Liedes.',
        en: 'The decoder writes word by word. Beam search follows several beginnings at once and finally takes the most likely sentence for its length.\n\n“Taylor meets Helene” joins the two: the English becomes the beginning of a song.',
      },
      { formula: 'beam', excerpt: 'beam', live: ['translate'], places: ['translate', 'chain', 'look'] },
    ),
  ],
  gan: [
    {
      title: { de: '2014: zwei Netze', en: '2014: two networks' },
      text: {
        de: 'Wie lernt ein Netz, Bilder zu malen, für die es keine richtige Antwort gibt? Ian Goodfellows Einfall von 2014: Ein zweites Netz ist der Lehrer. Der Generator G macht aus Rauschen z etwas, das echt aussehen soll; der Diskriminator D sagt, für wie wahrscheinlich echt er es hält.\n\nWas der eine gewinnt, verliert der andere: ein Spiel. Sein Gleichgewicht ist erreicht, wenn D nur noch raten kann.',
        en: 'How does a network learn to paint pictures for which there is no right answer? Ian Goodfellow’s idea of 2014: a second network is the teacher. The generator G turns noise z into something meant to look real; the discriminator D says how likely it thinks that is to be real.\n\nWhat one wins, the other loses: a game. Its equilibrium is reached when D can only guess.',
      },
      formula: 'minimax',
      excerpt: 'ganGame',
      live: ['twoLosses'],
      places: ['gan'],
    },
    {
      title: { de: 'Abwechselnd lernen', en: 'Learning in turns' },
      text: {
        de: 'Ein Schritt für D: echte Punkte sollen 1 ergeben, erzeugte 0. Dann ein Schritt für G, bei dem D stillhält: Seine Steigung sagt, wohin ein Punkt rücken muss, um echter zu wirken.\n\nAm Anfang erkennt D jede Fälschung, und ln(1 − D) wird flach. Darum steigert G lieber ln D: derselbe Wunsch, aber mit Steigung.',
        en: 'One step for D: real points should give 1, generated ones 0. Then one step for G, with D held still: its slope says where a point has to move in order to look more real.\n\nAt first D spots every fake, and ln(1 − D) goes flat. So G maximises ln D instead: the same aim, but with a slope.',
      },
      formula: 'ganLoss',
      excerpt: 'ganGenerator',
      live: ['twoLosses'],
      places: ['gan'],
    },
  ],
  style: STYLE,
  diffusion: DIFFUSION,
  reading: READING,
  people: PEOPLE,
  challenges: CHALLENGES,
};
