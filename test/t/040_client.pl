# The program `commune`: keys, acts, receipts, exit codes; its word on a register that was tampered with or set back.
use strict;
use warnings FATAL => 'all';
use Cwd;
use File::Copy qw(copy);
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::RecursiveCopy;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $checkout = getcwd();
my $dir = PostgreSQL::Test::Utils::tempdir;
chdir $dir or die;
delete @ENV{qw(COMMUNE_KEY COMMUNE_PASSPHRASE XDG_CONFIG_HOME XDG_STATE_HOME)};
$ENV{HOME} = $dir;
$ENV{XDG_STATE_HOME} = "$dir/state";

my ($out, $err, $rc);

# Run the program with nothing on standard input, or with a text.
sub commune
{
	my @args = @_;
	my $in = ref $args[-1] ? ${ pop @args } : '';

	($out, $err) = ('', '');
	IPC::Run::run([ 'commune', @args ], '<', \$in, '>', \$out, '2>', \$err);
	$rc = $? >> 8;
	$rc = "signal $?" if $? & 127;
	return $out;
}

# The same, and it must end with this.
sub ends_with
{
	my ($expected, $name, @args) = @_;

	commune(@args);
	is($rc, $expected, $name) or diag("out: $out\nerr: $err");
	return $out;
}

sub ok_run { return ends_with(0, shift, @_) }

# The value of a line of the result.
sub value { my $name = shift; return $out =~ /^\Q$name\E (.*)$/m ? $1 : undef }

# The result as JSON.
sub json_run
{
	my ($name, @args) = @_;
	my $json = eval { decode_json(ends_with(0, $name, @args, '--json')) };

	ok(defined $json, "$name: its JSON can be read");
	return $json // {};
}

# ---- explanations

my $help = ok_run('help', 'help');
is(ok_run('--help', '--help'), $help, '--help says the same');
like(ok_run('--version', '--version'), qr/^commune \d+\.\d+\.\d+\n$/, 'the version');
ends_with(1, 'no command');
ends_with(1, 'an unknown command', 'dance');
like($err, qr/no command "dance"/, 'is named');
ends_with(1, 'an unknown option', 'verify', '--dance');
ends_with(1, 'a missing argument', 'vote');
ends_with(1, 'too many arguments', 'join', 'x');
ends_with(1, 'an option without its value', 'verify', '--state');

