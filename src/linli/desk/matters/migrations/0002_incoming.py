# Mailboxes and their mail, lists of matters, and what is kept longer than usual.

import django.db.models.deletion
import linli.desk.common.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matters', '0001_matters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField()),
                ('reason', linli.desk.common.fields.EncryptedTextField(blank=True)),
                ('by', models.CharField(max_length=40)),
                ('by_name', models.CharField(blank=True, max_length=100)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['until', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.PositiveIntegerField()),
                ('uid_validity', models.PositiveBigIntegerField()),
                ('uid', models.PositiveBigIntegerField()),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('matter', 'became a matter'), ('reply', 'added to a matter'), ('ignored', 'passed over'), ('trying', 'failed, is tried again'), ('aside', 'set aside')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('sender', models.CharField(blank=True, max_length=254)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('marked', models.BooleanField(default=False)),
                ('wanted', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=253)),
                ('port', models.PositiveIntegerField(default=993)),
                ('security', models.CharField(choices=[('tls', 'TLS (usual, port 993)'), ('starttls', 'STARTTLS (port 143)'), ('none', 'none: the password goes in the open')], default='tls', max_length=10)),
                ('username', models.CharField(max_length=254)),
                ('password', linli.desk.common.fields.EncryptedTextField(blank=True)),
                ('folder', models.CharField(default='INBOX', max_length=100)),
                ('address', models.CharField(blank=True, max_length=254)),
                ('enabled', models.BooleanField(default=False)),
                ('due_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('problem', models.CharField(blank=True, max_length=20)),
                ('generation', models.PositiveIntegerField(default=1)),
                ('uid_validity', models.PositiveBigIntegerField(null=True)),
                ('last_uid', models.PositiveBigIntegerField(default=0)),
                ('first_uid', models.PositiveBigIntegerField(default=0)),
                ('since', models.DateField(null=True)),
            ],
            options={
                'verbose_name_plural': 'mailboxes',
            },
        ),
        migrations.CreateModel(
            name='MatterList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('datum', models.CharField(blank=True, max_length=10)),
                ('rows', linli.desk.common.fields.EncryptedJSONField(default=list)),
                ('line_count', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('shown', 'not taken in yet'), ('taken', 'taken in'), ('undone', 'taken back')], default='shown', max_length=10)),
                ('by', models.CharField(max_length=40)),
                ('by_name', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('matter_ids', models.JSONField(default=list)),
                ('resident_ids', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('anonymised_at__isnull', True), ('closed_at__isnull', False)), fields=['closed_at'], name='matters_to_forget'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('anonymised_at__isnull', True), ('state', 'refused')), fields=['updated_at'], name='refused_matters_to_forget'),
        ),
        migrations.AddField(
            model_name='hold',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community'),
        ),
        migrations.AddField(
            model_name='hold',
            name='matter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='matters.matter'),
        ),
        migrations.AddField(
            model_name='mail',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community'),
        ),
        migrations.AddField(
            model_name='mail',
            name='matter',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='matters.matter'),
        ),
        migrations.AddField(
            model_name='mailbox',
            name='community',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mailbox', to='places.community'),
        ),
        migrations.AddField(
            model_name='matterlist',
            name='community',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('matter',), name='matter_is_held_once'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='hold_ends_after_it_began'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(fields=['community', 'state', 'at'], name='mails_by_state'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('marked', False), ('state__in', ['matter', 'reply'])), fields=['community'], name='mails_to_mark'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(fields=('community', 'generation', 'uid_validity', 'uid'), name='mail_is_looked_at_once'),
        ),
        migrations.AddConstraint(
            model_name='mail',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['matter', 'reply'])), fields=('community', 'digest'), name='mail_is_taken_once'),
        ),
        migrations.AddIndex(
            model_name='mailbox',
            index=models.Index(condition=models.Q(('enabled', True)), fields=['due_at'], name='mailboxes_due'),
        ),
        migrations.AddConstraint(
            model_name='matterlist',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'taken')), fields=('community', 'digest'), name='list_is_taken_once'),
        ),
    ]
