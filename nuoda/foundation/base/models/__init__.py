"""Abstract tables."""

from .tables import CompanyTable, ScopedTable, Table

__all__ = ["CompanyTable", "ScopedTable", "Table"]