my $docs = slurp_file("$checkout/docs/client.md");
my @commands = $help =~ /^  ([a-z]+(?: [a-z]+)?)  /mg;
ok(@commands > 10, 'commands are listed');
for my $command (@commands)
{
	my $text = ok_run("$command --help", split(/ /, $command), '--help');

	is(ok_run("help $command", 'help', split / /, $command), $text, "help $command says the same");
	like($docs, qr/^##+ `commune \Q$command\E/m, "docs/client.md describes $command");
	for my $option ($text =~ /^  (?:-.,|   ) (--[a-z-]+)/mg)
	{
		like($docs, qr/`(?:-., )?\Q$option\E\b/, "docs/client.md has $option of $command");
	}
}
like(ok_run('the manual page', 'help', '--man'), qr/^\.TH COMMUNE 1/, 'is troff');

# ---- keys

umask 022;
my %did;
for my $key (1 .. 4)
{
	$did{$key} = ok_run("key new $key", 'key', 'new', '-q', '--file', "k$key");
	chomp $did{$key};
	like($did{$key}, qr/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/, 'a DID');
}
is((stat 'k1')[2] & 07777, 0600, 'a key file is for its owner alone');
is(json_run('key show', 'key', 'show', '-k', 'k1')->{did}, $did{1}, 'whose key it is');
my $before = slurp_file('k1');
ends_with(5, 'a key file is not overwritten', 'key', 'new', '--file', 'k1');
is(slurp_file('k1'), $before, 'nor touched');
symlink 'nowhere', 'dangling';
ends_with(5, 'nor is a link followed', 'key', 'new', '--file', 'dangling');
ok(!-e 'nowhere', 'or its target made');
ends_with(5, 'nor is there a file in a folder that is missing', 'key', 'new', '--file', 'missing/k');
is(join(' ', glob 'k*.new'), '', 'nothing is left beside');
ok_run('the default place', 'key', 'new', '-q');
is((stat '.config/commune/key')[2] & 07777, 0600, 'is below .config');
is((stat '.config/commune')[2] & 07777, 0700, 'in a folder for its owner');
$ENV{COMMUNE_KEY} = 'k2';
is(ok_run('COMMUNE_KEY', 'key', 'show', '-q'), "$did{2}\n", 'names the key');
delete $ENV{COMMUNE_KEY};
for my $mode (0640, 0604, 0660)
{
	chmod $mode, 'k4';
	ends_with(5, sprintf('mode %04o is refused', $mode), 'key', 'show', '-k', 'k4');
	like($err, qr/chmod 600/, 'with a hint');
}
chmod 0600, 'k4';
ends_with(5, 'no key', 'key', 'show', '-k', 'nothing');
ends_with(5, 'a folder for a key', 'key', 'show', '-k', '.');
append_to_file('broken', "untrusted comment: x\nQ0sx\n");
chmod 0600, 'broken';
ends_with(5, 'a broken key', 'key', 'show', '-k', 'broken');
like($err, qr/QC901/, 'has its SQLSTATE');

# passphrases
append_to_file('pass', "open sesame\nno part of it\n");
append_to_file('wrong', "open barley\n");
append_to_file('empty', "\n");
ok_run('a passphrase from a file', 'key', 'new', '-q', '-f', 'sealed', '--passphrase-file', 'pass');
is(json_run('a sealed key', 'key', 'show', '-k', 'sealed')->{protection}, 'passphrase', 'says so without asking');
my @offline = ('--offline', '--commune', 'A' x 43);
ok_run('it signs with the passphrase', 'sign', 'join', '-k', 'sealed', @offline, '--passphrase-file', 'pass');
ends_with(5, 'not with another', 'sign', 'join', '-k', 'sealed', @offline, '--passphrase-file', 'wrong');
ok_run('from standard input', 'sign', 'join', '-k', 'sealed', @offline, '--passphrase-file', '-', \"open sesame\n");
$ENV{COMMUNE_PASSPHRASE} = 'open sesame';
ok_run('from the environment', 'sign', 'join', '-k', 'sealed', @offline);
delete $ENV{COMMUNE_PASSPHRASE};
ends_with(5, 'an empty one protects nothing', 'key', 'new', '-f', 'sealed2', '--passphrase-file', 'empty');

# Run a command on a terminal, by script(1) of util-linux, with questions and answers.
sub talk
{
	my ($command, @answers) = @_;
	my ($in, $seen) = ('', '');
	local $ENV{TERM} = 'xterm';
	my $h = IPC::Run::start([ 'script', '-qec', $command, '/dev/null' ], '<', \$in, '>', \$seen, IPC::Run::timeout(60));

	while (my ($question, $answer) = splice @answers, 0, 2)
	{
		$h->pump until $seen =~ /\Q$question\E/;
		$in .= "$answer\n";
		$h->pump while length $in;
	}
	$h->finish;
	return ($? >> 8, $seen);
}

{
	my ($status, $seen) = talk('commune key new -p -f asked', 'New passphrase', 'hush hush', 'Once more', 'hush hush');
	is($status, 0, 'a passphrase from the terminal');
	unlike($seen, qr/hush/, 'is not shown');
	($status, $seen) = talk("commune sign join -k asked @offline", 'Passphrase', 'hush hush');
	is($status, 0, 'and asked for again');
	unlike($seen, qr/hush/, 'not shown either');
	($status, $seen) = talk('commune key new -p -f asked2', 'New passphrase', 'one', 'Once more', 'two');
	is($status, 5, 'two that differ');
	ok(!-e 'asked2', 'make no key');
	($status, $seen) = talk('commune dance');
	like($seen, qr/\033\[1;31merror:\033/, 'an error is red');
	($status, $seen) = talk('NO_COLOR=1 commune dance');
	unlike($seen, qr/\033/, 'unless NO_COLOR is set');
}

# ---- records without a server

my $record = ok_run('sign offline', 'sign', 'topic', '-k', 'k1', @offline, '-t', 'topic=water');
like($record, qr/^eyJ[\w-]+\.[\w-]+\.[\w-]{86}\n$/, 'prints a record');
my $dry = json_run('a dry run', 'sign', 'topic', '-k', 'k1', @offline, '-n', '-m', 'topic="water"');
my $payload = decode_json($dry->{payload});
is_deeply([ sort keys %$payload ], [qw(act aud iat iss nonce topic)], 'shows the payload');
require Digest::SHA;
is($dry->{sha256}, Digest::SHA::sha256_hex($dry->{payload}), 'and its hash');
is_deeply([ @$payload{qw(iss aud act topic)} ], [ $did{1}, 'A' x 43, 'topic', 'water' ], 'with what it is to have');
$dry = json_run('expiry', 'sign', 'join', '-k', 'k1', @offline, '-n', '--expires', '2030-01-01');
is(decode_json($dry->{payload})->{exp}, 1893456000, 'is in it');
ends_with(4, 'members of another kind', 'sign', 'topic', '-k', 'k1', @offline, '-t', 'name=water');
like($err, qr/QC109/, 'have their SQLSTATE');
ends_with(4, 'a member twice', 'sign', 'topic', '-k', 'k1', @offline, '-t', 'topic=a', '-t', 'topic=b');
ends_with(4, 'no JSON', 'sign', 'topic', '-k', 'k1', @offline, '-m', 'topic=water');
ends_with(4, 'a fraction', 'sign', 'x', '-k', 'k1', @offline, '-m', 'x=1.5');
ends_with(1, 'no member', 'sign', 'topic', '-k', 'k1', @offline, '-m', 'topic');
ok_run('members from standard input', 'sign', 'topic', '-', '-k', 'k1', @offline, \'{"topic":"fire","parent":"water"}');
ends_with(1, 'an array is none', 'sign', 'topic', '-', '-k', 'k1', @offline, \'[]');
ok_run('an unknown kind', 'sign', 'dance', '-k', 'k1', @offline);
like($err, qr/warning/, 'with a warning');
ends_with(1, 'an id that is none', 'join', '-k', 'k1', '--offline', '--commune', 'x');
ends_with(1, 'no commune is remembered', 'join', '-k', 'k1', '--offline');
ends_with(1, 'a time that is none', 'join', '-k', 'k1', @offline, '--expires', 'tomorrow');
ends_with(1, 'a DID that is none', 'vouch', 'somebody', '-k', 'k1', @offline);
ends_with(3, 'no server', 'status', '-d', "host=$dir");

# Nonces: two processes never take the same one; a lost file does no harm; a clock that was wrong is noticed.
my @jobs = map { my ($in, $o) = ('', ''); my $h = IPC::Run::start([ 'commune', 'join', '-k', 'k1', @offline ], '<', \$in, '>', \$o); [ $h, \$o ] } 1 .. 8;
my %nonce;
require MIME::Base64;
for (@jobs)
{
	$_->[0]->finish;
	my $part = (split /\./, ${ $_->[1] })[1];
	$part =~ tr|-_|+/|;
	$nonce{ decode_json(MIME::Base64::decode_base64($part))->{nonce} }++;
}
is(scalar keys %nonce, 8, 'eight nonces at once');
my $last = slurp_file('k1.nonce');
is($last + 0, (sort { $b <=> $a } keys %nonce)[0], 'the last one is kept');
unlink 'k1.nonce';
ok_run('without the file', 'join', '-k', 'k1', @offline);
cmp_ok(slurp_file('k1.nonce') + 0, '>', $last, 'nonces go on with the clock');
my $ahead = int(time) * 1000 + 200_000;
unlink 'k1.nonce';
append_to_file('k1.nonce', "$ahead\n");
ok_run('a last nonce a little ahead', 'join', '-k', 'k1', @offline);
is(slurp_file('k1.nonce') + 0, $ahead + 1, 'is gone on from');
unlink 'k1.nonce';
append_to_file('k1.nonce', (int(time) * 1000 + 400_000) . "\n");
ends_with(5, 'one far ahead is refused', 'join', '-k', 'k1', @offline);
unlink 'k1.nonce';

# ---- a commune

umask 077;
my $node = PostgreSQL::Test::Cluster->new('client');
$node->init;
$node->start;
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'town';
sub sql { return $node->safe_psql('town', shift) }
$node->safe_psql('postgres', 'CREATE DATABASE town ENCODING UTF8 TEMPLATE template0');
ends_with(4, 'without the extension', 'status');
sql('CREATE EXTENSION commune');

ok_run('an empty register', 'verify');
is(value('size'), 0, 'has nothing to verify');
ends_with(4, 'no commune yet', 'join', '-k', 'k1');
like($err, qr/QC301/, 'is said');

# Somebody seals, until it is told to stop.
my $sealer;
append_to_file('seal.sql', "SELECT commune.seal()\n\\watch 0.1\n");
sub start_sealing
{
	$sealer = IPC::Run::start([ 'psql', '-Xqf', 'seal.sql', $node->connstr('town') ], '<', '/dev/null', '>', '/dev/null', '2>', '/dev/null');
}
sub stop_sealing { $sealer->kill_kill if $sealer; undef $sealer }
start_sealing();

my $found = json_run('found', 'found', 'Our town', '-k', 'k1', '--founder', $did{2}, '--vouches', 2, '--acts-per-day', 500, '-w');
is($found->{verdict}, '00000', 'founded');
my $id = $found->{id};
is(sql('SELECT commune.base64url(id) FROM commune.charter'), $id, 'the id of the commune is that of the charter');
is(sql('SELECT name, vouches, acts_per_day, cardinality(founders) FROM commune.charter'), 'Our town|2|500|2', 'as it was to be');
ends_with(4, 'a second charter', 'found', 'Other', '-k', 'k1');
like($err, qr/QC302.*\ndetail:.*Our town/, 'is refused with SQLSTATE and detail');
for my $key (1, 2, 3)
{
	ok_run("join $key", 'join', '-k', "k$key", '-w');
	like(value('seq'), qr/^\d+$/, 'prints the seq');
	is(value('verdict'), '00000', 'and the verdict');
}
my $join = value('seq');
like(ok_run('vouch', 'vouch', $did{3}, '-k', 'k1', '-w', '-q'), qr/^\d+\n$/, 'quietly: the seq alone');
ok_run('vouch again', 'vouch', $did{3}, '-k', 'k2', '-w');
is(sql("SELECT status FROM commune.member WHERE did::text = '$did{3}'"), 'member', 'a member');
ends_with(4, 'a vouch of no member', 'vouch', $did{3}, '-k', 'k4');
like($err, qr/QC304/, 'is refused');
ok_run('withdraw', 'vouch', $did{3}, '-k', 'k2', '--withdraw', '-w');
ok_run('topic', 'topic', 'water', '-k', 'k1', '-w');
ok_run('topic below', 'topic', 'wells', '--parent', 'water', '-k', 'k1', '-w');
ends_with(4, 'a topic below nothing', 'topic', 'fire', '--parent', 'air', '-k', 'k1');

# polls
my @poll = ('-k', 'k1', '--title', 'What to build', '-o', 'trees', '-o', "b\x{c3}\x{a4}nke", '-o', 'paths');
ends_with(1, 'a poll without its end', 'poll', 'budget', @poll, '--method', 'majority');
ends_with(4, 'a name that is none', 'poll', 'Budget', @poll, '--method', 'majority', '--closes', 'now+1h');
ends_with(4, 'a method that is none', 'poll', 'budget', @poll, '--method', 'dice', '--closes', 'now+1h');
ends_with(4, 'quadratic without credits', 'poll', 'budget', @poll, '--method', 'quadratic', '--closes', 'now+1h');
ok_run('a poll to come', 'poll', 'later', @poll, '--method', 'majority', '--threshold', '2/3', '--opens', 'now+1h', '--closes',
	'now+2h', '-w');
ok_run('quadratic', 'poll', 'budget', @poll, '--method', 'quadratic', '--credits', 100, '--seats', 2, '--negative', '--topic', 'wells',
	'--text', "Line 1\nLine 2", '--quorum', '1/4', '--closes', 'now+2h', '--running', '-w');
ok_run('approval', 'poll', 'names', @poll, '--method', 'approval', '--closes', 'now+2h', '-w');
ok_run('majority', 'poll', 'chair', @poll, '--method', 'majority', '--closes', 'now+2h', '-w');
ok_run('by its parameters', 'poll', 'board', @poll, '--method', 'stv', '-p', 'seats=2', '--param', 'rule=wigm', '--closes', 'now+2h', '-w');
ok_run('money', 'poll', 'money', @poll, '--method', 'greedy', '-p', 'budget=100', '-p', 'costs=50,40,60', '-p', 'measure=votes', '-p',
	'ties=min_cost,lot', '--closes', 'now+2h', '-w');
is(sql("SELECT string_agg(params::text, ' ' ORDER BY name) FROM commune.poll WHERE name IN ('board', 'money')"),
	'{"rule":"wigm","seats":2} {"budget":100,"costs":[50,40,60],"measure":"votes","ties":"min_cost,lot"}', 'parameters by name');
for ([ 'no such parameter', 4, 'seat=2' ], [ 'a word that is none', 4, 'rule=irish' ], [ 'a fraction in its place', 4, 'seats=1/2' ],
	[ 'no name', 1, '=2' ], [ 'no value', 1, 'seats' ])
{
	my ($name, $status, $param) = @$_;

	ends_with($status, $name, 'poll', 'none', @poll, '--method', 'stv', '-p', $param, '--closes', 'now+2h', '--offline');
}
is(sql("SELECT params::text, quorum_num, quorum_den, topic FROM commune.poll WHERE name = 'budget'"),
	'{"credits":100,"negative":true,"running":true,"seats":2}|1|4|wells', 'as it was to be');

# votes
ok_run('vote quadratic', 'vote', 'budget', '-k', 'k2', '--votes', '5,-1,3', '-w');
like($err, qr/What to build\nLine 1\nLine 2\nmethod   quadratic.*\n.*\nmanifest [\w-]{43}\n +5  1\. trees\n +-1  2\. b.*nke\n +3  3\. paths/,
	'after it was shown');
my ($manifest) = $err =~ /^manifest (\S+)/m;
is(sql("SELECT commune.base64url(manifest) FROM commune.poll WHERE name = 'budget'"), $manifest, 'under the id of what was shown');
ok_run('vote by ranks', 'vote', 'board', '-k', 'k2', '--ranking', '3>1', '-w');
like($err, qr/\n +2\.  1\. trees\n +-  2\. b.*nke\n +1\.  3\. paths/, 'shows the ranks');
is(sql("SELECT b.ranking FROM commune.ballot b JOIN commune.poll p ON p.seq = b.poll WHERE p.name = 'board'"), '3>1', 'the ranking');
ok_run('vote approval', 'vote', 'names', '-k', 'k2', '--approve', '1,3', '-w');
ok_run('vote majority', 'vote', 'chair', '-k', 'k2', '--option', 2, '-w');
ok_run('abstain', 'vote', 'chair', '-k', 'k3', '--abstain', '-w', '--manifest',
	sql("SELECT commune.base64url(manifest) FROM commune.poll WHERE name = 'chair'"));
is(sql("SELECT p.name, b.option, b.abstain, b.votes FROM commune.ballot b JOIN commune.poll p ON p.seq = b.poll WHERE p.name <> 'board' ORDER BY b.seq"),
	"budget||f|{5,-1,3}\nnames||f|{1,0,1}\nchair|2|f|\nchair||t|", 'the ballots');
{
	my $nonce = slurp_file('k3.nonce');
	my ($status, $seen) = talk('commune vote chair -k k3 --option 1', 'Sign this ballot?', 'n');

	is($status, 6, 'who says no');
	is(slurp_file('k3.nonce'), $nonce, 'has signed nothing');
	($status, $seen) = talk('commune vote chair -k k3 --option 1 --no-submit', 'Sign this ballot?', 'y');
	is($status, 0, 'who says yes');
	like($seen, qr/^eyJ/m, 'has signed');
}
ends_with(2, 'another manifest than expected', 'vote', 'budget', '-k', 'k3', '--abstain', '--manifest', 'A' x 43);
for (
	[ 'too expensive', 'QC412', 'budget', '--votes', '9,9,3' ],
	[ 'too many votes', 'QC411', 'budget', '--votes', '1,1,1,1' ],
	[ 'too few votes', 'QC410', 'budget', '--votes', '1' ],
	[ 'no option', 'QC411', 'chair', '--option', '4' ],
	[ 'no option to rank', 'QC411', 'board', '--ranking', '4>1' ],
	[ 'equal ranks', 'QC410', 'board', '-r', '1=2' ],
	[ 'no ranking', 'QC410', 'board', '-r', 'first' ],
	[ 'no option to approve', 'QC411', 'names', '--approve', '4' ],
	[ 'another form', 'QC410', 'chair', '--votes', '1,0,0' ],
	[ 'no poll', 'QC406', 'nothing', '--abstain' ],
	[ 'not open', 'QC407', 'later', '--abstain' ])
{
	my ($name, $sqlstate, $poll, @choice) = @$_;
	my $nonce = slurp_file('k3.nonce');

	ends_with(4, $name, 'vote', $poll, '-k', 'k3', @choice);
	like($err, qr/$sqlstate/, "$name: $sqlstate");
	is(slurp_file('k3.nonce'), $nonce, "$name: nothing was signed");
}
ends_with(1, 'no choice', 'vote', 'chair', '-k', 'k3');
ends_with(1, 'two choices', 'vote', 'chair', '-k', 'k3', '--option', 1, '--abstain');
ends_with(1, 'a list that is none', 'vote', 'budget', '-k', 'k3', '--votes', '1,,2');
ends_with(1, 'voting unseen', 'vote', 'chair', '-k', 'k3', '--option', 1, '--offline');
ends_with(4, 'the vote of no member', 'vote', 'chair', '-k', 'k4', '--option', 1);

# delegations
ok_run('delegate', 'delegate', $did{2}, $did{1}, '-k', 'k3', '--until', 'now+30d', '--must-vote', '-w');
ok_run('in a topic', 'delegate', $did{1}, '--topic', 'water', '-k', 'k3', '-w');
ok_run('in a poll', 'delegate', '--poll', 'later', '-k', 'k3', '-w');
my $poll_id = sql("SELECT commune.base64url(id) FROM commune.poll WHERE name = 'later'");
ok_run('by its id', 'delegate', $did{1}, '--poll-id', $poll_id, '-k', 'k3', '-w');
is(sql('SELECT scope, trustees, must_vote, expires IS NULL FROM commune.delegation WHERE until IS NULL ORDER BY scope'),
	"everything|{2,1}|{1,2}|f\npoll/later|{1}||f\ntopic/water|{1}||f", 'the lists');
ends_with(1, 'two scopes', 'delegate', '--poll', 'later', '--topic', 'water', '-k', 'k3');
ends_with(4, 'an open poll', 'delegate', $did{1}, '--poll', 'chair', '-k', 'k3');

# a carrier, who may submit and not read
sql('SELECT commune.create_roles(); CREATE ROLE carrier LOGIN IN ROLE commune_submit');
ends_with(4, 'who may not read cannot say which commune it is', 'topic', 'carried', '-k', 'k1', '-d', 'user=carrier');
like($err, qr/42501/, 'is refused');
ok_run('with --commune', 'topic', 'carried', '-k', 'k1', '-d', 'user=carrier', '-c', $id, '-w');
is(value('verdict'), '00000', 'it is carried');

# records by hand
my $by_hand = ok_run('no-submit', 'topic', 'by-hand', '-k', 'k1', '--no-submit');
my $offline = ok_run('offline, the commune remembered', 'topic', 'offline', '-k', 'k2', '--offline');
like(json_run('the same as JSON', 'topic', 'x', '-k', 'k2', '--offline')->{record}, qr/^eyJ/, 'a record');
ok_run('submit', 'submit', '-w', \"$by_hand\n$offline");
is(() = $out =~ /^verdict 00000$/mg, 2, 'two records');
append_to_file('record', $by_hand);
my $seq = sql('SELECT seq FROM commune.topic WHERE topic = \'by-hand\'');
is(ok_run('submit again from a file', 'submit', 'record', '-q'), "$seq\n", 'the same bytes have the same seq');
my $bad = ok_run('of no member', 'topic', 'bad', '-k', 'k4', '--no-submit');
my $good = ok_run('of a member', 'topic', 'good', '-k', 'k1', '--no-submit');
ends_with(4, 'one of two refused', 'submit', \"$bad$good");
like($err, qr/QC304.*line 1 was refused/s, 'the first');
like($out, qr/^seq \d+$/m, 'the second went in');
$good = ok_run('another', 'topic', 'good2', '-k', 'k1', '--no-submit');
ends_with(4, 'all or none', 'submit', '-1', \"$good$bad");
is(sql("SELECT count(*) FROM commune.act WHERE record::text = btrim('$good', E'\\n')"), 0, 'none');
ends_with(4, 'no record', 'submit', \"nonsense\n");
like($err, qr/22P02/, 'is refused');
my $one = ok_run('one', 'topic', 'race', '-k', 'k1', '--no-submit');
my $two = ok_run('two', 'topic', 'race', '-k', 'k2', '--no-submit');
ends_with(4, 'refused by the fold', 'submit', '-1', '-w', \"$one$two");
like($out, qr/^verdict 00000\n.*^verdict QC310$/ms, 'both verdicts are shown');
like($err, qr/QC310: the topic exists/, 'and the refusal is explained');
my $refused = sql('SELECT seq FROM commune.verdict');

# many at once
my $batch = join '', map { "k$_->[0]\ttopic\t{\"topic\":\"$_->[1]\"}\n" } [ 1, 'b1' ], [ 1, 'b2' ], [ 2, 'b3' ], [ 1, 'b4' ];
my $records = ok_run('sign batch', 'sign', 'batch', '-k', 'k4', \"$batch\n\tleave\r\n");
is(scalar(my @records = split /\n/, $records), 5, 'a record for each line that is not empty');
ok_run('submitted', 'submit', '-w', \join("\n", @records[ 0 .. 3 ]));
is(() = $out =~ /^verdict 00000$/mg, 4, 'all of them');
is(sql("SELECT string_agg(topic, ' ' ORDER BY seq) FROM commune.topic WHERE topic ~ '^b\\d'"), 'b1 b2 b3 b4', 'in their order');
is(sql("SELECT commune.signer(r), commune.payload(r)->>'act' FROM (SELECT '$records[4]'::commune.jws AS r) r"), "$did{4}|leave",
	'the last of the key of the options');
my $noted = slurp_file('k1.nonce');
is($noted, sql("SELECT max(nonce) FROM commune.act WHERE signer::text = '$did{1}'") . "\n", 'the last nonce is noted');
is(() = ok_run('a dry run', 'sign', 'batch', '--dry-run', \$batch) =~ /^payload \{"iss"/mg, 4, 'shows the payloads');
is(scalar(my @json = map { decode_json($_)->{id} } split /\n/, ok_run('as JSON', 'sign', 'batch', '--json', \$batch)), 4, 'has ids');
is(ok_run('nothing', 'sign', 'batch', \''), '', 'of nothing');
for (
	[ 4, 'a member that is wrong', 'topic\t{"topic":7}', qr/^commune: line 5\n.*QC109/ ],
	[ 4, 'no object', 'topic\t7', qr/^commune: line 5\n.*QC109.*not a JSON object/s ],
	[ 4, 'no JSON', 'topic\t{', qr/^commune: line 5\n.*22P02/ ],
	[ 1, 'no kind', '', qr/line 5 is not KEYFILE/ ])
{
	my ($expected, $name, $line, $says) = @$_;

	is(ends_with($expected, "a batch with $name", 'sign', 'batch', \("${batch}k1\t" . $line =~ s/\\t/\t/r)), '', 'prints nothing');
	like($err, $says, 'and names the line');
}
ends_with(5, 'a batch with a key that is missing', 'sign', 'batch', \"${batch}k9\tleave\n");

# ---- receipts

my $receipt = json_run('receipt', 'receipt', $join);
is($receipt->{verdict}, '00000', 'accepted');
is($receipt->{origin}, sql('SELECT origin FROM commune.era'), 'with the origin');
is(json_run('receipt of a refused act', 'receipt', $refused)->{verdict}, 'QC310', 'proves the refusal');
ok_run('saved', 'receipt', 'record', '-o', 'receipt');
ends_with(5, 'not overwritten', 'receipt', 'record', '-o', 'receipt');
like(ok_run('printed', 'receipt', 'record'), qr/^c2sp\.org\/tlog-proof\@v1\n/, 'as it is');
{
	local $ENV{PGHOST} = $dir;
	is(json_run('check', 'receipt', 'check', 'receipt', '-r', 'record')->{meaning}, 'accepted', 'without a server');
}
append_to_file('other', $offline);
ends_with(2, 'a receipt of another record', 'receipt', 'check', 'receipt', '--record', 'other');
my $text = slurp_file('receipt');
for (my $i = 0; $i < length $text; $i += 97)
{
	my $changed = $text;

	substr($changed, $i, 1) = substr($changed, $i, 1) eq 'A' ? 'B' : 'A';
	unlink 'changed';
	append_to_file('changed', $changed);
	commune('receipt', 'check', 'changed', '-r', 'record');
	if ($rc != 2)	# the origin is free text, which only a signature would cover
	{
		my ($origin) = $text =~ /\n\n(.*)\n/;
		my $at = index($text, "\n\n") + 2;

		ok($rc == 0 && $i >= $at && $i < $at + length $origin, "byte $i of the receipt counts") or diag("$rc $err");
	}
}
ends_with(1, 'no record', 'receipt', 'check', 'receipt');
ends_with(4, 'no such act', 'receipt', '99999');
like($err, qr/QC209/, 'is said');

# ---- verify, clean

stop_sealing();
sql('SELECT commune.seal()');
my $clean = json_run('verify', 'verify');
is_deeply([ @$clean{qw(verified commune damages refused)} ], [ JSON::PP::true, $id, 0, 1 ], 'clean');
is($clean->{size}, sql('SELECT max(size) FROM commune.block'), 'all of it');
is($clean->{root}, sql('SELECT commune.base64url(root) FROM commune.block ORDER BY number DESC LIMIT 1'), 'with the root');
is($clean->{acts}, sql('SELECT count(*) FROM commune.act'), 'and every act');
is(ok_run('quietly', 'verify', '-q'), "yes\n", 'in a word');
ok_run('without signatures', 'verify', '--no-signatures');
is(value('signatures'), 'no', 'says so');
is((stat 'state/commune')[2] & 07777, 0700, 'what is remembered is the user\'s');
is(sql('SELECT count(*) FROM commune.verify()') + sql('SELECT count(*) FROM commune.replay()'), 0, 'the server says the same');
sql('SELECT commune.create_roles(); CREATE ROLE reader LOGIN IN ROLE commune_reader');
ok_run('as one who can only read', 'verify', '-d', 'user=reader');
{
	my ($status, $seen) = talk('commune verify');
	like($seen, qr/leaves +\[#+\.*\] \d+ of \d+/, 'a bar on a terminal');
	($status, $seen) = talk('commune verify -q');
	unlike($seen, qr/leaves/, 'unless it is to be quiet');
}
ok_run('status', 'status');
is(value('members'), 3, 'counts members');
is(scalar @{ json_run('status', 'status')->{polls} }, 6, 'lists polls');

# ---- tampering: each in a copy of the database, which is at the same address

$node->safe_psql('postgres', 'CREATE DATABASE kept TEMPLATE town');
sub restore
{
	$node->safe_psql('postgres', 'DROP DATABASE town');
	$node->safe_psql('postgres', 'CREATE DATABASE town TEMPLATE kept');
}
my $ballot = sql("SELECT seq FROM commune.ballot WHERE votes = '{5,-1,3}'");
my $forged = ok_run('a ballot of somebody else', 'sign', 'ballot', '-k', 'k3', '-t', "poll=$manifest", '-m', 'choice={"votes":[0,0,9]}');
chomp $forged;
for (
	[ 'act', "UPDATE commune.act SET record = '$forged' WHERE seq = $ballot", qr/^damage act\.record index \d+ changed: .* $ballot /m ],
	[ 'act', "UPDATE commune.act SET record = overlay(record::text placing CASE WHEN substr(record::text, length(record::text) - 20, 1) = 'A' THEN 'B' ELSE 'A' END from length(record::text) - 20 for 1)::commune.jws WHERE seq = $ballot",
		qr/^damage act\.record index \d+ signature: .* $ballot /m ],
	[ 'act', "UPDATE commune.act SET leaf = sha256('x') WHERE seq = $ballot", qr/^damage act\.leaf index \d+ changed/m ],
	[ 'act', "UPDATE commune.act SET received_at = received_at + interval '1 us' WHERE seq = $ballot", qr/^damage block\.members index/m ],
	[ 'act', "UPDATE commune.act SET kind = 'leave' WHERE seq = $ballot", qr/^damage act\.kind index/m ],
	[ 'act', "DELETE FROM commune.act WHERE seq = $ballot", qr/^damage act index \d+ missing: .* $ballot /m ],
	[ 'verdict', 'DELETE FROM commune.verdict', qr/^damage block index \d+ fold: The fold gives act $refused the verdict QC310/m ],
	[ 'verdict', "UPDATE commune.verdict SET sqlstate = 'QC304'", qr/^damage verdict index/m ],
	[ 'verdict', "INSERT INTO commune.verdict VALUES ($ballot, 'QC412')", qr/^damage block index \d+ fold: The fold gives act $ballot the verdict none/m ],
	[ 'entry', "UPDATE commune.entry SET body = replace(body, 'trees', 'roads') WHERE kind = 'open'", qr/^damage entry\.body index/m ],
	[ 'block', "DELETE FROM commune.block WHERE number = 4", qr/^damage block missing: Block 4/m ],
	[ 'block', "INSERT INTO commune.block SELECT 1::bigint << 62, time, first, 1::bigint << 62, era, finished, snapshot, root, frontier, members, header FROM commune.block WHERE number = 4",
		qr/1\d{3} places do not hold; the first thousand/ ],
	[ 'block', "UPDATE commune.block SET time = time + interval '1 us' WHERE number = 4", qr/^damage block\.time index/m ],
	[ 'era', "UPDATE commune.era SET origin = 'commune/other'", qr/^damage era\.origin index/m ],
	[ 'ballot', "UPDATE commune.ballot SET votes = '{0,0,9}' WHERE seq = $ballot", qr/^damage ballot\.votes row .* state: It ought to be \{5,-1,3\}, it is \{0,0,9\}/m ],
	[ 'ballot', "DELETE FROM commune.ballot WHERE seq = $ballot", qr/^damage ballot row .* state: It ought to be a row, it is no row/m ],
	[ 'member', "UPDATE commune.member SET status = 'member' WHERE id = 1; INSERT INTO commune.member VALUES (77, 0, 1, 0, 0, 0, 0, 'member', '$did{4}')",
		qr/^damage member row 77 state: It ought to be no row, it is a row/m ],
	[ 'poll', "UPDATE commune.poll SET closes = 'infinity'", qr/column "closes" that cannot be read/ ],
	[ 'delegation', 'UPDATE commune.delegation SET trustees = \'{1}\'', qr/^damage delegation\.trustees row/m ],
	[ 'vouch', 'DELETE FROM commune.vouch', qr/^damage vouch row/m ],
	[ 'charter', "UPDATE commune.charter SET id = sha256('x')", qr/^damage charter\.id row/m ],
	[ 'topic', 'UPDATE commune.topic SET parent = NULL', qr/^damage topic\.parent row wells state: It ought to be water, it is NULL/m ])
{
	my ($table, $change, $says) = @$_;

	sql("ALTER TABLE commune.$table DISABLE TRIGGER ALL; $change");
	ends_with(2, $change, 'verify');
	like("$out$err", $says, 'is named');
	restore();
}
sql("ALTER TABLE commune.ballot DISABLE TRIGGER ALL; UPDATE commune.ballot SET seq = seq + 1");
commune('verify', '--json');
my $json = eval { decode_json($out) } // {};
is_deeply([ $json->{verified}, $json->{damages}, scalar @{ $json->{list} // [] } ], [ JSON::PP::false, 5, 5 ], 'damage as JSON');
restore();
ok_run('restored, it is clean', 'verify');

# An act that was committed and left out: its transaction is older than the last snapshot.
sql("ALTER TABLE commune.act DISABLE TRIGGER ALL; INSERT INTO commune.act SELECT seq + 10000, xid, received_at, nonce, era, kind, signer, leaf, record, key FROM commune.act WHERE seq = $ballot");
ends_with(2, 'an act in no block', 'verify');
like($out, qr/^damage act omitted: What has seq 1\d{4} /m, 'is named');
restore();

# What is voted on is recomputed.
for (
	[ 'entry', "body = replace(body, 'trees', 'roads') WHERE kind = 'open'", 'the options are not those' ],
	[ 'entry', "body = regexp_replace(body, '\"closes\":\\d+', '\"closes\":1') WHERE kind = 'open'", 'it closes at another time' ],
	[ 'act', "record = '$forged' WHERE kind = 'poll'", 'its act is none' ])
{
	my ($table, $change, $says) = @$_;
	my $nonce = slurp_file('k3.nonce');

	sql("ALTER TABLE commune.$table DISABLE TRIGGER ALL; UPDATE commune.$table SET $change");
	ends_with(2, "vote on a lie: $change", 'vote', 'chair', '-k', 'k3', '--option', 1);
	like($err, qr/does not hold: $says/, 'is named');
	is(slurp_file('k3.nonce'), $nonce, 'and nothing was signed');
	restore();
}

# ---- another register at the same address

my $origin = $clean->{origin};
$node->safe_psql('postgres', 'DROP DATABASE town');
$node->safe_psql('postgres', 'CREATE DATABASE town ENCODING UTF8 TEMPLATE template0');
sql('CREATE EXTENSION commune');
ends_with(2, 'an emptied register', 'verify');
like($err, qr/rolled back.*\nremembered: size $clean->{size}, root \Q$clean->{root}\E.*\nserver:     size 0, root/, 'both states are shown');
sql("SELECT commune.submit('" . (split /\n/, ok_run('a charter', 'found', 'Impostor', '-k', 'k4', '--offline'))[0] . "')");
sql('SELECT commune.seal()');
ends_with(2, 'another commune is not signed for', 'topic', 'trap', '-k', 'k1');
like($err, qr/another commune\nremembered: \Q$id\E\nserver:     [\w-]{43}\nhint:/, 'both ids are shown');
ends_with(2, 'nor verified', 'verify');
like($err, qr/another origin/, 'the origin');
like($err, qr/another commune/, 'and the commune are shown');
my $impostor = sql('SELECT commune.base64url(id) FROM commune.charter');
my $new_origin = sql('SELECT origin FROM commune.era');
ends_with(2, 'one of both is not enough', 'verify', '--commune', $impostor);
ends_with(2, 'nor a wrong one', 'verify', '--commune', $impostor, '--origin', 'commune/wrong');
ok_run('unless it is accepted', 'verify', '--commune', $impostor, '--origin', $new_origin);
ok_run('from then on', 'verify');
restore();
ends_with(2, 'the old one is the other one now', 'verify');
ok_run('and taken back', 'verify', '--commune', $id, '--origin', $origin);
ok_run('signs again', 'topic', 'back', '-k', 'k1');

# ---- an older copy of the cluster

sql('SELECT commune.seal()');
ok_run('before the copy', 'verify');
$node->stop;
my $data = $node->data_dir;
PostgreSQL::Test::RecursiveCopy::copypath($data, "$data.old");
$node->start;
my $lost = ok_run('an act', 'topic', 'lost', '-k', 'k1');
sql('SELECT commune.seal()');
my $seen = json_run('is seen', 'verify');
$node->stop;
rename $data, "$data.new";
rename "$data.old", $data;
$node->start;
(my $file = "state/commune/register/$origin") =~ s|(?<=commune/register/)commune/|commune%2F|;
my $state = slurp_file($file);
ends_with(2, 'an older copy', 'verify');
like($err, qr/QC902.*\ndetail: The register is shorter/, 'is a rollback');
like($err, qr/remembered: size $seen->{size}, root \Q$seen->{root}\E \(block $seen->{block}, seen 2.*\nserver:     size \d+, root [\w-]{43} \(block \d+\)/,
	'with both states as evidence');
for my $topic ('instead', 'and-more')
{
	ok_run("it goes on with $topic", 'topic', $topic, '-k', 'k1');
	sql('SELECT commune.seal()');
}
is(sql('SELECT count(*) FROM commune.verify()') + sql('SELECT count(*) FROM commune.replay()'), 0, 'the server finds nothing');
ends_with(2, 'it has grown, and differs', 'verify');
like($err, qr/QC902.*\ndetail: (At the size that was seen the root is another|No block ends at the size)/, 'which is found');
is_deeply(decode_json(ends_with(2, 'as JSON', 'verify', '--json'))->{verified}, JSON::PP::false, 'it is not verified');
is(slurp_file($file), $state, 'and not remembered');
ok_run('somebody who sees it for the first time', 'verify', '--state', 'fresh');
like($err, qr/First look at the register/, 'is told so');

# What is remembered is not lost by a crash in the middle, nor by nonsense.
unlink $file;
append_to_file($file, '{"origin":');
ends_with(5, 'a broken memory', 'verify');
like($err, qr/cannot be read/, 'is no fresh start');

$node->stop;
done_testing();
