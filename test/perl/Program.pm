# The program `commune` in a test: run to its end, or left running.  What it said last is in $out, $err and $rc, an exit
# status or "signal N".  $dir is a folder of the test.
package Program;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw($dir $out $err $rc commune ends_with value start stop wait_until put);
our ($dir, $out, $err, $rc);
INIT { $dir = PostgreSQL::Test::Utils::tempdir }	# after the one of Utils, which says where

sub commune
{
	($out, $err) = ('', '');
	IPC::Run::run([ 'commune', @_ ], '<', \'', '>', \$out, '2>', \$err);
	$rc = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	return $out;
}

# The same, and it must end with this.
sub ends_with
{
	my ($expected, $name, @args) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	commune(@args);
	is($rc, $expected, $name) or diag("out: $out\nerr: $err");
	return $out;
}

# The value of a line of the result.
sub value { my $name = shift; return $out =~ /^\Q$name\E (.*)$/m ? $1 : undef }

# Start the program, and leave it running; its output lands in files of this name.
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

# Wait until something holds; it must do so within this many seconds.
sub wait_until
{
	my ($what, $code, $seconds) = @_;
	my $end = time + ($seconds // $PostgreSQL::Test::Utils::timeout_default);
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	while (!$code->())
	{
		if (time > $end) { fail($what); return }
		sleep 0.05;
	}
	pass($what);
	return;
}

# Write a file of the test's folder anew.
sub put { my ($file, $text) = @_; unlink "$dir/$file"; append_to_file("$dir/$file", $text); return }

1;
