//! Extracts the spoken text from subtitles (SRT, WebVTT, SBV, ASS) and transcripts, without numbers, times and
//! markup.

use super::markup::{with_spans, without_tags};

/// A pause of this many milliseconds starts a new stanza.
const PAUSE: u64 = 4_000;
/// What stands between two times, as written by programs and by word processors.
const ARROWS: [&str; 5] = ["-->", "–>", "—>", "->", "→"];
/// The fields of a line of ASS before its text; the second and third are its times.
const ASS_FIELDS: usize = 9;

/// Returns the lines of subtitles in order, with a blank line where nothing is said for four seconds; `None`
/// if the text is none. A line that is repeated from one cue to the next, as in rolling captions, is kept
/// once.
pub(super) fn subtitles(text: &str) -> Option<String> {
    let converted = of_ass(text).or_else(|| of_transcript(text));
    let text = converted.as_deref().unwrap_or(text);
    let is_vtt = text.starts_with("WEBVTT");
    let cues = text.lines().filter(|line| times(line).is_some()).count();
    if cues == 0 || (!is_vtt && cues == 1 && !begins_with_cue(text)) {
        return None;
    }
    let mut said: Vec<String> = Vec::new();
    let mut last_end = None;
    for block in blocks(text) {
        // Above the times is a number or a name.
        let words = match block.iter().position(|line| times(line).is_some()) {
            Some(at) => {
                let (begin, end) = times(block[at])?;
                if last_end.is_some_and(|last: u64| begin >= last + PAUSE) {
                    said.push(String::new());
                }
                last_end = Some(end);
                &block[at + 1..]
            }
            // A header, a note or a style.
            None if is_vtt || block.iter().all(|line| line.bytes().all(|byte| byte.is_ascii_digit())) => {
                continue;
            }
            None => &block[..],
        };
        for line in words {
            let line = without_positions(&without_tags(line));
            if !line.is_empty() && said.last() != Some(&line) {
                said.push(line);
            }
        }
    }
    Some(single_blank_lines(&said.join("\n")) + "\n")
}

/// Whether the first non-blank line is a cue's number or times.
fn begins_with_cue(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    times(first).is_some()
        || (first.bytes().all(|b| b.is_ascii_digit()) && lines.next().is_some_and(|l| times(l).is_some()))
}

/// Splits the text into cues with their lines. A cue starts at a blank line, or at a line of times that
/// follows without one.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        let block = blocks.last_mut().expect("there is one from the beginning");
        if line.is_empty() {
            blocks.push(Vec::new());
        } else if times(line).is_some() && block.iter().any(|line| times(line).is_some()) {
            // The number of this cue is the last line of the previous block.
            let numbered = block.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
            let number = if numbered { block.pop() } else { None };
            blocks.push(number.into_iter().chain([line]).collect());
        } else {
            block.push(line);
        }
    }
    blocks
}

/// The lines of ASS or SSA (`Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Text`) as SRT.
fn of_ass(text: &str) -> Option<String> {
    let mut cues = String::new();
    for line in text.lines() {
        let Some(fields) = line.trim_start().strip_prefix("Dialogue:") else { continue };
        let fields: Vec<&str> = fields.splitn(ASS_FIELDS + 1, ',').collect();
        let [_, begin, end, .., words] = &fields[..] else { continue };
        let words = with_spans(words, "{", "}", |_| Some("")).replace("\\N", "\n").replace("\\n", "\n");
        cues += &format!("{begin} --> {end}\n{}\n\n", words.replace("\\h", " "));
    }
    (!cues.is_empty()).then_some(cues)
}

/// A transcript in which every few lines one holds only a time (`1:05`), as SRT.
fn of_transcript(text: &str) -> Option<String> {
    let is_time = |line: &&str| time(line).is_some();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let count = lines.iter().filter(|line| is_time(line)).count();
    if count < 2 || 4 * count < lines.len() || !is_time(lines.first()?) {
        return None;
    }
    let mut cues = String::new();
    for (at, line) in lines.iter().enumerate() {
        if is_time(line) {
            // Each goes on until the next.
            let next = lines[at + 1..].iter().find(|line| is_time(line)).unwrap_or(line);
            cues += &format!("\n{line} --> {next}\n");
        } else {
            cues += &format!("{line}\n");
        }
    }
    Some(cues)
}

