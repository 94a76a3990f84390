"""Addresses of no room: each with the reason why no table of roles holds it."""

from __future__ import annotations

_OWN = "one's own account; allauth asks for a login: tests/desk/people/test_ways_in.py"
_CLOSED = "a way of allauth's that is closed (404): tests/desk/people/test_ways_in.py"
_OPEN = "the way in itself: whoever has no login yet"

NAMELESS = {
    "health": "for whoever watches the desk; tells of no community",
    "metrics": "for this machine or a token: tests/desk/config/test_metrics.py",
    "set_language": "Django's own; changes the language of who asks",
    "account_login": _OPEN,
    "account_logout": _OPEN,
    "account_inactive": _OPEN,
    "account_reset_password_from_key": "by a link that is handed out once: tests/desk/people/test_ways_in.py",
    "account_reset_password_from_key_done": _OPEN,
    "mfa_authenticate": _OPEN,
    "mfa_login_webauthn": _OPEN,
    "account_reauthenticate": _OWN,
    "account_change_password": _OWN,
    "mfa_index": _OWN,
    "mfa_reauthenticate": _OWN,
    "mfa_activate_totp": _OWN,
    "mfa_deactivate_totp": _OWN,
    "mfa_view_recovery_codes": _OWN,
    "mfa_generate_recovery_codes": _OWN,
    "mfa_download_recovery_codes": _OWN,
    "mfa_list_webauthn": _OWN,
    "mfa_add_webauthn": _OWN,
    "mfa_reauthenticate_webauthn": _OWN,
    "mfa_remove_webauthn": _OWN,
    "mfa_edit_webauthn": _OWN,
    "account_signup": _CLOSED,
    "account_email": _CLOSED,
    "account_email_verification_sent": _CLOSED,
    "account_confirm_login_code": _CLOSED,
    "account_reset_password": _CLOSED,
    "account_reset_password_done": _CLOSED,
    "account_set_password": _CLOSED,
}
