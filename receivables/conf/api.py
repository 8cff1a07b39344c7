"""The JSON API under /api/: gathers the floors' routers by dotted string. It holds no operation of its own."""

from ninja import NinjaAPI

api = NinjaAPI(title="Duebook", version="1", docs_url=None)
