//! Reading a prompt: unreadable characters are dropped, a prompt that is too long loses its beginning, and
//! notes report both.

use super::options::Started;
use crate::text::{BpeTokenizer, CharTokenizer, Note, StreamDecoder, TextTokenizer};

/// Only this many tokens at the end of a prompt are read, fewer if the model's context is shorter. For a
/// character model the unit is characters.
pub const MAX_PROMPT_CHARACTERS: usize = 2_000;
/// A prompt is cut to this many characters per readable token before it is encoded.
const CHARACTERS_PER_TOKEN: usize = 16;
/// Maximum number of dropped characters that a note lists.
const MAX_NAMED_CHARACTERS: usize = 20;

/// Returns the prompt as it will be read with its notes, and the tokens to feed, at least one. `context` is
/// the model's context length in tokens.
///
/// A character model reads a prompt as the start of a line: it is fed a line break first, unless the
/// beginning had to be cut off or there is no room. Subwords are read as transformers does, except for
/// punctuation that the tokenizer [has not learned to spell](BpeTokenizer::prepare_prompt); an empty prompt
/// becomes [`TextTokenizer::start_id`].
pub(super) fn read_prompt(
    tokenizer: &TextTokenizer,
    context: Option<usize>,
    prompt: &str,
) -> (Started, Vec<u32>) {
    match tokenizer {
        TextTokenizer::Chars(chars) => read_characters(chars, context, prompt),
        TextTokenizer::Bpe(bpe) => {
            let (started, mut tokens) = read_subwords(bpe, context.unwrap_or(MAX_PROMPT_CHARACTERS), prompt);
            if tokens.is_empty() {
                tokens.push(tokenizer.start_id());
            }
            (started, tokens)
        }
    }
}

fn read_characters(tokenizer: &CharTokenizer, context: Option<usize>, prompt: &str) -> (Started, Vec<u32>) {
    let prepared = tokenizer.prepare_prompt(prompt);
    let mut notes = Vec::new();
    if !prepared.dropped.is_empty() {
        notes.push(dropped_note(&prepared.dropped));
    }
    let most = MAX_PROMPT_CHARACTERS.min(context.unwrap_or(MAX_PROMPT_CHARACTERS));
    let mut text = prepared.text;
    let mut tokens = Vec::new();
    let length = text.chars().count();
    if length > most {
        text = text.chars().skip(length - most).collect();
        notes.push(cut_note(most, "characters"));
    } else if context.is_none_or(|context| length < context) {
        tokens.push(tokenizer.start_id());
    }
    tokens.extend(tokenizer.encode(&text));
    (Started { prompt: text, notes }, tokens)
}

fn read_subwords(tokenizer: &BpeTokenizer, most: usize, prompt: &str) -> (Started, Vec<u32>) {
    let characters = prompt.chars().count();
    let skipped = characters.saturating_sub(most.saturating_mul(CHARACTERS_PER_TOKEN));
    let prompt = prompt.char_indices().nth(skipped).map_or("", |(at, _)| &prompt[at..]);
    let mut tokens = tokenizer.encode(&tokenizer.prepare_prompt(prompt));
    let surplus = tokens.len().saturating_sub(most);
    if surplus == 0 && skipped == 0 {
        return (Started { prompt: tokenizer.decode(&tokens), notes: Vec::new() }, tokens);
    }
    // Cut at a character boundary; otherwise half a character would be left at the start.
    let whole = tokens[surplus..].iter().position(|&id| tokenizer.begins_character(id)).unwrap_or(0);
    tokens.drain(..surplus + whole);
    let mut stream = StreamDecoder::keeping_space();
    let text = tokens.iter().map(|&id| stream.push(tokenizer, id)).collect();
    (Started { prompt: text, notes: vec![cut_note(tokens.len(), "tokens")] }, tokens)
}

fn cut_note(most: usize, unit: &str) -> Note {
    let message = format!("Only the last {most} {unit} of the text were read.");
    Note { code: "prompt-cut", message, characters: None }
}

fn dropped_note(dropped: &[char]) -> Note {
    let named: String = dropped.iter().take(MAX_NAMED_CHARACTERS).collect();
    let list: Vec<String> = named.chars().map(String::from).collect();
    let more = match dropped.len().saturating_sub(MAX_NAMED_CHARACTERS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message =
        format!("The model does not know these characters, they were left out: {}{more}", list.join(" "));
    Note { code: "characters-dropped", message, characters: Some(named) }
}
