"""The desk as a WSGI application, for `linli up` and for other servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.desk.config.settings")
application = get_wsgi_application()
