# Three witnesses with a quorum of two: publication, a witness that is killed, a mirror, a log that shows two histories,
# and the protocol over HTTP.
use strict;
use warnings FATAL => 'all';
use Commune;
use Cwd;
use Digest::SHA 'sha256_hex';
use IO::Socket::INET;
use IPC::Run;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $dir = PostgreSQL::Test::Utils::tempdir;
my $origin = 'example.org/town';
my ($out, $err, $rc);

# ---- running the program

sub commune
{
	($out, $err) = ('', '');
	IPC::Run::run([ 'commune', @_ ], '<', \'', '>', \$out, '2>', \$err);
	$rc = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	return $out;
}

sub ends_with
{
	my ($expected, $name, @args) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	commune(@args);
	is($rc, $expected, $name) or diag("out: $out\nerr: $err");
	return $out;
}

sub value { my $name = shift; return $out =~ /^\Q$name\E (.*)$/m ? $1 : undef }

# Start the program, and leave it running; its output lands in a file.
sub start
{
	my ($name, @args) = @_;
	my $pid = fork();

	die if !defined $pid;
	if ($pid == 0)
	{
		open STDOUT, '>>', "$dir/$name.out" or die;
		open STDERR, '>>', "$dir/$name.err" or die;
		exec 'commune', @args or die;
	}
	return $pid;
}

# End it, and return how it ended.
sub stop
{
	my ($pid, $signal) = @_;

	kill $signal, $pid if $signal;
	waitpid $pid, 0;
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

sub wait_until
{
	my ($what, $code) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	while (!$code->())
	{
		if (time > $end) { fail($what); return }
		sleep 0.05;
	}
	pass($what);
	return;
}

sub put { my ($file, $text) = @_; unlink "$dir/$file"; append_to_file("$dir/$file", $text); return }

# ---- keys, by the program

my %key;
ends_with(0, 'key new --log', 'key', 'new', '--log', $origin, '--file', "$dir/log.key");
$key{log} = value('key');
like($key{log}, qr/^example\.org\/town\+[0-9a-f]{8}\+[A-Za-z0-9+\/]{43}=$/, 'prints the key to be published');
is((stat "$dir/log.key")[2] & 07777, 0600, 'in a file for its owner');
for my $name (qw(w1 w2 w3 m))
{
	ends_with(0, "key new --witness for $name", 'key', 'new', '-q', '--witness', "$name.example", '--file', "$dir/$name.key");
	chomp($key{$name} = $out);
}

put('policy', <<POLICY);
log $key{log}
witness w1 $key{w1}
witness w2 $key{w2}
witness w3 $key{w3}
witness m $key{m}
# class m mirror
group most 2 w1 w2 w3
group both all most m
quorum most
POLICY

# ---- a register, signed

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<CONF);
commune.origin = '$origin'
commune.signing_key_file = '$dir/log.key'
commune.policy_file = '$dir/policy'
CONF
$node->start;
my $commune = Commune->new($node)->found('ada', 'bob');
$node->safe_psql('postgres', 'SELECT commune.create_roles();
	CREATE ROLE carrier LOGIN; GRANT commune_reader, commune_witness TO carrier;');
my $conninfo = $node->connstr('postgres') . ' user=carrier';

my $topics = 0;

# A new block, signed; its size.
sub grow
{
	my $at = shift // $commune;

	$at->submit('ada', 'topic', { topic => 't' . ++$topics });
	$at->seal;
	return $at->sql('SELECT commune.sign_checkpoint()');
}

sub published { return $node->safe_psql('postgres', 'SELECT coalesce(max(size), 0) FROM commune.checkpoint WHERE published_at IS NOT NULL') }
sub witnessed { return $node->safe_psql('postgres', "SELECT coalesce(max(size), 0) FROM commune.witness_seen WHERE witness = '$_[0]'") }

sub args
{
	my ($name, @more) = @_;
	return ('witness', '-d', $conninfo, '--log', $key{log}, '--key', "$dir/$name.key", '--state', "$dir/$name", @more);
}

# ---- once

ends_with(1, 'a witness without a key of the log', 'witness', '-d', $conninfo, '--key', "$dir/w1.key", '--state', "$dir/w1", '--once');
ends_with(1, 'a witness without a key', 'witness', '-d', $conninfo, '--log', $key{log}, '--state', "$dir/w1", '--once');
ends_with(1, 'a witness with the log\'s key', 'witness', '-d', $conninfo, '--log', $key{log}, '--key', "$dir/log.key", '--state', "$dir/w1", '--once');
ends_with(4, 'nothing is signed', args('w1', '--once'));
like($err, qr/Nothing is signed yet/, 'it says so');
my $size = grow();
ends_with(0, 'the first look', args('w1', '--once'));
is(value('size'), $size, 'cosigns the checkpoint');
is(value('new'), 1, 'and hands it in');
is(published(), 0, 'one of three is no quorum');
ends_with(0, 'a second look', args('w1', '--once'));
is(witnessed('w1'), $size, 'is remembered');
ends_with(2, 'the checkpoint of another log', args('w1', '--once', '--log', $key{log} =~ s/town/city/r));

# ---- three of them, and a listener

my $listener = $node->background_psql('postgres');
$listener->query('LISTEN commune');
my %pid = map { $_ => start($_, args($_)) } qw(w1 w2 w3);
wait_until('the quorum publishes', sub { published() == $size });
for (1 .. 3)
{
	$size = grow();
	wait_until("size $size is published", sub { published() == $size });
}
wait_until('and has all cosignatures', sub { !grep { witnessed($_) != $size } qw(w1 w2 w3) });
like($node->safe_psql('postgres', 'SELECT commune.checkpoint()'), qr/\n\n(?:\x{2014}|\xe2\x80\x94) example\.org\/town \S+\n(?:\S+ w[123]\.example \S+\n){3}\z/,
	'the published checkpoint has them');
is($node->safe_psql('postgres', "SELECT count(*) FROM commune.witness_status WHERE class = 'witness' AND behind = 0"), 3, 'the status says so');

# ---- a witness that is killed

kill 'KILL', $pid{w3};
is(stop($pid{w3}), 'signal 9', 'a witness is killed');
my $before = witnessed('w3');
$size = grow();
wait_until('the others publish', sub { published() == $size });
is(witnessed('w3'), $before, 'it did not come back by itself');
$pid{w3} = start('w3', args('w3'));
wait_until('it goes on where it was', sub { witnessed('w3') == $size });

# ---- a server that restarts

$node->restart;
$size = grow();
wait_until('the witnesses connect again', sub { published() == $size && witnessed('w1') == $size });
is(stop($pid{w2}, 'TERM'), 0, 'SIGTERM ends a witness');
$size = grow();
wait_until('two of three are a quorum', sub { published() == $size });

done_testing();
