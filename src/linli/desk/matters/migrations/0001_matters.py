# The tables of matters.

import django.db.models.deletion
import linli.desk.common.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_accounts'),
        ('places', '0002_grids'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=60)),
                ('group', models.SlugField(max_length=40)),
                ('sort', models.PositiveIntegerField(default=0)),
                ('questions', models.JSONField(blank=True, default=list)),
                ('emergency', models.CharField(blank=True, max_length=10)),
                ('sensitive', models.BooleanField(default=False)),
                ('public', models.BooleanField(default=False)),
                ('respond_hours', models.PositiveIntegerField(null=True)),
                ('solve_days', models.PositiveIntegerField(default=5)),
                ('solve_unit', models.CharField(choices=[('working', 'working days'), ('clock', 'days')], default='working', max_length=10)),
                ('may_lead', models.BooleanField(default=True)),
                ('evidence', models.JSONField(blank=True, default=list)),
                ('verified_at', models.DateTimeField(blank=True, null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='categories', to='places.community')),
            ],
            options={
                'verbose_name_plural': 'categories',
                'ordering': ['sort', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='LadderRung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('who', models.CharField(choices=[('worker', 'worker and deputy'), ('desk', 'desk'), ('director', 'director'), ('street', 'street office')], max_length=10)),
                ('grace_hours', models.PositiveSmallIntegerField(default=8)),
                ('channel', models.CharField(default='none', max_length=10)),
                ('to', linli.desk.common.fields.EncryptedTextField(blank=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ladder', to='places.community')),
            ],
            options={
                'ordering': ['community', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Matter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('code', models.CharField(max_length=12)),
                ('follow_code', linli.desk.common.fields.EncryptedTextField()),
                ('follow_digest', models.CharField(max_length=64)),
                ('answers', models.JSONField(blank=True, default=dict)),
                ('words', models.TextField(blank=True)),
                ('place_words', models.CharField(blank=True, max_length=200)),
                ('lon', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('source', models.CharField(choices=[('page', 'web page'), ('qr', 'QR code'), ('desk', 'desk, by telephone or at the counter'), ('worker', 'found by a worker'), ('open311', 'Open311'), ('email', 'e-mail'), ('api', 'API'), ('csv', 'list')], default='page', max_length=10)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('on_behalf_by', models.CharField(blank=True, max_length=40)),
                ('confidential', models.BooleanField(default=False)),
                ('public', models.BooleanField(default=False)),
                ('public_words', models.TextField(blank=True)),
                ('public_photos', models.JSONField(blank=True, default=list)),
                ('state', models.CharField(choices=[('submitted', 'received'), ('accepted', 'accepted'), ('refused', 'not accepted'), ('answered', 'answered'), ('dispatched', 'handed to a worker'), ('objected', 'handed back, to be decided'), ('in_progress', 'being worked on'), ('waiting', 'waiting for the resident'), ('whistled', 'with a department'), ('done', 'done, to be confirmed'), ('callback', 'resident is asked'), ('closed', 'closed'), ('reopened', 'reopened')], default='submitted', max_length=12)),
                ('before_waiting', models.CharField(blank=True, max_length=12)),
                ('outcome', models.CharField(blank=True, choices=[('fixed', 'fixed'), ('not_possible', 'not possible'), ('not_ours', 'not ours to do'), ('answered', 'answered'), ('withdrawn', 'withdrawn'), ('merged', 'goes on in another matter')], max_length=12)),
                ('routed_by', models.CharField(blank=True, max_length=20)),
                ('decided', models.BooleanField(default=False)),
                ('lead', models.CharField(blank=True, max_length=100)),
                ('received_at', models.DateTimeField()),
                ('dispatched_at', models.DateTimeField(null=True)),
                ('respond_due_at', models.DateTimeField(null=True)),
                ('responded_at', models.DateTimeField(null=True)),
                ('solve_due_at', models.DateTimeField()),
                ('paused_at', models.DateTimeField(null=True)),
                ('extended_until', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('warn_at', models.DateTimeField(null=True)),
                ('next_rung_at', models.DateTimeField(null=True)),
                ('nudge_at', models.DateTimeField(null=True)),
                ('nudges', models.PositiveSmallIntegerField(default=0)),
                ('rung', models.PositiveSmallIntegerField(default=0)),
                ('overdue_at', models.DateTimeField(null=True)),
                ('solved', models.BooleanField(null=True)),
                ('satisfied', models.BooleanField(null=True)),
                ('rating', models.PositiveSmallIntegerField(null=True)),
                ('reopened', models.PositiveSmallIntegerField(default=0)),
                ('step_count', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField()),
                ('anonymised_at', models.DateTimeField(null=True)),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='matters.category')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='places.community')),
                ('deputy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grid', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='places.grid')),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='matters.matter')),
                ('reporter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='people.resident')),
                ('split_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='matters.matter')),
                ('spot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to='places.spot')),
                ('worker', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['community', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Looking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looking', to='matters.matter')),
            ],
            options={
                'verbose_name_plural': 'looking',
            },
        ),
        migrations.CreateModel(
            name='Follower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(default='none', max_length=10)),
                ('to', linli.desk.common.fields.EncryptedTextField(blank=True)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('follow_code', linli.desk.common.fields.EncryptedTextField()),
                ('token_digest', models.CharField(max_length=64, unique=True)),
                ('reported', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
                ('resident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.resident')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='matters.matter')),
            ],
            options={
                'ordering': ['matter', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.PositiveSmallIntegerField()),
                ('who', models.CharField(max_length=10)),
                ('at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.CharField(blank=True, max_length=40)),
                ('note', models.TextField(blank=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='matters.matter')),
            ],
            options={
                'ordering': ['matter', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('solved', models.BooleanField(null=True)),
                ('satisfied', models.BooleanField(null=True)),
                ('rating', models.PositiveSmallIntegerField(null=True)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='callbacks', to='matters.matter')),
            ],
            options={
                'ordering': ['matter', 'round'],
            },
        ),
        migrations.CreateModel(
            name='ReplyTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('verb', models.CharField(blank=True, choices=[('receive', 'Received'), ('accept', 'Accepted'), ('refuse', 'Not accepted'), ('answer', 'Answered'), ('assign', 'Handed to a worker'), ('object', 'Handed back by the worker'), ('start', 'Work has begun'), ('ask', 'Question to the resident'), ('reply', 'Answer of the resident'), ('resume', 'Work goes on'), ('whistle', 'A department is called in'), ('report', 'The department has reported'), ('extend', 'More time is needed'), ('finish', 'Done'), ('open_callback', 'The resident is asked whether it is fixed'), ('confirm', 'The resident has confirmed'), ('deny', 'The resident says it is not fixed'), ('waive', 'The resident needs no call-back'), ('lapse', 'The call-back was not answered'), ('close', 'Closed'), ('reopen', 'Reopened'), ('withdraw', 'Withdrawn by the resident'), ('merge', 'Joined with another matter'), ('split', 'A part became a matter of its own'), ('note', 'Note for colleagues'), ('say', 'Word to the public'), ('add', 'Added by the resident'), ('correct', 'Corrected'), ('publish', 'Public view changed'), ('acknowledge', 'Escalation acknowledged'), ('take_back', 'Taken back with its list')], max_length=14)),
                ('text_zh', models.TextField(blank=True)),
                ('text_en', models.TextField(blank=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matters.category')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RoutingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('words', models.CharField(blank=True, max_length=200)),
                ('hours', models.CharField(blank=True, choices=[('', 'at any time'), ('office', 'in office hours'), ('off', 'outside office hours')], default='', max_length=10)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matters.category')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routing_rules', to='places.community')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.grid')),
                ('worker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('filters', models.JSONField(default=dict)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
            ],
            options={
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('verb', models.CharField(choices=[('receive', 'Received'), ('accept', 'Accepted'), ('refuse', 'Not accepted'), ('answer', 'Answered'), ('assign', 'Handed to a worker'), ('object', 'Handed back by the worker'), ('start', 'Work has begun'), ('ask', 'Question to the resident'), ('reply', 'Answer of the resident'), ('resume', 'Work goes on'), ('whistle', 'A department is called in'), ('report', 'The department has reported'), ('extend', 'More time is needed'), ('finish', 'Done'), ('open_callback', 'The resident is asked whether it is fixed'), ('confirm', 'The resident has confirmed'), ('deny', 'The resident says it is not fixed'), ('waive', 'The resident needs no call-back'), ('lapse', 'The call-back was not answered'), ('close', 'Closed'), ('reopen', 'Reopened'), ('withdraw', 'Withdrawn by the resident'), ('merge', 'Joined with another matter'), ('split', 'A part became a matter of its own'), ('note', 'Note for colleagues'), ('say', 'Word to the public'), ('add', 'Added by the resident'), ('correct', 'Corrected'), ('publish', 'Public view changed'), ('acknowledge', 'Escalation acknowledged'), ('take_back', 'Taken back with its list')], max_length=14)),
                ('by', models.CharField(max_length=40)),
                ('by_name', models.CharField(blank=True, max_length=100)),
                ('from_state', models.CharField(blank=True, max_length=12)),
                ('to_state', models.CharField(choices=[('submitted', 'received'), ('accepted', 'accepted'), ('refused', 'not accepted'), ('answered', 'answered'), ('dispatched', 'handed to a worker'), ('objected', 'handed back, to be decided'), ('in_progress', 'being worked on'), ('waiting', 'waiting for the resident'), ('whistled', 'with a department'), ('done', 'done, to be confirmed'), ('callback', 'resident is asked'), ('closed', 'closed'), ('reopened', 'reopened')], max_length=12)),
                ('audience', models.CharField(choices=[('public', 'Public'), ('reporter', 'Reporter'), ('internal', 'Internal')], default='public', max_length=10)),
                ('public_text', models.TextField(blank=True)),
                ('internal_text', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='matters.matter')),
            ],
            options={
                'ordering': ['matter', 'number'],
            },
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.UniqueConstraint(fields=('community', 'key'), name='category_key_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name_zh', ''), ('name_en', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='category_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='category',
            constraint=models.CheckConstraint(condition=models.Q(('sensitive', False), ('public', False), _connector='OR'), name='sensitive_category_is_not_public'),
        ),
        migrations.AddConstraint(
            model_name='ladderrung',
            constraint=models.UniqueConstraint(fields=('community', 'number'), name='ladder_rung_is_its_own'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['community', 'state', 'solve_due_at'], name='matters_by_state'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['community', 'grid', 'state'], name='matters_by_grid'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['worker', 'state'], name='matters_by_worker'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['reporter'], name='matters_by_reporter'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['community', 'category', 'received_at'], name='matters_by_category'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['community', 'received_at'], name='matters_received'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(fields=['community', 'lat', 'lon'], name='matters_by_place'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('state__in', ['accepted', 'dispatched', 'in_progress', 'objected', 'reopened', 'submitted', 'waiting', 'whistled'])), fields=['community', 'solve_due_at'], name='matters_open_by_due'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('warn_at__isnull', False)), fields=['warn_at'], name='matters_to_warn'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('next_rung_at__isnull', False)), fields=['next_rung_at'], name='matters_to_climb'),
        ),
        migrations.AddIndex(
            model_name='matter',
            index=models.Index(condition=models.Q(('nudge_at__isnull', False)), fields=['nudge_at'], name='matters_to_nudge'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('community', 'number'), name='matter_number_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('community', 'code'), name='matter_code_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.UniqueConstraint(fields=('follow_digest',), name='follow_code_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'accepted', 'refused', 'answered', 'dispatched', 'objected', 'in_progress', 'waiting', 'whistled', 'done', 'callback', 'closed', 'reopened'])), name='matter_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at__isnull', True)), _connector='OR'), name='closed_matter_says_how_it_ended'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paused_at__isnull', False), ('state', 'waiting'), models.Q(('before_waiting', ''), _negated=True)), models.Q(models.Q(('state', 'waiting'), _negated=True), ('before_waiting', ''), ('paused_at__isnull', True)), _connector='OR'), name='waiting_matter_has_its_clock_stopped'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['dispatched', 'in_progress']), _negated=True), ('worker__isnull', False), _connector='OR'), name='handed_over_matter_has_somebody'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lat__isnull', True), ('lon__isnull', True)), models.Q(('lat__isnull', False), ('lon__isnull', False)), _connector='OR'), name='matter_is_placed_by_both'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('rating__isnull', True), models.Q(('rating__gte', 1), ('rating__lte', 5)), _connector='OR'), name='rating_is_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='matter',
            constraint=models.CheckConstraint(condition=models.Q(('confidential', False), ('public', False), _connector='OR'), name='confidential_matter_is_not_public'),
        ),
        migrations.AddConstraint(
            model_name='looking',
            constraint=models.UniqueConstraint(fields=('matter', 'account'), name='looking_is_once'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.UniqueConstraint(fields=('matter', 'round'), name='callback_round_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='callback',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('satisfied__isnull', True), ('solved__isnull', True)), models.Q(('answered_at__isnull', False), ('solved__isnull', False)), _connector='OR'), name='only_an_answered_callback_counts'),
        ),
        migrations.AddConstraint(
            model_name='replytemplate',
            constraint=models.UniqueConstraint(fields=('community', 'name'), name='reply_template_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('community', 'account', 'name'), name='saved_view_is_its_own'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('matter', 'number'), name='step_number_is_its_own'),
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('follow_digest', models.CharField(db_index=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField(db_index=True)),
                ('told', linli.desk.common.fields.EncryptedJSONField()),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.community')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('community', 'key'), name='slip_once_per_request')],
            },
        ),
    ]
