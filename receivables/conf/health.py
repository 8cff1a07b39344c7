"""Two addresses for whoever watches the process: is it alive, and can it work? They tell nothing else, and need no log-in."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 where the database answers and every migration is applied, else 503 and one word why."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except Error:
        return HttpResponse("database\n", status=503, content_type="text/plain")
    if behind:
        return HttpResponse("migrations\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
