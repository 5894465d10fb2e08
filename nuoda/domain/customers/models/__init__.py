"""Whom the company serves, and with what machines."""

from .customers import Contact, Customer, CustomerDealer, Site
from .imports import ImportRun
from .products import InstalledProduct, ProductCategory, ProductModel

__all__ = [
    "Contact",
    "Customer",
    "CustomerDealer",
    "ImportRun",
    "InstalledProduct",
    "ProductCategory",
    "ProductModel",
    "Site",
]
