"""Tickets and the work done for them."""

from .tickets import Ticket
from .work_orders import PartUsed, WorkOrder

__all__ = ["PartUsed", "Ticket", "WorkOrder"]
