"""What happens to customers, their contacts, sites and machines. Ids and codes only."""

from __future__ import annotations

from uuid import UUID

from nuoda.foundation.base.pure.events import event


@event("customer.created")
class CustomerCreated:
    """A customer was entered, by hand, by a dealer or by an import."""

    customer: UUID
    kind: str
    level: str
    dealer: UUID | None = None


@event("customer.changed")
class CustomerChanged:
    """The customer's card was changed; `fields` names what."""

    customer: UUID
    fields: list[str]


@event("customer.deactivated")
class CustomerDeactivated:
    """The customer is no longer served; what happened stays."""

    customer: UUID


@event("customer.reactivated")
class CustomerReactivated:
    """A deactivated customer is served again."""

    customer: UUID


@event("customer.merged")
class CustomerMerged:
    """Two cards turned out to be the same customer: everything of `merged` now belongs to `customer`."""

    customer: UUID
    merged: UUID


@event("customer.dealer_linked")
class CustomerDealerLinked:
    """A dealer deals with the customer from now on and sees its card."""

    customer: UUID
    dealer: UUID


@event("customer.dealer_unlinked")
class CustomerDealerUnlinked:
    """A dealer no longer deals with the customer."""

    customer: UUID
    dealer: UUID


@event("contact.added")
class ContactAdded:
    """A contact was added to a customer."""

    customer: UUID
    contact: UUID


@event("contact.changed")
class ContactChanged:
    """A contact's data were changed; `fields` names what."""

    customer: UUID
    contact: UUID
    fields: list[str]


@event("contact.deactivated")
class ContactDeactivated:
    """The contact is no longer to be spoken with."""

    customer: UUID
    contact: UUID


@event("site.added")
class SiteAdded:
    """A place was added to a customer."""

    customer: UUID
    site: UUID


@event("site.changed")
class SiteChanged:
    """A place was changed; `fields` names what."""

    customer: UUID
    site: UUID
    fields: list[str]


@event("site.deactivated")
class SiteDeactivated:
    """A place is no longer in use."""

    customer: UUID
    site: UUID


@event("installed_product.registered")
class InstalledProductRegistered:
    """A machine with its serial number was registered at a customer."""

    installed_product: UUID
    customer: UUID
    model: UUID
    dealer: UUID | None = None


@event("installed_product.changed")
class InstalledProductChanged:
    """A machine's data were changed (dates, place, agreed warranty); `fields` names what."""

    installed_product: UUID
    fields: list[str]


@event("installed_product.handed_over")
class InstalledProductHandedOver:
    """A machine now belongs to another customer."""

    installed_product: UUID
    customer: UUID
    former: UUID


@event("installed_product.retired")
class InstalledProductRetired:
    """A machine is no longer in use."""

    installed_product: UUID


@event("installed_product.waited_for_parts")
class InstalledProductWaitedForParts:
    """Days that a repair in warranty waited for parts; the law adds them to the warranty."""

    installed_product: UUID
    days: int


@event("catalogue.changed")
class CatalogueChanged:
    """A product category or model was added, changed or deactivated."""

    what: str
    row: UUID
    verb: str
