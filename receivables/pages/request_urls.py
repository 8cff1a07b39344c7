"""Addresses of requests, approvals, flows, delegations and batches."""

from django.urls import URLPattern, path

from receivables.pages import (
    approvals,
    delegations,
    flows,
    request_batches,
    request_detail,
    request_edit,
    request_list,
    request_papers,
)

_ONE = "requests/<int:pk>/"
urlpatterns: list[URLPattern] = [
    path("requests/", request_list.show, name="requests"),
    path("requests/board/", request_list.board, name="request_board"),
    path("requests/new/", request_edit.new, name="request_new"),
    path("requests/customers/", request_edit.customers, name="request_customers"),
    path("requests/lines/", request_edit.lines, name="request_lines"),
    path("requests/batches/", request_batches.show, name="batches"),
    path("requests/batches/template.xlsx", request_batches.template, name="batch_template"),
    path("requests/batches/<int:pk>/", request_batches.detail, name="batch"),
    path("requests/batches/<int:pk>/release/", request_batches.release, name="batch_release"),
    path("requests/batches/<int:pk>/to-correct.xlsx", request_batches.wrong_rows, name="batch_wrong"),
    path(_ONE, request_detail.show, name="request"),
    path(f"{_ONE}edit/", request_edit.edit, name="request_edit"),
    path(f"{_ONE}submit/", request_detail.submit, name="request_submit"),
    path(f"{_ONE}withdraw/", request_detail.withdraw, name="request_withdraw"),
    path(f"{_ONE}copy/", request_detail.copy, name="request_copy"),
    path(f"{_ONE}to-person/", request_detail.to_person, name="request_to_person"),
    path(f"{_ONE}decide/", approvals.decide, name="request_decide"),
    path(f"{_ONE}papers/", request_papers.add, name="request_papers"),
    path(f"{_ONE}papers/<int:paper_id>/", request_papers.download, name="request_paper"),
    path(f"{_ONE}papers/<int:paper_id>/remove/", request_papers.remove, name="request_paper_remove"),
    path("approvals/", approvals.show, name="approvals"),
    path("work/<int:pk>/hand-over/", approvals.hand_over, name="work_hand_over"),
    path("delegations/", delegations.show, name="delegations"),
    path("delegations/<int:pk>/revoke/", delegations.revoke, name="delegation_revoke"),
    path("flows/", flows.show, name="flows"),
    path("flows/draft/", flows.draft, name="flow_draft"),
    path("flows/<int:pk>/activate/", flows.activate, name="flow_activate"),
]
