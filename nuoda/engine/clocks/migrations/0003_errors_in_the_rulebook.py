"""What could not be judged is kept in one place for all kinds of rules: rulebook.ClauseError."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("clocks", "0002_rule_problems"), ("rulebook", "0002_clause_errors")]

    operations = [migrations.DeleteModel(name="RuleProblem")]