/// Start and end of a cue in milliseconds, from `00:00:01,000 --> 00:00:02,500 align:start`, or from
/// `0:00:01.000,0:00:02.500` as in SBV.
fn times(line: &str) -> Option<(u64, u64)> {
    let arrow = ARROWS.iter().find_map(|arrow| line.split_once(arrow));
    let (begin, rest) = arrow.or_else(|| line.split_once(',').filter(|(begin, _)| time(begin).is_some()))?;
    Some((time(begin.trim())?, time(rest.split_whitespace().next()?)?))
}

/// Parses `hours:minutes:seconds,milliseconds`; hours and fraction are optional.
fn time(stamp: &str) -> Option<u64> {
    let (whole, fraction) = stamp.split_once([',', '.']).unwrap_or((stamp, "0"));
    let is_number =
        |digits: &str| (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = |digits: &str| if is_number(digits) { digits.parse::<u64>().ok() } else { None };
    let parts = whole.split(':').map(number).collect::<Option<Vec<u64>>>()?;
    let seconds = match parts[..] {
        [minutes, seconds] => 60 * minutes + seconds,
        [hours, minutes, seconds] => 3600 * hours + 60 * minutes + seconds,
        _ => return None,
    };
    number(fraction)?;
    Some(1000 * seconds + number(&format!("{fraction:0<3}")[..3])?)
}

/// Removes `{\an8}`, musical notes at the ends of the line, and repeated spaces.
fn without_positions(line: &str) -> String {
    let line = with_spans(line, "{\\", "}", |_| Some(""));
    let line = line.trim_matches(|c: char| matches!(c, '♪' | '♫' | '#') || c.is_whitespace());
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Removes blank lines at both ends and collapses consecutive ones.
pub(super) fn single_blank_lines(text: &str) -> String {
    let mut out = text.trim_matches('\n').to_owned();
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_55_srt_keeps_only_what_is_said() {
        let text = "1\n00:00:01,000 --> 00:00:02,500\n<i>Am Brunnen</i>\nvor dem Tore,\n\n\
                    2\n00:00:02,500 --> 00:00:04,000\n{\\an8}♪ da steht ein Lindenbaum ♪\n3\n00:00:09,000 --> 00:00:10,000\n42\n";
        assert_eq!(subtitles(text).unwrap(), "Am Brunnen\nvor dem Tore,\nda steht ein Lindenbaum\n\n42\n");
    }

    #[test]
    fn case_56_vtt_loses_header_notes_and_settings() {
        let text = "WEBVTT - Lied\nKind: captions\n\nNOTE by me\n\nSTYLE\n::cue { color: red }\n\nintro\n\
                    00:01.000 --> 00:02.000 align:start\n<v Anna>Komm &amp; sing\n\n00:02.000 --> 00:03.000\nKomm & sing\nmit <c>mir</c>\n";
        assert_eq!(subtitles(text).unwrap(), "Komm & sing\nmit mir\n");
    }

    #[test]
    fn kind_55_other_programs_and_word_processors_write_times_too() {
        let ass = "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
                   Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Am Brunnen,{\\i0}\\Nvor dem Tore\n\
                   Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,da steht\n";
        let sbv = "0:00:01.000,0:00:02.000\nAm Brunnen,\nvor dem Tore\n\n0:00:02.000,0:00:03.000\nda steht\n";
        let transcript = "0:01\nAm Brunnen,\nvor dem Tore\n0:59\nda steht\n";
        let arrows = "1\n00:00:01,000 –> 00:00:02,000\nAm Brunnen,\nvor dem Tore\n\n2\n00:00:02,000 → 00:00:03,000\nda steht\n";
        for text in [ass, sbv, transcript, arrows] {
            assert_eq!(subtitles(text).as_deref(), Some("Am Brunnen,\nvor dem Tore\nda steht\n"), "{text}");
        }
    }

    #[test]
    fn kind_55_nothing_said_is_lost() {
        let text = "Untertitel von mir\n\n1\n00:00:01,000 --> 00:00:02,000\nAm Brunnen\n\nvor dem Tore\n\n\
                    2\n00:00:02,000 --> 00:00:03,000\nda steht\n";
        assert_eq!(subtitles(text).unwrap(), "Untertitel von mir\nAm Brunnen\nvor dem Tore\nda steht\n");
    }

    #[test]
    fn other_texts_are_no_subtitles() {
        for text in
            ["", "Er rief --> sie", "Ein Lied\n\n1\n00:00:01,000 --> 00:00:02,000\nvon mir\n", "1\n2\n3\n"]
        {
            assert_eq!(subtitles(text), None, "{text:?}");
        }
    }
}
