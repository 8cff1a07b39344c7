"""Addresses of master data: customers, contacts, changes, legal entities, people, roles and keys."""

from receivables.pages import (
    account,
    account_statement,
    changes,
    contact_page,
    contacts,
    customer_edit,
    customer_page,
    customers,
    entities,
    entity_messages,
    notifications,
    roles,
    staff,
    template_tries,
    templates,
    tokens,
)

urlpatterns = [
    *customers.urlpatterns,
    *customer_edit.urlpatterns,
    *customer_page.urlpatterns,
    *account.urlpatterns,
    *account_statement.urlpatterns,
    *contacts.urlpatterns,
    *contact_page.urlpatterns,
    *changes.urlpatterns,
    *entities.urlpatterns,
    *entity_messages.urlpatterns,
    *notifications.urlpatterns,
    *staff.urlpatterns,
    *roles.urlpatterns,
    *template_tries.urlpatterns,
    *templates.urlpatterns,
    *tokens.urlpatterns,
]
