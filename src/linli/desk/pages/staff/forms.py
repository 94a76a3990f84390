"""What the desk fills in. A form takes text apart; whether it may be done is for the actions to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from linli.desk.matters.models import Outcome
from linli.desk.matters.texts import scrub
from linli.desk.pages.staff.showing import grid_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from linli.desk.matters.models import Category, Matter
    from linli.desk.pages.staff.hints import Hint
    from linli.desk.places.models import Grid

LONGEST = 5000
MOST_FILES = 6
_FINISHES = (Outcome.FIXED, Outcome.NOT_POSSIBLE, Outcome.NOT_OURS)


class ManyFiles(forms.FileField):
    """Several files in one field."""

    class Widget(forms.ClearableFileInput):
        allow_multiple_selected = True
        template_name = "django/forms/widgets/file.html"

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list) else [data] if data else []
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("At most {n} files at once.").format(n=MOST_FILES))
        if not given:
            super().clean(None, initial)
        return [super(ManyFiles, self).clean(one, initial) for one in given]


def text_field(label: Any, *, required: bool = True, rows: int = 4, **more: Any) -> forms.CharField:
    """Make a field for a few sentences."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST, required=required, widget=widget, **more)


def line_field(label: Any, *, required: bool = True, length: int = 200, **more: Any) -> forms.CharField:
    """Make a field for a few words."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=length, required=required, widget=widget, **more)


def photos_field() -> ManyFiles:
    """Make a field for photos."""
    widget = ManyFiles.Widget(attrs={"accept": "image/*"})
    return ManyFiles(label=gettext_lazy("Photos"), required=False, widget=widget)


@dataclass(frozen=True)
class Around:
    """What the forms of one matter begin with and choose from."""

    matter: Matter
    people: Sequence[tuple[int, str]] = ()
    # Whom the rules and the community's own history name, best first.
    hints: Sequence[Hint] = ()
    categories: Sequence[Category] = ()
    grids: Sequence[Grid] = ()
    near: Sequence[Matter] = ()
    photos: Sequence[tuple[str, str]] = ()
    # How many are told of what happens to it.
    followers: int = 0


class VerbForm(forms.Form):
    """What every form of a verb knows: the matter it is about, and what there is to choose from. Ids are unlike on one page."""

    def __init__(self, *args: Any, verb: str, around: Around, **more: Any) -> None:
        super().__init__(*args, auto_id=f"{verb}_%s", **more)
        self.fill(around)

    def fill(self, around: Around) -> None:
        """Fill in what is known and what there is to choose from."""


class NothingForm(VerbForm):
    """Nothing to say."""


class RefuseForm(VerbForm):
    """Both are told to whoever reported it."""

    reason = text_field(gettext_lazy("Why it is not for us"), rows=3)
    way = text_field(gettext_lazy("Who it is for, and how to reach them"), rows=3)


class AnswerForm(VerbForm):
    text = text_field(gettext_lazy("Answer to the resident"))
    photos = photos_field()


class AssignForm(VerbForm):
    worker = forms.TypedChoiceField(label=gettext_lazy("To whom"), coerce=int)
    deputy = forms.TypedChoiceField(
        label=gettext_lazy("Who stands in"), coerce=int, required=False, empty_value=None
    )
    internal = text_field(gettext_lazy("Word to the worker"), required=False, rows=2)

    def fill(self, around: Around) -> None:
        people = list(around.people)
        best = around.hints[0].pk if around.hints else None
        # Nobody is chosen by the alphabet: either there is a reason, or a person chooses.
        self.fields["worker"].choices = people if best else [("", "—"), *people]
        self.fields["worker"].initial = best
        self.fields["deputy"].choices = [("", "—"), *people]


class ReasonForm(VerbForm):
    reason = text_field(gettext_lazy("Why"), rows=3)


class AskForm(VerbForm):
    text = text_field(
        gettext_lazy("What to ask the resident"),
        rows=3,
        help_text=gettext_lazy("The clock stops until they answer."),
    )


class WhistleForm(VerbForm):
    department = line_field(gettext_lazy("Which department"), length=100)
    reason = text_field(gettext_lazy("What it has to do, and why the committee cannot"), rows=3)


class ReportForm(VerbForm):
    text = text_field(gettext_lazy("What the department reported"))
    photos = photos_field()


class ExtendForm(VerbForm):
    until = forms.DateField(
        label=gettext_lazy("New deadline"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = text_field(gettext_lazy("Why it cannot be done in time, and the plan"), rows=3)


class FinishForm(VerbForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=[(one.value, one.label) for one in _FINISHES]
    )
    text = text_field(gettext_lazy("What was done"))
    photos = photos_field()


class NoteForm(VerbForm):
    text = text_field(gettext_lazy("Note for colleagues"))
    photos = photos_field()


class SayForm(VerbForm):
    text = text_field(gettext_lazy("What everybody may read"))
    photos = photos_field()


class CloseForm(VerbForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How it ended"), choices=[(one.value, one.label) for one in _FINISHES]
    )
    text = text_field(gettext_lazy("What the second look showed"), required=False, rows=2)


class AcknowledgeForm(VerbForm):
    text = text_field(gettext_lazy("What happens next"), rows=3)


class MergeForm(VerbForm):
    """Two reports of one thing."""

    into = line_field(gettext_lazy("Number of the other matter"), length=12, required=False)
    near = forms.ChoiceField(label=gettext_lazy("Perhaps the same"), required=False)
    internal = text_field(gettext_lazy("Note for colleagues"), required=False, rows=2)

    def fill(self, around: Around) -> None:
        self.order_fields(["near", "into", "internal"])
        self.fields["into"].help_text = ngettext(
            "Whoever follows this matter ({n} person) is told, and follows the other from then on.",
            "Whoever follows this matter ({n} people) is told, and follows the other from then on.",
            around.followers,
        ).format(n=around.followers)
        if not around.near:
            del self.fields["near"]
            self.fields["into"].required = True
            return
        self.fields["near"].choices = [
            ("", "—"),
            *(
                (one.code, f"{one.code} · {one.get_state_display()} · {one.words[:40]}")
                for one in around.near
            ),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["code"] = (given.get("into") or given.get("near") or "").strip()
        if not given["code"] and not self.errors:
            raise forms.ValidationError(_("Say with which matter it goes on."))
        return given


class SplitForm(VerbForm):
    """One report of two things."""

    words = text_field(
        gettext_lazy("What the other matter is"),
        help_text=gettext_lazy(
            "It begins its own life, with the same place; whoever reported it is told of both."
        ),
    )
    category = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False)

    def fill(self, around: Around) -> None:
        self.fields["category"].choices = [(one.key, one.name) for one in around.categories]
        self.fields["category"].initial = around.matter.category.key


class CorrectForm(VerbForm):
    """Everything as it stands, to be put right."""

    category = forms.ChoiceField(label=gettext_lazy("What it is about"))
    words = text_field(
        gettext_lazy("In their words"),
        required=False,
        help_text=gettext_lazy("What it said before stays readable for colleagues."),
    )
    place_words = line_field(gettext_lazy("Where, in words"), required=False)
    grid = forms.TypedChoiceField(
        label=gettext_lazy("Grid"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("A place on the map decides the grid by itself."),
    )
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    reason = text_field(gettext_lazy("Why"), required=False, rows=2)

    def fill(self, around: Around) -> None:
        there = around.matter
        in_use = [(one.key, one.name) for one in around.categories]
        if there.category.key not in dict(in_use):
            in_use.insert(0, (there.category.key, there.category.name))
        self.fields["category"].choices = in_use
        self.fields["grid"].choices = [("", "—"), *((one.pk, grid_name(one)) for one in around.grids)]
        self.initial = {
            "category": there.category.key,
            "words": there.words,
            "place_words": there.place_words,
            "grid": there.grid_id,
            "lon": there.lon,
            "lat": there.lat,
        }


class PublishForm(VerbForm):
    """What everybody sees of it."""

    public = forms.TypedChoiceField(
        label=gettext_lazy("Shown publicly"),
        coerce=lambda given: given == "yes",
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        widget=forms.RadioSelect,
    )
    words = text_field(
        gettext_lazy("Words that everybody may read"),
        required=False,
        help_text=gettext_lazy(
            "Numbers, addresses and plates are taken out already. Take out names and whatever else tells who it was; "
            "left empty, only category, place and state are shown."
        ),
    )
    show_photos = forms.MultipleChoiceField(
        label=gettext_lazy("Photos that everybody may see"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def fill(self, around: Around) -> None:
        there = around.matter
        if around.photos:
            self.fields["show_photos"].choices = around.photos
        else:
            del self.fields["show_photos"]
        self.initial = {
            "public": "yes" if there.public else "no",
            "words": there.public_words or scrub(there.words),
            "show_photos": there.public_photos,
        }


class IntakeForm(forms.Form):
    """What somebody says on the phone or at the counter."""

    category = forms.ChoiceField(label=gettext_lazy("What it is about"))
    words = text_field(gettext_lazy("In their words"), required=False)
    photos = photos_field()
    place_words = line_field(
        gettext_lazy("Where, in words"),
        required=False,
        help_text=gettext_lazy("Building, entrance, floor; what one sees there."),
    )
    spot = forms.ChoiceField(label=gettext_lazy("At a marked spot"), required=False)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )
    channel = forms.ChoiceField(label=gettext_lazy("How they want to be told"), required=False)
    confidential = forms.BooleanField(
        label=gettext_lazy("They ask that nobody learns who they are"), required=False
    )

    person: ClassVar = ("name", "phone", "channel", "confidential")

    def __init__(self, *args: Any, categories: Any, spots: Any, channels: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["category"].choices = categories
        self.fields["spot"].choices = [("", "—"), *spots]
        self.fields["channel"].choices = channels

    def person_fields(self) -> list[forms.BoundField]:
        """The fields about whoever says it."""
        return [self[name] for name in self.person]
