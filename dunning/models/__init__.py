"""The nouns of this floor: policies, runs and their reasons, notices, promises, plans, calls, blocks, hand-overs, interest."""

from dunning.models.block import DunningBlock, LadderMove
from dunning.models.call import Call
from dunning.models.handover import HandOver, HandOverItem
from dunning.models.interest import InterestNote, InterestTerms, RateEntry
from dunning.models.notice import Notice, NoticeItem
from dunning.models.policy import Assignment, Policy, PolicyVersion
from dunning.models.promise import PaymentPlan, PromiseItem, PromiseToPay
from dunning.models.run import Run, RunChunk, RunOutcome

__all__ = [
    "Assignment",
    "Call",
    "DunningBlock",
    "HandOver",
    "HandOverItem",
    "InterestNote",
    "InterestTerms",
    "LadderMove",
    "Notice",
    "NoticeItem",
    "PaymentPlan",
    "Policy",
    "PolicyVersion",
    "PromiseItem",
    "PromiseToPay",
    "RateEntry",
    "Run",
    "RunChunk",
    "RunOutcome",
]
