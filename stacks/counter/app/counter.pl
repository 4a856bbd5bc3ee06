#!/usr/bin/perl
# Named counters in Redis: `perl counter.pl HOST PORT`, with REDIS_URL in the environment.
use v5.36;
use lib '.';
use HTTPServer;
use RedisClient;

my $host    = shift;
my $port    = shift // die "usage: counter.pl HOST PORT\n";
my $version = $ENV{APP_VERSION} // 'unknown';
my $redis   = RedisClient->new($ENV{REDIS_URL} // die "REDIS_URL is not set; the counters need it\n");

# Each route is a method, a pattern for the path, its name in the metrics, and what answers it.
my @routes = (
    ['GET',  qr{^/healthz$},                        '/healthz',           sub { json(200, '{"status":"alive"}') }],
    ['GET',  qr{^/readyz$},                         '/readyz',            \&ready],
    ['GET',  qr{^/version$},                        '/version',           sub { json(200, qq({"version":"$version"})) }],
    ['GET',  qr{^/metrics$},                        '/metrics',           \&metrics],
    ['GET',  qr{^/v1/counters/([\w.-]{1,64})$}a,    '/v1/counters/{name}', \&value],
    ['POST', qr{^/v1/counters/([\w.-]{1,64})$}a,    '/v1/counters/{name}', \&increment],
);

my %requests;    # how many were answered, by their labels in the metrics

sub answer ($method, $path) {
    for my $route (@routes) {
        my ($its_method, $pattern, $name, $handler) = @$route;
        next unless $method eq $its_method && $path =~ $pattern;
        my $parameter = $1;
        my @response  = eval { $handler->($parameter) };
        if (my $error = $@) {
            print STDERR "$method $path: $error";
            @response = json(503, '{"detail":"redis is unavailable"}');
        }
        $requests{qq(method="$method",route="$name",status="$response[0]")}++;
        return @response;
    }
    $requests{'method="other",route="unmatched",status="404"'}++;
    return json(404, '{"detail":"there is nothing here"}');
}

sub ready ($) {
    $redis->command('PING');
    return json(200, '{"status":"ready"}');
}

sub value ($name) {
    return counter($name, $redis->command('GET', "counter:$name") // 0);
}

sub increment ($name) {
    return counter($name, $redis->command('INCR', "counter:$name"));
}

sub metrics ($) {
    my @lines = map { "http_requests_total{$_} $requests{$_}\n" } sort keys %requests;
    return (200, 'text/plain; version=0.0.4',
        join '', "# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\n", @lines);
}

sub counter ($name, $value) { return json(200, qq({"name":"$name","value":$value})) }
sub json ($status, $body) { return ($status, 'application/json', "$body\n") }

STDOUT->autoflush(1);
my $server = HTTPServer->new($host, $port, \&answer);
say "counter $version listens on $host:$port";
$server->run;
say "counter $version stopped";
