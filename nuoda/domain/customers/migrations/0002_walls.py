"""Row-level security: who knows a customer knows its contacts, sites and machines, and may read their folders."""

from django.db import migrations

from nuoda.foundation.base.models.walls import catalogue, setting, wall

_REACH = setting("reach", "text")
_LINKED = f"SELECT customer_id FROM customers_customerdealer WHERE dealer_id = {setting('dealer')}"
_SHARED = f"SELECT customer_id FROM journal_caseshare WHERE person_id = {setting('person')}"


def known(column: str) -> str:
    """A customer id that a dealer deals with, or that a technician has a case of."""
    return f"({_REACH} = 'dealer' AND {column} IN ({_LINKED})) OR ({_REACH} = 'technician' AND {column} IN ({_SHARED}))"


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_customers"), ("journal", "0001_spine")]

    operations = [
        wall("customers_customerdealer", case=None),
        wall("customers_customer", customer="dossier_id", case=None, also=known("dossier_id")),
        wall("customers_contact", dealer=None, case=None, also=known("customer_id")),
        wall("customers_site", dealer=None, case=None, also=known("customer_id")),
        wall("customers_installedproduct", dealer=None, case=None, also=known("customer_id")),
        wall("customers_importrun", dealer=None, customer=None, case=None),
        catalogue("customers_productcategory"),
        catalogue("customers_productmodel"),
        # The folder's own row opens for its dealer and customer only; cards open wider than that, for reading.
        migrations.RunSQL(
            f"""CREATE POLICY cards ON journal_dossier FOR SELECT TO nuoda_narrow USING (
                kind IN ('customer', 'installed_product')
                AND company_id = {setting("company")} AND ({known("customer_id")}))""",
            "DROP POLICY cards ON journal_dossier",
        ),
    ]
