# A commune in a database of a test cluster: founds it, signs acts of its members, submits, seals and checks.
#
#     my $commune = Commune->new($node, 'db')->found('ada', 'bob');
#     my $seq = $commune->submit('ada', 'topic', { topic => 'water' });
#     $commune->seal;
#     $commune->is_clean('after the first block');
#     $commune->at($standby)->is_clean('the same on a standby');
#
# Names are turned into keys by build/sign, nonces count from 1 for each name.
package Commune;

use strict;
use warnings FATAL => 'all';
use Digest::SHA 'sha256';
use JSON::PP ();
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Test::More;

my $json = JSON::PP->new->canonical->utf8;
my %dids;

sub new
{
	my ($class, $node, $db) = @_;
	return bless { node => $node, db => $db // 'postgres', shared => { aud => '', nonce => {} } }, $class;
}

# The same commune, looked at in another cluster or database.
sub at
{
	my ($self, $node, $db) = @_;
	return bless { %$self, node => $node, db => $db // $self->{db} }, ref $self;
}

sub sql
{
	my ($self, $query, %options) = @_;
	return $self->{node}->safe_psql($self->{db}, $query, %options);
}

# What a failing query says: SQLSTATE and message.
sub error
{
	my ($self, $query) = @_;
	my ($rc, $out, $err) = $self->{node}->psql($self->{db}, "\\set VERBOSITY verbose\n$query");
	return $err =~ /(?:ERROR|FATAL): +(\w{5}: [^\n]*)/ ? $1 : "no error: $out$err";
}

sub run_sign
{
	my ($out, $err) = run_command([ 'build/sign', @_ ]);
	die "build/sign @_: $err" if $out eq '';
	return $out;
}

sub did
{
	my ($self, $name) = @_;
	return $dids{$name} //= run_sign($name);
}

# A signed act.  members is a reference to a hash, or left out.
sub record
{
	my ($self, $name, $kind, $members) = @_;
	my $shared = $self->{shared};
	return run_sign($name, ++$shared->{nonce}{$name}, $kind eq 'charter' ? '' : $shared->{aud}, $kind,
		$json->encode($members // {}));
}

sub submit
{
	my $self = shift;
	return $self->sql("SELECT commune.submit('" . $self->record(@_) . "')");
}

# Make the blocks that there are to make; the number of the last, or an empty string.
sub seal
{
	my ($self) = @_;
	return $self->sql('SELECT commune.seal()');
}

# Create the extension and a commune whose founders have joined; further members of the charter may come first.
sub found
{
	my ($self, @names) = @_;
	my $more = ref $names[0] ? shift @names : {};
	$self->sql('CREATE EXTENSION IF NOT EXISTS commune');
	$self->submit($names[0], 'charter',
		{ name => 'Test', founders => [ map { $self->did($_) } @names ], vouches => 1, rules => 1, %$more });
	$self->seal;
	$self->{shared}{aud} = $self->sql('SELECT commune.base64url(id) FROM commune.charter');
	$self->submit($_, 'join') for @names;
	$self->seal;
	return $self;
}

sub damages
{
	my ($self) = @_;
	return $self->sql('SELECT * FROM commune.verify()');
}

sub differences
{
	my ($self) = @_;
	return $self->sql('SELECT * FROM commune.replay(true)');
}

# Nothing is damaged, and the tables are what the fold makes of the register.
sub is_clean
{
	my ($self, $when) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($self->damages, '', "$when: verify() finds nothing");
	is($self->differences, '', "$when: replay() finds nothing");
}

# A receipt of an act, checked by the rules of RFC 9162 alone: dies if it does not hold.  Returns a reference to a hash
# of index, verdict, size and root.
sub receipt
{
	my ($self, $seq) = @_;
	my $record = $self->sql("SELECT record FROM commune.act WHERE seq = $seq");
	my ($format, $extra, $index, @lines) = split /\n/, $self->sql("SELECT commune.receipt($seq)");
	my @proof;
	push @proof, decode_base64(shift @lines) while $lines[0] ne '';
	my (undef, $origin, $size, $root) = @lines;
	$root = decode_base64($root);
	$extra = $json->decode(decode_base64($extra =~ s/^extra //r));
	$index =~ s/^index //;
	my $header = $json->decode($extra->{header});

	die "$format?" if $format ne 'c2sp.org/tlog-proof@v1';
	die "receipt of $seq: not in the tree" if root_from(sha256("\0$record"), $index, $size, @proof) ne $root;
	die "receipt of $seq: its header is not in the tree"
		if root_from(sha256("\0commune/block/1\n$extra->{header}"), $extra->{header_index}, $size,
			map { decode_base64(tr|-_|+/|r) } @{ $extra->{header_proof} }) ne $root;
	my $verdicts = join '', map { pack('Q>', $_->[0]) . $_->[1] } @{ $extra->{verdicts} };
	die "receipt of $seq: the verdicts are not those of its header"
		if encode_base64(sha256($verdicts), '') =~ tr|+/=|-_|dr ne $header->{verdicts};
	my ($verdict) = map { $_->[1] } grep { $_->[0] == $index } @{ $extra->{verdicts} };
	return { index => $index, verdict => $verdict // '00000', size => $size, root => unpack('H*', $root), origin => $origin };
}

# The root of a tree, from a leaf's hash and its inclusion proof (RFC 9162 section 2.1.3.2).
sub root_from
{
	my ($hash, $index, $size, @proof) = @_;
	my $last = $size - 1;
	for my $sibling (@proof)
	{
		return 'too long' if $last == 0;
		if ($index % 2 == 1 || $index == $last)
		{
			$hash = sha256("\1$sibling$hash");
			($index, $last) = ($index >> 1, $last >> 1) while $index % 2 == 0 && $index > 0;
		}
		else
		{
			$hash = sha256("\1$hash$sibling");
		}
		($index, $last) = ($index >> 1, $last >> 1);
	}
	return $last == 0 ? $hash : 'too short';
}

# The seqs of acts that are in no block, and of those that are in more than one.
sub unsealed
{
	my ($self) = @_;
	return $self->sql(q{
		SELECT a.seq FROM commune.act a WHERE NOT EXISTS
			(SELECT FROM commune.block b, commune.members(b.number) m WHERE m.source = 'act' AND m.seq = a.seq)
		ORDER BY 1});
}

1;
