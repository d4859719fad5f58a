"""Writes the text of a mail in the recipient's language, as plain text and HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.mail.models import MailKind
from gateway.mail.senders import Mail
from gateway.pages import load_texts, render_mail


@dataclass(frozen=True, slots=True)
class Signature:
    """The signature of mails: the name of the site and its operator (empty if not set)."""

    site: str
    operator: str = ""

    def lines(self) -> list[str]:
        """Return the lines of the signature."""
        return [line for line in (self.site, self.operator) if line]


def compose_mail(
    kind: MailKind, language: str, to: str, link: str, signature: Signature, details: Mapping[str, str]
) -> Mail:
    """Return a mail in a language. An ISO date `until` in `details` is written in the format of the language."""
    words = load_texts(language)
    values = {"site": signature.site, **details}
    if until := details.get("until"):
        values["until"] = date.fromisoformat(until).strftime(words["mail_day"])
    subject, text, note, action = (
        words[f"mail_{kind}_{part}"].format_map(values) for part in ("subject", "text", "note", "action")
    )
    link_line = f"{action}{words['mail_colon']}\n{link}"
    below = "\n".join(signature.lines())
    plain = "\n\n".join([words["mail_greeting"], text, link_line, note, below])
    html = render_mail(
        language, subject=subject, paragraphs=[text, note], action=action, link=link, signature=signature.lines()
    )
    return Mail(kind, to, subject, plain, html)
