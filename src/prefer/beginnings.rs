//! Beginnings of stanzas: titles that a model may be given.

use crate::generate::form::Header;
use crate::models::Gpt;
use crate::text::TextTokenizer;

/// Titles that do not occur in the training songs, according to their index.
const TITLES: [&str; 48] = [
    "The Last Train",
    "Morning Window",
    "Paper Boats",
    "The Long Way Home",
    "Summer Rain",
    "A Letter Never Sent",
    "Lights of the Harbour",
    "Old Guitar",
    "The Empty Chair",
    "Moon over the City",
    "Dance with Me",
    "Winter Road",
    "The Baker's Daughter",
    "Blue Bicycle",
    "Somebody Sings",
    "The River Knows",
    "Garden Wall",
    "First Snow",
    "The Lighthouse",
    "Coffee at Midnight",
    "Broken Clock",
    "Song for My Brother",
    "Wild Geese",
    "The Open Door",
    "Goodbye, September",
    "A Coat of Stars",
    "The Quiet Street",
    "Running Late",
    "The Orchard",
    "Silver Bells",
    "Far from the Sea",
    "Tomorrow's Bread",
    "The Red Kite",
    "When the Lamps Go Out",
    "The Ferry",
    "Holding On",
    "Apple Tree",
    "The Sleeping Dog",
    "Over the Bridge",
    "One More Song",
    "The Swing",
    "Stones and Feathers",
    "Birthday Morning",
    "The Night Bus",
    "Lavender Hill",
    "A Penny for Luck",
    "The Old Piano",
    "Wind in the Wires",
];

/// The text before a stanza, possibly empty, and its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The header line with its line break.
    pub text: String,
    /// Its tokens, at least one.
    pub tokens: Vec<u32>,
}

impl Beginning {
    /// Tokenizes the text before a stanza.
    pub fn new(text: &str, tokenizer: &TextTokenizer) -> Self {
        let mut tokens = tokenizer.encode(text);
        if tokens.is_empty() {
            tokens.push(tokenizer.start_id());
        }
        Self { text: text.to_owned(), tokens }
    }
}

/// One beginning for each title, the first ones for learning and the last ones for evaluation: header lines
/// with a title and the last style the model knows, without a rhyme scheme.
pub fn beginnings(model: &Gpt, tokenizer: &TextTokenizer) -> Vec<Beginning> {
    let styles = &model.config().styles;
    let header = Header::of(styles, tokenizer);
    let style = styles.last().map_or("", String::as_str);
    TITLES.iter().map(|title| Beginning::new(&header.line(title, style, ""), tokenizer)).collect()
}
