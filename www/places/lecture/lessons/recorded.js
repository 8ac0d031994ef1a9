// Results recorded in advance, since computing them would take too long in a lecture.

/** @typedef {{ step: number, train: number, held: number, sample: string }} Point of a training run, in bits per character */

/**
 * Training of an LSTM with one layer of 160 units on 40 songs (28,792 characters); 12 others (7,129 characters) are
 * held out. The sample is generated at that step. `liedwerk train --arithmetic portable`, 2026-11-30.
 *
 * @type {readonly Point[]}
 */
export const LEARNING = [
  { step: 100, train: 4.176, held: 3.538, sample: "SMz'AmQ thoun, ade s my thuhe me yoves afd mans the the falc y'le blaser dhuy borly  veer, wand beand" },
  { step: 200, train: 3.225, held: 3.273, sample: "ROy bor this lo as sant thy ling yours a gare way day's cak Twat aan the dery and th we sout houd" },
  {
    step: 300,
    train: 2.877,
    held: 3.158,
    sample: "Ohy boren us heals o'er though hay, rom Right wat berough a away a mathen my,\nAnd that heart from ed mown",
  },
  {
    step: 400,
    train: 2.639,
    held: 3.085,
    sample: 'RTwand freem mome,\nSating was jo, qust beaning.\n"\nI thou be away a of the low and that in the soam forgry',
  },
  {
    step: 500,
    train: 2.468,
    held: 3.104,
    sample: 'Ohs dearn with a way hous, bothely, que,\nFor loas gay the bads no boll, and you how!\nWhen to love can to',
  },
  { step: 600, train: 2.304, held: 3.12, sample: 'Sfy and thy limd the my scree.\n\nBut to das in was a thou a baved a schild,\nWo every Dor the before' },
  { step: 700, train: 2.167, held: 3.154, sample: "Ofw Kate Kits rear,\nAnd thy gill you the gen logn'd to hat a year,\nI thoughth allas 'to the beging" },
  {
    step: 800,
    train: 2.062,
    held: 3.189,
    sample: "Pitaltain to my breadern, we havemispy came,\nAnd I hearn be away a memble,\nWith our Gunforive spark'd our",
  },
  {
    step: 900,
    train: 1.938,
    held: 3.227,
    sample: "Rive old Dog Tray;\nThen were mancy souland all aras the eace welcean,\nBut ittakn'd o thee, we rean,\nThen in",
  },
  {
    step: 1000,
    train: 1.835,
    held: 3.322,
    sample: "Sho golders of Kate Kearney,\nSo Wustion's deary saide,\nAnd bay un beautifulis are that go,\nWaith! fallion's",
  },
  {
    step: 1200,
    train: 1.635,
    held: 3.423,
    sample: "Od, I'll green, I'll rights have werow\nI far it was the dark you and past,\nWill love to thus his gentle,",
  },
  { step: 1400, train: 1.46, held: 3.595, sample: 'Sot dreather falching sorry for Twenty Years Agay for the bagtan,\nAnd the from the ode of the old Dog' },
  {
    step: 1600,
    train: 1.322,
    held: 3.785,
    sample: "Onlacg by the rears around,\nI hade were and broam nes, fec.\n\nWay day when by nesest 'time:\nWe have morning",
  },
  {
    step: 1800,
    train: 1.175,
    held: 3.965,
    sample: "Onjaght were stain,\nAnd threath away we all cambia,\nThen fie was a fill'd own brothen, and wall,\nAch thy",
  },
  {
    step: 2000,
    train: 1.066,
    held: 4.185,
    sample: "O wark and prounding still.\n\nI'd visturce to my laves the baborl her menn boward, we sliding look'd some",
  },
  { step: 2200, train: 0.981, held: 4.305, sample: "Sot a day when in our your faith,—'d was her free her shall co gentle, he how Tom, baway from me,\nAnd" },
  {
    step: 2400,
    train: 0.851,
    held: 4.509,
    sample: 'Sot a flowning eay thy heart is bray;\nBut I an by the sad again.\n\nHow age around my Willie, "I sad to his',
  },
  {
    step: 2600,
    train: 0.758,
    held: 4.694,
    sample: "Not couns my freew!\n\nIt I was heaven we all my breading in day for the sea,\nWe have a gone.\n\nEn't sporter",
  },
  {
    step: 2800,
    train: 0.66,
    held: 4.924,
    sample: 'O sat in my heart from poll the breezy dimll it rave,\nStalig your and free.\nWe mornic bright as gain of my',
  },
  { step: 3000, train: 0.599, held: 5.125, sample: "Row ald brookes at the spell,\nI am sate along who could all bright,\nAnd many's every sight, all on the" },
  {
    step: 3200,
    train: 0.526,
    held: 5.289,
    sample: 'Thou a dong that was own head\nWe thy wild had we have sat in the along to dive his, Every morning,\nAnd what',
  },
  {
    step: 3400,
    train: 0.43,
    held: 5.463,
    sample: "Son the seas hea she show\nere'd for the magic whic so might,\nYet birdly banner still verry shear,\nThat sung",
  },
  {
    step: 3600,
    train: 0.353,
    held: 5.559,
    sample: "Thou a done thy claking with my brown,\nA mother's lived me hear,\nI am not angry, dearest boy,\nNo cloud used,",
  },
  {
    step: 3800,
    train: 0.291,
    held: 5.715,
    sample: "Row chall my breath are laughing, love,\nLaughing on you and Willar'd song with me.\nI statchield and they",
  },
  {
    step: 4000,
    train: 0.24,
    held: 5.717,
    sample: 'Son the seas had defart,\nAnd the trunk of an lone and the be,—\nWhen this friend than old Dog Tray.\n\nOld Dog',
  },
];

/**
 * Sentences translated by this page's GRUs (beam 4), and by the same network with the attention's score vector set to
 * zero, so that all German words have equal weight for every English word. `liedwerk translate`, 2026-11-30.
 *
 * @type {readonly { german: string, attending: string, evenly: string }[]}
 */
export const WITHOUT_ATTENTION = [
  { german: 'Ich singe gern.', attending: 'I like to sing.', evenly: 'I like to sing.' },
  { german: 'Wir gehen heute nach Hause.', attending: 'We’ll go home today.', evenly: 'We’re going to go home.' },
  {
    german: 'Meine Schwester hat gestern einen Brief an ihren Freund in Berlin geschrieben.',
    attending: 'My sister wrote a letter in her friend yesterday.',
    evenly: 'My family has written in a letter in the letter.',
  },
  {
    german: 'Der alte Mann wohnt in einem kleinen Haus am Ende der Straße.',
    attending: 'The old man lives in a small house on the street.',
    evenly: 'The house is in the middle of the house in the house.',
  },
  {
    german: 'Wenn es morgen nicht regnet, gehen wir mit den Kindern in den Wald und suchen Pilze.',
    attending: 'If it’s not raining tomorrow, we’ll go to the children with the children and look.',
    evenly: 'If you go to the house, I’ll go to the way to go out of it.',
  },
];
