from django.db import migrations, models

KINDS = ("worse", "better", "opened", "gone", "other", "due")

_COUNTED = ", ".join(f"count(*) FILTER (WHERE kind = '{kind}') AS {kind}" for kind in KINDS)
_COUNT = f"""
UPDATE replay_replayfigure f SET {", ".join(f"{kind} = c.{kind}" for kind in KINDS)}
FROM (SELECT replay_id, ref, dealer_id, team_id, {_COUNTED}
    FROM replay_replaychange GROUP BY replay_id, ref, dealer_id, team_id) c
WHERE f.side = 'draft' AND f.replay_id = c.replay_id AND f.ref = c.ref AND f.dealer_id IS NOT DISTINCT FROM c.dealer_id
    AND f.team_id IS NOT DISTINCT FROM c.team_id
"""


class Migration(migrations.Migration):
    dependencies = [("replay", "0001_trials")]

    operations = [
        *(migrations.AddField("replayfigure", kind, models.IntegerField(default=0)) for kind in KINDS),
        migrations.AddField("replay", "cases_written", models.IntegerField(default=0)),
        migrations.RunSQL(_COUNT, migrations.RunSQL.noop),
    ]
