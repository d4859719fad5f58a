"""The text of a mail in its reader's language, plain and as HTML."""

from gateway.mail.models import MailKind
from gateway.mail.senders import Mail
from gateway.pages import render_mail, texts


def compose(kind: MailKind, language: str, to: str, link: str, site: str) -> Mail:
    """Write out a mail in a language, from a site of that name."""
    words = {name: text.replace("{site}", site) for name, text in texts(language).items()}
    subject = words[f"mail_{kind}_subject"]
    paragraphs = [words[f"mail_{kind}_text"], words[f"mail_{kind}_note"]]
    action = words[f"mail_{kind}_action"]
    link_line = f"{action}{words['mail_colon']}\n{link}"
    text = "\n\n".join([words["mail_greeting"], paragraphs[0], link_line, paragraphs[1], site])
    html = render_mail(language, site=site, subject=subject, paragraphs=paragraphs, action=action, link=link)
    return Mail(kind, to, subject, text, html)
