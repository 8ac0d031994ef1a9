"""Reads the words of timed lyrics (LRC), subtitles and transcripts; markup in texts."""

import html
import re

INLINE = "b|i|u|s|em|strong|span|font|a|sub|sup|c|v|img|small|ruby"
ENTITIES = ("nbsp amp lt gt quot apos auml ouml uuml Auml Ouml Uuml szlig eacute egrave agrave ndash mdash hellip rsquo "
            "lsquo ldquo rdquo bdquo").split()


def without_tags(text: str) -> str:
    """Removes HTML tags and decodes entities; tags that break a line become spaces."""

    def spelled(match):
        if match["break"]:
            return " "
        if not match["entity"]:
            return ""
        name = match["entity"]
        return html.unescape(f"&{name};").replace("\u00a0", " ") if name[0] == "#" or name in ENTITIES else match[0]

    tail = r"(?=[\s/.>])[^>]*>"
    return re.sub(rf"(?P<break></?(?i:br|div|p|li|tr|hr){tail})|</?(?i:{INLINE}){tail}|<[\d:.]+>|"
                  r"&(?P<entity>\w+|#\d+|#[xX][\da-fA-F]+);", spelled, text)


STAMP = r" *\d{1,4} *: *\d{1,4} *(?:: *\d{1,4} *)?(?:[.,] *\d{1,4} *)?"
TAG = re.compile(r"\[([A-Za-z#_]+):(.*)\]")


def _time(stamp: str) -> int:
    whole, *fraction = re.split("[.,]", stamp)
    parts = [int(part) for part in whole.split(":")]
    if not fraction and len(parts) == 3:
        fraction = [whole.split(":")[2]]
        parts.pop()
    seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
    return 100 * seconds + int((fraction[0].strip() if fraction else "0").ljust(2, "0")[:2])


def lrc(text: str) -> str | None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    timed = sum(bool(re.match(rf"\[{STAMP}\]", line)) for line in lines)
    if timed < 2 or 2 * timed < sum(not TAG.fullmatch(line) for line in lines):
        return None
    title, sung = "", []
    for line in map(str.strip, text.rstrip().splitlines()):
        if tag := TAG.fullmatch(line):
            # Several tags may share a line.
            title = tag[2].split("]")[0].strip() if tag[1].lower() == "ti" and tag[2].strip() else title
            continue
        times = []
        while stamp := re.match(rf"\[({STAMP})\]\s*", line):
            times.append(_time(stamp[1]))
            line = line[stamp.end() :]
        words = " ".join(re.sub(rf"\[{STAMP}\]|<{STAMP}>", "", line).split())
        sung += [(time, words) for time in times or [sung[-1][0] if sung else 0]]
    sung.sort(key=lambda line: line[0])
    kept = [line for i, line in enumerate(sung) if not i or not line[1] or line != sung[i - 1]]
    return (f"=== {title}\n" if title else "") + _single_blanks("\n".join(words for _, words in kept)) + "\n"


TIME = r"(?:\d+:)?\d+:\d+(?:[.,]\d+)?"
CUE = re.compile(rf"({TIME})(?: *(?:-->|[–—-]>|→) *|,)({TIME})(?:\s|$)")


def _of_ass(text: str) -> str:
    """The lines of ASS or SSA (`Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Text`) as SRT."""
    cues = ""
    for line in text.splitlines():
        fields = line.strip().removeprefix("Dialogue:").split(",", 9)
        if line.strip().startswith("Dialogue:") and len(fields) == 10:
            words = re.sub(r"\{[^}]*\}", "", fields[9]).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
            cues += f"{fields[1]} --> {fields[2]}\n{words}\n\n"
    return cues


def _of_transcript(text: str) -> str:
    """A transcript in which every few lines one holds only a time (`1:05`), as SRT."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    times = [i for i, line in enumerate(lines) if re.fullmatch(TIME, line)]
    if len(times) < 2 or 4 * len(times) < len(lines) or times[0] != 0:
        return ""
    # Each goes on until the next.
    after = dict(zip(times, times[1:] + times[-1:]))
    return "".join(f"\n{line} --> {lines[after[i]]}\n" if i in after else f"{line}\n" for i, line in enumerate(lines))


def subtitles(text: str) -> str | None:
    text = _of_ass(text) or _of_transcript(text) or text
    lines = [line.strip() for line in text.splitlines()]
    first, *rest = [line for line in lines if line][:2] or [""]
    begins = CUE.match(first) or first.isdigit() and rest and CUE.match(rest[0])
    cues, is_vtt = sum(bool(CUE.match(line)) for line in lines), text.startswith("WEBVTT")
    if not cues or not (is_vtt or begins or cues > 1):
        return None
    blocks = [[]]
    for line in lines:
        if not line:
            blocks.append([])
        elif CUE.match(line) and any(map(CUE.match, blocks[-1])):
            blocks.append(([blocks[-1].pop()] if blocks[-1][-1].isdigit() else []) + [line])
        else:
            blocks[-1].append(line)
    said, end = [], None
    for block in blocks:
        at = next((i for i, line in enumerate(block) if CUE.match(line)), None)
        if at is None and (is_vtt or all(line.isdigit() for line in block)):
            continue
        if at is not None:
            begin, after = (_time(stamp) for stamp in CUE.match(block[at]).groups())
            if end is not None and begin >= end + 400:
                said.append("")
            end = after
        for line in block if at is None else block[at + 1 :]:
            line = re.sub(r"\{\\[^}]*\}", "", without_tags(line))
            line = " ".join(re.sub(r"^[♪♫#\s]+|[♪♫#\s]+$", "", line).split())
            if line and said[-1:] != [line]:
                said.append(line)
    return _single_blanks("\n".join(said)) + "\n"


def _single_blanks(text: str) -> str:
    return re.sub("\n{3,}", "\n\n", text.strip("\n"))
