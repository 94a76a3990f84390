"""What the desk fills in. A form takes text apart; whether it may be done is for the actions to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.desk.matters.models import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile

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


class VerbForm(forms.Form):
    """What every form of a verb knows: the colleagues to choose from. Ids are unlike on one page."""

    def __init__(
        self,
        *args: Any,
        verb: str,
        people: Iterable[tuple[int, str]] = (),
        **more: Any,
    ) -> None:
        super().__init__(*args, auto_id=f"{verb}_%s", **more)
        people = list(people)
        if "worker" in self.fields:
            self.fields["worker"].choices = people
        if "deputy" in self.fields:
            self.fields["deputy"].choices = [("", "—"), *people]


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
