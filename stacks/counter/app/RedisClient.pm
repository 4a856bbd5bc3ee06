# One connection to Redis, opened when it is first needed and again after it was lost.
package RedisClient;
use v5.36;
use IO::Select;
use IO::Socket::INET;

use constant {
    TIMEOUT => 1,    # seconds, for connecting and for each reply
    REST    => 2,    # seconds to leave a Redis alone that hangs: the server waits with us, and others wait for it
};

sub new ($class, $url) {
    my ($user, $password, $host, $port, $database) =
        $url =~ m{^redis://(?:([^:@/]*):([^@/]*)@)?([^:@/]+)(?::(\d+))?(?:/(\d+))?$}
        or die "REDIS_URL is not of the form redis://user:password\@host:port/database\n";
    s/%([0-9A-Fa-f]{2})/chr hex $1/eg for grep { defined } $user, $password;
    my @greeting;
    push @greeting, ['AUTH', grep({ length } $user), $password] if defined $password;
    push @greeting, ['SELECT', $database] if $database;
    return bless { host => $host, port => $port // 6379, greeting => \@greeting, rest_until => 0 }, $class;
}

# Sends one command and returns its reply; undef when there is no value. Dies when Redis refuses or cannot be reached,
# and never sends a command twice: an increment whose reply got lost may have happened.
sub command ($self, @words) {
    die "redis did not answer a moment ago\n" if time < $self->{rest_until};
    # Redis has nothing to say on an idle connection except that it is gone.
    delete $self->{socket} if $self->{socket} && IO::Select->new($self->{socket})->can_read(0);
    $self->_connect unless $self->{socket};
    return $self->_exchange(@words);
}

sub _connect ($self) {
    $self->{socket} = IO::Socket::INET->new(PeerHost => $self->{host}, PeerPort => $self->{port}, Timeout => TIMEOUT)
        or die "cannot connect to redis at $self->{host}:$self->{port}: $@\n";
    $self->{received} = '';
    $self->_exchange(@$_) for @{ $self->{greeting} };
}

sub _exchange ($self, @words) {
    my $reply = eval {
        my $message = join '', '*' . @words . "\r\n", map { '$' . length . "\r\n$_\r\n" } @words;
        syswrite($self->{socket}, $message) == length $message or die "cannot write to redis: $!\n";
        $self->_reply;
    };
    if (my $error = $@) {
        # Even after a mere refusal: a connection whose greeting was refused is of no use.
        delete $self->{socket};
        die $error;
    }
    return $reply;
}

sub _reply ($self) {
    my ($type, $rest) = $self->_take_line =~ /^([-+:\$])(.*)$/ or die "redis sent a reply we do not understand\n";
    die "redis refused: $rest\n" if $type eq '-';
    return $rest if $type ne '$';
    return undef if $rest < 0;
    $self->_receive until length $self->{received} >= $rest + 2;
    return substr substr($self->{received}, 0, $rest + 2, ''), 0, $rest;
}

sub _take_line ($self) {
    $self->_receive until $self->{received} =~ s/^(.*?)\r\n//s;
    return $1;
}

sub _receive ($self) {
    if (!IO::Select->new($self->{socket})->can_read(TIMEOUT)) {
        $self->{rest_until} = time + REST;
        die "redis did not answer within ${\TIMEOUT} s\n";
    }
    sysread($self->{socket}, $self->{received}, 4096, length $self->{received}) or die "redis closed the connection\n";
}

1;
