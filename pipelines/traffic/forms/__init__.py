"""The recorded forms that are known, most particular first: one module a form."""

from __future__ import annotations

from pipelines.traffic.forms.base import Draft, Form, FormError, Message, Record
from pipelines.traffic.forms.chat import CHAT
from pipelines.traffic.forms.few_shot import FEW_SHOT
from pipelines.traffic.forms.inspect_log import INSPECT
from pipelines.traffic.forms.mini_swe import MINI_SWE
from pipelines.traffic.forms.openhands import OPENHANDS
from pipelines.traffic.forms.swe_agent import SWE_AGENT

__all__ = ["FORMS", "Draft", "Form", "FormError", "Message", "Record"]

FORMS: tuple[Form, ...] = (MINI_SWE, INSPECT, OPENHANDS, SWE_AGENT, FEW_SHOT, CHAT)
