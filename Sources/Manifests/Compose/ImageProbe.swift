import Basics
import StackModel

/// A health check that runs in an image we know nothing of: with the first program found that can ask. An image with
/// none of them is unhealthy, and says why in `docker inspect`.
enum ImageProbe {
    static func script(_ health: HealthCheck, port: Int) -> String {
        let seconds = max((health.timeout.milliseconds + 999) / 1000, 1)
        return health.readiness.map { request($0, health.askedHost, port, seconds) } ?? connection(port, seconds)
    }

    private static func request(_ path: String, _ host: String, _ port: Int, _ seconds: Int) -> String {
        """
        url=\(ShellWord.inQuotes("http://127.0.0.1:\(port)\(path)"))
        host=\(ShellWord.inQuotes(host))
        has() { command -v "$1" >/dev/null 2>&1; }
        has curl && exec curl -fsS -m \(seconds) -H "Host: $host" -o /dev/null "$url"
        has wget && exec wget -q -T \(seconds) --header "Host: $host" -O /dev/null "$url"
        has python3 && exec python3 -c 'import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], headers={"Host": sys.argv[2]}), timeout=\(seconds))' "$url" "$host"
        has node && exec node -e 'require("http").get(process.argv[1], { timeout: \(seconds)000, headers: { Host: process.argv[2] } }, r => process.exit(r.statusCode < 300 ? 0 : 1)).on("error", () => process.exit(1)).on("timeout", () => process.exit(1))' "$url" "$host"
        has perl && exec perl -MIO::Socket::INET -e 'alarm \(seconds); my $s = IO::Socket::INET->new("127.0.0.1:\(port)") or exit 1; print $s "GET $ARGV[0] HTTP/1.0\\r\\nHost: $ARGV[1]\\r\\n\\r\\n"; exit <$s> !~ m{^HTTP/[0-9.]+ 2}' \(ShellWord.inQuotes(path)) "$host"
        echo "no curl, wget, python3, node or perl in this image to ask $url with" >&2
        exit 1
        """
    }

    private static func connection(_ port: Int, _ seconds: Int) -> String {
        """
        has() { command -v "$1" >/dev/null 2>&1; }
        has nc && exec nc -z -w \(seconds) 127.0.0.1 \(port)
        has bash && exec bash -c ': </dev/tcp/127.0.0.1/\(port)'
        has python3 && exec python3 -c 'import socket; socket.create_connection(("127.0.0.1", \(port)), \(seconds))'
        has node && exec node -e 'require("net").connect(\(port), "127.0.0.1", () => process.exit(0)).on("error", () => process.exit(1))'
        echo "no nc, bash, python3 or node in this image to connect to port \(port) with" >&2
        exit 1
        """
    }
}
