#!/usr/bin/perl
# Enters a room and prints what is said there; says there what comes in on standard input.
# Leaves when somebody says "!quit".
#
# usage: talk_2007.pl HOST PORT API_KEY ROOM NICKNAME
use strict;
use warnings;
use IO::Socket::INET;

my ($host, $port, $key, $room, $nickname) = @ARGV;
$| = 1;
$SIG{PIPE} = 'IGNORE';

sub escape {
    my $text = shift;
    $text =~ s/([^A-Za-z0-9_.-])/sprintf('%%%02X', ord $1)/ge;
    return $text;
}

sub plain {
    my $text = shift;
    $text =~ s/&lt;/</g;
    $text =~ s/&gt;/>/g;
    $text =~ s/&quot;/"/g;
    $text =~ s/&#39;|&apos;/'/g;
    $text =~ s/&amp;/&/g;
    return $text;
}

# The answer's XML, or nothing when there was no whole one.
sub call {
    my ($verb, $method, %params) = @_;
    my $form = join '&', map { "$_=" . escape($params{$_}) } sort keys %params;
    my $socket = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 10) or return '';
    my $head = "Host: $host\r\nConnection: close\r\n";
    if ($verb eq 'GET') {
        print $socket "GET /api/$method?$form HTTP/1.0\r\n$head\r\n";
    } else {
        $head .= "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($form) . "\r\n";
        print $socket "POST /api/$method HTTP/1.0\r\n$head\r\n$form";
    }
    my $answer = '';
    eval {
        local $SIG{ALRM} = sub { die "slow\n" };
        alarm 60;
        local $/;
        $answer = <$socket>;
        alarm 0;
    };
    close $socket;
    return '' unless defined $answer and $answer =~ s/^HTTP.*?\r\n\r\n//s and $answer =~ m{</response>};
    return $answer;
}

sub must {
    my $xml = call(@_);
    $xml =~ m{<status>ok</status>} or die "$_[1]: $xml\n";
    return $xml;
}

sub rest { select undef, undef, undef, 0.1 }

must('POST', 'session/create', api_key => $key) =~ m{<session>(.*?)</session>} or die 'no session';
my $session = $1;
my $entered = must('POST', 'room/enter', session => $session, id => $room, nickname => $nickname);
my ($ticket) = $entered =~ m{<ticket>(.*?)</ticket>};
my ($start) = $entered =~ m{<counter>(\d+)</counter>};
my %known = (session => $session, ticket => $ticket);
print "ENTERED\t$start\n";

my $speaker = fork;
defined $speaker or die 'no second process';
if ($speaker == 0) {
    while (my $line = <STDIN>) {
        chomp $line;
        my $xml = call('POST', 'room/say', %known, message => $line);
        print $xml =~ m{<status>ok</status>.*<message>.*?<id>(\d+)</id>}s
            ? "SAID\t$room\t$1\t$line\n"
            : "LOST\t$room\t0\t$line\n";
    }
    exit 0;
}

my $counter = '';
while (1) {
    my $xml = call('GET', 'room/observe', %known, counter => $counter);
    if ($xml !~ m{<status>ok</status>}) {
        print "REFUSED\t$1\n" if $xml =~ m{<code>(\d+)</code>};
        rest();
        next;
    }
    $counter = $1 if $xml =~ m{<counter>(\d+)</counter>};
    my $over = 0;
    while ($xml =~ m{<message>(.*?)</message>}gs) {
        my %message = $1 =~ m{<(\w+)>(.*?)</\1>}gs;
        next if $message{type} ne 'user';
        my ($name, $text) = map { plain($message{$_}) } qw(nickname text);
        print "HEARD\t$room\t$message{id}\t$name\t$text\n";
        $over = 1 if $text eq '!quit';
    }
    last if $over;
}
kill 'TERM', $speaker;
waitpid $speaker, 0;
must('POST', 'room/exit', %known);
must('POST', 'session/destroy', session => $session);
print "LEFT\n";
