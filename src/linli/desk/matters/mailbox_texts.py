"""What somebody wrote, out of a mail's text: without markup, what they quoted, and what their program signs with. Pure.

Cut with care: what cannot be told from somebody's own words stays.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HIDDEN = {"script", "style", "title", "template", "noscript", "object", "svg"}
_BLOCKS = {
    "p", "div", "br", "li", "tr", "table", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "section",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"}

# Above what a program quotes: "On … wrote:", 在……写道:, and the lines of the large mail programs.
_WROTE = re.compile(
    r"^\s*(?:On\b.{4,200}\bwrote:|在.{2,200}写道[:：]|.{0,120}(?:于|於).{4,60}写道[:：]|Le .{4,200} a écrit\s?:)\s*$",
    re.DOTALL | re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*[-—_=]{2,}\s*(?:Original Message|Original|原始邮件|回复的原邮件|原邮件|转发邮件信息|源邮件)\s*[-—_=]{2,}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{20,}\s*$")
_HEAD = re.compile(
    r"^\s*[*]?(?:From|Sent|To|Cc|Date|Subject|发件人|发送时间|发送日期|收件人|抄送|日期|时间|主题)[*]?\s*[:：]",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"forwarded message|转发的?邮件", re.IGNORECASE)

_DASHES = re.compile(r"^--\s?$")
_SENT_FROM = re.compile(
    r"^\s*(?:Sent from (?:my|Mail|Outlook|Yahoo|Proton).{0,60}|Get Outlook for .{0,30}|发自我的.{0,40}|从我的.{0,20}发送|"
    r"发自.{0,12}(?:iPhone|iPad|手机|邮箱|客户端).{0,12}|来自.{0,16}(?:手机|邮箱|客户端).{0,12})\s*$",
    re.IGNORECASE,
)  # fmt: skip
_ANSWERED = re.compile(r"^\s*(?:(?:Re|Aw|Sv|回复|答复|回覆)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE)
_PASSED_ON = re.compile(r"^\s*(?:Fwd?|Fw|Wg|转发|轉發|转寄)\s*[:：]\s*", re.IGNORECASE)


class _Reader(HTMLParser):
    """Keeps what is to be read; of what is quoted, where it begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._quoted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a quotation, or what nobody sees."""
        del attrs
        if self._hidden:
            if tag in _HIDDEN:
                self._hidden.append(tag)
            return
        if tag in _HIDDEN:
            self._hidden.append(tag)
            return
        if tag == "blockquote":
            self._quoted.append(tag)
        if tag in _BLOCKS:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        """End them."""
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
            return
        if tag == "blockquote" and self._quoted:
            self._quoted.pop()
        if tag in _BLOCKS - _VOID:
            self._line()

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if self._hidden:
            return
        # Line ends of the source are spaces; `<pre>` loses its lines, which in a mail is nearly always markup of a program.
        data = re.sub(r"[ \t\r\n\f\xa0]+", " ", data)
        if self.parts and self.parts[-1].endswith("\n"):
            data = data.lstrip(" ")
        if data:
            if not self.parts or self.parts[-1].endswith("\n"):
                self.parts.append("> " * len(self._quoted))
            self.parts.append(data)

    def _line(self) -> None:
        if self.parts:
            self.parts.append("\n")


def from_html(html: str) -> str:
    """Read the text of a page as it is seen, quotations marked with ">" as in plain text; nothing of scripts and styles."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def tidy(text: str) -> str:
    """Take out what no eye sees: control characters, spaces at the ends of lines, more than one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    text = "".join(letter for letter in text if letter in "\n\t" or letter >= " ")
    text = re.sub(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]", "", text)
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def own_words(text: str, *, is_reply: bool) -> str:
    """Give what the sender wrote: of an answer without what it quotes, and without what programs sign with.

    Where nothing would be left, everything stays.
    """
    text = tidy(text)
    cut = _unsigned(_unquoted(text) if is_reply else text)
    return cut or _unsigned(text) or text


def _unquoted(text: str) -> str:
    if _FORWARDED.search(text):
        # What somebody passes on is what they mean to say.
        return text
    lines = text.split("\n")
    kept: list[str] = []
    at = 0
    while at < len(lines):
        wrote = _wrote(lines, at)
        if wrote:
            rest = lines[at + wrote :]
            if not any(line.lstrip().startswith(">") for line in rest):
                # Quoted without a mark: it goes on to the end.
                break
            at += wrote
            continue
        if _ORIGINAL.match(lines[at]) or _head(lines, at):
            break
        if not lines[at].lstrip().startswith(">"):
            kept.append(lines[at])
        at += 1
    return tidy("\n".join(kept))


def _wrote(lines: list[str], at: int) -> int:
    """Say over how many lines somebody is said to have written what follows; 0: they are not."""
    for count in (1, 2, 3):
        if _WROTE.match("\n".join(lines[at : at + count])):
            return count
    return 0


def _head(lines: list[str], at: int) -> bool:
    """Whether a quoted mail's head stands here: a rule, or a line of it, and another two lines of it after that."""
    here = lines[at : at + 5]
    first = here[0] if here else ""
    if not (_RULE.match(first) or _HEAD.match(first)):
        return False
    return sum(bool(_HEAD.match(line)) for line in here) >= 3


def _unsigned(text: str) -> str:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if _DASHES.match(line) and any(before.strip() for before in lines[:at]):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _SENT_FROM.match(lines[-1])):
        lines.pop()
    return tidy("\n".join(lines))


def answers(subject: str) -> bool:
    """Whether a subject says that it answers another."""
    return bool(_ANSWERED.match(subject))


def passes_on(subject: str) -> bool:
    """Whether a subject says that the mail passes another on."""
    return bool(_PASSED_ON.match(_ANSWERED.sub("", subject)))


def bare_subject(subject: str) -> str:
    """Give a subject without "Re:" and its like."""
    subject = " ".join(subject.split())
    while True:
        shorter = _PASSED_ON.sub("", _ANSWERED.sub("", subject)).strip()
        if shorter == subject:
            return subject[:200]
        subject = shorter
