"""Papers of a request: taken in by their bytes, kept under our own keys, handed back as downloads and nothing else."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from receivables import audit, storage
from receivables.actor import Actor
from receivables.models import Attachment, Invoice
from receivables.rules import uploads
from receivables.rules.refusals import Refused

ROOM = "papers"


def add(*, invoice: Invoice, kind: str, name: str, data: bytes, now: datetime, by: Actor) -> Attachment:
    """Attaches a file to a draft. `name` is for display only. The bytes are on disk before the row names them.

    Refuses file_empty, file_too_large, file_type_refused, too_many_files, kind_unknown, state.
    """
    found = uploads.judge(data)
    if kind not in Attachment.Kind.values:
        raise Refused("kind_unknown", _("Say what this paper is."), field="kind")
    key = storage.keep(data, room=ROOM)
    try:
        paper = Attachment(
            kind=kind, name=uploads.display_name(name), content_type=found.content_type, size=len(data),
            sha256=hashlib.sha256(data).hexdigest(), stored_as=key, added_by=by.name, added_at=now,
        )  # fmt: skip
        return _write(invoice, paper, now, by)
    except BaseException:
        storage.drop(key)
        raise


@transaction.atomic
def _write(invoice: Invoice, paper: Attachment, now: datetime, by: Actor) -> Attachment:
    invoice = _locked_draft(invoice)
    if invoice.attachments.count() >= uploads.PER_INVOICE_MAX:
        message = _("A request has at most %(limit)s papers.") % {"limit": uploads.PER_INVOICE_MAX}
        raise Refused("too_many_files", message, field="file", limit=uploads.PER_INVOICE_MAX)
    with audit.line(
        "attachment.added", by=by, now=now, subject=f"invoice:{invoice.pk}", entity=invoice.entity
    ) as line:
        paper.invoice = invoice
        paper.save(force_insert=True)
        line.after = {"name": paper.name, "kind": paper.kind, "sha256": paper.sha256}
        line.touch("attachment", paper.pk, paper.sha256)
    return paper


def remove(*, attachment: Attachment, now: datetime, by: Actor) -> None:
    """Takes a paper off a draft; its bytes go when that is committed. Refuses state."""
    with transaction.atomic():
        invoice = _locked_draft(attachment.invoice)
        subject = f"invoice:{invoice.pk}"
        with audit.line("attachment.removed", by=by, now=now, subject=subject, entity=invoice.entity) as line:
            line.before = {"name": attachment.name, "sha256": attachment.sha256}
            line.touch("attachment", attachment.pk, "removed")
            attachment.delete()
    storage.drop(attachment.stored_as)


def _locked_draft(invoice: Invoice) -> Invoice:
    locked: Invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if locked.state != Invoice.State.DRAFT:
        raise Refused(
            "state", _("Papers are added to a draft; this request is %(state)s.") % {"state": locked.state}
        )
    return locked
