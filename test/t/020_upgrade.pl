# Upgrading from any shipped version gives what a fresh install gives.
use strict;
use warnings FATAL => 'all';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# The schema as pg_dump prints it, after some statements in a database of its own.
sub shape
{
	my ($db, @how) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, $_) for @how;

	# pg_dump prints the members of an extension only when they are orphans.
	$node->safe_psql($db, q{
		DELETE FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
			AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'commune');
		DELETE FROM pg_extension WHERE extname = 'commune'});
	my ($dump, $errors) = run_command([ 'pg_dump', '--schema-only', $node->connstr($db) ]);
	is($errors, '', "dump of $db");
	$dump =~ s/^\\(un)?restrict .*\n//mg;	# random since the minor releases of August 2025
	return $dump;
}

my $fresh = shape('fresh', 'CREATE EXTENSION commune');
like($fresh, qr/^CREATE SCHEMA commune;/m, 'the dump shows the schema');

my @versions = split /\n/, $node->safe_psql('postgres',
	"SELECT version FROM pg_available_extension_versions WHERE name = 'commune' ORDER BY version");
cmp_ok(scalar @versions, '>=', 1, 'versions: ' . join(' ', @versions));
for my $version (@versions)
{
	(my $db = "from_$version") =~ tr/./_/;
	is(shape($db, "CREATE EXTENSION commune VERSION '$version'", 'ALTER EXTENSION commune UPDATE'),
		$fresh, "$version upgrades to a fresh install");
}

done_testing();
