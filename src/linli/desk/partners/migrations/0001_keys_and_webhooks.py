# Keys of other systems, webhooks, the terms of open data.

import django.db.models.deletion
import linli.desk.common.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0002_grids'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('hint', models.CharField(max_length=4)),
                ('scope', models.CharField(choices=[('read', 'read'), ('write', 'read and report')], default='read', max_length=5)),
                ('made_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to='places.community')),
            ],
            options={
                'ordering': ['community', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='OpenTerms',
            fields=[
                ('community', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='places.community')),
                ('licence', models.CharField(blank=True, choices=[('', 'not stated; ask the committee'), ('CC0-1.0', 'CC0 1.0'), ('CC-BY-4.0', 'CC BY 4.0'), ('ODbL-1.0', 'ODbL 1.0')], default='', max_length=10)),
            ],
            options={
                'verbose_name_plural': 'open terms',
                'constraints': [models.CheckConstraint(condition=models.Q(('licence__in', ['', 'CC0-1.0', 'CC-BY-4.0', 'ODbL-1.0'])), name='licence_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('url', linli.desk.common.fields.EncryptedTextField()),
                ('events', models.JSONField(default=list)),
                ('secret', linli.desk.common.fields.EncryptedTextField()),
                ('old_secret', linli.desk.common.fields.EncryptedTextField(blank=True)),
                ('old_secret_until', models.DateTimeField(null=True)),
                ('enabled', models.BooleanField(default=True)),
                ('disabled_because', models.CharField(blank=True, max_length=10)),
                ('removed_at', models.DateTimeField(null=True)),
                ('position', models.PositiveBigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('api_key', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='partners.apikey')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='places.community')),
            ],
            options={
                'ordering': ['community', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('digest', ''), _negated=True)), name='api_key_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['read', 'write'])), name='api_key_scope_is_known'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='webhook_has_a_name'),
        ),
    ]
