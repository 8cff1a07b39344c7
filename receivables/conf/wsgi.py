"""The web application for any WSGI server. In production it refuses to start with wrong settings, as `manage.py` does."""

import os

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receivables.conf.settings")

application = get_wsgi_application()
if settings.PRODUCTION:
    call_command("check", verbosity=0)
