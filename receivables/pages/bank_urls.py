"""Addresses of bank accounts, statements and the Cash page."""

from receivables.pages import bank, bank_statements, cash

urlpatterns = [*bank.urlpatterns, *bank_statements.urlpatterns, *cash.urlpatterns]
