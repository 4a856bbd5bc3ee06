# A small HTTP/1.1 server: one process, one loop, any number of connections that stay open between requests.
package HTTPServer;
use v5.36;
use Errno qw(EAGAIN EINTR);
use IO::Select;
use IO::Socket::INET;

use constant {
    LARGEST_REQUEST => 64 * 1024,    # bytes
    LONGEST_WAIT    => 0.2,          # seconds until a turn of the loop looks up, should a signal have come unnoticed
    FAREWELL        => 10,           # seconds to finish what is in flight, before SIGALRM ends the process
};

my %reasons = (
    200 => 'OK',
    400 => 'Bad Request',
    404 => 'Not Found',
    411 => 'Length Required',
    413 => 'Content Too Large',
    503 => 'Service Unavailable',
);

# $answer->($method, $path) returns the status, content type and body of the response.
sub new ($class, $host, $port, $answer) {
    my $listener = IO::Socket::INET->new(
        LocalAddr => $host, LocalPort => $port, Listen => 512, ReuseAddr => 1, Blocking => 0,
    ) or die "cannot listen on $host:$port: $@\n";
    return bless {
        answer   => $answer,
        listener => $listener,
        clients  => {},                             # by file number: {socket, input, output, closing}
        readers  => IO::Select->new($listener),
        writers  => IO::Select->new,
        stopping => 0,
    }, $class;
}

# Serves until SIGTERM; then takes no new connection, answers every request that has arrived, and returns.
sub run ($self) {
    local $SIG{PIPE} = 'IGNORE';
    local $SIG{TERM} = sub { $self->{stopping} = 1; alarm FAREWELL };
    $self->_turn(LONGEST_WAIT) until $self->{stopping};

    $self->_accept;    # those the kernel has accepted for us already
    $self->{readers}->remove($self->{listener});
    close $self->{listener};
    $self->_turn(0);
    while (my @clients = values %{ $self->{clients} }) {
        for my $client (@clients) {
            $self->_close($client) if $client->{input} eq '' && $client->{output} eq '';
        }
        $self->_turn(LONGEST_WAIT) if %{ $self->{clients} };
    }
    alarm 0;
}

sub _turn ($self, $timeout) {
    my ($readable, $writable) = IO::Select->select($self->{readers}, $self->{writers}, undef, $timeout);
    for my $socket (@{ $readable // [] }) {
        if ($socket == $self->{listener}) { $self->_accept }
        else                              { $self->_read($self->{clients}{ fileno $socket }) }
    }
    for my $socket (@{ $writable // [] }) {
        # Reading from it may have closed it.
        $self->_write($self->{clients}{ fileno $socket }) if defined fileno $socket;
    }
}

sub _accept ($self) {
    while (my $socket = $self->{listener}->accept) {
        $socket->blocking(0);
        $self->{clients}{ fileno $socket } = { socket => $socket, input => '', output => '', closing => 0 };
        $self->{readers}->add($socket);
    }
}

sub _read ($self, $client) {
    my $count = sysread $client->{socket}, $client->{input}, LARGEST_REQUEST, length $client->{input};
    return if !defined $count && ($! == EAGAIN || $! == EINTR);
    return $self->_close($client) unless $count;

    while (!$client->{closing} && (my $request = _take_request($client))) {
        my $response = $request->{refusal} // [$self->{answer}->($request->{method}, $request->{path})];
        $client->{closing} = 1 if !$request->{keep_alive} || $self->{stopping};
        $client->{output} .= _response($client->{closing}, @$response);
    }
    $self->_write($client) if $client->{output} ne '';
}

sub _write ($self, $client) {
    my $count = syswrite $client->{socket}, $client->{output};
    return if !defined $count && ($! == EAGAIN || $! == EINTR);
    return $self->_close($client) unless $count;

    substr $client->{output}, 0, $count, '';
    if    ($client->{output} ne '') { $self->{writers}->add($client->{socket}) }
    elsif ($client->{closing})      { $self->_close($client) }
    else                            { $self->{writers}->remove($client->{socket}) }
}

sub _close ($self, $client) {
    my $socket = $client->{socket};
    $self->{readers}->remove($socket);
    $self->{writers}->remove($socket);
    delete $self->{clients}{ fileno $socket };
    close $socket;
}

# Removes one whole request from the client's input: undef while there is none, a refusal for what we do not speak.
sub _take_request ($client) {
    my $head_end = index $client->{input}, "\r\n\r\n";
    return length $client->{input} < LARGEST_REQUEST ? undef : _refuse(413) if $head_end < 0;

    my ($line, @fields) = split /\r\n/, substr $client->{input}, 0, $head_end;
    my ($method, $path, $minor) = $line =~ m{^([A-Z]+) ([^\s?]+)\S* HTTP/1\.([01])$} or return _refuse(400);
    my %header = map { /^([^:\s]+):\s*(.*?)\s*$/ ? (lc $1, $2) : () } @fields;

    # The body must be skipped exactly, or the next request would start inside it.
    return _refuse(411) if exists $header{'transfer-encoding'};
    my $body_length = $header{'content-length'} // 0;
    return _refuse(400) unless $body_length =~ /^\d+$/a;
    return _refuse(413) if $body_length > LARGEST_REQUEST;
    my $request_length = $head_end + 4 + $body_length;
    return undef if length $client->{input} < $request_length;
    substr $client->{input}, 0, $request_length, '';

    my $keep_alive = $minor == 1 && ($header{connection} // '') !~ /\bclose\b/i;
    return { method => $method, path => $path, keep_alive => $keep_alive };
}

sub _refuse ($status) {
    return { keep_alive => 0, refusal => [$status, 'text/plain', "$reasons{$status}\n"] };
}

sub _response ($closing, $status, $type, $body) {
    return join "\r\n",
        "HTTP/1.1 $status $reasons{$status}",
        "Content-Type: $type",
        'Content-Length: ' . length $body,
        ($closing ? 'Connection: close' : ()),
        '', $body;
}

1;
