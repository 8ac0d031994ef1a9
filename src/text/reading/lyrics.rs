//! Timed lyrics: LRC and the extensions of common players.

/// Start time of a line in hundredths of a second, and its words.
type Sung = (u64, String);

/// Number of characters of `[0000:0000:0000.0000]`.
const LONGEST_STAMP: usize = 22;
/// Maximum number of repetitions of a line; a line longer than `LONGEST_REPEATED` bytes is not repeated. Both
/// keep a file from growing without bound.
const MOST_TIMES: usize = 64;
const LONGEST_REPEATED: usize = 1000;

/// Returns the words of an LRC file in the order they are sung, preceded by the title as `=== Title`; `None`
/// if the text is not LRC. A line with several times is repeated at each, but only once per time; word stamps
/// (`<00:12.30>`, or `[00:12.30]` within a line) and tags (`[ar:…]`) are removed.
pub(super) fn lrc(text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let timed = lines().filter(|line| leading_stamp(line).is_some()).count();
    if timed < 2 || 2 * timed < lines().filter(|line| tag(line).is_none()).count() {
        return None;
    }
    let mut title = None;
    let mut sung: Vec<Sung> = Vec::new();
    for line in text.trim_end().lines() {
        let mut rest = line.trim();
        if let Some((name, value)) = tag(rest) {
            if name.eq_ignore_ascii_case("ti") && !value.trim().is_empty() {
                // Several tags may share a line.
                title = value.split(']').next().map(|title| title.trim().to_owned());
            }
            continue;
        }
        let mut times = Vec::new();
        while let Some((time, after)) = leading_stamp(rest) {
            times.push(time);
            rest = after.trim_start();
        }
        let words = without_stamps(rest);
        // A line without a time follows the previous one.
        if times.is_empty() {
            times.push(sung.last().map_or(0, |(time, _)| *time));
        }
        times.truncate(if words.len() > LONGEST_REPEATED { 1 } else { MOST_TIMES });
        sung.extend(times.into_iter().map(|time| (time, words.clone())));
    }
    // Stable: lines with the same time keep their order.
    sung.sort_by_key(|(time, _)| *time);
    sung.dedup_by(|later, earlier| later == earlier && !later.1.is_empty());
    let words: Vec<&str> = sung.iter().map(|(_, words)| words.as_str()).collect();
    let title = title.map(|title| format!("=== {title}\n")).unwrap_or_default();
    Some(format!("{title}{}\n", super::subtitles::single_blank_lines(&words.join("\n"))))
}

/// Name and value of a tag such as `[ti:Title]`.
fn tag(line: &str) -> Option<(&str, &str)> {
    let inside = line.strip_prefix('[')?.strip_suffix(']')?;
    let (name, value) = inside.split_once(':')?;
    let is_name = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'#' || byte == b'_');
    is_name.then_some((name, value))
}

/// The time stamp at the start of a line, and the rest of the line.
fn leading_stamp(line: &str) -> Option<(u64, &str)> {
    let (stamp, after) = line.strip_prefix('[')?.split_once(']')?;
    Some((time(stamp)?, after))
}

/// Parses `minutes:seconds`, optionally preceded by hours or followed by a fraction after a dot, comma or
/// colon.
fn time(stamp: &str) -> Option<u64> {
    let (whole, fraction) =
        stamp.split_once(['.', ',']).map_or((stamp, None), |(whole, part)| (whole, Some(part)));
    let number = |digits: &str| -> Option<u64> {
        let digits = digits.trim();
        let fits = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { digits.parse().ok() } else { None }
    };
    let hundredths =
        |digits: &str| number(digits).map(|_| format!("{:0<2}", digits.trim())[..2].parse().unwrap_or(0));
    let parts: Vec<&str> = whole.split(':').collect();
    let seconds = |minutes, seconds| Some(100 * (60 * number(minutes)? + number(seconds)?));
    match (&parts[..], fraction) {
        ([minutes, rest], None) => seconds(minutes, rest),
        ([minutes, rest], Some(part)) => Some(seconds(minutes, rest)? + hundredths(part)?),
        ([minutes, rest, part], None) => Some(seconds(minutes, rest)? + hundredths(part)?),
        ([hours, minutes, rest], Some(part)) => {
            Some(360_000 * number(hours)? + seconds(minutes, rest)? + hundredths(part)?)
        }
        _ => None,
    }
}

/// Removes word stamps from a line and collapses its spaces.
fn without_stamps(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['[', '<']) {
        out.push_str(&rest[..at]);
        let close = if rest[at..].starts_with('[') { b']' } else { b'>' };
        let length = rest[at..].bytes().take(LONGEST_STAMP).position(|byte| byte == close);
        let stamp = length.filter(|length| time(&rest[at + 1..at + length]).is_some());
        let skipped = stamp.map_or(0, |length| length + 1);
        if skipped == 0 {
            out.push_str(&rest[at..=at]);
        }
        rest = &rest[at + skipped.max(1)..];
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_54_lrc_loses_its_times_and_tags() {
        let text = "[ti:Der Lindenbaum]\n[ar:Müller]\n[offset:+20]\n\n[00:01.00]Am Brunnen vor dem Tore,\n\
                    [00:03.5] da steht ein Lindenbaum;\n[00:05:00]\n[00:06.00]<00:06.00>ich <00:06.50>träumt\n";
        let words = "=== Der Lindenbaum\nAm Brunnen vor dem Tore,\nda steht ein Lindenbaum;\n\nich träumt\n";
        assert_eq!(lrc(text).unwrap(), words);
    }

    #[test]
    fn case_54_hours_doubled_lines_and_stamps_of_words() {
        let tags = "[ti:Lied][ar:Anna]\n[ 00:01.00 ]a b\n[00:02.00]c d\n";
        assert_eq!(lrc(tags).unwrap(), "=== Lied\na b\nc d\n");
        let text = "[01:00:02.00]spät\n[00:03.00][00:01.00]Refrain\n[00:02.00]Strophe\n[00:02.00]Strophe\n\
                    [00:04.00]Wort [00:04.20]für [00:04.40]Wort\n";
        assert_eq!(lrc(text).unwrap(), "Refrain\nStrophe\nRefrain\nWort für Wort\nspät\n");
    }

    #[test]
    fn songs_with_marks_are_no_lrc() {
        for text in [
            "[Chorus]\nla la\n[Verse 1]\nlo lo\n",
            "",
            "[12]\n[13]\n",
            "[00:01.00]\nOne line\nand another\nand one\n",
        ] {
            assert_eq!(lrc(text), None, "{text:?}");
        }
    }
}
