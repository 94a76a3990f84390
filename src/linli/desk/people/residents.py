"""Every write about residents: making, correcting, consent, taking along, erasing; and the one way to their contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.desk.common import clock, ledger
from linli.desk.common.locks import lock
from linli.desk.common.receipts import once
from linli.desk.people import erasure, mydata
from linli.desk.people.access import ForbiddenError, require
from linli.desk.people.contacts import email_digest, normal_email, normal_phone, phone_digest
from linli.desk.people.errors import RefusedError
from linli.desk.people.models import Account, Channel, Consent, Proxy, Resident
from linli.desk.people.purposes import purposes

if TYPE_CHECKING:
    import uuid

    from linli.desk.people.actors import Actor
    from linli.desk.places.models import Community

TOLD_FIELDS = ("name", "phone", "email", "channel", "language", "home")


def find_or_make_resident(
    *,
    by: Actor,
    community: Community,
    name: str = "",
    phone: str = "",
    email: str = "",
    channel: str = Channel.NONE,
    language: str = "zh-hans",
) -> Resident:
    """Give the resident of that number or address whom the staff know, or a new one.

    Only staff find somebody known: a number typed in on a public page proves nothing, and whoever types their
    neighbour's must not come to read the neighbour's data. Somebody known is never changed by this.

    Raises
    ------
    RefusedError
        The number, the address or the channel is none.
    """
    require(by, "residents.make", community)
    told = _checked(name=name, phone=phone, email=email, channel=channel, language=language)
    with transaction.atomic():
        lock(*(f"resident:{community.pk}:{value}" for value in _digests(told).values() if value))
        known = _known(told) if by.is_staff else None
        if known is not None:
            return known
        resident = Resident.objects.create(
            community=community,
            created_at=clock.now(),
            self_told=not by.is_staff,
            **told,
            **_digests(told),
        )
        ledger.append(community=community, event="resident.made", by=by.key, about=resident.key)
        return resident


def _checked(**told: str) -> dict[str, str]:
    """Normalise what is given, or say what is wrong with it."""
    given = {field: " ".join(value.split()) for field, value in told.items()}
    if len(given.get("name", "")) > 100:
        raise RefusedError(_("The name is too long: 100 letters at most."))
    if given.get("phone"):
        given["phone"] = normal_phone(given["phone"]) or _refuse(
            _("This is no telephone number: write its digits, with the area code.")
        )
    if given.get("email"):
        given["email"] = normal_email(given["email"]) or _refuse(
            _("This is no e-mail address: it looks like name@example.com.")
        )
    if "channel" in given and given["channel"] not in Channel.values:
        raise RefusedError(_("Choose one of the ways to be told."))
    return given


def _refuse(message: str) -> str:
    raise RefusedError(message)


def _digests(told: dict[str, str]) -> dict[str, str]:
    found = {}
    if "phone" in told:
        found["phone_digest"] = phone_digest(told["phone"])
    if "email" in told:
        found["email_digest"] = email_digest(told["email"])
    return found


def _known(told: dict[str, str]) -> Resident | None:
    standing = Resident.objects.filter(erased_at=None, self_told=False)
    for field, value in _digests(told).items():
        found = standing.filter(**{field: value}).first() if value else None
        if found is not None:
            return found
    return None


def correct_resident(
    *, by: Actor, resident: Resident, key: uuid.UUID | None = None, **corrected: str
) -> Resident:
    """Put right what is kept about somebody: any of name, phone, email, channel, language, home.

    Raises
    ------
    ForbiddenError
        `by` may not, or they are erased.
    RefusedError
        A value is none.
    """
    require(by, "residents.change", resident)
    unknown = set(corrected) - set(TOLD_FIELDS)
    if unknown:
        raise TypeError(f"no such field: {sorted(unknown)}")
    told = _checked(**corrected)
    with transaction.atomic():
        lock(resident)

        def correct() -> dict[str, Any]:
            row = _standing(resident)
            changed = sorted(field for field, value in told.items() if getattr(row, field) != value)
            for field, value in (told | _digests(told)).items():
                setattr(row, field, value)
            row.save()
            if changed:
                data = {"fields": changed}
                ledger.append(
                    community=row.community, event="resident.corrected", by=by.key, about=row.key, data=data
                )
            return {"resident": row.pk}

        once(community=resident.community, key=key, verb=f"correct_resident:{resident.pk}", make=correct)
        return _standing(resident)


def _standing(resident: Resident) -> Resident:
    row = Resident.objects.filter(pk=resident.pk, erased_at=None).select_related("community").first()
    if row is None:
        raise ForbiddenError("erased")
    return row


def give_consent(
    *, by: Actor, resident: Resident, purpose: str, given_by: str = Consent.GivenBy.SELF
) -> Consent:
    """Keep that somebody agreed to a purpose as it is worded now; the same again changes nothing."""
    require(by, "residents.consent", resident)
    wording = purposes()[purpose]
    with transaction.atomic():
        lock(resident)
        row = _standing(resident)
        standing = row.consents.filter(purpose=purpose, withdrawn_at=None).first()
        if standing is not None and standing.text_version == wording.version:
            return standing
        if standing is not None:
            _withdraw(standing, by=by)
        consent = Consent.objects.create(
            community=row.community,
            resident=row,
            purpose=purpose,
            text_version=wording.version,
            given_at=clock.now(),
            given_by=given_by,
        )
        data = {"consent": consent.pk, "purpose": purpose, "version": wording.version, "given_by": given_by}
        ledger.append(community=row.community, event="consent.given", by=by.key, about=row.key, data=data)
        return consent


def withdraw_consent(*, by: Actor, resident: Resident, purpose: str) -> None:
    """Take a consent back, and with it what stood on it alone: contact, home, proxies."""
    require(by, "residents.consent", resident)
    with transaction.atomic():
        lock(resident)
        row = _standing(resident)
        for consent in row.consents.filter(purpose=purpose, withdrawn_at=None):
            _withdraw(consent, by=by)
        if purpose == "contact":
            _blank(row, "phone", "phone_digest", "email", "email_digest")
            Resident.objects.filter(pk=row.pk).update(channel=Channel.NONE)
        if purpose == "home":
            _blank(row, "home")
            Resident.objects.filter(pk=row.pk).update(lon=None, lat=None)
        if purpose == "proxy":
            Proxy.objects.filter(resident=row, until=None).update(until=clock.now())


def _blank(row: Resident, *fields: str) -> None:
    for field in fields:
        setattr(row, field, "")
    row.save(update_fields=list(fields))


def _withdraw(consent: Consent, *, by: Actor) -> None:
    consent.withdrawn_at = clock.now()
    consent.save(update_fields=["withdrawn_at"])
    about, data = consent.resident.key, {"consent": consent.pk, "purpose": consent.purpose}
    ledger.append(community=consent.community, event="consent.withdrawn", by=by.key, about=about, data=data)


def name_proxy(
    *,
    by: Actor,
    resident: Resident,
    relation: str,
    consent: Consent,
    by_resident: Resident | None = None,
    by_account: Account | None = None,
    key: uuid.UUID | None = None,
) -> Proxy:
    """Let somebody act for a resident, on the strength of a consent to just that."""
    require(by, "residents.consent", resident)
    standing = consent.withdrawn_at is None and consent.purpose == "proxy"
    if consent.resident_id != resident.pk or not standing:
        raise RefusedError(_("First record that they agree to somebody acting for them."))
    with transaction.atomic():
        lock(resident)

        def name() -> int:
            row = _standing(resident)
            proxy = Proxy.objects.create(
                community=row.community,
                resident=row,
                by_resident=by_resident,
                by_account=by_account,
                relation=relation.strip()[:40],
                consent=consent,
                since=clock.now(),
            )
            data = {"proxy": proxy.pk, "consent": consent.pk}
            ledger.append(community=row.community, event="proxy.named", by=by.key, about=row.key, data=data)
            return proxy.pk

        made = once(community=resident.community, key=key, verb=f"name_proxy:{resident.pk}", make=name)
        return Proxy.objects.get(pk=made)


def take_in_resident(*, by: Actor, home: str = "", key: uuid.UUID | None = None, **told: str) -> Resident:
    """Keep somebody on the telephone or at the counter who agrees to it; whoever is known already is found, not changed."""
    with transaction.atomic():

        def take_in() -> int:
            resident = find_or_make_resident(by=by, community=by.community, **told)
            give_consent(by=by, resident=resident, purpose="contact")
            if home.strip() and not resident.home:
                correct_resident(by=by, resident=resident, home=home)
            return resident.pk

        made = once(community=by.community, key=key, verb="take_in_resident", make=take_in)
        return Resident.objects.select_related("community").get(pk=made)


@dataclass(frozen=True)
class Contact:
    """How to reach somebody, unmasked."""

    name: str
    phone: str
    email: str
    channel: str
    home: str


def contact_of(*, by: Actor, resident: Resident, reason: str, thing: Any = None) -> Contact:
    """Open a resident's contact; who, when, why go into the log of reads.

    Parameters
    ----------
    thing
        What of theirs it is about (has `reporter_id`, `grid_id`, `community_id`): opens it to that grid's worker.

    Raises
    ------
    ForbiddenError
        `by` may not, or they are erased.
    RefusedError
        The reason is missing.
    """
    if not by.may("residents.contact", resident):
        if thing is None or thing.reporter_id != resident.pk:
            raise ForbiddenError("residents.contact")
        require(by, "residents.contact_at", thing)
    if len(reason.strip()) < 2:
        raise RefusedError(_("Say why you need it; it is kept in the log of reads."))
    with transaction.atomic():
        row = _standing(resident)
        fields = ["name", "phone", "email", "home"]
        ledger.record_read(
            community=row.community, by=by.key, about=row.key, fields=fields, reason=reason.strip()
        )
    return Contact(name=row.name, phone=row.phone, email=row.email, channel=row.channel, home=row.home)


def export_resident(*, by: Actor, resident: Resident) -> dict[str, Any]:
    """Everything kept about somebody, as JSON, for them to read or take elsewhere; the log of reads says it was taken."""
    require(by, "residents.export", resident)
    with transaction.atomic():
        row = _standing(resident)
        ledger.record_read(
            community=row.community, by=by.key, about=row.key, fields=["*"], reason="export of one's own data"
        )
    consents = [
        {
            "purpose": consent.purpose,
            "text_version": consent.text_version,
            "given_at": consent.given_at.isoformat(),
            "given_by": consent.given_by,
            "withdrawn_at": None if consent.withdrawn_at is None else consent.withdrawn_at.isoformat(),
        }
        for consent in row.consents.all()
    ]
    told = {field: getattr(row, field) for field in TOLD_FIELDS}
    kept = {"lon": row.lon, "lat": row.lat, "kept_since": row.created_at.isoformat()}
    return {"resident": told | kept, "consents": consents, **mydata.collected(resident=row)}


def erase_resident(*, by: Actor, resident: Resident, reason: str, key: uuid.UUID | None = None) -> None:
    """Forget somebody: every room blanks what it holds; the ledger keeps ids only and stays whole. Done is done.

    Raises
    ------
    ForbiddenError
        `by` may not.
    """
    require(by, "residents.erase", resident)
    with transaction.atomic():
        lock(resident)
        row = Resident.objects.filter(pk=resident.pk).select_related("community").get()
        if row.erased_at is not None:
            return

        def erase() -> dict[str, Any]:
            erasure.forget_elsewhere(resident=row, by=by)
            for consent in row.consents.filter(withdrawn_at=None):
                _withdraw(consent, by=by)
            Proxy.objects.filter(resident=row).update(relation="", until=clock.now())
            Proxy.objects.filter(by_resident=row).update(relation="", until=clock.now())
            for field in ("name", "phone", "phone_digest", "email", "email_digest", "home"):
                setattr(row, field, "")
            row.channel, row.lon, row.lat, row.erased_at = Channel.NONE, None, None, clock.now()
            row.save()
            # The reason is a choice of ours, never the resident's words: the ledger keeps no personal text.
            data = {"reason": reason if reason in ERASURE_REASONS else "other"}
            ledger.append(
                community=row.community, event="resident.erased", by=by.key, about=row.key, data=data
            )
            return {"resident": row.pk}

        once(community=row.community, key=key, verb=f"erase_resident:{row.pk}", make=erase)


# Why data are deleted (PIPL Art. 47).
ERASURE_REASONS = ("asked", "purpose_reached", "retention_over", "consent_withdrawn", "unlawful", "other")
