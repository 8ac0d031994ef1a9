//! HTML in texts: the tags and entities found in flash cards and captions.

/// Tags that break lines.
const BREAKS: [&str; 6] = ["br", "div", "p", "li", "tr", "hr"];
/// Inline formatting tags.
const INLINE: [&str; 16] =
    ["b", "i", "u", "s", "em", "strong", "span", "font", "a", "sub", "sup", "c", "v", "img", "small", "ruby"];
/// Longer tags are not recognised; otherwise a text of only `<` would take quadratic time.
const LONGEST_TAG: usize = 500;
/// Entities found in cards and captions. `&lt;` cannot produce a tag, since tags are removed in the same
/// pass.
const ENTITIES: [(&str, &str); 24] = [
    ("nbsp", " "),
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("auml", "ä"),
    ("ouml", "ö"),
    ("uuml", "ü"),
    ("Auml", "Ä"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("szlig", "ß"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("agrave", "à"),
    ("ndash", "–"),
    ("mdash", "—"),
    ("hellip", "…"),
    ("rsquo", "’"),
    ("lsquo", "‘"),
    ("ldquo", "“"),
    ("rdquo", "”"),
    ("bdquo", "„"),
];

/// Removes tags from `text` and decodes entities; a tag that breaks lines becomes a space. Anything that is
/// not one of the known tags is kept.
///
/// ```
/// use liedwerk::text::reading::without_tags;
/// assert_eq!(without_tags("<b>Ja</b>,<br>das&nbsp;ist &lt;3 &#252;ber"), "Ja, das ist <3 über");
/// assert_eq!(without_tags("1 < 2 & 3 > 2"), "1 < 2 & 3 > 2");
/// ```
pub fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = if rest.starts_with('<') { tag(rest) } else { entity(rest) };
        let (spelling, length) = found.unwrap_or_else(|| (rest[..1].to_owned(), 1));
        out.push_str(&spelling);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Replaces each span between `begin` and `end`, including the delimiters, by `shown(inside)`; `None` keeps
/// the span.
pub(super) fn with_spans<'a>(
    text: &'a str,
    begin: &str,
    end: &str,
    shown: impl Fn(&'a str) -> Option<&'a str>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(begin) {
        let Some((inside, after)) = rest[at + begin.len()..].split_once(end) else { break };
        out.push_str(&rest[..at]);
        out.push_str(shown(inside).unwrap_or(&rest[at..rest.len() - after.len()]));
        rest = after;
    }
    out + rest
}

/// The replacement for the tag at the start of `text`, and the tag's length.
fn tag(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(LONGEST_TAG).position(|byte| byte == b'>')?;
    let inside = text[1..end].trim_start_matches('/');
    let name: String =
        inside.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let is_time =
        inside.contains(':') && inside.bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte));
    let ends = inside[if is_time { inside.len() } else { name.len() }..].chars().next();
    let is_closed = ends.is_none_or(|c| c.is_whitespace() || c == '/' || c == '.');
    let spelling = match name.as_str() {
        _ if is_time => "",
        name if is_closed && BREAKS.contains(&name) => " ",
        name if is_closed && INLINE.contains(&name) => "",
        _ => return None,
    };
    Some((spelling.to_owned(), end + 1))
}

/// The character named by the entity at the start of `text`, and the entity's length.
fn entity(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let name = &text[1..end];
    let spelling = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?.to_string()
        }
        None => ENTITIES.iter().find(|(known, _)| *known == name)?.1.to_owned(),
    };
    Some((spelling, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_tag_stays() {
        for text in ["a <3 b", "<Title>", "<", "&", "&nosuch;", "R&B; und", "<brot>", "x<y>z", "&#0;", "&ü;"]
        {
            assert_eq!(without_tags(text), text);
        }
        assert_eq!(without_tags("<span style=\"x\">Wort</span><br/>&#x2665;<00:01.5>"), "Wort ♥");
    }
}
