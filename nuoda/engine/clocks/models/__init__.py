"""Working calendars, and the deadlines that the clauses made."""

from .calendars import CalendarDay, CalendarPeriod, WorkingCalendar
from .deadlines import Deadline, DeadlinePause, LateRecord

__all__ = ["CalendarDay", "CalendarPeriod", "Deadline", "DeadlinePause", "LateRecord", "WorkingCalendar"]
