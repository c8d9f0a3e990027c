"""Figures of documents that were confirmed, and what an office counts them as."""

import django.db.models.deletion
from django.db import migrations, models

import anlan.base.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_central_units"),
        ("campaigns", "0002_organs"),
        ("regions", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="intake",
            name="counted",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="intake",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "being read"),
                    ("read", "to be confirmed"),
                    ("failed", "could not be read"),
                    ("taken", "made into a plan"),
                    ("counted", "figures entered"),
                    ("dropped", "put aside"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="FigureWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=200)),
                ("measure", models.CharField(blank=True, max_length=20)),
                ("kind", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuotedFigure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=anlan.base.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.CharField(max_length=20)),
                ("press", models.UUIDField()),
                ("path", models.CharField(blank=True, max_length=120)),
                ("kind", models.CharField(blank=True, max_length=60)),
                (
                    "quoted_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_kind", "nobody said which figure of ours it is"),
                            ("no_area", "it has no area"),
                            ("no_period", "it has no days"),
                            ("not_exact", "it isn't exact (about, more than, a share or a change)"),
                            ("not_over", "its period isn't over yet"),
                            ("outside", "its area isn't one of yours"),
                            (
                                "misfit",
                                "our figure of that name is made of cases, or of whole periods only",
                            ),
                            ("known", "the ledger counts it already"),
                        ],
                        max_length=10,
                    ),
                ),
                ("indicator", models.CharField(max_length=200)),
                ("value", models.DecimalField(decimal_places=4, max_digits=20)),
                ("measure", models.CharField(blank=True, max_length=20)),
                ("bound", models.CharField(blank=True, max_length=10)),
                ("direction", models.CharField(blank=True, max_length=10)),
                ("baseline", models.CharField(blank=True, max_length=120)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                ("period", models.CharField(blank=True, max_length=40)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("actor", models.CharField(blank=True, max_length=120)),
                ("text", models.CharField(max_length=200)),
                ("start", models.IntegerField()),
                ("end", models.IntegerField()),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=120)),
                ("user_id", models.BigIntegerField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=120)),
                (
                    "area",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="regions.region",
                    ),
                ),
                (
                    "intake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="figures",
                        to="campaigns.intake",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="figurewords",
            constraint=models.UniqueConstraint(
                fields=("unit", "words", "measure"), name="figure_words_once"
            ),
        ),
        migrations.AddIndex(
            model_name="quotedfigure",
            index=models.Index(fields=["unit", "-made_at", "-id"], name="quoted_of_unit"),
        ),
        migrations.AddIndex(
            model_name="quotedfigure",
            index=models.Index(fields=["kind", "since"], name="quoted_of_kind"),
        ),
        migrations.AddConstraint(
            model_name="quotedfigure",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("intake", "key"),
                name="quoted_once",
            ),
        ),
    ]
