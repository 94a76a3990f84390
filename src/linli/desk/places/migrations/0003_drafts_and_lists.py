from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0002_grids'),
    ]

    operations = [
        migrations.AlterField(
            model_name='griddraft',
            name='geojson',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='spot',
            name='list_number',
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
